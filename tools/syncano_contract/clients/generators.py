"""The generators that make clients, each of which an expert of its language would choose, at their pinned versions."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from syncano_contract import npm, pypi
from syncano_contract.clients.languages import (
    CLUTTER,
    FILES,
    OPENAPI_GENERATOR,
    OPENAPI_PYTHON,
    OPENAPI_TYPESCRIPT,
    REFUSAL,
    Language,
)
from syncano_contract.clients.toolchains import GENERATORS, TYPESCRIPT, java
from syncano_contract.installed import Tell
from syncano_contract.model import Problem

SECONDS = 300  # for one client
JAR = Path("openapi_generator_cli", "openapi-generator.jar")
# The same bytes come of it whatever the language and the encoding of the machine are.
ANYWHERE = ("-Dfile.encoding=UTF-8", "-Duser.language=en", "-Duser.country=US")
COMPLAINT = re.compile("error|exception|cannot|invalid", re.IGNORECASE)
CLIENTS = "CLIENT generators:"  # the heading of a list of names, which an empty line ends


class NoClientError(Problem):
    """A generator was there, and made no client of the document."""


@dataclass(frozen=True)
class Task:
    """What a generator has to do: in which folder, from which file, with the version of the document in it."""

    language: Language
    version: str
    source: Path
    folder: Path


def generate(task: Task, tell: Tell) -> None:
    """Let the language's generator fill the folder; raises NoClientError, or Problem where it cannot be had."""
    TABLE[task.language.generator](task, tell)


def version(language: Language) -> str:
    """Return the pinned version of a language's generator."""
    if language.generator == OPENAPI_TYPESCRIPT:
        lock = json.loads((npm.GROUPS / TYPESCRIPT / npm.LOCK).read_text(encoding="utf-8"))
        return str(lock["packages"][f"node_modules/{OPENAPI_TYPESCRIPT}"]["version"])
    lines = (pypi.GROUPS / GENERATORS / pypi.LOCK).read_text(encoding="utf-8").splitlines()
    pinned = next(line for line in lines if line.startswith(f"{language.generator}=="))
    return pinned.partition("==")[2].rstrip(" \\")


def named(language: Language) -> str:
    """Return a language's generator with its version."""
    return f"{language.generator} {version(language)}"


def others(tell: Tell) -> list[str]:
    """Return the languages that openapi-generator makes clients in, as that calls them; raises Problem as above."""
    listed = _call([*_openapi_generator(tell), "list"]).partition(CLIENTS)[2].strip("\n").partition("\n\n")[0]
    return [line.split()[1] for line in listed.splitlines()]


def _by_openapi_generator(task: Task, tell: Tell) -> None:
    unwanted = ",".join([*CLUTTER, *task.language.unwanted])
    words = [*_openapi_generator(tell), "generate", "--generator-name", task.language.target]
    words += [word.format(version=task.version) for word in task.language.options]
    words += ["--inline-schema-name-mappings", REFUSAL, "--openapi-generator-ignore-list", unwanted]
    _call([*words, "--input-spec", str(task.source), "--output", str(task.folder)])
    shutil.rmtree(task.folder / ".openapi-generator")
    (task.folder / ".openapi-generator-ignore").unlink()


def _openapi_generator(tell: Tell) -> list[str]:
    return [java(tell), *ANYWHERE, "-jar", str(pypi.packages(GENERATORS, tell) / JAR)]


def _by_openapi_python_client(task: Task, tell: Tell) -> None:
    environment = pypi.environment(GENERATORS, tell)
    words = [str(environment / "bin" / "python"), "-m", "openapi_python_client", "generate", "--overwrite"]
    words += ["--meta", "uv", "--fail-on-warning", "--config", str(FILES / "python" / "generator.yaml")]
    path = os.pathsep.join([str(environment / "bin"), os.environ.get("PATH", os.defpath)])  # it formats with ruff
    _call([*words, "--path", str(task.source), "--output-path", str(task.folder)], PATH=path)
    shutil.rmtree(task.folder / ".ruff_cache")
    (task.folder / ".gitignore").unlink()


def _by_openapi_typescript(task: Task, tell: Tell) -> None:
    words = npm.command(TYPESCRIPT, "openapi-typescript/bin/cli.js", tell)
    _call([*words, str(task.source), "--output", str(task.folder / "src" / "schema.ts")])


TABLE: Mapping[str, Callable[[Task, Tell], None]] = {
    OPENAPI_GENERATOR: _by_openapi_generator,
    OPENAPI_PYTHON: _by_openapi_python_client,
    OPENAPI_TYPESCRIPT: _by_openapi_typescript,
}


def _call(words: Sequence[str], **environment: str) -> str:
    """Run a generator and return what it prints; raises NoClientError with what it complains of where it fails."""
    fix = "`syncano-contract validate` tells if the document is broken; else try again"
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and words of our own
            words, env={**os.environ, **environment}, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Problem(f"the generator cannot be run: {error}", "try again, or see to what it runs on") from error
    if done.returncode:
        lines = [line for line in f"{done.stderr}\n{done.stdout}".splitlines() if line.strip()]
        told = next((line for line in lines if COMPLAINT.search(line)), [*lines, f"exit code {done.returncode}"][0])
        raise NoClientError(f"the generator failed: {told.strip()}", fix)
    return done.stdout
