"""The report of a run as files: results.json is the truth, and each renderer turns what it tells into another."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from syncano_contract.model import Report
from syncano_contract.remains import RESULTS
from syncano_contract.report.badge import to_badge_json, to_badge_svg
from syncano_contract.report.har import to_har
from syncano_contract.report.html import to_html
from syncano_contract.report.junit import to_junit
from syncano_contract.report.markdown import to_markdown
from syncano_contract.report.reading import parse
from syncano_contract.report.results import to_json
from syncano_contract.report.sarif import to_sarif

Renderer = Callable[[Report], str]

# What is made from results.json alone: each format with its files.
FORMATS: Mapping[str, Mapping[str, Renderer]] = {
    "html": {"report.html": to_html},
    "junit": {"junit.xml": to_junit},
    "markdown": {"summary.md": to_markdown},
    "sarif": {"results.sarif": to_sarif},
    "badge": {"badge.svg": to_badge_svg, "badge.json": to_badge_json},
}
RENDERERS: Mapping[str, Renderer] = {name: each for files in FORMATS.values() for name, each in files.items()}


def write(report: Report, directory: Path) -> None:
    """Write every file of a run's report; a full disk, or an error in between, loses no earlier one and leaves nothing.

    Each file is complete under another name before any takes its own. Makes the directory where it is missing. Raises
    OSError as the file system gives it.
    """
    results = to_json(report)
    told = parse(results.encode(), RESULTS)
    rendered = {name: render(told) for name, render in RENDERERS.items()}
    # results.json comes last: where it stands, the others do.
    write_all({"traffic.har": to_har(report), **rendered, RESULTS: results}, directory)


def write_all(texts: Mapping[str, str], directory: Path) -> None:
    """Write files into a folder, all or none of them, as `write` does."""
    rendered = {name: text.encode() for name, text in texts.items()}
    directory.mkdir(parents=True, exist_ok=True)
    mark = secrets.token_hex(4)
    temporary = {name: directory / f".{name}.{mark}.part" for name in rendered}
    try:
        for name, content in rendered.items():
            _write(temporary[name], content)
        with alone(directory):
            for name, path in temporary.items():
                path.replace(directory / name)
    finally:
        for path in temporary.values():
            path.unlink(missing_ok=True)


@contextmanager
def alone(directory: Path) -> Iterator[None]:
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
