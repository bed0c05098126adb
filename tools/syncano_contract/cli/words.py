"""How a command tells what a person must change."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from syncano_contract.model import Problem
from syncano_contract.text import visible

CANNOT_RUN = 2
INTERRUPTED = 130


@contextmanager
def worded() -> Iterator[None]:
    """Word what a person must change, once and without a traceback, and exit with 2."""
    try:
        yield
    except Problem as problem:
        click.echo(visible(f"error: {problem.what}"), err=True)
        click.echo(visible(f"  {problem.fix}"), err=True)
        sys.exit(CANNOT_RUN)
    except KeyboardInterrupt:
        click.echo("interrupted; no report was written", err=True)
        sys.exit(INTERRUPTED)
