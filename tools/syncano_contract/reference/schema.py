"""The tables of the reference deployment, and what a fresh database is filled with."""

import sqlite3
from datetime import datetime

from syncano_contract.reference import keys
from syncano_contract.reference.records import KeyKind

APPLICATION_ID = 0x53594E43
VERSION = 1

ACCOUNT = 1
FOREIGN_ACCOUNT = 2
INSTANCE = 1
OTHER_INSTANCE = 2

# Argon2 hashes never look like this: nobody knows the password of a seeded user.
NO_PASSWORD = "!"  # noqa: S105  - the absence of a password, not one

_TABLES = (
    "CREATE TABLE instances (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, account_id INTEGER NOT NULL)",
    "CREATE TABLE api_keys (key TEXT PRIMARY KEY, kind TEXT NOT NULL, scope INTEGER NOT NULL) WITHOUT ROWID",
    """CREATE TABLE users (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        instance_id INTEGER NOT NULL REFERENCES instances,
        username TEXT NOT NULL,
        folded_username TEXT NOT NULL,
        password TEXT NOT NULL,
        user_key TEXT NOT NULL UNIQUE,
        UNIQUE (instance_id, folded_username))""",
    """CREATE TABLE profiles (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        owner INTEGER NOT NULL UNIQUE REFERENCES users ON DELETE CASCADE,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL,
        revision INTEGER NOT NULL)""",
    """CREATE TABLE groups (
        id INTEGER PRIMARY KEY,
        instance_id INTEGER NOT NULL REFERENCES instances,
        label TEXT NOT NULL,
        description TEXT NOT NULL)""",
    """CREATE TABLE memberships (
        user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
        group_id INTEGER NOT NULL REFERENCES groups,
        PRIMARY KEY (user_id, group_id)) WITHOUT ROWID""",
)
_INSTANCES = ((INSTANCE, "rivia", ACCOUNT), (OTHER_INSTANCE, "cintra", ACCOUNT))
_GROUPS = ((1, INSTANCE, "witchers", ""), (2, OTHER_INSTANCE, "lionesses", ""))
_INSTANCE_KEYS = (KeyKind.PLAIN, KeyKind.ALLOW_USER_CREATE, KeyKind.IGNORE_ACL)
# Ids have gaps, and no profile has the id of its owner: who swaps the two is found out.
_USERS = ((1, INSTANCE, "geralt", 33, 1), (4, OTHER_INSTANCE, "ciri", 37, 2))


def create(connection: sqlite3.Connection, moment: datetime) -> None:
    """Create the tables in an empty database and fill them, as of `moment`; the caller commits."""
    for statement in _TABLES:
        connection.execute(statement)
    connection.executemany("INSERT INTO instances VALUES (?, ?, ?)", _INSTANCES)
    connection.executemany("INSERT INTO groups VALUES (?, ?, ?, ?)", _GROUPS)
    connection.executemany("INSERT INTO api_keys VALUES (?, ?, ?)", _api_keys())
    for row in _USERS:
        _create_user(connection, row, moment)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _api_keys() -> list[tuple[str, KeyKind, int]]:
    owners = [(keys.account_key(), KeyKind.ACCOUNT, account) for account in (ACCOUNT, FOREIGN_ACCOUNT)]
    tenants = [
        (keys.instance_key(), kind, instance) for instance in (INSTANCE, OTHER_INSTANCE) for kind in _INSTANCE_KEYS
    ]
    return owners + tenants


def _create_user(connection: sqlite3.Connection, row: tuple[int, int, str, int, int], moment: datetime) -> None:
    user, instance, name, profile, group = row
    connection.execute(
        "INSERT INTO users VALUES (?, ?, ?, ?, ?, ?)",
        (user, instance, name, name.casefold(), NO_PASSWORD, keys.user_key()),
    )
    stamp = moment.isoformat()
    connection.execute("INSERT INTO profiles VALUES (?, ?, ?, ?, 1)", (profile, user, stamp, stamp))
    connection.execute("INSERT INTO memberships VALUES (?, ?)", (user, group))
