"""index.html of a folder of reports: its runs by target, the newest first, each with the way to its report."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2

from syncano_contract import output
from syncano_contract.address import Address, address_of
from syncano_contract.model import Level, Problem, Verdict
from syncano_contract.remains import RESULTS
from syncano_contract.report import alone
from syncano_contract.report.folder import folders
from syncano_contract.report.heads import Head, head
from syncano_contract.report.page import template
from syncano_contract.report.picture import line, strip
from syncano_contract.report.shown import clock, shown
from syncano_contract.text import visible

INDEX = "index.html"
PAGE = "report.html"
SHOWN = 20  # runs of a target that stand open; those before are folded
MARK = '<meta name="generator" content="syncano-contract index">'
HEAD_OF_PAGE = 2_000  # characters, within which the mark stands


@dataclass(frozen=True)
class Entry:
    """One run: the name of its folder, the file that shows it, and what it was."""

    folder: str
    page: str
    head: Head

    @property
    def link(self) -> str:
        """The way to it from the index, as a relative URL."""
        return quote(os.fsencode(self.folder), safe="") + "/" + self.page


@dataclass(frozen=True)
class Index:
    """The runs of each target, the newest first, and how many folders hold no report that can be read."""

    targets: tuple[tuple[Address, tuple[Entry, ...]], ...]
    passed_over: int

    @property
    def runs(self) -> int:
        """How many runs are listed."""
        return sum(len(entries) for _, entries in self.targets)


def write(directory: Path) -> Index:
    """Write the index of a folder, and return it; of two runs that end at once, the later one lists both.

    Raises Problem where the folder holds no report, where a page that is none of ours stands in the way, or where
    nothing can be written.
    """
    page = directory / INDEX
    try:
        with alone(directory):
            found = read(directory)
            if not found.targets:
                raise Problem(
                    f"{directory} holds no report of a run", "name a folder that `syncano-contract run` wrote to"
                )
            _refuse_to_replace(page)
            output.write(page, [to_html(found)])
    except OSError as error:
        raise Problem(f"cannot read {directory}: {error.strerror}", "name a folder of reports") from error
    return found


def read(directory: Path) -> Index:
    """Return what a folder of reports holds; the target with the newest run comes first."""
    found, passed_over = [], 0
    for folder in folders(directory):
        try:
            told = head(folder / RESULTS)
        except Problem:
            passed_over += 1
        else:
            found.append(Entry(folder.name, PAGE if (folder / PAGE).exists() else RESULTS, told))
    return Index(_by_target(found), passed_over)


def to_html(index: Index) -> str:
    """Return a page without scripts that refers to nothing but the reports beside it."""
    return _template().render(index=index, trends=[_trend(entries) for _, entries in index.targets]).lstrip()


@cache
def _template() -> jinja2.Template:
    filters: dict[str, Callable[..., Any]] = {
        "shown": shown,
        "visible": visible,
        "clock": clock,
        "number": "{:,}".format,
    }
    return template("index.html.j2", filters, {"Level": Level, "Verdict": Verdict, "SHOWN": SHOWN, "MARK": MARK})


def _by_target(entries: Iterable[Entry]) -> tuple[tuple[Address, tuple[Entry, ...]], ...]:
    grouped: dict[Address, list[Entry]] = {}
    for entry in sorted(entries, key=lambda each: (each.head.started, each.folder), reverse=True):
        grouped.setdefault(address_of(entry.head.target, entry.head.instance), []).append(entry)
    return tuple((address, tuple(members)) for address, members in grouped.items())


def _trend(entries: Sequence[Entry]) -> dict[str, Any]:
    """Return the pictures of a target's runs, the oldest first."""
    heads = [entry.head for entry in reversed(entries)]
    requests, seconds = [each.requests for each in heads], [each.seconds for each in heads]
    return {
        "conclusions": strip([each.conclusion for each in heads]),
        "requests": line(requests, f"{requests[-1]:,} now, {min(requests):,} to {max(requests):,} in all"),
        "seconds": line(seconds, f"{seconds[-1]:.1f} s now, {min(seconds):.1f} to {max(seconds):.1f} s in all"),
    }


def _refuse_to_replace(page: Path) -> None:
    """Raise Problem for a page that somebody else wrote."""
    if page.exists() and not (page.is_file() and MARK in page.read_text("utf-8", "replace")[:HEAD_OF_PAGE]):
        raise Problem(f"{page} was not written by syncano-contract", "move it elsewhere, or name another folder")
