"""Tenants: instances that are not kept apart, and instances that do not exist and answer all the same."""

from starlette.requests import Request

from syncano_contract.model import Level
from syncano_contract.reference import access
from syncano_contract.reference.access import Caller
from syncano_contract.reference.deployment import Call, Deployment, Resource
from syncano_contract.reference.faults.alteration import Group
from syncano_contract.reference.faults.altering import ADD, DETAILS, RESET, UPDATE, Rereading, operation_of
from syncano_contract.reference.passwords import Passwords
from syncano_contract.reference.records import Instance, KeyKind, User
from syncano_contract.reference.replies import Reply
from syncano_contract.reference.store import Store

GROUP = Group("tenants")


def _answering_anywhere(operation: str) -> type[Deployment]:
    """Return steps that take an instance which does not exist for the first one."""

    class Anywhere(Deployment):
        async def answer(self, prefix: str, resource: Resource, request: Request) -> Reply:
            if operation_of(request) == operation and self._store.instance(request.path_params["instance"]) is None:
                request.path_params["instance"] = self._store.seeds().instance
            return await super().answer(prefix, resource, request)

    return Anywhere


for _short, _operation in {"add": ADD, "update": UPDATE, "details": DETAILS, "reset": RESET}.items():
    GROUP.table(
        f"{_short}-in-any-instance",
        Level.MUST,
        f"{_operation} in an instance that does not exist is one in the first that does.",
        _answering_anywhere(_operation),
    )


@GROUP.steps("tenants-share-users", Level.MUST)
class _Shared(Rereading):
    """Adding a name that somebody has in the other instance gives that user."""

    def __init__(self, store: Store, passwords: Passwords) -> None:
        super().__init__(store, passwords)
        self._users: dict[str, tuple[int, User]] = {}

    async def add(self, call: Call) -> Reply:
        name = (await self.validate(call)).username.casefold()
        home, known = self._users.get(name, (call.instance.id, None))
        return self.represent(call, known) if known and home != call.instance.id else await super().add(call)

    def represent(self, call: Call, user: User | None) -> Reply:
        if user is not None and operation_of(call.request) == ADD:
            self._users.setdefault(user.username.casefold(), (call.instance.id, user))
        return super().represent(call, user)


@GROUP.steps("a-pair-of-keys-opens-any-instance", Level.MUST)
class _PairOpens(Deployment):
    """An API key and a user key of one instance are taken in the other one too, as long as they belong together."""

    def authenticate(self, instance: Instance, request: Request) -> Caller:
        seeds, api_key = self._store.seeds(), access.given_api_key(request.headers, request.query_params)
        for name in (seeds.instance, seeds.other_instance):
            home, found = self._store.instance(name), self._store.api_key(api_key)
            is_of_home = home and found and found.kind is not KeyKind.ACCOUNT and found.scope == home.id
            user = self.identify(home, request) if home and is_of_home else None
            if user is not None:
                return Caller(KeyKind.ALLOW_USER_CREATE, user)
        return super().authenticate(instance, request)
