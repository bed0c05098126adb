"""The report of a run as files: each renderer turns the whole report into one of them."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from syncano_contract.model import Report
from syncano_contract.report.har import to_har
from syncano_contract.report.html import to_html
from syncano_contract.report.junit import to_junit
from syncano_contract.report.results import to_json

# results.json comes last: where it stands, the others do.
RENDERERS: Mapping[str, Callable[[Report], str]] = {
    "traffic.har": to_har,
    "junit.xml": to_junit,
    "report.html": to_html,
    "results.json": to_json,
}


def write(report: Report, directory: Path) -> None:
    """Write every file of a report; a full disk, or an error in between, loses no earlier one and leaves no remains.

    Each file is complete under another name before any takes its own. Makes the directory where it is missing. Raises
    OSError as the file system gives it.
    """
    rendered = {name: render(report).encode() for name, render in RENDERERS.items()}
    directory.mkdir(parents=True, exist_ok=True)
    mark = secrets.token_hex(4)
    temporary = {name: directory / f".{name}.{mark}.part" for name in rendered}
    try:
        for name, content in rendered.items():
            _write(temporary[name], content)
        with _alone(directory):
            for name, path in temporary.items():
                path.replace(directory / name)
    finally:
        for path in temporary.values():
            path.unlink(missing_ok=True)


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Let no other process put its files into the folder meanwhile: a report is of one run."""
    opened = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
