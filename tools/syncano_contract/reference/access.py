"""Who calls, and what the caller may do (DEPLOYMENTS.md, "Keys and rights")."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from syncano_contract.reference.records import ApiKey, Instance, KeyKind, User
from syncano_contract.reference.replies import NO_PERMISSION, NO_SUCH_KEY, refused
from syncano_contract.reference.store import Store

_MAY_ADD = frozenset({KeyKind.ACCOUNT, KeyKind.ALLOW_USER_CREATE, KeyKind.IGNORE_ACL})
_MAY_TOUCH_ANY = frozenset({KeyKind.ACCOUNT, KeyKind.IGNORE_ACL})


@dataclass(frozen=True, slots=True)
class Caller:
    """The bearer of an API key, and the user whose valid user key came along, if any."""

    kind: KeyKind
    user: User | None


Right = Callable[[Caller], bool]


def given_api_key(headers: Mapping[str, str], query: Mapping[str, str]) -> str:
    """Take the API key from `X-API-KEY`, else `Authorization: <word> KEY`, else `?api_key=`."""
    if "x-api-key" in headers:
        return headers["x-api-key"]
    if "authorization" in headers:
        return headers["authorization"].partition(" ")[2].strip()
    return query.get("api_key", "")


def given_user_key(headers: Mapping[str, str], query: Mapping[str, str]) -> str:
    """Take the user key from `X-USER-KEY`, which wins even when it is empty, or from `?user_key=`."""
    return headers.get("x-user-key", query.get("user_key", ""))


def authenticate(store: Store, instance: Instance, key: str) -> ApiKey:
    """Find the API key that opens this instance; raises RefusedError with status 403."""
    if not key:
        raise refused(403, NO_PERMISSION)
    api_key = store.api_key(key)
    if api_key is None:
        raise refused(403, NO_SUCH_KEY)
    if api_key.kind is KeyKind.ACCOUNT:
        if api_key.scope != instance.account_id:
            raise refused(403, NO_PERMISSION)
    elif api_key.scope != instance.id:
        raise refused(403, NO_SUCH_KEY)
    return api_key


def may_add(caller: Caller) -> bool:
    """Tell whether the caller may add users; a user key changes nothing."""
    return caller.kind in _MAY_ADD


def may_touch_any(caller: Caller) -> bool:
    """Tell whether the caller may touch every user of the instance."""
    return caller.kind in _MAY_TOUCH_ANY


def may_touch(caller: Caller) -> bool:
    """Tell whether the caller may touch at least the user that it is."""
    return may_touch_any(caller) or caller.user is not None


def may_touch_user(caller: Caller, user: User) -> bool:
    """Tell whether the caller may touch this user."""
    return may_touch_any(caller) or (caller.user is not None and caller.user.id == user.id)


def is_user(caller: Caller) -> bool:
    """Tell whether the caller is a user with an instance key (`user-details#callout/1`)."""
    return caller.kind is not KeyKind.ACCOUNT and caller.user is not None


def authorise(caller: Caller, right: Right) -> None:
    """Check a right; raises RefusedError with status 403."""
    if not right(caller):
        raise refused(403, NO_PERMISSION)
