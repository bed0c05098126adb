"""What one recorded exchange shows of a requirement, by itself.

Each check yields the requirement and either None, where the exchange keeps it, or what is to be said of it. Nothing is
said where something that was not recorded could be the reason: a right that a key has or lacks, a name that is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from syncano_contract import expect, leaks, links
from syncano_contract.api import ABSENT
from syncano_contract.document import Operation
from syncano_contract.expect import FIELDS
from syncano_contract.outcome import CannotTell, Failed
from syncano_contract.recorded.seen import Seen, is_as_documented, object_of
from syncano_contract.recorded.vocabulary import NO_INSTANCE, NOT_FOUND, REQUIRED
from syncano_contract.redact import ALONE
from syncano_contract.reply import Reply
from syncano_contract.session import Sighting

Outcome = tuple[str, Failed | CannotTell | None]
Check = Callable[[Seen], Iterable[Outcome]]

# The requirement on the documented success of each operation; that of details is on the form of the key as well.
SUCCESSES = {"addUser": "USERS-ADD-1", "updateUser": "USERS-UPDATE-1", "resetUserKey": "USERS-RESET-1"}
DETAILS = {"header": "USER-DETAILS-1", "query": "USER-DETAILS-2"}

NAMES = tuple(sorted(FIELDS))
PLAIN_NAME = re.compile(r"[\w.@+-]{1,30}\Z", re.ASCII)

# A password that no reply holds by chance, and what those who clean recordings write in the place of what they hide.
TELLING_PASSWORD = re.compile(r"(?=.*[A-Za-z])(?=.*[^A-Za-z]).{10,}", re.DOTALL)
MASK = re.compile(r"[\W_]*+(?:redacted|masked|hidden|removed|filtered|secret|string|x*)[\W_]*+", re.IGNORECASE)

# What is wrong with a member -> the requirement on that, by operation and by what it is.
WRONG: dict[str, dict[str, str]] = {
    "addUser": {
        "no password": "USERS-ADD-5",
        "no username": "USERS-ADD-6",
        "neither": "USERS-ADD-7",
        "null": "USERS-ADD-8",
        "array or object": "USERS-ADD-9",
        "boolean": "USERS-ADD-10",
        "blank": "USERS-ADD-11",
    },
    "updateUser": {
        "no password": "USERS-UPDATE-7",
        "no username": "USERS-UPDATE-6",
        "neither": "USERS-UPDATE-17",
        "null": "USERS-UPDATE-9",
        "array or object": "USERS-UPDATE-9",
        "boolean": "USERS-UPDATE-10",
        "blank": "USERS-UPDATE-10",
    },
}

# What our own redactor leaves of a secret in traffic that it has been through.
HIDDEN_PASSWORD = re.compile(r"<password(?: \d+)?>")
HIDDEN_API_KEY = re.compile(r"<(?:(?:other |altered )?api_key|plain_key|account_key)(?: \d+)?>")
HIDDEN_USER_KEY = re.compile(r"<user_key(?: \d+)?>")


def successes(seen: Seen) -> Iterator[Outcome]:
    """A success has the documented status."""
    if not seen.is_success or seen.operation is None:
        return
    name = SUCCESSES.get(seen.operation.id) or (DETAILS["header"] if seen.headers.get("x-user-key") else "")
    if name and seen.status != seen.operation.success:
        expected = f"{seen.operation.id} to answer {seen.operation.success}"
        yield name, Failed(expected, f"{seen.status}", seen.recorded.exchange, places=expect.STATUS)
    elif name and name not in DETAILS.values():
        yield name, None


def members(seen: Seen) -> Iterator[Outcome]:
    """A body with one thing wrong is refused with 400, and the error names just that."""
    sent, operation = seen.sent, seen.operation
    if operation is None or not (seen.status == 400 or seen.is_success):
        return
    if not isinstance(sent, dict) or seen.lacks or not _is_json(seen):
        return
    wrong = {name: kind for name in NAMES if (kind := _wrong(sent.get(name, ABSENT)))}
    if not wrong:
        return
    name = WRONG[operation.id].get(_summed_up(wrong))
    if name is None:
        return
    named = FIELDS & object_of(seen.value).keys()
    if seen.status == 400 and named > wrong.keys():
        return  # the other one may be taken, or be wrong in a way that no page tells
    is_named = seen.status == 400 and named == wrong.keys()
    # What `faulty` would not object to need not be put to it: most of what is wrong is refused rightly.
    is_told = is_named and all(expect.is_messages(seen.value[each]) for each in wrong)
    is_right = is_told and is_as_documented(seen, operation)
    yield name, None if is_right else _raised(lambda: expect.faulty(_reply(seen, operation), *wrong))
    if is_told and set(wrong.values()) == {"absent"}:
        is_usual = all(seen.value[each] == [REQUIRED] for each in wrong)
        yield "MESSAGES-3", None if is_usual else _raised(lambda: _expect_texts(_reply(seen, operation), wrong))


def names(seen: Seen) -> Iterator[Outcome]:
    """A name is shown as it was sent; only a plain one, as no page tells what becomes of others."""
    if seen.user is None or seen.operation is None:
        return
    sent, shown = object_of(seen.sent).get("username"), seen.user.get("username")
    if not isinstance(sent, str) or not isinstance(shown, str) or not PLAIN_NAME.match(sent) or not _is_json(seen):
        return
    if MASK.fullmatch(sent) or MASK.fullmatch(shown):
        return
    found = None if shown == sent else _of_name(seen, seen.operation, sent, shown)
    if seen.operation.id == "updateUser":
        yield "USERS-UPDATE-2", found
    elif found:
        yield "USERS-ADD-17", found


def _of_name(seen: Seen, operation: Operation, sent: str, shown: str) -> Failed | None:
    reply = _reply(seen, operation)
    if _raised(lambda: expect.name("the username in the reply", shown, sent, reply)) is None:
        return None
    expected = "the username in the reply to be the one that was sent"
    return Failed(expected, "another", reply.exchange, places=("/username",))


def groups(seen: Seen) -> Iterator[Outcome]:
    """A user that is added belongs to no group."""
    shown = seen.user.get("groups") if seen.user else None
    if shown == []:
        yield "USERS-ADD-4", None
    elif isinstance(shown, list):
        yield "USERS-ADD-4", Failed("no groups", f"{len(shown)}", seen.recorded.exchange, places=("/groups",))


def without_a_user_key(seen: Seen) -> Iterator[Outcome]:
    """Details shows nothing without a user key, or with an empty one."""
    if seen.user_key:
        return
    # A cookie or another header may well stand for somebody.
    if not seen.headers.get("x-api-key") or seen.headers.keys() & {"cookie", "authorization"}:
        return
    is_empty = "x-user-key" in seen.headers or "user_key=" in seen.recorded.request.url
    name = "USER-DETAILS-6" if is_empty else "USER-DETAILS-4"
    if seen.shows_somebody:
        yield name, Failed("nothing to be shown: 403 or 404", f"{seen.status}, with a user", seen.recorded.exchange)
    elif seen.status in (403, 404):
        yield name, None


def links_of_users(seen: Seen) -> Iterable[Outcome]:
    """What a shown user says of itself leads to it."""
    if seen.user is None or links.are_right(seen.user, seen.parameters["instance_name"], seen.base_url):
        return ()
    sighting = Sighting(seen.recorded.exchange, seen.parameters["instance_name"], seen.user)
    return (
        *(("LINKS-1", failed) for failed in links.of_another_owner(sighting)),
        *(("LINKS-2", failed) for failed in links.that_lead_elsewhere(sighting)),
        *(("LINKS-3", failed) for failed in links.of_another_prefix(sighting, seen.base_url)),
    )


def secrets(seen: Seen) -> list[Outcome]:
    """No reply shows what was sent along with it, but a user's key in its place."""
    text = seen.text
    shown = str(object_of(seen.value).get("user_key") or "") if seen.is_success else ""
    # A success in another form than the document's may well hold the key in its place.
    is_telling = bool(shown) or not seen.is_success
    keys = {key for key in (seen.user_key, shown) if is_telling and len(key) >= leaks.LEAST}
    found: list[tuple[str, tuple[str, str]]] = []
    if leaks.shows_password(text, _passwords(seen)):
        found.append(("SECRETS-1", leaks.PASSWORD))
    if seen.user and seen.user.get("password"):
        found.append(("SECRETS-1", leaks.PASSWORD_MEMBER))
    if seen.api_key != shown and leaks.shows_api_key(text, (seen.api_key,)):  # the same one is a mask of both
        found.append(("SECRETS-2", leaks.API_KEY))
    if leaks.shows_user_key(text, shown, keys):
        found.append(("SECRETS-3", leaks.USER_KEY))
    if trace := leaks.stack_trace(text):
        found.append(("SECRETS-4", (leaks.NO_STACK_TRACE, trace)))
    if "<" in text and ("_key>" in text or "_key " in text or "<password" in text):
        found += _hidden_secrets(text, shown, is_telling=is_telling)
    return [(name, Failed(*told, seen.recorded.exchange)) for name, told in found]


def messages(seen: Seen) -> Iterator[Outcome]:
    """An add to an unknown instance, the one reason of its 404, says so."""
    if seen.operation is None or seen.status != 404 or seen.lacks:
        return
    if is_as_documented(seen, seen.operation) and object_of(seen.value).get("detail") == NO_INSTANCE:
        yield "MESSAGES-4", None
        return
    reply = _reply(seen, seen.operation)
    if reply.is_documented:
        yield "MESSAGES-4", _raised(lambda: _expect_text(reply, "detail", NO_INSTANCE))


def unknown_user(seen: Seen, operation: Operation) -> Failed | CannotTell | None:
    """Return what is to be said of the 404 of an update or a reset, if its instance is there."""
    return _raised(lambda: _expect_text(_reply(seen, operation), "detail", NOT_FOUND))


# By operation; what is told from several exchanges is in `story`.
OF_SUCCESSES: dict[str, tuple[Check, ...]] = {
    "addUser": (successes, members, names, groups, links_of_users, secrets),
    "updateUser": (successes, members, names, links_of_users, secrets),
    "resetUserKey": (successes, links_of_users, secrets),
    "getUserDetails": (successes, without_a_user_key, links_of_users, secrets),
}
OF_OTHERS: dict[str, tuple[Check, ...]] = {
    "addUser": (members, secrets, messages),
    "updateUser": (members, secrets),
    "getUserDetails": (without_a_user_key, secrets),
}


def checks_of(seen: Seen) -> tuple[Check, ...]:
    """Return the checks that an exchange can tell anything of; what no page describes may show anything."""
    if seen.operation is None:
        return ()
    return (OF_SUCCESSES if seen.is_success else OF_OTHERS).get(seen.operation.id, (secrets,))


def _reply(seen: Seen, operation: Operation) -> Reply:
    return Reply(operation, seen.recorded.exchange)


def _expect_text(reply: Reply, member: str, text: object) -> None:
    expect.equal(member, reply.at(member), text, reply, at=member)


def _expect_texts(reply: Reply, names: Iterable[str]) -> None:
    for name in names:
        _expect_text(reply, name, [REQUIRED])


def _hidden_secrets(text: str, shown: str, *, is_telling: bool) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield what secrets there are in whose place a reply has what our own redactor leaves of them."""
    if HIDDEN_PASSWORD.search(text):
        yield "SECRETS-1", leaks.PASSWORD
    if HIDDEN_API_KEY.search(text):
        yield "SECRETS-2", leaks.API_KEY
    if is_telling and HIDDEN_USER_KEY.search(text.replace(shown, "", 1)):
        yield "SECRETS-3", leaks.USER_KEY


def _passwords(seen: Seen) -> tuple[str, ...]:
    """Return the password that was sent, if a reply cannot hold it by chance, and it is no mask."""
    sent = object_of(seen.sent)
    password, name = sent.get("password"), sent.get("username")
    if not isinstance(password, str) or not TELLING_PASSWORD.match(password) or password in str(name):
        return ()
    return () if MASK.fullmatch(password) or ALONE.fullmatch(password) else (password,)


def _is_json(seen: Seen) -> bool:
    """Whether a body was sent as JSON in UTF-8: what another charset makes of it no page tells."""
    media_type, _, charset = seen.headers.get("content-type", "").lower().partition(";")
    return media_type.strip() == "application/json" and charset.strip() in ("", "charset=utf-8")


def _wrong(value: Any) -> str:
    """Return what is wrong with a member; an empty string where nothing is, `odd` where no page tells."""
    if type(value) is str:
        is_plain = PLAIN_NAME.match(value) or ALONE.fullmatch(value) or (value and MASK.fullmatch(value))
        return "blank" if not value else "" if is_plain else "odd"
    kinds = {ABSENT: "absent", None: "null", True: "boolean", False: "boolean"}
    if isinstance(value, dict | list):
        return "array or object"
    return "odd" if isinstance(value, int | float) and not isinstance(value, bool) else kinds[value]


def _summed_up(wrong: dict[str, str]) -> str:
    """Return what is wrong, as WRONG has it, or what it does not have."""
    if set(wrong.values()) == {"absent"}:
        return "neither" if len(wrong) == len(FIELDS) else f"no {next(iter(wrong))}"
    return next(iter(wrong.values())) if len(wrong) == 1 else ""


def _raised(expectation: Callable[[], object]) -> Failed | CannotTell | None:
    try:
        expectation()
    except (Failed, CannotTell) as raised:
        return raised
    return None
