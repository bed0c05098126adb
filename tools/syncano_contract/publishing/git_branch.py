"""A folder as a branch of a git repository, which static hosting serves: one commit of all its files, or none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from syncano_contract.model import Problem
from syncano_contract.publishing import sending
from syncano_contract.publishing.portals import GIT
from syncano_contract.publishing.publication import Outcome

BRANCH = "gh-pages"
AUTHOR = {"NAME": "syncano-contract", "EMAIL": "syncano-contract@localhost"}
# What the user's git and ssh find their keys by; GIT_DIR and the like would lead to another repository.
PASSED = ("PATH", "HOME", "USER", "SSH_AUTH_SOCK", "GIT_SSH_COMMAND", "XDG_CONFIG_HOME", *sending.PASSED)
# The token is read when git asks for it, so that it stands on no command line; GitHub and GitLab take any name with it.
HELPER = r"""!f() { test "$1" = get && printf 'username=x-access-token\npassword=%s\n' "$GIT_TOKEN"; }; f"""


@dataclass(frozen=True)
class Branch:
    """A branch of a repository, which is a path or a URL."""

    repository: str
    name: str = BRANCH

    @property
    def is_here(self) -> bool:
        """Tell if the repository is a folder of this machine."""
        return Path(self.repository).is_dir()


@dataclass(frozen=True)
class Push:
    """What a commit is called, whether it replaces what others put there as well, and whether it is sent at all."""

    message: str
    replaces_all: bool = False
    is_sent: bool = True


def push(folder: Path, branch: Branch, how: Push, token: str) -> Outcome:
    """Make the branch hold the files of a folder and nothing else; raises Problem where that cannot surely be done.

    The commit follows what the branch has, and is not forced on it: what somebody else pushes meanwhile stays. What
    somebody else put there before is replaced only if the push `replaces_all`.
    """
    repository = str(Path(branch.repository).resolve()) if branch.is_here else branch.repository
    with TemporaryDirectory(prefix="syncano-contract-") as name:
        git = _Git(Path(name), _environment(repository, token), token)
        git("init", "--quiet", "--bare", ".")
        git("-C", str(folder.resolve()), "--git-dir", name, "--work-tree", ".", "add", "--all", "--force", ".")
        if not git("ls-files"):
            raise Problem(f"{folder} holds no file", "build it first: the branch would be empty")
        tree = git("write-tree")
        parent = _head(git, repository, branch.name)
        if parent and git("rev-parse", f"{parent}^{{tree}}") == tree:
            return Outcome.UNCHANGED
        if parent and not how.replaces_all:
            _check_ours(git, parent, branch)
        commit = git("commit-tree", tree, "-m", how.message, *(["-p", parent] if parent else []))
        only_tried = [] if how.is_sent else ["--dry-run"]
        git("push", "--quiet", *only_tried, repository, f"{commit}:refs/heads/{branch.name}")
    return Outcome.PUBLISHED


def _check_ours(git: _Git, commit: str, branch: Branch) -> None:
    """Raise Problem for a commit that holds files and is not one of this command's."""
    email, _, name = git("log", "-1", "--format=<%ce> %cn", commit).partition(" ")
    if email != f"<{AUTHOR['EMAIL']}>" and git("ls-tree", commit):
        what = f"the newest commit of {branch.name} is by {name or email}, not by this command"
        raise Problem(what, "name another --branch; --force replaces what somebody else put there")


def _head(git: _Git, repository: str, branch: str) -> str:
    """Return the commit that a branch is at, fetched; empty for a branch that is not there yet."""
    if not git("ls-remote", "--heads", repository, f"refs/heads/{branch}"):
        return ""
    git("fetch", "--quiet", "--no-tags", "--depth=1", repository, f"refs/heads/{branch}")
    return git("rev-parse", "FETCH_HEAD")


def _environment(repository: str, token: str) -> dict[str, str]:
    """Return what git sees; the token is given to the repository's own host alone."""
    passed = {name: os.environ[name] for name in PASSED if os.environ.get(name)}
    settings = {"core.autocrlf": "false"}  # each file as it is
    url = urlsplit(repository)
    if token and url.scheme:
        settings["credential.helper"] = ""  # no other helper, which might keep the token in a file
        settings[f"credential.{url.scheme}://{url.netloc}.helper"] = HELPER
        passed[GIT.token] = token
    for number, (name, value) in enumerate(settings.items()):
        passed |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    people = {f"GIT_{role}_{name}": value for role in ("AUTHOR", "COMMITTER") for name, value in AUTHOR.items()}
    return {**passed, **people, "GIT_CONFIG_COUNT": str(len(settings)), "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


@dataclass(frozen=True)
class _Git:
    """Git in one folder of ours."""

    folder: Path
    environment: Mapping[str, str]
    token: str

    def __call__(self, *words: str) -> str:
        """Call git and return what it prints; raises Problem where it fails, with its reason and without the token."""
        git = shutil.which("git")
        if git is None:
            raise Problem("git is needed, and it is not on PATH", "install it")
        said = sending.run([git, *words], self.folder, self.environment, GIT.title)
        if said.code:
            raise sending.failed(GIT, said, self.token)
        return said.out.strip()
