"""The newest report of each deployment, as a part of the site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from syncano_contract.model import Level, Problem, Verdict
from syncano_contract.remains import RESULTS
from syncano_contract.report import index
from syncano_contract.report.badge import to_badge_svg
from syncano_contract.report.heads import Head
from syncano_contract.report.html import to_html
from syncano_contract.report.reading import read

FIX = "name a folder of reports that `syncano-contract run` wrote"


@dataclass(frozen=True)
class Shown:
    """A report as the site shows it: its folder there, and what the run was."""

    folder: str
    head: Head

    @property
    def page(self) -> str:
        """The way to it from the root of the site."""
        return f"{self.folder}/{index.PAGE}"

    @property
    def results(self) -> str:
        """The way to what programs read of it."""
        return f"{self.folder}/{RESULTS}"

    @property
    def failed(self) -> int:
        """How many MUSTs failed."""
        return self.head.counts[Level.MUST][Verdict.FAILED]


def newest(directory: Path) -> tuple[tuple[Shown, ...], dict[str, bytes]]:
    """Return the newest report of each target in a folder of reports, and their files by their place in the site.

    The pages are made from results.json anew. Raises Problem where there is none, or where one cannot be read.
    """
    entries = [entries[0] for _, entries in index.read(directory).targets]
    if not entries:
        raise Problem(f"{directory} holds no report of a run", FIX)
    found = [(Shown(f"reports/{_name(entry.folder, n)}", entry.head), entry) for n, entry in enumerate(entries, 1)]
    files = dict(file for shown, entry in found for file in _files(shown, directory / entry.folder / RESULTS))
    return tuple(shown for shown, _ in found), files


def _files(shown: Shown, results: Path) -> Iterator[tuple[str, bytes]]:
    report = read(results)
    yield shown.results, results.read_bytes()
    yield shown.page, to_html(report).encode()
    yield f"{shown.folder}/badge.svg", to_badge_svg(report).encode()


def _name(folder: str, number: int) -> str:
    """Return a name for a folder that every host and file system takes, and that no other has."""
    return f"{number}-{re.sub(r'[^A-Za-z0-9.]+', '-', folder).strip('-.')}"
