"""A folder on a branch of a repository: one commit, or none where nothing changed, and no token anywhere."""

from __future__ import annotations

import subprocess
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from recorder import Asked, Recorder, Told
from syncano_contract.cli import main
from syncano_contract.cli import publish as command
from syncano_contract.model import Problem
from syncano_contract.portal.writing import LIST
from syncano_contract.portal_files import openapi
from syncano_contract.publishing import git_branch
from syncano_contract.publishing.git_branch import Branch, Push
from syncano_contract.publishing.publication import Outcome

TOKEN = "t0ken\\n-of-mine-0123456789"
Git = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """Git in a bare repository of the test's own."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "of-somebody-else"))  # as in a hook of git

    def run(*words: str, stdin: str = "") -> str:
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(tmp_path)}
        given = ["git", "-C", str(tmp_path / "docs.git"), *words]
        return subprocess.run(
            given, check=True, capture_output=True, text=True, env=environment, input=stdin
        ).stdout.strip()

    (tmp_path / "docs.git").mkdir()
    run("init", "--quiet", "--bare", ".")
    return run


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "site/assets").mkdir(parents=True)
    (tmp_path / "site/index.html").write_text("<p>1")
    (tmp_path / "site/assets/app.js").write_text("1\r\n")
    (tmp_path / "site" / LIST).write_text("index.html\n")
    (tmp_path / "site/.gitignore").write_text("assets/\n")
    return tmp_path / "site"


def files(git: Git, branch: str = "gh-pages") -> list[str]:
    return git("ls-tree", "-r", "--name-only", branch).splitlines()


def test_a_branch_holds_the_folder_and_nothing_else_in_one_commit(git: Git, site: Path, tmp_path: Path) -> None:
    branch = Branch(str(tmp_path / "docs.git"))

    first = git_branch.push(site, branch, Push("API 1.0"), "")
    (site / "index.html").unlink()
    (site / "other.html").write_text("<p>2")
    second = git_branch.push(site, branch, Push("API 1.1"), "")

    assert (first, second) == (Outcome.PUBLISHED, Outcome.PUBLISHED)
    assert git("log", "--format=%s", "gh-pages").splitlines() == ["API 1.1", "API 1.0"]
    assert files(git) == [".gitignore", LIST, "assets/app.js", "other.html"]
    assert git("cat-file", "-s", "gh-pages:assets/app.js") == "3"
    assert not (site / ".git").exists()


def test_the_same_files_make_no_commit(git: Git, site: Path, tmp_path: Path) -> None:
    branch = Branch(str(tmp_path / "docs.git"), "pages/v1")
    git_branch.push(site, branch, Push("API 1.0"), "")
    head = git("rev-parse", "pages/v1")

    outcome = git_branch.push(site, branch, Push("API 1.1"), "")

    assert outcome == Outcome.UNCHANGED
    assert git("rev-parse", "pages/v1") == head


def test_what_was_pushed_meanwhile_is_not_overwritten(
    git: Git, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    branch = Branch(str(tmp_path / "docs.git"))
    git_branch.push(site, branch, Push("API 1.0"), "")
    monkeypatch.setattr(git_branch, "_head", lambda *_: "")  # as if the branch had not been there yet

    with pytest.raises(Problem, match=r"publishing on the git branch failed: .*rejected"):
        git_branch.push(site, branch, Push("API 1.1"), "")

    assert git("log", "--format=%s", "gh-pages") == "API 1.0"


def by_somebody_else(git: Git, *files: str, email: str = "ciri@localhost") -> str:
    """Put files onto gh-pages as anybody may, and return the commit."""
    blob = git("hash-object", "-w", "--stdin") if files else ""
    index = "".join(f"100644 blob {blob}\t{name}\n" for name in files)
    tree = git("mktree", stdin=index)
    parent = git("for-each-ref", "--format=%(objectname)", "refs/heads/gh-pages")
    me = ("-c", "user.name=Ciri", "-c", f"user.email={email}")
    commit = git(*me, "commit-tree", tree, "-m", "By hand", *(["-p", parent] if parent else []))
    git("update-ref", "refs/heads/gh-pages", commit)
    return commit


@pytest.mark.parametrize("email", ["ciri@localhost", ""])
def test_what_somebody_else_put_there_is_replaced_by_force_only(
    email: str, git: Git, site: Path, tmp_path: Path
) -> None:
    branch = Branch(str(tmp_path / "docs.git"))
    git_branch.push(site, branch, Push("API 1.0"), "")
    head = by_somebody_else(git, "CNAME", "index.html", email=email)

    with pytest.raises(Problem, match=r"^the newest commit of gh-pages is by Ciri, not by this command$") as raised:
        git_branch.push(site, branch, Push("API 1.1"), "")
    kept = git("rev-parse", "gh-pages")
    outcome = git_branch.push(site, branch, Push("API 1.1", replaces_all=True), "")

    assert "--force replaces what somebody else put there" in raised.value.fix
    assert kept == head
    assert outcome == Outcome.PUBLISHED
    assert "CNAME" not in files(git)


def test_a_branch_without_files_is_anybodys(git: Git, site: Path, tmp_path: Path) -> None:
    by_somebody_else(git)

    assert git_branch.push(site, Branch(str(tmp_path / "docs.git")), Push("API 1.0"), "") == Outcome.PUBLISHED


def test_a_dry_run_tells_what_a_push_to_a_folder_would_do(
    git: Git, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "judged", lambda *_: [])
    given = ["publish", "git", "--to", str(tmp_path / "docs.git"), "--site", str(site), "--allow-breaking"]

    new = CliRunner().invoke(main, given)
    branches = git("for-each-ref")
    CliRunner().invoke(main, [*given, "--yes"])
    same = CliRunner().invoke(main, given)
    head = by_somebody_else(git, "CNAME")
    refused = CliRunner().invoke(main, given)
    forced = CliRunner().invoke(main, [*given, "--force"])

    assert (new.exit_code, branches) == (0, "")
    assert "  gh-pages would hold these files and nothing else\n" in new.stdout
    assert "  gh-pages has these files already\n" in same.stdout
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith("error: the newest commit of gh-pages is by Ciri")
    assert (forced.exit_code, git("rev-parse", "gh-pages")) == (0, head)


@pytest.mark.parametrize(
    ("force", "expected"),
    [((), "unless somebody else put there what it holds"), (("--force",), "whoever put there what it holds")],
)
def test_a_dry_run_asks_no_other_machine(
    force: tuple[str, ...], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "judged", lambda *_: [])
    given = ["publish", "git", "--to", "http://127.0.0.1:1/docs.git", "--allow-breaking", *force]

    result = CliRunner().invoke(main, given)

    assert result.exit_code == 0
    assert f"  gh-pages would hold these files and nothing else, {expected}\n" in result.stdout


@pytest.mark.parametrize("yes", [(), ("--yes",)])
def test_a_folder_that_is_no_site_is_refused(yes: tuple[str, ...], git: Git, site: Path, tmp_path: Path) -> None:
    (site / LIST).unlink()

    result = CliRunner().invoke(main, ["publish", "git", "--to", str(tmp_path / "docs.git"), "--site", str(site), *yes])

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: {site} is no site that `syncano-contract portal` built\n")
    assert git("for-each-ref") == ""


def test_an_empty_folder_does_not_empty_the_branch(git: Git, site: Path, tmp_path: Path) -> None:
    git_branch.push(site, Branch(str(tmp_path / "docs.git")), Push("API 1.0"), "")
    (tmp_path / "empty").mkdir()

    with pytest.raises(Problem, match="holds no file"):
        git_branch.push(tmp_path / "empty", Branch(str(tmp_path / "docs.git")), Push("API 1.1"), "")

    assert "index.html" in files(git)


@pytest.mark.usefixtures("git")
def test_a_repository_that_is_not_there_is_told(site: Path, tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"publishing on the git branch failed: .*nowhere.* repository"):
        git_branch.push(site, Branch(str(tmp_path / "nowhere")), Push("API 1.0"), "")


@pytest.mark.usefixtures("git")
@pytest.mark.parametrize("status", [200, 403])  # what git takes for right, and for wrong
def test_the_token_goes_to_the_repository_and_into_no_file_and_no_message(
    status: int, site: Path, tmp_path: Path
) -> None:
    (tmp_path / ".gitconfig").write_text("[credential]\n\thelper = store\n")  # keeps what is right
    challenge = Told(401, f"no {TOKEN}", headers={"WWW-Authenticate": 'Basic realm="git"'})

    def answer(asked: Asked) -> Told:
        return Told(status, f"no {TOKEN}") if "authorization" in asked.headers else challenge

    with Recorder(answer) as recorder, pytest.raises(Problem, match="publishing on the git branch failed: ") as raised:
        git_branch.push(site, Branch(f"{recorder.url}/docs.git"), Push("API 1.0"), TOKEN)

    basic = b64encode(f"x-access-token:{TOKEN}".encode()).decode()
    assert {asked.headers.get("authorization") for asked in recorder.asked} == {None, f"Basic {basic}"}
    assert TOKEN not in raised.value.what
    assert not (tmp_path / ".git-credentials").exists()


def test_the_command_pushes_what_bundle_writes_or_a_site(
    git: Git, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "judged", lambda *_: [])
    given = ["publish", "git", "--to", str(tmp_path / "docs.git"), "--allow-breaking", "--yes"]

    bundle = CliRunner().invoke(main, given)
    built = CliRunner().invoke(main, [*given, "--site", str(site), "--branch", "site"])

    assert bundle.stdout == f"published: Syncano user API 1.1, gh-pages of {tmp_path / 'docs.git'}\n", bundle.output
    assert files(git) == sorted(openapi.NAMES)
    assert built.stdout.startswith("published: "), built.output
    assert files(git, "site") == [".gitignore", LIST, "assets/app.js", "index.html"]
