"""How a command tells what a person must change."""

from __future__ import annotations

import os
import secrets
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click

from syncano_contract.model import Problem
from syncano_contract.text import fenced, visible

CANNOT_RUN = 2


@contextmanager
def worded() -> Iterator[None]:
    """Word what a person must change, once and without a traceback, and exit with 2."""
    try:
        yield
    except Problem as problem:
        lines = [f"error: {problem.what}", f"  {problem.fix}"]
        click.echo("\n".join(inert([visible(line) for line in lines])), err=True)
        sys.exit(CANNOT_RUN)
    except KeyboardInterrupt as interrupt:
        click.echo("interrupted; no report was written", err=True)
        sys.exit(128 + (interrupt.args[0] if interrupt.args else signal.SIGINT))


def inert(lines: Sequence[str], *, always: bool = False) -> list[str]:
    """Return lines in which GitHub Actions, where it (or `always`) reads what is printed, finds no command."""
    is_read = always or os.environ.get("GITHUB_ACTIONS") == "true"
    return [*fenced(lines, secrets.token_hex(16))] if is_read else [*lines]


def progress(line: str) -> None:
    """Print what a command is about to do that takes its time."""
    click.echo("\n".join(inert([visible(line)])), err=True)
