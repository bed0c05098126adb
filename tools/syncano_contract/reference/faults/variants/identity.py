"""What tells users apart: keys, ids, names and revisions."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from secrets import token_urlsafe
from uuid import uuid4

from syncano_contract.reference import validation
from syncano_contract.reference.deployment import Call, Deployment
from syncano_contract.reference.faults.alteration import Group
from syncano_contract.reference.faults.altering import (
    ADD,
    RESET,
    UPDATE,
    operation_of,
)
from syncano_contract.reference.passwords import Passwords
from syncano_contract.reference.records import User
from syncano_contract.reference.replies import Reply
from syncano_contract.reference.store import Store
from syncano_contract.reference.validation import Credentials

GROUP = Group("variants: identity")


@GROUP.steps("uuids-as-keys", None)
class _Uuids(Deployment):
    """User keys are UUIDs."""

    def represent(self, call: Call, user: User | None) -> Reply:
        if user is not None and operation_of(call.request) in (ADD, RESET):
            user = self._store.reset_key(call.instance, user.id, str(uuid4()))
        return super().represent(call, user)


@GROUP.steps("long-keys", None)
class _LongKeys(Deployment):
    """User keys are tokens of 200 characters with a common beginning."""

    def represent(self, call: Call, user: User | None) -> Reply:
        if user is not None and operation_of(call.request) in (ADD, RESET):
            user = self._store.reset_key(call.instance, user.id, f"syncano_user_{token_urlsafe(140)}")
        return super().represent(call, user)


class _Numbering(Deployment):
    """Steps that show other ids than those of the database."""

    def number(self, user_id: int) -> int:
        """Tell the id that is shown."""
        raise NotImplementedError

    def origin(self, number: int) -> int:
        """Tell the id in the database; -1 for none."""
        raise NotImplementedError

    def find_user(self, call: Call) -> User:
        text = call.request.path_params["user_id"]
        if text.isascii() and text.isdigit() and len(text) < 19:
            call.request.path_params["user_id"] = str(self.origin(int(text)))
        return super().find_user(call)

    def represent(self, call: Call, user: User | None) -> Reply:
        return super().represent(call, user and replace(user, id=self.number(user.id)))


@GROUP.steps("huge-ids", None)
class _HugeIds(_Numbering):
    """Ids start at 2^40."""

    def number(self, user_id: int) -> int:
        return user_id + 2**40

    def origin(self, number: int) -> int:
        return number - 2**40


@GROUP.steps("ids-with-gaps", None)
class _Gaps(_Numbering):
    """Ids have gaps and are in no order."""

    def number(self, user_id: int) -> int:
        return (user_id * 7919) % 1_000_003

    def origin(self, number: int) -> int:
        return (number * pow(7919, -1, 1_000_003)) % 1_000_003 if number < 1_000_003 else -1


@GROUP.steps("revision-and-update-move", None)
class _Moving(Deployment):
    """The revision and the update time of a profile move with each change of its user."""

    def __init__(self, store: Store, passwords: Passwords) -> None:
        super().__init__(store, passwords)
        self._revisions: Counter[int] = Counter()

    def represent(self, call: Call, user: User | None) -> Reply:
        if user is None:
            return super().represent(call, user)
        self._revisions[user.id] += operation_of(call.request) in (UPDATE, RESET)
        moved = self._revisions[user.id]
        later = user.profile.updated_at + timedelta(seconds=moved)
        profile = replace(user.profile, revision=1 + moved, updated_at=later)
        return super().represent(call, replace(user, profile=profile))


@GROUP.steps("names-unique-in-the-account", None)
class _AccountWide(Deployment):
    """A name can be taken once in all instances together."""

    def __init__(self, store: Store, passwords: Passwords) -> None:
        super().__init__(store, passwords)
        self._homes: dict[str, int] = {}

    async def validate(self, call: Call) -> Credentials:
        credentials = await super().validate(call)
        if self._homes.setdefault(credentials.username.casefold(), call.instance.id) != call.instance.id:
            raise validation.not_unique()
        return credentials
