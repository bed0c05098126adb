"""What a call gave: the reply with its body, and the user that it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from syncano_contract import judge
from syncano_contract.document import Operation
from syncano_contract.model import Exchange
from syncano_contract.outcome import CannotTell

LASTING = {"id": int, "username": str, "user_key": str, "groups": list}
TIME = {"created_at": str}
LASTING_PROFILE = {
    **{"id": int, "owner": int},
    **{"owner_permissions": str, "group_permissions": str, "other_permissions": str},
}


@dataclass(frozen=True)
class User:
    """A user that the run added, as the reply to its add showed it."""

    instance: str
    api_key: str = field(repr=False)
    id: int
    user_key: str = field(repr=False)
    username: str
    password: str = field(repr=False)
    body: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Reply:
    """What one call gave."""

    operation: Operation
    exchange: Exchange
    is_doubtful: bool = False  # whether it refuses what was sent before too, and answered with 429

    @property
    def status(self) -> int:
        """The status code; raises CannotTell when there was no reply."""
        if self.exchange.response is None:
            raise CannotTell(f"{self.operation.id} gave no reply: {self.exchange.error}", judge.NO_REPLY)
        return self.exchange.response.status

    @property
    def ok(self) -> bool:
        """Whether this is any success."""
        return 200 <= self.status < 300

    @property
    def body(self) -> Any:
        """The JSON body; raises CannotTell when it is none, which is judged apart."""
        try:
            return judge.parse(self.exchange.response.body if self.exchange.response else b"")
        except ValueError as error:
            raise CannotTell(f"the body of {self.operation.id}'s reply is no JSON ({error})", self._aspect) from error

    def at(self, *path: str) -> Any:
        """The member of the body under a path of names; raises CannotTell when it is not there, as for `body`."""
        value = self.body
        for name in path:
            if not isinstance(value, dict) or name not in value:
                raise CannotTell(f"the reply of {self.operation.id} has no {'.'.join(path)}", self._aspect)
            value = value[name]
        return value

    @property
    def user_id(self) -> int:
        """The id of the user that the body shows; raises CannotTell when it is no integer, as for `body`."""
        user_id = self.at("id")
        if type(user_id) is not int:
            raise CannotTell(f"the id in the reply of {self.operation.id} is no integer", self._aspect)
        return user_id

    @property
    def shows_user(self) -> bool:
        """Whether the body is an object with an `id`, as users have one and errors have none."""
        try:
            return "id" in judge.parse(self.exchange.response.body)  # type: ignore[operator, union-attr]
        except (ValueError, TypeError, AttributeError):
            return False

    @property
    def is_documented(self) -> bool:
        """Whether the body has the shape that the document gives for this status."""
        shape = self.operation.shapes.get(self.status)
        if shape is None or self.exchange.response is None:
            return False
        return self._aspect not in {each.aspect for each in judge.against(shape, self.exchange.response)}

    @property
    def _aspect(self) -> str:
        return judge.BODY if self.ok else judge.ERROR_BODY

    def __str__(self) -> str:
        """The status and a shortened body, as a failure's message shows it."""
        if self.exchange.response is None:
            return f"no reply ({self.exchange.error})"
        return f"{self.status} {judge.shorten(self.exchange.response.body) or '(no body)'}"


def arranged(reply: Reply) -> Reply:
    """Return a reply that any success brought; raises CannotTell when it is no success."""
    if not reply.ok:
        subject = judge.of_status(reply.status) or reply.operation.id
        raise CannotTell(f"{reply.operation.id} answered {reply}", subject)
    return reply


def lasting(body: Any, *, but: str | None = None, with_time: bool = False) -> dict[str, Any]:
    """Return what of a user no look changes, by JSON pointer.

    Left out are one member if `but` names it, links (each is judged wherever it is shown), the creation time unless
    `with_time` asks for it, and what does not have the documented type, which is judged apart.
    """
    profile = body.get("profile") if isinstance(body, dict) else None
    kept = {f"/{name}": value for name, value in _typed(body, LASTING) if name != but}
    kept |= {f"/profile/{name}": value for name, value in _typed(profile, LASTING_PROFILE)}
    return kept | ({f"/profile/{name}": value for name, value in _typed(profile, TIME)} if with_time else {})


def _typed(body: Any, members: Mapping[str, type]) -> Iterator[tuple[str, Any]]:
    for name, kind in members.items() if isinstance(body, dict) else ():
        if type(body.get(name)) is kind:
            yield name, body[name]
