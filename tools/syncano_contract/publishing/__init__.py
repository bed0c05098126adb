"""The published form of the document, sent to portals through the official command line of each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from syncano_contract import npm, output
from syncano_contract.model import Problem
from syncano_contract.portal.writing import LIST as SITE
from syncano_contract.portal_files import backstage, openapi, postman
from syncano_contract.publishing import files, git_branch, sending
from syncano_contract.publishing.git_branch import BRANCH, Branch, Push
from syncano_contract.publishing.portals import Portal
from syncano_contract.publishing.publication import Outcome, Publication


@dataclass(frozen=True)
class Options:
    """What only some portals take: the `owner` for Backstage, and for git a built `site`, a `branch`, and `force`.

    With `force` what somebody else put on the branch is replaced.
    """

    site: Path | None = None
    branch: str | None = None
    owner: str | None = None
    force: bool = False

    def check(self, portal: Portal) -> None:
        """Raise Problem for what the portal does not take, no reference to an owner, or no site of `portal`'s."""
        for name, value in vars(self).items():
            if value not in (None, False) and name not in portal.options:
                raise Problem(f"--{name} is not for {portal.name}", "leave it out")
        if self.owner is not None and not backstage.REFERENCE.fullmatch(self.owner):
            what = f"--owner takes a reference to an entity, [kind:][namespace/]name, and not {self.owner!r}"
            raise Problem(what, "give it as --owner group:default/api-team")
        if self.site is not None and not (self.site / SITE).is_file():
            raise Problem(
                f"{self.site} is no site that `syncano-contract portal` built",
                "`syncano-contract portal -o DIR` builds one",
            )


def names(portal: Portal) -> list[str]:
    """Return the names of the files that are written for a portal whose tool does not send one."""
    return {"postman": [postman.COLLECTION], "backstage": [*files.BACKSTAGE]}.get(portal.name, [*openapi.NAMES])


def publish(publication: Publication, options: Options, token: str, tell: npm.Tell) -> Outcome:
    """Send a publication to its portal, or write its files, and return what became of it.

    `tell` is called with a line before a tool is installed. Raises Problem for everything that is not surely done.
    """
    match publication.portal.name:
        case "git":
            return push(publication, options, token)
        case "postman":
            return files.put(Path(publication.places["folder"]), files.of_postman(publication.tree, tell))
        case "backstage":
            return files.put(
                Path(publication.places["folder"]), files.of_backstage(publication.tree, owner(publication, options))
            )
    return sending.send(publication, token, tell)


def owner(publication: Publication, options: Options) -> str:
    """Return the owner that is given, else that of the entity which is replaced; raises Problem as `files.owner`."""
    return options.owner or files.owner(Path(publication.places["folder"]))


def push(publication: Publication, options: Options, token: str, *, is_sent: bool = True) -> Outcome:
    """Push the site, or else the files that `bundle` writes, to a branch; raises Problem as `git_branch.push`."""
    branch = branch_of(publication, options)
    how = Push(publication.message, replaces_all=options.force, is_sent=is_sent)
    if options.site is not None:
        return git_branch.push(options.site, branch, how, token)
    with TemporaryDirectory(prefix="syncano-contract-") as name:
        for file, text in openapi.texts(publication.tree).items():
            output.write(Path(name) / file, [text])
        return git_branch.push(Path(name), branch, how, token)


def branch_of(publication: Publication, options: Options) -> Branch:
    """Return the branch that a publication for git goes to."""
    return Branch(publication.places["repository"], options.branch or BRANCH)
