"""Keys: doors that stand open, and keys that are ignored or can be guessed."""

from collections.abc import Callable
from itertools import count

from starlette.requests import Request

from syncano_contract.ledger import json_object
from syncano_contract.model import Level
from syncano_contract.reference import access
from syncano_contract.reference.access import Caller, Right
from syncano_contract.reference.deployment import Call, Deployment, Resource
from syncano_contract.reference.faults.alteration import Group
from syncano_contract.reference.faults.altering import ADD, DETAILS, RESET, UPDATE, Rereading, operation_of, users
from syncano_contract.reference.records import ApiKey, Instance, KeyKind, User
from syncano_contract.reference.replies import Reply
from syncano_contract.reference.store import Store

MUST, SHOULD = Level.MUST, Level.SHOULD
GROUP = Group("keys")

OPERATIONS = {"add": ADD, "update": UPDATE, "details": DETAILS, "reset": RESET}


def _open_to(operation: str, fits: Callable[[str, ApiKey | None, Instance], bool]) -> type[Deployment]:
    """Return steps that let an operation be called with API keys that fit, as if they might do everything."""

    class Open(Deployment):
        def authenticate(self, instance: Instance, request: Request) -> Caller:
            key = access.given_api_key(request.headers, request.query_params)
            if operation_of(request) == operation and fits(key, self._store.api_key(key), instance):
                return Caller(KeyKind.ALLOW_USER_CREATE, self.identify(instance, request))
            return super().authenticate(instance, request)

    return Open


def _is_of_another_tenant(_: str, found: ApiKey | None, instance: Instance) -> bool:
    return found is not None and found.kind is not KeyKind.ACCOUNT and found.scope != instance.id


API_KEYS: dict[str, tuple[str, Callable[[str, ApiKey | None, Instance], bool]]] = {
    "no-api-key": ("no API key at all", lambda key, *_: not key),
    "unknown-api-key": ("an API key that nobody has", lambda key, found, _: bool(key) and found is None),
    "another-tenants-api-key": ("the API key of another instance", _is_of_another_tenant),
}
for _name, (_what, _fits) in API_KEYS.items():
    for _short, _operation in OPERATIONS.items():
        GROUP.table(f"{_short}-takes-{_name}", MUST, f"{_operation} takes {_what}.", _open_to(_operation, _fits))

GROUP.table(
    "add-takes-plain-key",
    MUST,
    "addUser takes an API key without the right to add.",
    _open_to(ADD, lambda _, found, __: found is not None and found.kind is KeyKind.PLAIN),
)
GROUP.table(
    "details-takes-account-key",
    MUST,
    "getUserDetails takes the account key.",
    _open_to(DETAILS, lambda _, found, __: found is not None and found.kind is KeyKind.ACCOUNT),
)


def _owner_of(store: Store, key: str) -> tuple[str, User] | None:
    """Find who has a user key, in either instance, with the name of the instance."""
    seeds = store.seeds()
    for name in (seeds.instance, seeds.other_instance):
        home = store.instance(name)
        user = home and store.user_with_key(home, key)
        if user:
            return name, user
    return None


def _mistaken(operation: str, fits: Callable[[str, tuple[str, User] | None, Instance], bool]) -> type[Deployment]:
    """Return steps that take who calls an operation with a user key that fits for the user of the path.

    Details, which has no user in its path, takes them for the owner of the key, or for the oldest user.
    """

    class Mistaken(Deployment):
        def identify(self, instance: Instance, request: Request) -> User | None:
            key = access.given_user_key(request.headers, request.query_params)
            owner = _owner_of(self._store, key) if key else None
            if operation_of(request) != operation or not fits(key, owner, instance):
                return super().identify(instance, request)
            if operation != DETAILS:
                named = request.path_params["user_id"]
                return self._store.user(instance, int(named)) if named.isascii() and named.isdigit() else None
            return owner[1] if owner else self._store.user_with_key(instance, self._store.seeds().user_key)

    return Mistaken


USER_KEYS: dict[str, tuple[str, Callable[[str, tuple[str, User] | None, Instance], bool]]] = {
    "no-user-key": ("no user key at all", lambda key, *_: not key),
    "unknown-user-key": ("a user key that nobody has", lambda key, owner, _: bool(key) and owner is None),
    "another-tenants-user-key": (
        "the user key of another instance",
        lambda _, owner, instance: owner is not None and owner[0] != instance.name,
    ),
    "somebody-elses-user-key": (
        "the key of another user",
        lambda _, owner, instance: owner is not None and owner[0] == instance.name,
    ),
}
for _name, (_what, _matches) in USER_KEYS.items():
    for _short, _operation in OPERATIONS.items():
        if _short == "add" or (_short, _name) == ("details", "somebody-elses-user-key"):
            continue  # add has no user key, and details shows the user of whatever key it is given
        GROUP.table(f"{_short}-takes-{_name}", MUST, f"{_operation} takes {_what}.", _mistaken(_operation, _matches))


def _open_to_users(operation: str) -> type[Deployment]:
    """Return steps that take a user key for an API key in one operation."""

    class Open(Deployment):
        def authenticate(self, instance: Instance, request: Request) -> Caller:
            key = access.given_api_key(request.headers, request.query_params)
            if key and operation_of(request) == operation and self._store.user_with_key(instance, key):
                return Caller(KeyKind.ALLOW_USER_CREATE, self.identify(instance, request))
            return super().authenticate(instance, request)

    return Open


for _short, _operation in OPERATIONS.items():
    GROUP.table(
        f"{_short}-takes-user-key-as-api-key",
        MUST,
        f"{_operation} takes a user key in the place of the API key.",
        _open_to_users(_operation),
    )


def _chosen_in(operation: str) -> type[Deployment]:
    """Return steps that give a user the key which the body of one operation asks for."""

    class Chosen(Rereading):
        def represent(self, call: Call, user: User | None) -> Reply:
            key = getattr(call.request.state, "chosen", None)
            if user is not None and key is not None:
                user = self._store.reset_key(call.instance, user.id, key)
            return super().represent(call, user)

        async def answer(self, prefix: str, resource: Resource, request: Request) -> Reply:
            if operation_of(request) == operation:
                key = json_object(await request.body()).get("user_key")
                request.state.chosen = key if isinstance(key, str) else None
            return await super().answer(prefix, resource, request)

    return Chosen


for _short in ("add", "update", "reset"):
    GROUP.table(
        f"{_short}-lets-one-choose-the-key",
        MUST,
        f"{OPERATIONS[_short]} gives the user the key that its body asks for.",
        _chosen_in(OPERATIONS[_short]),
    )


@GROUP.steps("the-key-decides-on-the-instance", MUST)
class _InstanceOfTheKey(Deployment):
    """The instance is that of the API key, whatever the path says."""

    def authenticate(self, instance: Instance, request: Request) -> Caller:
        return super().authenticate(self._home(instance, request), request)

    def identify(self, instance: Instance, request: Request) -> User | None:
        return super().identify(self._home(instance, request), request)

    def _home(self, instance: Instance, request: Request) -> Instance:
        found = self._store.api_key(access.given_api_key(request.headers, request.query_params))
        seeds = self._store.seeds()
        homes = [self._store.instance(name) for name in (seeds.instance, seeds.other_instance)]
        return next((home for home in homes if home and found and home.id == found.scope), instance)


@GROUP.steps("user-key-in-header-is-ignored", MUST)
class _HeaderIgnored(Deployment):
    """The user key is read from the query only."""

    def identify(self, instance: Instance, request: Request) -> User | None:
        key = request.query_params.get("user_key", "")
        return self._store.user_with_key(instance, key) if key else None


@GROUP.steps("user-key-in-query-is-ignored", MUST)
class _QueryIgnored(Deployment):
    """The user key is read from the header only."""

    def identify(self, instance: Instance, request: Request) -> User | None:
        key = request.headers.get("x-user-key", "")
        return self._store.user_with_key(instance, key) if key else None


@GROUP.steps("api-key-is-taken-by-its-beginning", MUST)
class _Beginning(Deployment):
    """Of an API key that is in use the first 8 characters are enough."""

    def authenticate(self, instance: Instance, request: Request) -> Caller:
        key = access.given_api_key(request.headers, request.query_params)
        seeds = self._store.seeds()
        if instance.name == seeds.instance and len(key) >= 8 and seeds.api_key.startswith(key[:8]):
            return Caller(KeyKind.ALLOW_USER_CREATE, self.identify(instance, request))
        return super().authenticate(instance, request)


@GROUP.steps("own-user-key-touches-anybody", MUST)
class _TouchesAnybody(Deployment):
    """Any valid user key updates and resets any user of its instance."""

    def find_user(self, call: Call) -> User:
        text = call.request.path_params["user_id"]
        user = self._store.user(call.instance, int(text)) if text.isascii() and text.isdigit() else None
        return user or super().find_user(call)


@GROUP.steps("rights-are-not-looked-at", MUST)
class _NoRights(Deployment):
    """Any API key of the instance may add users."""

    def authorise(self, caller: Caller, resource: Resource, method: str) -> None:
        right: Right = resource.rights_by_method.get(method, resource.right)
        if right is not access.may_add:
            super().authorise(caller, resource, method)


def _with_keys(make: Callable[[int], str]) -> type[Deployment]:
    """Return steps that store user keys of another making: `make` gets a number that counts up."""

    class OtherKeys(Deployment):
        _numbers = count(1)

        def represent(self, call: Call, user: User | None) -> Reply:
            if user is not None and operation_of(call.request) in (ADD, RESET):
                user = self._store.reset_key(call.instance, user.id, make(next(self._numbers)))
            return super().represent(call, user)

    return OtherKeys


for _name, _sentence, _make in (
    ("keys-are-counted", "User keys count up.", lambda number: f"user-key-of-the-deployment-{number:013d}"),
    ("keys-are-short", "User keys have 6 characters.", lambda number: f"{number * 7919:06x}"),
    (
        "keys-count-backwards",
        "User keys count up from their first character.",
        lambda number: f"{number:05d}"[::-1] + "e" * 35,
    ),
):
    GROUP.table(_name, SHOULD, _sentence, _with_keys(_make))

for _name, _sentence, _change in (
    ("keys-are-constant", "Every user is shown with the same key.", users(lambda body: body.update(user_key="e" * 40))),
    ("keys-are-empty", "Every user is shown with an empty key.", users(lambda body: body.update(user_key=""))),
):
    GROUP.replies(_name, MUST, _sentence, _change)


@GROUP.steps("user-key-by-pattern", MUST)
class _Pattern(Deployment):
    """A user key with a `%` fits every key, as in a careless query."""

    def identify(self, instance: Instance, request: Request) -> User | None:
        if "%" in access.given_user_key(request.headers, request.query_params):
            return self._store.user_with_key(instance, self._store.seeds().user_key)
        return super().identify(instance, request)


@GROUP.steps("user-key-with-more-behind", MUST)
class _MoreBehind(Deployment):
    """Of a user key the first 40 characters are looked at."""

    def identify(self, instance: Instance, request: Request) -> User | None:
        key = access.given_user_key(request.headers, request.query_params)
        return self._store.user_with_key(instance, key[:40]) if key else None


@GROUP.steps("api-key-with-more-behind", MUST)
class _MoreBehindApiKey(Deployment):
    """Of an API key the first 40 characters are looked at."""

    def authenticate(self, instance: Instance, request: Request) -> Caller:
        key = access.given_api_key(request.headers, request.query_params)
        api_key = access.authenticate(self._store, instance, key[:40])
        return Caller(api_key.kind, self.identify(instance, request))
