"""The exchanges that a client made -> whether its requests, and the replies that it had to read, are as documented."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from syncano_contract import judge
from syncano_contract.clients.outcome import REPLIES, REQUESTS, Step, step
from syncano_contract.document import Document
from syncano_contract.model import Exchange
from syncano_contract.recorded import requests
from syncano_contract.recorded.counts import Counts
from syncano_contract.recorded.entry import of_exchange
from syncano_contract.recorded.seen import Seen, seen
from syncano_contract.recorded.vocabulary import Vocabulary
from syncano_contract.text import counted

# What a client has to answer for; the other notes are of replies.
OF_REQUESTS = (requests.UNDOCUMENTED, requests.BODIES, requests.NO_KEY)
MOST = 3  # departures that are told


def judged(document: Document, base_url: str, exchanges: Sequence[Exchange]) -> Iterator[Step]:
    """Yield what is known of the requests, and of the replies."""
    all_seen = [seen(of_exchange(each), base_url, document) for each in exchanges]
    wrong = [*_requests(document, all_seen)]
    yield step(REQUESTS, not wrong, "; ".join(wrong) or counted(len(exchanges), "request"))
    departures = [each for exchange in exchanges for each in judge.judge(document, base_url, exchange)]
    told = [f"{each.operation}: expected {each.expected}, saw {each.seen}" for each in departures[:MOST]]
    statuses = sorted({each.response.status for each in exchanges if each.response})
    yield step(REPLIES, not departures, "; ".join(told) or f"statuses {', '.join(map(str, statuses))}")


def _requests(document: Document, all_seen: Sequence[Seen]) -> Iterator[str]:
    notes, counts = requests.Notes(document, Vocabulary(document)), Counts()
    for each in all_seen:
        notes.add(each, counts, is_plain=False)
    yield from (line for line in requests.lines(counts) if any(sort in line for sort in OF_REQUESTS))
    named = [each.path for each in all_seen if "_key" in urlsplit(each.recorded.request.url).query]
    yield from (f"a key is named in the URL of {path}" for path in dict.fromkeys(named))
    called = {each.operation.id for each in all_seen if each.operation}
    yield from (f"{each.id} was not called" for each in document.operations if each.id not in called)
