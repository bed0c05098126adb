"""What tests expect of replies; each function raises Failed with both halves of "expected …, saw …"."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

from syncano_contract import judge, pointer
from syncano_contract.client import THROTTLED
from syncano_contract.departures import Departures
from syncano_contract.document import Operation
from syncano_contract.model import Exchange, header
from syncano_contract.outcome import CannotTell, Failed
from syncano_contract.reply import Reply
from syncano_contract.session import Session, Sighting
from syncano_contract.text import counted
from syncano_contract.volume import is_shortened

FIELDS = frozenset({"username", "password"})
STATUS = (judge.STATUS,)  # the place of a status in a reply

# An error that names no field, or the wrong one, fails these first; what else is about that is put down to them.
FIRST_NAMED = {"addUser": "USERS-ADD-5", "updateUser": "USERS-UPDATE-6"}


def success(reply: Reply) -> None:
    """Expect the documented status of a success."""
    _not_throttled(reply)
    _not_doubtful(reply)
    if reply.status != reply.operation.success:
        expected = f"{reply.operation.id} to answer {reply.operation.success}"
        raise Failed(expected, str(reply), reply.exchange, judge.of_status(reply.status), places=STATUS)


def refused(reply: Reply, *statuses: int, subject: str | None = None) -> None:
    """Expect one of the statuses, or one with which HTTP itself refuses.

    What the document lists otherwise may be put down to a `subject`: a requirement that meets the same fault first.
    """
    _not_throttled(reply)
    if reply.status in statuses or reply.status in judge.TOLERATED:
        return
    is_undocumented = 400 <= reply.status < 500 and reply.status not in reply.operation.shapes
    owner = judge.STATUS if is_undocumented else _other_aspect(reply) or subject
    expected = f"{reply.operation.id} to refuse with {' or '.join(str(status) for status in statuses)}"
    raise Failed(expected, str(reply), reply.exchange, owner, places=STATUS)


def any_refusal(reply: Reply, subject: str | None = None) -> None:
    """Expect any 4xx; `subject` as for `refused`."""
    _not_throttled(reply)
    if not 400 <= reply.status < 500:
        expected = f"{reply.operation.id} to refuse with a 4xx"
        raise Failed(expected, str(reply), reply.exchange, _other_aspect(reply) or subject, places=STATUS)


def not_found(reply: Reply, for_another: Callable[[], Reply]) -> None:
    """Expect 404 for what nobody has, or 403 where `for_another`, the same for somebody else's, gives 403 too."""
    if reply.status == 403 and for_another().status == 403:
        return
    refused(reply, 404)
    if reply.status == 404:
        detail(reply)


def detail(reply: Reply) -> str:
    """Expect an error body with a `detail`, and return it."""
    if not reply.is_documented:
        raise CannotTell(f"the error of {reply.operation.id} is not as documented: {reply}", judge.ERROR_BODY)
    return str(reply.at("detail"))


def faulty(reply: Reply, *names: str) -> None:
    """Expect a 400 that names exactly these fields, each with a list of messages."""
    refused(reply, 400, subject=FIRST_NAMED[reply.operation.id])
    if reply.status != 400:
        return
    if not reply.is_documented:
        raise CannotTell(f"the error of {reply.operation.id} is not as documented: {reply}", judge.ERROR_BODY)
    named = sorted(FIELDS & reply.body.keys())
    if named != sorted(names):
        expected = f"the error to name {' and '.join(sorted(names))}"
        seen = f"{' and '.join(named) or 'neither field'}, in {reply}"
        wrong = tuple(pointer.child("", name) for name in named if name not in names)
        raise Failed(expected, seen, reply.exchange, FIRST_NAMED[reply.operation.id], places=wrong)
    for name in names:
        if not is_messages(reply.body[name]):
            raise CannotTell(f"{name} has no list of messages: {reply}", judge.ERROR_BODY)


def equal(what: str, seen: object, expected: object, reply: Reply, subject: str | None = None, *, at: str = "") -> None:
    """Expect a value, seen `at` a member of the reply; `subject` as for `refused`."""
    if seen != expected:
        places = _showing({pointer.child("", at): seen}, reply) if at else ()
        raise Failed(f"{what} to be {_json(expected)}", _json(seen), reply.exchange, subject, places=places)


def name(what: str, seen: object, sent: str, reply: Reply, subject: str | None = None) -> None:
    """Expect a user name as it was sent, but for case, surrounding space and Unicode normal form."""
    if _folded(seen) != _folded(sent):
        places = _showing({"/username": seen}, reply)
        raise Failed(f"{what} to be {_json(sent)}", _json(seen), reply.exchange, subject, places=places)


def same_user(
    what: str, seen: dict[str, Any], expected: dict[str, Any], reply: Reply, subject: str | None = None
) -> None:
    """Expect what `api.lasting` gives of a user to be the same, as far as both show it; `subject` as for `refused`."""
    changed = [pointer for pointer in expected if pointer in seen and seen[pointer] != expected[pointer]]
    if changed:
        shown = [", ".join(f"{each} {_json(side[each])}" for each in changed) for side in (expected, seen)]
        places = _showing({each: seen[each] for each in changed}, reply)
        raise Failed(f"{what} to have {shown[0]}", shown[1], reply.exchange, subject, places=places)


def blocked(reason: str, requirement: str) -> NoReturn:
    """Say that another requirement stands in the way."""
    raise CannotTell(reason, requirement)


def that(holds: object, expected: str, seen: str, reply: Reply, subject: str | None = None) -> None:
    """Expect what no comparison of two values says; a failure may be put down to a `subject`, as for `refused`."""
    if not holds:
        _not_doubtful(reply)
        raise Failed(expected, seen, reply.exchange, subject)


def traffic(session: Session) -> list[Exchange]:
    """Return every exchange of the run; raises CannotTell when there is none with a reply."""
    exchanges = session.log.exchanges
    if not any(exchange.response for exchange in exchanges):
        raise CannotTell("no request of this run had a reply")
    return exchanges


def sightings(session: Session) -> list[Sighting]:
    """Return every user that a reply of the run showed; raises CannotTell when none did."""
    seen = list(session.sightings())
    if not seen:
        raise CannotTell("no reply of this run showed a user", judge.BODY)
    return seen


def no_departure(session: Session, aspect: str) -> None:
    """Expect that no reply of the run departs from the document in an aspect."""
    traffic(session)
    found = Departures()
    for each in session.departures(aspect):
        found.add(each)
    if failure := found.failure(aspect):
        raise failure
    if aspect != judge.SERVER_ERROR:
        seen_enough(session)


def none(failures: Iterable[Failed]) -> None:
    """Expect none of these failures; raises the first one."""
    for failure in failures:
        raise failure


def seen_enough(session: Session) -> None:
    """Raise CannotTell when nothing was found because little was seen: replies were cut, or an operation failed."""
    cut = sum(map(is_shortened, session.log.exchanges))
    if cut:
        raise CannotTell(f"{counted(cut, 'reply', 'replies')} could not be kept as a whole: the target sent too much")
    is_asked = [each for each in session.document.operations if not (each.writes and session.settings.read_only)]
    if obstacle := unseen(is_asked, session.replies()):
        raise obstacle


def unseen(operations: Iterable[Operation], replies: Mapping[tuple[str, int], int]) -> CannotTell | None:
    """Return what is said of an operation that never succeeded, if there is one; `replies` counts by id and status."""
    succeeded = {name for name, status in replies if status // 100 == 2}
    never = next((each.id for each in operations if each.id not in succeeded), None)
    return CannotTell(f"{never} never succeeded, so that little was seen", never) if never else None


def _not_throttled(reply: Reply) -> None:
    if reply.status == 429:
        asked = reply.exchange.response and header(reply.exchange.response.headers, "Retry-After")
        raise CannotTell(
            f"{reply.operation.id} was throttled: {THROTTLED} (Retry-After: {asked or 'none'}); try --rate"
        )
    if 300 <= reply.status < 400:
        raise CannotTell(f"{reply.operation.id} was redirected ({reply.status}); redirects are not followed")


def _not_doubtful(reply: Reply) -> None:
    if reply.is_doubtful:
        raise CannotTell(f"{reply.operation.id} was answered with 429, maybe after it took effect, and then {reply}")


def _showing(seen: Mapping[str, object], reply: Reply) -> tuple[str, ...]:
    """Return the pointers at which this very reply shows these values: another one may have shown them."""
    return tuple(each for each, value in seen.items() if _shows(reply, each, value))


def _shows(reply: Reply, place: str, value: object) -> bool:
    try:
        return bool(reply.at(*pointer.steps(place)) == value)
    except CannotTell:
        return False


def is_messages(value: object) -> bool:
    """Whether a value is a list of texts, as an error has it for a field."""
    return isinstance(value, list) and bool(value) and all(isinstance(each, str) for each in value)


def _other_aspect(reply: Reply) -> str | None:
    """Return what else is judged of a reply that is no refusal: its status, or a success that shows no user at all."""
    is_empty = reply.status == reply.operation.success and not reply.shows_user
    return judge.BODY if is_empty else judge.of_status(reply.status)


def _folded(name: object) -> object:
    return unicodedata.normalize("NFKC", name).strip().casefold() if isinstance(name, str) else name


def _json(value: object) -> str:
    return judge.shorten(json.dumps(value, ensure_ascii=False))
