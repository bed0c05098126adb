"""Keys after a reset: old ones that live on, and new ones that do not work."""

from starlette.requests import Request

from syncano_contract.model import Level
from syncano_contract.reference import keys
from syncano_contract.reference.deployment import Call, Deployment
from syncano_contract.reference.faults.alteration import Group
from syncano_contract.reference.faults.altering import DETAILS, operation_of
from syncano_contract.reference.faults.remembering import Remembering
from syncano_contract.reference.passwords import Passwords
from syncano_contract.reference.records import Instance, User
from syncano_contract.reference.replies import Reply
from syncano_contract.reference.store import Store

MUST, SHOULD = Level.MUST, Level.SHOULD
GROUP = Group("keys")


@GROUP.steps("old-key-still-valid", MUST)
class _OldKeyStillValid(Remembering):
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
