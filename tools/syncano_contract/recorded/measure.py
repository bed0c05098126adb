"""A document -> all that recorded exchanges are measured by; it takes some milliseconds, and so is done once."""

from __future__ import annotations

from syncano_contract.document import Document
from syncano_contract.recorded.requests import Notes, closed
from syncano_contract.recorded.vocabulary import Vocabulary


class Measure:
    """What a document says of exchanges; the operations in `closed`, by id, allow nothing that is not listed."""

    def __init__(self, document: Document) -> None:
        """Derive it."""
        self.document = document
        self.vocabulary = Vocabulary(document)
        self.notes = Notes(document, self.vocabulary)
        self.closed = {each.id: each for each in closed(document).operations}
