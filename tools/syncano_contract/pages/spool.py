"""Pages -> their facts on disk, to be read page by page as often as is needed."""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Sequence
from typing import IO

from syncano_contract.model import Fact
from syncano_contract.pages import Page
from syncano_contract.pages.extract import Spooled, base_repairs, spooled, usual_bases
from syncano_contract.pages.facts import PageFacts


class Spool:
    """The facts of pages in a temporary file; an index of them is all that is held in memory."""

    def __init__(self, pages: Iterable[Page], file: IO[bytes]) -> None:
        """Write the facts of all pages."""
        self._file = file
        self.index: Sequence[Spooled] = spooled(pages, file, _written)
        self._usual = usual_bases(base for entry in self.index for base in entry.page.bases)

    def facts(self, entry: Spooled) -> tuple[Fact, ...]:
        """Return the facts of one page, as `extract.facts` has them."""
        ref = entry.page.ref
        said = marshal.loads(entry.read(self._file))  # noqa: S302 - what this process has just written
        of_page = (Fact(each[0], ref, *each[1:]) for each in said)
        return (*of_page, *base_repairs(entry.page, self._usual))


def _written(page: PageFacts) -> bytes:
    return marshal.dumps([(fact.id, fact.kind, fact.pointer, fact.statement, fact.value) for fact in page.facts])
