"""Shape: every reply of the whole run, whoever asked for it, is as the document has it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from syncano_contract import expect, judge
from syncano_contract.api import ABSENT, Api
from syncano_contract.outcome import CannotTell, Inapplicable
from syncano_contract.plugin import MUST, requirement
from syncano_contract.session import Session

STATUSES = (
    "users-add#response/200",
    "users-add#response/400",
    "users-add#response/403",
    "users-add#response/404",
    "users-update-put#response/200",
    "users-update-put#response/400",
    "users-update-put#response/403",
    "users-update-put#response/404",
    "user-details#response/200",
    "user-details#response/403",
    "user-details#response/404",
    "users-reset-user-key#response/200",
    "users-reset-user-key#response/403",
    "users-reset-user-key#response/404",
)
SUCCESSES = tuple(status for status in STATUSES if status.endswith("200"))
ERRORS = tuple(status for status in STATUSES if not status.endswith("200"))

READS: dict[tuple[str, int], Callable[[Api], object]] = {
    ("getUserDetails", 200): lambda api: api.details(
        api.require("user_key") if api.read_only else api.anyone().user_key
    ),
    ("getUserDetails", 403): lambda api: api.details(api.unknown_key),
    ("getUserDetails", 404): lambda api: api.details(api.unknown_key, instance=api.nowhere),
}
WRITES: dict[tuple[str, int], Callable[[Api], object]] = {
    ("addUser", 200): lambda api: api.add(),
    ("addUser", 400): lambda api: api.add(password=ABSENT),
    ("addUser", 403): lambda api: api.add(api_key=api.unknown_key),
    ("addUser", 404): lambda api: api.add(instance=api.nowhere),
    ("updateUser", 200): lambda api: api.update(api.fresh()),
    ("updateUser", 400): lambda api: api.update(api.anyone(), username=ABSENT),
    ("updateUser", 403): lambda api: api.update(api.anyone(), api_key=api.unknown_key),
    ("updateUser", 404): lambda api: api.update(api.anyone(), user_id=api.nobody),
    ("resetUserKey", 200): lambda api: api.reset(api.fresh()),
    ("resetUserKey", 403): lambda api: api.reset(api.anyone(), api_key=api.unknown_key),
    ("resetUserKey", 404): lambda api: api.reset(api.anyone(), user_id=api.nobody),
}


@pytest.fixture(scope="module", autouse=True)
def every_documented_reply(api: Api, session: Session) -> None:
    """Ask for each documented reply that the run has not seen yet, so that these requirements can also run alone."""
    for reply, ask in (READS if api.read_only else READS | WRITES).items():
        if reply not in session.replies():
            with suppress(CannotTell, Inapplicable):  # what did get a reply is judged all the same
                ask(api)


@requirement("SHAPE-1", MUST, source=STATUSES, subject=judge.STATUS)
def test_every_status_is_documented(traffic: Session) -> None:
    """Each operation answers with the statuses that its page lists; what HTTP itself refuses with is let pass."""
    expect.no_departure(traffic, judge.STATUS)


@requirement("SHAPE-2", MUST, source=STATUSES, subject=judge.MEDIA_TYPE)
def test_every_reply_is_json(traffic: Session) -> None:
    """Each documented reply has the documented media type."""
    expect.no_departure(traffic, judge.MEDIA_TYPE)


@requirement("SHAPE-3", MUST, source=SUCCESSES, subject=judge.BODY)
def test_every_success_is_a_user(traffic: Session) -> None:
    """The body of each success has every member that the pages show, of the type that they show."""
    expect.no_departure(traffic, judge.BODY)


@requirement("SHAPE-4", MUST, source=ERRORS, subject=judge.ERROR_BODY)
def test_every_error_is_documented(traffic: Session) -> None:
    """The body of each error is an object with a `detail`, or for 400 one that names fields with their messages."""
    expect.no_departure(traffic, judge.ERROR_BODY)


@requirement("SHAPE-5", MUST, source=STATUSES, subject=judge.HEADERS)
def test_every_header_is_documented(traffic: Session) -> None:
    """Each reply has the headers that are documented for it, with values as documented."""
    expect.no_departure(traffic, judge.HEADERS)
