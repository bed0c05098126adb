"""The recipes for CI: valid by their schemas, and their shell does what they say, run for real."""

from __future__ import annotations

import json
import os
import re
import shlex
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

import broken
from broken import Broken
from syncano_contract import document, target
from syncano_contract.cli import main
from syncano_contract.reference import faults
from syncano_contract.reference.seeds import Seeds
from syncano_contract.reference.server import Embedded
from syncano_contract.report import RENDERERS

CHECKOUT = Path(__file__).parents[2]
GITHUB, GITLAB = CHECKOUT / "ci" / "github-actions.yml", CHECKOUT / "ci" / "gitlab-ci.yml"
SECRETS = {name for name in (*target.ENVIRONMENT, *target.OTHER_ENVIRONMENT) if name.endswith("_KEY")}
OPEN = {"SYNCANO_URL", "SYNCANO_INSTANCE", "SYNCANO_OTHER_INSTANCE"}
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
CONDITIONAL = re.compile(r"\$\{\w+:\+(.*?)\}")  # `${NAME:+words}` is words where NAME is set
ACTION = re.compile(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")

# `bash -e` is how GitHub runs a step that names no shell, `set -eo pipefail` how GitLab begins.
SHELLS = {"github": ["bash", "-e", "-c"], "gitlab": ["bash", "-eo", "pipefail", "-c"]}


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def github_steps() -> list[dict[str, Any]]:
    return list(loaded(GITHUB)["jobs"]["conformance"]["steps"])


def shell(recipe: str) -> list[tuple[str, bool]]:
    """Return each piece of shell in its order, and whether it runs after a failure too."""
    if recipe == "github":
        return [(step["run"], step.get("if") == "always()") for step in github_steps() if "run" in step]
    job = loaded(GITLAB)[".contract"]
    return [("\n".join([*job["before_script"], *job["script"]]), False)]


# --- as files ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("schema", "path"), [("github-workflows", GITHUB), ("gitlab-ci", GITLAB)])
def test_a_recipe_is_valid_by_the_schema_of_its_system(schema: str, path: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(path)]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("recipe", SHELLS)
def test_every_command_has_the_options_that_it_is_given(recipe: str) -> None:
    found = [words for text, _ in shell(recipe) for words in _commands(text)]

    assert found
    for name, *words in found:
        command = main.get_command(click.Context(main), name)
        assert command is not None, name
        command.make_context(name, words)


def _commands(text: str) -> Iterator[list[str]]:
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip().startswith("syncano-contract "):
            plain = CONDITIONAL.sub(r"\1", line).replace("$DEPTH", "deep")
            words = shlex.split(plain)[1:]
            yield words[: next((place for place, word in enumerate(words) if word in (">", "|", "||")), None)]


@pytest.mark.parametrize("recipe", SHELLS)
def test_no_key_and_nothing_of_a_workflow_is_put_into_shell(recipe: str) -> None:
    text = "\n".join(text for text, _ in shell(recipe))

    assert not EXPRESSION.search(text)
    assert not [name for name in SECRETS if name in CONDITIONAL.sub("", text)]


def test_secrets_come_from_the_store_and_go_to_one_step() -> None:
    (step,) = [step for step in github_steps() if "SYNCANO_API_KEY" in step.get("env", {})]
    rest = {key: value for key, value in loaded(GITHUB)["jobs"]["conformance"].items() if key != "steps"}

    assert step["env"] == {
        name: f"${{{{ {'secrets' if name in SECRETS else 'vars'}.{name} }}}}" for name in step["env"]
    }
    assert set(step["env"]) == SECRETS | OPEN
    assert "secrets." not in json.dumps(rest)
    assert GITHUB.read_text(encoding="utf-8").count("secrets.") == len(SECRETS)


def test_each_action_is_pinned_by_commit_with_its_version() -> None:
    used = re.findall(r"uses: (.*)", GITHUB.read_text(encoding="utf-8"))

    assert len(used) == 5
    assert [line for line in used if not ACTION.fullmatch(line)] == []


def test_both_run_at_night_and_publish_junit_the_summary_and_the_report() -> None:
    github, gitlab = loaded(GITHUB), loaded(GITLAB)
    upload = next(step for step in github_steps() if "upload-artifact" in step.get("uses", ""))

    assert github[True]["schedule"]  # YAML 1.1 reads `on` as true
    assert gitlab["contract-nightly"]["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "schedule"'}]
    assert upload["if"] == "always()"
    assert upload["with"]["path"].split() == ["report/", "summary.txt", "previous/", "comparison/"]
    assert gitlab[".contract"]["artifacts"]["paths"] == ["report/", "summary.txt", "previous/", "comparison/"]
    assert gitlab[".contract"]["artifacts"]["reports"] == {"junit": "report/junit.xml"}
    assert gitlab[".contract"]["allow_failure"] == {"exit_codes": 2}


@pytest.mark.parametrize("path", [GITHUB, GITLAB])
def test_a_file_of_a_report_that_is_named_is_one_that_a_run_writes(path: Path) -> None:
    named = re.findall(r"report/([\w.]+\w)", path.read_text(encoding="utf-8"))

    assert {"summary.md", "badge.svg", "results.sarif"} & set(named)
    assert set(named) <= {"results.json", *RENDERERS}


def test_nothing_may_be_changed_with_the_token_of_the_job() -> None:
    assert loaded(GITHUB)["permissions"] == {"contents": "read"}


def test_what_is_installed_is_there() -> None:
    assert (CHECKOUT / "requirements.lock").is_file()
    assert "hatchling" in (CHECKOUT / "requirements.lock").read_text(encoding="utf-8")  # no build is isolated


# --- for real ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Job:
    """What a job did: its exit code, what it printed, every command, its folder, and the summary that GitHub shows."""

    code: int
    output: str
    words: str
    folder: Path
    summary: str


Work = Callable[[str, str, Seeds | None], Job]


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """Return what runs the shell of a recipe in an empty folder, against a URL, with keys, and without installing."""
    programs, folder, log, summary = (tmp_path / name for name in ("bin", "folder", "words", "summary"))
    for place in (programs, folder):
        place.mkdir()
    real = Path(sys.executable).with_name("syncano-contract")
    _write(programs / "pip", f'echo "pip $*" >> "{log}"')
    _write(programs / "syncano-contract", f'echo "syncano-contract $*" >> "{log}"\nexec "{real}" "$@"')

    def run(recipe: str, url: str, seeds: Seeds | None) -> Job:
        own = {"PATH": f"{programs}:{os.environ['PATH']}", "GITHUB_STEP_SUMMARY": str(summary)}
        environment = {**_without_keys(), **_variables(url, seeds), **own}
        code, output = 0, ""
        for text, is_always in shell(recipe):
            if code == 0 or is_always:
                done = subprocess.run(
                    [*SHELLS[recipe], text], cwd=folder, env=environment, capture_output=True, text=True, check=False
                )
                code, output = code or done.returncode, output + done.stdout + done.stderr
        shown = summary.read_text(encoding="utf-8") if summary.exists() else ""
        return Job(code, output, log.read_text(encoding="utf-8"), folder, shown)

    return run


def _write(program: Path, text: str) -> None:
    program.write_text(f"#!/bin/bash\n{text}\n", encoding="utf-8")
    program.chmod(0o755)


def _without_keys() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("SYNCANO_", "GITHUB_"))}


def _variables(url: str, seeds: Seeds | None) -> dict[str, str]:
    """Return what CI sets; GitHub sets a secret that nobody gave to nothing."""
    given = {"SYNCANO_URL": url, "SYNCANO_INSTANCE": "rivia", "DEPTH": "quick", "SYNCANO_API_KEY": "0" * 40}
    if seeds:
        given |= {
            "SYNCANO_INSTANCE": seeds.instance,
            "SYNCANO_API_KEY": seeds.api_key,
            "SYNCANO_ACCOUNT_KEY": seeds.account_key,
            "SYNCANO_OTHER_INSTANCE": seeds.other_instance,
            "SYNCANO_OTHER_API_KEY": seeds.other_api_key,
        }
    return {**dict.fromkeys(SECRETS | OPEN, ""), **given}


def dying() -> Broken:
    """A target that answers one request."""
    user = json.dumps(document.load().tree["components"]["examples"]["UserAdded"]["value"]).encode()
    answered: list[bool] = []

    def talk(connection: socket.socket, over: threading.Event) -> None:
        (broken.close if answered else broken.answer(b"200", user))(connection, over)
        answered.append(True)

    return Broken(talk)


def faulty() -> Embedded:
    return Embedded(faults.build((faults.find("add-answers-201"),)))


# The exit code by recipe, and what GitHub is told, if anything.
CODES: list[tuple[Callable[[], AbstractContextManager[Any]], dict[str, int], str]] = [
    (Embedded, {"github": 0, "gitlab": 0}, ""),
    (faulty, {"github": 1, "gitlab": 1}, r"^::error file=openapi\.yaml,line=\d+,title=USERS-ADD-1 "),
    # A warning for each: `allow_failure` is GitLab's.
    (dying, {"github": 0, "gitlab": 2}, r"^::warning title=inconclusive::"),
]
# A job of each target and recipe.
JOBS = [
    pytest.param(make, recipe, codes[recipe], annotation, id=f"{recipe}-{codes[recipe]}")
    for make, codes, annotation in CODES
    for recipe in SHELLS
]


@pytest.mark.parametrize(("make", "recipe", "code", "annotation"), JOBS)
def test_a_job_ends_as_the_recipe_says_and_leaves_what_it_publishes(
    make: Callable[[], AbstractContextManager[Any]], recipe: str, code: int, annotation: str, work: Work
) -> None:
    with make() as deployment:
        seeds = getattr(deployment, "seeds", None)
        job = work(recipe, deployment.url, seeds)

    kept = job.folder / ("previous" if recipe == "github" else "kept") / "results.json"
    summary = (job.folder / "summary.txt").read_text(encoding="utf-8")
    assert job.code == code, job.output
    annotations = [line for line in job.output.splitlines() if re.match("::(error|warning)", line)]
    assert bool(annotations) is bool(annotation and recipe == "github")
    assert not annotations or re.search(annotation, "\n".join(annotations), re.M)
    assert {path.name for path in (job.folder / "report").iterdir()} == {"results.json", "traffic.har", *RENDERERS}
    assert job.summary == ((job.folder / "report" / "summary.md").read_text("utf-8") if recipe == "github" else "")
    assert kept.read_bytes() == (job.folder / "report" / "results.json").read_bytes()
    assert re.search(r"^(NON-)?CONFORMANT: |^INCONCLUSIVE: ", summary, re.M)
    assert "::" not in "".join(line[:2] for line in summary.splitlines())
    assert "pip install --quiet --require-hashes -r requirements.lock" in job.words
    assert ("--cleanup" in job.words) is (seeds is not None)
    if seeds:
        shown = job.words + job.output + "".join(path.read_text("utf-8") for path in (job.folder / "report").iterdir())
        assert not [key for key in (seeds.api_key, seeds.account_key, seeds.other_api_key) if key in shown]


@pytest.mark.parametrize("recipe", SHELLS)
def test_a_run_that_is_not_possible_fails_the_job(recipe: str, work: Work) -> None:
    job = work(recipe, "http://127.0.0.1:9/v1.1", None)

    assert job.code == (2 if recipe == "github" else 1)
    assert "gives no reply" in job.output
    assert job.summary == ""
    assert not (job.folder / "report" / "results.json").exists()


@pytest.mark.parametrize("recipe", SHELLS)
def test_the_results_of_the_run_before_are_published_beside_the_new_ones(recipe: str, work: Work) -> None:
    with Embedded() as deployment:
        first = work(recipe, deployment.url, deployment.seeds)
        before = (first.folder / "report" / "results.json").read_bytes()
        if recipe == "gitlab":  # a job starts with what its cache has; GitHub's fetches `previous` itself
            second = work(recipe, deployment.url, deployment.seeds)
            assert (second.folder / "report" / "results.json").read_bytes() != before
            assert (second.folder / "comparison" / "compare.html").is_file()
            assert "unchanged: " in second.output

    assert (first.folder / "previous" / "results.json").read_bytes() == before
