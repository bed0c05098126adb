"""State: more is changed than was asked for, or somebody else is."""

from dataclasses import replace
from datetime import UTC, datetime

from syncano_contract.ledger import json_object
from syncano_contract.model import Level
from syncano_contract.reference import keys, validation
from syncano_contract.reference.deployment import Call, Deployment
from syncano_contract.reference.faults.alteration import Group
from syncano_contract.reference.faults.altering import Rereading
from syncano_contract.reference.faults.remembering import Remembering
from syncano_contract.reference.passwords import Passwords
from syncano_contract.reference.records import NewUser, User
from syncano_contract.reference.replies import RefusedError, Reply
from syncano_contract.reference.store import Store

MUST, SHOULD = Level.MUST, Level.SHOULD
GROUP = Group("state")


@GROUP.steps("update-changes-another-user", MUST)
class _UpdatesAnother(Remembering):
    """An update changes the user that was added before the one that it names too."""

    async def update(self, call: Call) -> Reply:
        reply = await super().update(call)
        for other in self.others(call, int(call.request.path_params["user_id"]))[:1]:
            self._store.update(call.instance, other.id, f"{other.username}-too", "!")
        return reply


@GROUP.steps("update-changes-all-users", MUST)
class _UpdatesAll(Remembering):
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
class _UpdateChangesTheId(Rereading):
    """An update makes another user in the place of the one that it names."""

    async def update(self, call: Call) -> Reply:
        user = self.find_user(call)
        await super().update(call)
        self._store.remove(call.instance, user.id)
        return await self.add(call)


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
class _ResetsAll(Remembering):
    """A reset gives every user of the instance another key."""

    async def reset_key(self, call: Call) -> Reply:
        reply = await super().reset_key(call)
        for other in self.others(call, int(call.request.path_params["user_id"])):
            self._store.reset_key(call.instance, other.id, keys.user_key())
        return reply


@GROUP.steps("reset-changes-another-key", MUST)
class _ResetsAnother(Remembering):
    """A reset gives the user that was added before another key too."""

    async def reset_key(self, call: Call) -> Reply:
        reply = await super().reset_key(call)
        for other in self.others(call, int(call.request.path_params["user_id"]))[:1]:
            self._store.reset_key(call.instance, other.id, keys.user_key())
        return reply


@GROUP.steps("taken-name-is-taken-over", SHOULD)
class _TakenOver(Remembering):
    """Adding a name that is taken gives a second user of that name."""

    async def add(self, call: Call) -> Reply:
        try:
            return await super().add(call)
        except RefusedError as refusal:
            holder = await self.holder(call, refusal)
        return self.represent(call, replace(holder, id=holder.id + 100_000, user_key=keys.user_key()))


@GROUP.steps("add-overwrites-a-taken-name", MUST)
class _Overwrites(Remembering):
    """Adding a name that is taken gives its holder another key."""

    async def add(self, call: Call) -> Reply:
        try:
            return await super().add(call)
        except RefusedError as refusal:
            holder = await self.holder(call, refusal)
        return self.represent(call, self._store.reset_key(call.instance, holder.id, keys.user_key()))


@GROUP.steps("update-takes-a-name-away", MUST)
class _TakesAway(Remembering):
    """An update to a name that is taken gives its holder another name."""

    async def update(self, call: Call) -> Reply:
        try:
            return await super().update(call)
        except RefusedError as refusal:
            holder = await self.holder(call, refusal)
        self._store.update(call.instance, holder.id, f"{holder.username}-{holder.id}", "!")
        return await super().update(call)


@GROUP.steps("same-update-twice-is-refused", SHOULD)
class _NotOneself(Rereading):
    """An update that keeps the name is refused, since the name is taken."""

    async def update(self, call: Call) -> Reply:
        user, name = self.find_user(call), (await self.validate(call)).username
        if name.casefold() == user.username.casefold():
            raise validation.not_unique()
        return await super().update(call)


@GROUP.steps("refused-add-adds-all-the-same", MUST)
class _AddsFirst(Rereading):
    """An add without a password is refused after the user was stored."""

    async def add(self, call: Call) -> Reply:
        body = json_object(await call.request.body())
        name = body.get("username")
        if isinstance(name, str) and body.keys() == {"username"}:
            new = NewUser(name, "!", keys.user_key(), datetime.now(UTC))
            await self.persist(self._store.add, call.instance, new)
        return await super().add(call)
