"""Races: what goes wrong only when two requests are under way at the same time."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

from starlette.requests import Request

from syncano_contract.model import Level
from syncano_contract.reference import access, keys
from syncano_contract.reference.deployment import Call, Deployment
from syncano_contract.reference.faults.alteration import Group
from syncano_contract.reference.faults.altering import Rereading
from syncano_contract.reference.passwords import Passwords
from syncano_contract.reference.records import Instance, NewUser, User
from syncano_contract.reference.replies import Reply
from syncano_contract.reference.store import Store

MUST, SHOULD = Level.MUST, Level.SHOULD
GROUP = Group("concurrency")

WINDOW = 0.05  # seconds between looking and writing


class _Busy(Rereading):
    """Steps that know what else is under way."""

    def __init__(self, store: Store, passwords: Passwords) -> None:
        super().__init__(store, passwords)
        self.under_way: Counter[object] = Counter()


@GROUP.steps("two-adds-of-one-name", SHOULD)
class _TwoAdds(_Busy):
    """Two adds of one name at the same time both succeed."""

    async def add(self, call: Call) -> Reply:
        name = (await self.validate(call)).username
        if self.under_way[name]:
            twin = NewUser(f"{name}-twin", "!", keys.user_key(), datetime.now(UTC))
            return self.represent(call, replace(self._store.add(call.instance, twin), username=name))
        self.under_way[name] += 1
        try:
            await asyncio.sleep(WINDOW)
            return await super().add(call)
        finally:
            self.under_way[name] -= 1


@GROUP.steps("reset-lost-to-an-update", MUST)
class _LostReset(Deployment):
    """An update writes back the key that it has read, over that of a reset at the same time."""

    async def update(self, call: Call) -> Reply:
        before = self.find_user(call)
        await asyncio.sleep(WINDOW)
        reply = await super().update(call)
        self._store.reset_key(call.instance, before.id, before.user_key)
        return reply


@GROUP.steps("update-lost-to-a-reset", MUST)
class _LostUpdate(Deployment):
    """A reset writes back the name that it has read, over that of an update at the same time."""

    async def reset_key(self, call: Call) -> Reply:
        before = self.find_user(call)
        await asyncio.sleep(WINDOW)
        await super().reset_key(call)
        return self.represent(call, self._store.update(call.instance, before.id, before.username, "!"))


@GROUP.steps("two-resets-two-keys", MUST)
class _TwoKeys(_Busy):
    """Two resets at the same time leave two valid keys."""

    def __init__(self, store: Store, passwords: Passwords) -> None:
        super().__init__(store, passwords)
        self._more: dict[str, int] = {}

    async def reset_key(self, call: Call) -> Reply:
        user = self.find_user(call)
        self.under_way[user.id] += 1
        is_contended = self.under_way[user.id] > 1
        await asyncio.sleep(WINDOW)
        is_contended |= self.under_way[user.id] > 1
        self.under_way[user.id] -= 1
        reply = await super().reset_key(call)
        if is_contended and isinstance(reply.body, dict):
            self._more[reply.body["user_key"]] = user.id
        return reply

    def identify(self, instance: Instance, request: Request) -> User | None:
        found = super().identify(instance, request)
        key = access.given_user_key(request.headers, request.query_params)
        return found or (self._store.user(instance, self._more[key]) if key in self._more else None)


@GROUP.steps("details-of-who-came-last", MUST)
class _SharedCaller(Deployment):
    """Of two looks at the same time both show the user who came last."""

    _last: User | None = None

    async def details(self, call: Call) -> Reply:
        self._last = call.caller.user
        await asyncio.sleep(WINDOW)
        return self.represent(call, self._last)


@GROUP.steps("one-key-for-two-adds", MUST)
class _SharedKey(_Busy):
    """Of two adds at the same time both are shown the key of the first."""

    _first = ""

    async def add(self, call: Call) -> Reply:
        self.under_way["add"] += 1
        try:
            await asyncio.sleep(WINDOW)
            reply = await super().add(call)
            if isinstance(reply.body, dict):
                self._first = self._first or str(reply.body["user_key"])
                reply.body["user_key"] = self._first
            return reply
        finally:
            self.under_way["add"] -= 1
            self._first = self._first if self.under_way["add"] else ""
