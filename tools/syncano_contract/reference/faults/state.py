"""State: what is acknowledged is not kept, or is shown as it is not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from starlette.requests import Request

from syncano_contract.model import Level
from syncano_contract.reference import keys
from syncano_contract.reference.deployment import Call, Deployment
from syncano_contract.reference.faults.alteration import Group
from syncano_contract.reference.faults.altering import ADD, DETAILS, RESET, UPDATE, operation_of, users
from syncano_contract.reference.passwords import Passwords
from syncano_contract.reference.records import Instance, User
from syncano_contract.reference.replies import RefusedError, Reply
from syncano_contract.reference.store import Store

MUST, SHOULD = Level.MUST, Level.SHOULD

MUST, SHOULD = Level.MUST, Level.SHOULD
GROUP = Group("state")


@GROUP.steps("add-is-not-kept", MUST)
class _AddIsNotKept(Deployment):
    """A user that is added is gone at once."""

    def represent(self, call: Call, user: User | None) -> Reply:
        reply = super().represent(call, user)
        if user is not None and operation_of(call.request) == ADD:
            self._store.remove(call.instance, user.id)
        return reply


@GROUP.steps("every-fourth-add-shows-another-user", MUST)
class _AddsAreCrossed(Deployment):
    """Every fourth add is answered with the user who was there first."""

    def __init__(self, store: Store, passwords: Passwords) -> None:
        super().__init__(store, passwords)
        self._numbers = count(1)

    async def add(self, call: Call) -> Reply:
        reply = await super().add(call)
        first = self._store.user_with_key(call.instance, self._store.seeds().user_key)
        return self.represent(call, first) if first and next(self._numbers) % 4 == 0 else reply


@GROUP.steps("update-is-not-kept", MUST)
class _UpdateIsNotKept(Deployment):
    """An update is answered as if it had been made, and is not made."""

    async def update(self, call: Call) -> Reply:
        user = self.find_user(call)
        credentials = await self.validate(call)
        return self.represent(call, replace(user, username=credentials.username))


@GROUP.steps("every-third-update-is-lost", MUST)
class _UpdatesAreLost(_UpdateIsNotKept):
    """Every third update is answered as if it had been made, and is not made."""

    def __init__(self, store: Store, passwords: Passwords) -> None:
        super().__init__(store, passwords)
        self._numbers = count(1)

    async def update(self, call: Call) -> Reply:
        is_lost = next(self._numbers) % 3 == 0
        return await (super().update(call) if is_lost else Deployment.update(self, call))


@GROUP.steps("update-keeps-the-name", MUST)
class _UpdateKeepsTheName(Deployment):
    """An update changes the password and keeps the name."""

    async def update(self, call: Call) -> Reply:
        user = self.find_user(call)
        await self.validate(call)
        return self.represent(call, user)


@GROUP.steps("update-shows-the-old-name", MUST)
class _UpdateShowsTheOldName(Deployment):
    """An update is made, and its reply shows the user as it was before."""

    async def update(self, call: Call) -> Reply:
        user = self.find_user(call)
        await super().update(call)
        return self.represent(call, user)


@GROUP.steps("reset-is-not-kept", MUST)
class _ResetIsNotKept(Deployment):
    """A reset shows a new key, and the old one stays in use."""

    async def reset_key(self, call: Call) -> Reply:
        return self.represent(call, replace(self.find_user(call), user_key=keys.user_key()))


@GROUP.steps("reset-keeps-the-key", MUST)
class _ResetKeepsTheKey(Deployment):
    """A reset changes nothing and shows the old key."""

    async def reset_key(self, call: Call) -> Reply:
        return self.represent(call, self.find_user(call))


class _Cached(Deployment):
    """Steps whose details show a copy from the first look at a user."""

    def __init__(self, store: Store, passwords: Passwords) -> None:
        super().__init__(store, passwords)
        self._copies: dict[Any, Reply] = {}

    def cached(self, key: object, reply: Reply) -> Reply:
        return self._copies.setdefault(key, reply)


@GROUP.steps("stale-details", MUST)
class _StaleDetails(_Cached):
    """Details shows a user for ever as it was at the first look."""

    async def details(self, call: Call) -> Reply:
        user = call.caller.user
        return self.cached(user and user.user_key, await super().details(call))


@GROUP.steps("stale-details-by-query", MUST)
class _StaleByAddress(_Cached):
    """Details with the key in the query is cached by its address."""

    async def details(self, call: Call) -> Reply:
        reply = await super().details(call)
        return self.cached(str(call.request.url), reply) if "user_key" in call.request.query_params else reply


@GROUP.steps("details-cached-without-the-key", MUST)
class _CachedForAll(_Cached):
    """A cache in front of details knows the address and not the header with the key."""

    async def details(self, call: Call) -> Reply:
        return self.cached(str(call.request.url), await super().details(call))


@GROUP.steps("dead-keys-are-cached", MUST)
class _CachedKeys(Deployment):
    """A key that was looked at once is known for ever, even after its reset."""

    def __init__(self, store: Store, passwords: Passwords) -> None:
        super().__init__(store, passwords)
        self._known: dict[tuple[int, str], int] = {}

    def identify(self, instance: Instance, request: Request) -> User | None:
        found = super().identify(instance, request)
        key = (instance.id, request.headers.get("x-user-key", request.query_params.get("user_key", "")))
        if found is not None:
            self._known[key] = found.id
        return found or (self._store.user(instance, self._known[key]) if key in self._known else None)


@GROUP.steps("refused-update-keeps-the-name", MUST)
class _PartialUpdate(Deployment):
    """An update without a password is refused, and its name is kept all the same."""

    async def update(self, call: Call) -> Reply:
        user = self.find_user(call)
        try:
            return await super().update(call)
        except RefusedError as error:
            errors = error.reply.body
            if isinstance(errors, dict) and [*errors] == ["password"]:
                self._store.update(call.instance, user.id, f"{user.username}-{len(user.username)}", "!")
            raise


_ids = count(1)
_moments = count(1)


def _later(body: dict[str, Any]) -> None:
    """Move the creation time by a second each time that it is shown."""
    moved = datetime.fromisoformat(body["profile"]["created_at"]) + timedelta(seconds=next(_moments))
    body["profile"]["created_at"] = moved.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _with_group(body: dict[str, Any]) -> None:
    root = body["links"]["self"].partition("/users/")[0]
    links = {"self": f"{root}/groups/1/", "users": f"{root}/groups/1/users/"}
    body["groups"].append({"id": 1, "label": "witchers", "description": "", "links": links})


for _name, _sentence, _change in (
    ("one-id-for-all", "Add shows the same id for every user.", users(lambda body: body.update(id=7), ADD)),
    (
        "one-profile-for-all",
        "Every user has the profile with the same id.",
        users(lambda body: body["profile"].update(id=7)),
    ),
    (
        "details-shows-another-id",
        "Details shows another id than add.",
        users(lambda body: body.update(id=body["id"] + 1), DETAILS),
    ),
    (
        "update-shows-another-id",
        "Update shows another id than that of the user.",
        users(lambda body: body.update(id=body["id"] + 1), UPDATE),
    ),
    (
        "reset-shows-another-name",
        "Reset shows another name than that of the user.",
        users(lambda body: body.update(username="nobody"), RESET),
    ),
    ("creation-moves", "The creation time of a profile moves with each look.", users(_later)),
    ("groups-leak-into-add", "A new user is shown in a group.", users(_with_group, ADD)),
    ("groups-leak-into-details", "Details shows every user in a group.", users(_with_group, DETAILS)),
    (
        "add-shows-another-name",
        "Add shows another name than the one that was sent.",
        users(lambda body: body.update(username=f"u{next(_ids)}"), ADD),
    ),
):
    GROUP.replies(_name, MUST, _sentence, _change)


@GROUP.steps("groups-are-lost-by-query", MUST)
class _GroupsAreLost(Deployment):
    """Details with the key in the query shows no groups."""

    async def details(self, call: Call) -> Reply:
        reply = await super().details(call)
        if "user_key" in call.request.query_params and isinstance(reply.body, dict):
            reply.body["groups"] = []
        return reply
