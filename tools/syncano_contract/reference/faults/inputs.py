"""Input: what crashes the deployment, what it mangles, and what it takes though it is wrong."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from starlette.requests import Request

from syncano_contract.model import Level
from syncano_contract.reference import bodies, validation
from syncano_contract.reference.deployment import Call, Deployment
from syncano_contract.reference.faults.alteration import Group
from syncano_contract.reference.faults.altering import ADD, UPDATE, Rereading, operation_of
from syncano_contract.reference.records import Instance, User
from syncano_contract.reference.replies import RefusedError, Reply
from syncano_contract.reference.validation import Credentials

MUST, SHOULD = Level.MUST, Level.SHOULD
GROUP = Group("input")

_CRASH = RefusedError(Reply(500, {"detail": "Server error."}))


class _Buffering(Rereading):
    """Steps that may read a body more than once."""

    async def value(self, call: Call) -> Any:
        """Read the value of the body; None where it is none."""
        try:
            return bodies.parse(await call.request.body(), call.request.headers.get("content-type", ""))
        except RefusedError:
            return None


def _crashing_on(fits: Callable[[str], bool], *operations: str) -> type[Deployment]:
    """Return steps that break on a username or a password that fits."""

    class Crashing(_Buffering):
        async def validate(self, call: Call) -> Credentials:
            value = await self.value(call)
            texts = [text for text in value.values() if isinstance(text, str)] if isinstance(value, dict) else []
            if operation_of(call.request) in operations and any(fits(text) for text in texts):
                raise _CRASH
            return await super().validate(call)

    return Crashing


for _name, _sentence, _fits in (
    ("nul", "NUL in a name", lambda text: "\0" in text),
    ("non-ascii", "a letter that is not ASCII", lambda text: not text.isascii()),
    ("astral", "a character beyond the 16-bit plane", lambda text: any(ord(letter) > 0xFFFF for letter in text)),
    ("half-pair", "half a surrogate pair", lambda text: any(0xD800 <= ord(letter) < 0xE000 for letter in text)),
    ("quote", "a quote", lambda text: "'" in text),
    ("300-characters", "300 characters", lambda text: len(text) >= 300),
    ("5000-characters", "5,000 characters", lambda text: len(text) >= 5000),
):
    GROUP.table(f"add-crashes-on-{_name}", MUST, f"Add crashes on {_sentence}.", _crashing_on(_fits, ADD))
GROUP.table(
    "update-crashes-on-non-ascii",
    MUST,
    "Update crashes on a letter that is not ASCII.",
    _crashing_on(lambda text: not text.isascii(), UPDATE),
)
GROUP.table(
    "update-crashes-on-300-characters",
    MUST,
    "Update crashes on 300 characters.",
    _crashing_on(lambda text: len(text) >= 300, UPDATE),
)


def _crashing_on_body(fits: Callable[[bytes], bool], *operations: str) -> type[Deployment]:
    """Return steps that break on the bytes of a body that fits."""

    class Crashing(_Buffering):
        async def validate(self, call: Call) -> Credentials:
            if operation_of(call.request) in operations and fits(await call.request.body()):
                raise _CRASH
            return await super().validate(call)

    return Crashing


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


for _name, _sentence, _wrong in (
    ("an-empty-body", "an empty body", lambda body: not body),
    ("an-array", "an array in the place of an object", lambda body: body.lstrip().startswith(b"[")),
    ("a-json-string", "a string in the place of an object", lambda body: body.lstrip().startswith(b'"')),
    ("null", "null in the place of an object", lambda body: body.strip() == b"null"),
    ("malformed-json", "malformed JSON", lambda body: bool(body) and not _is_json(body)),
    ("deep-json", "JSON that is nested deeply", lambda body: body.count(b"[") > 100),
    ("an-empty-object", "an object without members", lambda body: body.strip() == b"{}"),
):
    GROUP.table(f"add-crashes-on-{_name}", MUST, f"Add crashes on {_sentence}.", _crashing_on_body(_wrong, ADD))
GROUP.table(
    "update-crashes-on-malformed-json",
    MUST,
    "Update crashes on malformed JSON.",
    _crashing_on_body(lambda body: bool(body) and not _is_json(body), UPDATE),
)
GROUP.table(
    "update-crashes-on-an-array",
    MUST,
    "Update crashes on an array in the place of an object.",
    _crashing_on_body(lambda body: body.lstrip().startswith(b"["), UPDATE),
)


def _crashing_on_id(fits: Callable[[str], bool]) -> type[Deployment]:
    class Crashing(Deployment):
        def find_user(self, call: Call) -> User:
            if fits(call.request.path_params["user_id"]):
                raise _CRASH
            return super().find_user(call)

    return Crashing


for _name, _sentence, _odd in (
    ("a-huge-id", "an id of 20 digits or more", lambda text: text.isdigit() and len(text) >= 20),
    ("a-64-bit-id", "an id of 2^63", lambda text: text.isascii() and text.isdigit() and int(text[:19]) >= 2**63),
    ("a-negative-id", "a negative id", lambda text: text.startswith("-")),
    ("a-word-as-id", "a word as id", lambda text: text.isalpha()),
    ("a-fraction-as-id", "a fraction as id", lambda text: "." in text),
    ("an-unknown-id", "an id that nobody has", lambda text: text == "2147483647"),
):
    GROUP.table(f"crashes-on-{_name}", MUST, f"Update and reset crash on {_sentence}.", _crashing_on_id(_odd))


@GROUP.steps("crashes-on-an-odd-instance", MUST)
class _OddInstance(Deployment):
    """An instance name with a quote or beyond ASCII is answered with 500."""

    def find_instance(self, name: str) -> Instance:
        if "'" in name or not name.isascii():
            raise _CRASH
        return super().find_instance(name)


@GROUP.steps("crashes-on-an-odd-user-key", MUST)
class _OddUserKey(Deployment):
    """A user key beyond ASCII is answered with 500."""

    def identify(self, instance: Instance, request: Request) -> User | None:
        if not request.query_params.get("user_key", "").isascii():
            raise _CRASH
        return super().identify(instance, request)


@GROUP.steps("crashes-without-a-media-type", MUST)
class _NoMediaType(Deployment):
    """A body without a media type is answered with 500."""

    async def validate(self, call: Call) -> Credentials:
        if not call.request.headers.get("content-type"):
            raise _CRASH
        return await super().validate(call)


def _mangling(mangle: Callable[[str], str], *, shown: bool) -> type[Deployment]:
    """Return steps that store another name than the one that was sent, and show it in the reply or only later."""

    class Mangling(Deployment):
        async def validate(self, call: Call) -> Credentials:
            credentials = await super().validate(call)
            call.request.state.sent = credentials.username
            return replace(credentials, username=mangle(credentials.username))

        def represent(self, call: Call, user: User | None) -> Reply:
            sent = getattr(call.request.state, "sent", None)
            return super().represent(
                call, user if shown or user is None or sent is None else replace(user, username=sent)
            )

    return Mangling


for _name, _sentence, _mangle, _shown in (
    ("names-are-cut", "Names are cut after 32 characters.", lambda text: text[:32], True),
    (
        "names-are-cut-unseen",
        "Names are cut after 32 characters, which the reply does not show.",
        lambda text: text[:32],
        False,
    ),
    (
        "names-lose-letters",
        "Letters beyond ASCII are lost.",
        lambda text: text.encode("ascii", "ignore").decode(),
        True,
    ),
    (
        "names-are-garbled",
        "Names are stored in the wrong encoding.",
        lambda text: text.encode().decode("latin-1"),
        True,
    ),
    (
        "names-are-escaped",
        "Names are stored with entities.",
        lambda text: text.replace("'", "&#39;").replace("<", "&lt;"),
        True,
    ),
):
    GROUP.table(_name, MUST, _sentence, _mangling(_mangle, shown=_shown))


def _coercing(operation: str, coerce: Callable[[dict[str, Any]], dict[str, Any]]) -> type[Deployment]:
    """Return steps that mend the members of a body before they are looked at."""

    class Coercing(_Buffering):
        async def validate(self, call: Call) -> Credentials:
            value = await self.value(call)
            if operation_of(call.request) != operation or not isinstance(value, dict):
                return await super().validate(call)
            return validation.credentials(coerce(value))

    return Coercing


_NAMES = iter(range(1, 10**9))


def _instead(fits: Callable[[object], bool]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Take a text of our own for members that fit."""
    return lambda value: {
        **value,
        **{name: f"made-up-{next(_NAMES)}" for name in ("username", "password") if fits(value.get(name, _ABSENT))},
    }


_ABSENT = object()
for _short, _operation in (("add", ADD), ("update", UPDATE)):
    for _name, _level, _sentence, _member in (
        ("a-missing-member", MUST, "a missing member", lambda member: member is _ABSENT),
        ("null", MUST, "null in the place of a string", lambda member: member is None),
        ("arrays", MUST, "an array in the place of a string", lambda member: isinstance(member, list)),
        ("objects", MUST, "an object in the place of a string", lambda member: isinstance(member, dict)),
        ("booleans", SHOULD, "a boolean in the place of a string", lambda member: isinstance(member, bool)),
        ("blanks", SHOULD, "an empty string", lambda member: member == ""),
    ):
        GROUP.table(
            f"{_short}-takes-{_name}",
            _level,
            f"{_operation} takes {_sentence}.",
            _coercing(_operation, _instead(_member)),
        )


def _only(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Take a text of our own for one missing member."""
    return lambda value: {name: f"made-up-{next(_NAMES)}", **value}


for _short, _operation in (("add", ADD), ("update", UPDATE)):
    for _member_name in ("username", "password"):
        GROUP.table(
            f"{_short}-needs-no-{_member_name}",
            MUST,
            f"{_operation} takes a body without {_member_name}.",
            _coercing(_operation, _only(_member_name)),
        )


@GROUP.steps("add-takes-malformed-json", MUST)
class _Lenient(_Buffering):
    """Add takes what it can make out of malformed JSON."""

    async def validate(self, call: Call) -> Credentials:
        body = await call.request.body()
        if operation_of(call.request) == ADD and body and not _is_json(body):
            return Credentials(f"made-up-{next(_NAMES)}", "made-up")
        return await super().validate(call)


@GROUP.steps("unsupported-types-are-taken", SHOULD)
class _AnyMediaType(_Buffering):
    """A body of any media type is taken for a user, whatever it holds."""

    async def validate(self, call: Call) -> Credentials:
        if call.request.headers.get("content-type", "").startswith(("image/", "application/xml")):
            return Credentials(f"made-up-{next(_NAMES)}", "made-up")
        return await super().validate(call)
