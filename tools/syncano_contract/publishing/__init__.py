"""The published form of the document, sent to portals through the official command line of each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from syncano_contract import npm, output
from syncano_contract.portal_files import openapi, postman
from syncano_contract.publishing import files, git_branch, sending
from syncano_contract.publishing.git_branch import BRANCH, Branch
from syncano_contract.publishing.portals import Portal
from syncano_contract.publishing.publication import Outcome, Publication


@dataclass(frozen=True)
class Options:
    """What only some portals take: a built `site` and a `branch` for git, the `owner` for Backstage."""

    site: Path | None = None
    branch: str | None = None
    owner: str | None = None


def names(portal: Portal) -> list[str]:
    """Return the names of the files that are written for a portal whose tool does not send one."""
    return {"postman": [postman.COLLECTION], "backstage": [*files.BACKSTAGE]}.get(portal.name, [*openapi.NAMES])


def publish(publication: Publication, options: Options, token: str, tell: npm.Tell) -> Outcome:
    """Send a publication to its portal, or write its files, and return what became of it.

    `tell` is called with a line before a tool is installed. Raises Problem for everything that is not surely done.
    """
    match publication.portal.name:
        case "git":
            return _branch(publication, options, token)
        case "postman":
            return files.put(Path(publication.places["folder"]), files.of_postman(publication.tree, tell))
        case "backstage":
            return files.put(Path(publication.places["folder"]), files.of_backstage(publication.tree, options.owner))
    return sending.send(publication, token, tell)


def _branch(publication: Publication, options: Options, token: str) -> Outcome:
    """Push the site, or else the files that `bundle` writes, to a branch."""
    branch = Branch(publication.places["repository"], options.branch or BRANCH)
    if options.site is not None:
        return git_branch.push(options.site, branch, publication.message, token)
    with TemporaryDirectory(prefix="syncano-contract-") as name:
        for file, text in openapi.texts(publication.tree).items():
            output.write(Path(name) / file, [text])
        return git_branch.push(Path(name), branch, publication.message, token)
