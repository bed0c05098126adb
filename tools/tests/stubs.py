"""Shell scripts in the place of npm's tools."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from syncano_contract import npm


def stub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *answers: str) -> Path:
    """Put a shell script in the place of a tool, which does what the answers say, one a call, and keeps what it saw."""
    script, seen = tmp_path / "tool", tmp_path / "seen"
    seen.mkdir()
    cases = "".join(f"{number}) {answer} ;;\n" for number, answer in enumerate(answers))
    script.write_text(
        f'#!/bin/sh\nn=$(ls {seen} | grep -c words)\nfor each; do echo "$each"; done > {seen}/words-$n\n'
        f"env > {seen}/env-$n\ncp openapi-*.json {seen}/sent-$n\npwd > {seen}/place-$n\ncase $n in\n{cases}esac\n"
    )
    script.chmod(0o755)
    monkeypatch.setattr(npm, "command", lambda *_: [str(script)])
    monkeypatch.setattr(npm, "environment", lambda: {"PATH": os.environ["PATH"]})
    return seen


def lifeline(tmp_path: Path) -> tuple[int, str, str]:
    """Return a file that ends when no process of a tool is left, and what a tool begins and ends with for that.

    It begins with taking hold of it as number 9, and ends with waiting for ever.
    """
    fifo, never = tmp_path / "fifo", tmp_path / "never"
    os.mkfifo(fifo)
    os.mkfifo(never)
    return os.open(fifo, os.O_RDONLY | os.O_NONBLOCK), f"exec 9> {fifo}", f"exec cat {never}"


def words(seen: Path) -> list[list[str]]:
    return [file.read_text().splitlines() for file in sorted(seen.glob("words-*"))]
