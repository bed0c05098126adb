"""Shape: every reply of the whole run, whoever asked for it, is as the document has it."""

from __future__ import annotations

from syncano_contract import expect, judge
from syncano_contract.outcome import Inapplicable
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
    shapes = [shape for operation in traffic.document.operations for shape in operation.shapes.values()]
    if not any(shape.headers for shape in shapes):
        raise Inapplicable("the document describes no headers")
    expect.no_departure(traffic, judge.HEADERS)
