"""What the database holds, as frozen values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class KeyKind(StrEnum):
    """What an API key may do (DEPLOYMENTS.md, "Keys and rights")."""

    ACCOUNT = "account"
    PLAIN = "plain"
    ALLOW_USER_CREATE = "allow_user_create"
    IGNORE_ACL = "ignore_acl"


@dataclass(frozen=True, slots=True)
class Instance:
    """A tenant: its users and keys are nobody else's."""

    id: int
    name: str
    account_id: int


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key: `scope` is the id of the account or of the instance that it opens."""

    kind: KeyKind
    scope: int


@dataclass(frozen=True, slots=True)
class Group:
    """A group that a user belongs to."""

    id: int
    label: str
    description: str


@dataclass(frozen=True, slots=True)
class Profile:
    """The data object that belongs to one user; both moments are in UTC."""

    id: int
    created_at: datetime
    updated_at: datetime
    revision: int


@dataclass(frozen=True, slots=True)
class User:
    """A user of one instance, with its key, its profile and its groups."""

    id: int
    username: str
    user_key: str
    profile: Profile
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class NewUser:
    """What adding a user stores; `password` is a hash."""

    username: str
    password: str
    user_key: str
    moment: datetime
