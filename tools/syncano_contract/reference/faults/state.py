"""State: what is acknowledged is not kept, or more is changed than was asked for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from starlette.requests import Request

from syncano_contract.model import Level
from syncano_contract.reference import keys, validation
from syncano_contract.reference.deployment import Call, Deployment
from syncano_contract.reference.faults.alteration import Group
from syncano_contract.reference.faults.altering import ADD, DETAILS, RESET, UPDATE, operation_of, users
from syncano_contract.reference.passwords import Passwords
from syncano_contract.reference.records import Instance, User
from syncano_contract.reference.replies import RefusedError, Reply
from syncano_contract.reference.store import Store

MUST, SHOULD = Level.MUST, Level.SHOULD
GROUP = Group("state")


class _Remembering(Deployment):
    """Steps that remember the users that were added, to harm them later."""

    def __init__(self, store: Store, passwords: Passwords) -> None:
        super().__init__(store, passwords)
        self.added: list[tuple[Instance, User]] = []

    def represent(self, call: Call, user: User | None) -> Reply:
        if user is not None and operation_of(call.request) == ADD:
            self.added.append((call.instance, user))
        return super().represent(call, user)

    def others(self, call: Call, user_id: int) -> list[User]:
        """List the other users of the instance that were added, the latest first."""
        return [user for instance, user in self.added[::-1] if instance == call.instance and user.id != user_id]

    def holder(self, call: Call, username: str) -> User:
        """Find who was added with a name that is taken, or else the user that was added last."""
        mine = [user for instance, user in self.added[::-1] if instance == call.instance]
        return next((user for user in mine if user.username.casefold() == username.casefold()), mine[0])

    async def read_body(self, request: Request) -> bytes:
        return await request.body()


@GROUP.steps("add-is-not-kept", MUST)
class _AddIsNotKept(Deployment):
    """A user that is added is gone at once."""

    def represent(self, call: Call, user: User | None) -> Reply:
        reply = super().represent(call, user)
        if user is not None and operation_of(call.request) == ADD:
            self._store.remove(call.instance, user.id)
        return reply


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


@GROUP.steps("update-changes-another-user", MUST)
class _UpdatesAnother(_Remembering):
    """An update changes the user that was added before the one that it names too."""

    async def update(self, call: Call) -> Reply:
        reply = await super().update(call)
        for other in self.others(call, int(call.request.path_params["user_id"]))[:1]:
            self._store.update(call.instance, other.id, f"{other.username}-too", "!")
        return reply


@GROUP.steps("update-changes-all-users", MUST)
class _UpdatesAll(_Remembering):
    """An update changes every user of the instance."""

    async def update(self, call: Call) -> Reply:
        reply = await super().update(call)
        for other in self.others(call, int(call.request.path_params["user_id"])):
            self._store.update(call.instance, other.id, f"{other.username}-too", "!")
        return reply


@GROUP.steps("update-changes-the-key", MUST)
class _UpdateChangesTheKey(Deployment):
    """An update gives the user another key too."""

    async def update(self, call: Call) -> Reply:
        await super().update(call)
        user_id = int(call.request.path_params["user_id"])
        return self.represent(call, self._store.reset_key(call.instance, user_id, keys.user_key()))


@GROUP.steps("update-changes-the-id", MUST)
class _UpdateChangesTheId(Deployment):
    """An update makes another user in the place of the one that it names."""

    async def update(self, call: Call) -> Reply:
        user = self.find_user(call)
        await super().update(call)
        self._store.remove(call.instance, user.id)
        return await self.add(call)

    async def read_body(self, request: Request) -> bytes:
        return await request.body()


@GROUP.steps("update-moves-the-creation", MUST)
class _UpdateMovesTheCreation(Deployment):
    """An update sets the creation time of the profile anew."""

    def __init__(self, store: Store, passwords: Passwords) -> None:
        super().__init__(store, passwords)
        self._moments: dict[int, datetime] = {}

    async def update(self, call: Call) -> Reply:
        self._moments[self.find_user(call).id] = datetime.now(UTC)
        return await super().update(call)

    def represent(self, call: Call, user: User | None) -> Reply:
        if user is not None and user.id in self._moments:
            user = replace(user, profile=replace(user.profile, created_at=self._moments[user.id]))
        return super().represent(call, user)


@GROUP.steps("update-changes-the-owner", MUST)
class _UpdateChangesTheOwner(Deployment):
    """An update gives the profile to another user."""

    def __init__(self, store: Store, passwords: Passwords) -> None:
        super().__init__(store, passwords)
        self._given_away: set[int] = set()

    async def update(self, call: Call) -> Reply:
        reply = await super().update(call)
        self._given_away.add(int(call.request.path_params["user_id"]))
        return reply

    def represent(self, call: Call, user: User | None) -> Reply:
        reply = super().represent(call, user)
        if user is not None and user.id in self._given_away and isinstance(reply.body, dict):
            reply.body["profile"]["owner"] = user.id + 1
        return reply


@GROUP.steps("reset-changes-the-name", MUST)
class _ResetChangesTheName(Deployment):
    """A reset gives the user another name too."""

    async def reset_key(self, call: Call) -> Reply:
        user = self.find_user(call)
        await super().reset_key(call)
        return self.represent(call, self._store.update(call.instance, user.id, f"{user.username}-r", "!"))


@GROUP.steps("reset-changes-all-keys", MUST)
class _ResetsAll(_Remembering):
    """A reset gives every user of the instance another key."""

    async def reset_key(self, call: Call) -> Reply:
        reply = await super().reset_key(call)
        for other in self.others(call, int(call.request.path_params["user_id"])):
            self._store.reset_key(call.instance, other.id, keys.user_key())
        return reply


@GROUP.steps("reset-changes-another-key", MUST)
class _ResetsAnother(_Remembering):
    """A reset gives the user that was added before another key too."""

    async def reset_key(self, call: Call) -> Reply:
        reply = await super().reset_key(call)
        for other in self.others(call, int(call.request.path_params["user_id"]))[:1]:
            self._store.reset_key(call.instance, other.id, keys.user_key())
        return reply


@GROUP.steps("old-key-still-valid", MUST)
class _OldKeyStillValid(_Remembering):
    """The key that a reset replaced is valid still."""

    def identify(self, instance: Instance, request: Request) -> User | None:
        given = request.headers.get("x-user-key", request.query_params.get("user_key", ""))
        olds = (user.id for home, user in self.added if home == instance and user.user_key == given)
        old = next(olds, None)
        return super().identify(instance, request) or (None if old is None else self._store.user(instance, old))


@GROUP.steps("old-key-still-changes", MUST)
class _OldKeyStillChanges(_OldKeyStillValid):
    """The key that a reset replaced still updates and resets, though details refuses it."""

    def identify(self, instance: Instance, request: Request) -> User | None:
        is_look = operation_of(request) == DETAILS
        return Deployment.identify(self, instance, request) if is_look else super().identify(instance, request)


@GROUP.steps("old-key-still-looks-by-query", MUST)
class _OldKeyStillLooks(_OldKeyStillValid):
    """The key that a reset replaced still works for details, in the query."""

    def identify(self, instance: Instance, request: Request) -> User | None:
        is_query = operation_of(request) == DETAILS and "user_key" in request.query_params
        return super().identify(instance, request) if is_query else Deployment.identify(self, instance, request)


@GROUP.steps("new-key-is-dead", MUST)
class _NewKeyIsDead(Deployment):
    """A reset keeps another key than the one that it shows."""

    async def reset_key(self, call: Call) -> Reply:
        reply = await super().reset_key(call)
        self._store.reset_key(call.instance, int(call.request.path_params["user_id"]), keys.user_key())
        return reply


@GROUP.steps("new-key-works-later", MUST)
class _NewKeyWorksLater(Deployment):
    """The first look with a key after its reset is refused."""

    def __init__(self, store: Store, passwords: Passwords) -> None:
        super().__init__(store, passwords)
        self._young: set[int] = set()

    async def reset_key(self, call: Call) -> Reply:
        reply = await super().reset_key(call)
        self._young.add(int(call.request.path_params["user_id"]))
        return reply

    def identify(self, instance: Instance, request: Request) -> User | None:
        found = super().identify(instance, request)
        if found is not None and found.id in self._young:
            self._young.discard(found.id)
            return None
        return found


@GROUP.steps("taken-name-is-taken-over", SHOULD)
class _TakenOver(_Remembering):
    """Adding a name that is taken gives a second user of that name."""

    async def add(self, call: Call) -> Reply:
        try:
            return await super().add(call)
        except RefusedError as error:
            if error.reply.body != {"username": ["This field must be unique."]}:
                raise
        first = self.holder(call, (await self.validate(call)).username)
        return self.represent(call, replace(first, id=first.id + 100_000, user_key=keys.user_key()))


@GROUP.steps("add-overwrites-a-taken-name", MUST)
class _Overwrites(_Remembering):
    """Adding a name that is taken gives its holder another key."""

    async def add(self, call: Call) -> Reply:
        try:
            return await super().add(call)
        except RefusedError as error:
            if error.reply.body != {"username": ["This field must be unique."]}:
                raise
        first = self.holder(call, (await self.validate(call)).username)
        return self.represent(call, self._store.reset_key(call.instance, first.id, keys.user_key()))


@GROUP.steps("update-takes-a-name-away", MUST)
class _TakesAway(_Remembering):
    """An update to a name that is taken gives its holder another name."""

    async def update(self, call: Call) -> Reply:
        try:
            return await super().update(call)
        except RefusedError as error:
            if error.reply.body != {"username": ["This field must be unique."]}:
                raise
        holder = self.holder(call, (await self.validate(call)).username)
        self._store.update(call.instance, holder.id, f"{holder.username}-{next(_ids)}", "!")
        return await super().update(call)


@GROUP.steps("same-update-twice-is-refused", SHOULD)
class _NotOneself(Deployment):
    """An update that keeps the name is refused, since the name is taken."""

    async def update(self, call: Call) -> Reply:
        user, name = self.find_user(call), (await self.validate(call)).username
        if name.casefold() == user.username.casefold():
            raise validation.not_unique()
        return await super().update(call)

    async def read_body(self, request: Request) -> bytes:
        return await request.body()


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
