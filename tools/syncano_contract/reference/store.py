"""The users, keys and instances of the reference deployment, in one SQLite file."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from syncano_contract.reference import schema
from syncano_contract.reference.records import ApiKey, Group, Instance, KeyKind, NewUser, Profile, User
from syncano_contract.reference.seeds import Seeds

_BUSY_SECONDS = 30
_SYNCHRONOUS = {True: "FULL", False: "OFF"}
_USER = """SELECT users.id, username, user_key, profiles.id, created_at, updated_at, revision
    FROM users JOIN profiles ON owner = users.id WHERE instance_id = ? AND """
_USER_BY_ID = _USER + "users.id = ?"
_USER_BY_KEY = _USER + "user_key = ?"
_GROUPS = """SELECT id, label, description FROM groups JOIN memberships ON group_id = id
    WHERE user_id = ? ORDER BY id"""
_ADD_USER = """INSERT INTO users (instance_id, username, folded_username, password, user_key)
    VALUES (?, ?, ?, ?, ?) RETURNING id"""
_ADD_PROFILE = "INSERT INTO profiles (owner, created_at, updated_at, revision) VALUES (?, ?, ?, 1)"
_UPDATE = """UPDATE users SET username = ?, folded_username = ?, password = ?
    WHERE instance_id = ? AND id = ?"""
_RESET_KEY = "UPDATE users SET user_key = ? WHERE instance_id = ? AND id = ?"
_REMOVE = "DELETE FROM users WHERE instance_id = ? AND id = ?"
_OLDEST_KEY = "SELECT user_key FROM users WHERE instance_id = ? ORDER BY id LIMIT 1"


class DatabaseUnusableError(Exception):
    """The file at `path` cannot serve as database; `reason` says why."""

    def __init__(self, path: Path, reason: str) -> None:
        """Keep the file and what is wrong with it."""
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        """Name the file and the reason in one line."""
        return f"{self.path}: {self.reason}"


class UsernameTakenError(Exception):
    """Another user of the instance has this name, whatever its case."""


class Store:
    """An open database: reads on one connection, writes one after the other on a second one.

    The file is created and seeded when it is absent or empty; only its owner can read it. With `durable`, a
    write that has returned survives the death of the process and of the machine. Reads belong to one thread,
    writes may come from any. Raises DatabaseUnusableError.
    """

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        """Open the file, and create and seed it first if need be."""
        self._lock = threading.Lock()
        try:
            _prepare(path, durable=durable)
            self._writer = _connect(path, durable=durable)
            self._reader = _connect(path, durable=durable)
        except sqlite3.Error as error:
            raise DatabaseUnusableError(path, str(error)) from error
        except OSError as error:
            raise DatabaseUnusableError(path, error.strerror or str(error)) from error

    def close(self) -> None:
        """Close the file, after the write that may be under way."""
        with self._lock:
            self._writer.close()
        self._reader.close()

    def seeds(self) -> Seeds:
        """Give the seeded keys as they are now."""
        names = dict(self._reader.execute("SELECT id, name FROM instances"))
        return Seeds(
            instance=names[schema.INSTANCE],
            api_key=self._key(KeyKind.ALLOW_USER_CREATE, schema.INSTANCE),
            plain_key=self._key(KeyKind.PLAIN, schema.INSTANCE),
            acl_key=self._key(KeyKind.IGNORE_ACL, schema.INSTANCE),
            account_key=self._key(KeyKind.ACCOUNT, schema.ACCOUNT),
            user_key=self._oldest_user_key(schema.INSTANCE),
            other_instance=names[schema.OTHER_INSTANCE],
            other_api_key=self._key(KeyKind.ALLOW_USER_CREATE, schema.OTHER_INSTANCE),
            other_user_key=self._oldest_user_key(schema.OTHER_INSTANCE),
            foreign_account_key=self._key(KeyKind.ACCOUNT, schema.FOREIGN_ACCOUNT),
        )

    def instance(self, name: str) -> Instance | None:
        """Find an instance by its name."""
        found = self._reader.execute("SELECT id, name, account_id FROM instances WHERE name = ?", (name,))
        row = found.fetchone()
        return Instance(*row) if row else None

    def api_key(self, key: str) -> ApiKey | None:
        """Find what an API key opens."""
        row = self._reader.execute("SELECT kind, scope FROM api_keys WHERE key = ?", (key,)).fetchone()
        return ApiKey(KeyKind(row[0]), row[1]) if row else None

    def user(self, instance: Instance, user_id: int) -> User | None:
        """Find a user of this instance by its id, which fits 64 bits."""
        return _user(self._reader, _USER_BY_ID, (instance.id, user_id))

    def user_with_key(self, instance: Instance, user_key: str) -> User | None:
        """Find a user of this instance by its current key."""
        return _user(self._reader, _USER_BY_KEY, (instance.id, user_key))

    def add(self, instance: Instance, new: NewUser) -> User:
        """Add a user and give it back; raises UsernameTakenError."""
        moment = new.moment.isoformat()
        row = (instance.id, new.username, new.username.casefold(), new.password, new.user_key)
        with self._transaction() as connection:
            (user_id,) = connection.execute(_ADD_USER, row).fetchone()
            profile_id = connection.execute(_ADD_PROFILE, (user_id, moment, moment)).lastrowid
        profile = Profile(profile_id or 0, new.moment, new.moment, 1)
        return User(user_id, new.username, new.user_key, profile, ())

    def update(self, instance: Instance, user_id: int, username: str, password: str) -> User | None:
        """Give a user another name and password hash; None when it is gone; raises UsernameTakenError."""
        row = (username, username.casefold(), password, instance.id, user_id)
        with self._transaction() as connection:
            connection.execute(_UPDATE, row)
            return _user(connection, _USER_BY_ID, (instance.id, user_id))

    def reset_key(self, instance: Instance, user_id: int, user_key: str) -> User | None:
        """Replace the key of a user; None when it is gone."""
        with self._transaction() as connection:
            connection.execute(_RESET_KEY, (user_key, instance.id, user_id))
            return _user(connection, _USER_BY_ID, (instance.id, user_id))

    def remove(self, instance: Instance, user_id: int) -> None:
        """Remove a user with its profile and memberships, if it is there."""
        with self._transaction() as connection:
            connection.execute(_REMOVE, (instance.id, user_id))

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                with _committed(self._writer):
                    yield self._writer
            except sqlite3.IntegrityError as error:
                raise UsernameTakenError from error

    def _key(self, kind: KeyKind, scope: int) -> str:
        query = "SELECT key FROM api_keys WHERE kind = ? AND scope = ?"
        return str(self._reader.execute(query, (kind, scope)).fetchone()[0])

    def _oldest_user_key(self, instance_id: int) -> str:
        row = self._reader.execute(_OLDEST_KEY, (instance_id,)).fetchone()
        return str(row[0]) if row else ""


def _prepare(path: Path, *, durable: bool) -> None:
    """Make sure that the file is ours: create and seed it if it is absent or empty."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    with closing(_open(path, durable=durable)) as connection, _committed(connection):
        (objects,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if (objects, application, version) == (0, 0, 0):
            schema.create(connection, datetime.now(UTC))
        elif application != schema.APPLICATION_ID:
            raise DatabaseUnusableError(path, "this is the database of another program")
        elif version != schema.VERSION:
            raise DatabaseUnusableError(path, f"its schema is version {version}, not {schema.VERSION}")
    path.chmod(0o600)


def _open(path: Path, *, durable: bool) -> sqlite3.Connection:
    # SQLite's own locks and ours order the threads; transactions are begun by hand.
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA synchronous = {_SYNCHRONOUS[durable]}")
    return connection


def _connect(path: Path, *, durable: bool) -> sqlite3.Connection:
    connection = _open(path, durable=durable)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


@contextmanager
def _committed(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _user(connection: sqlite3.Connection, query: str, values: tuple[int, int | str]) -> User | None:
    row = connection.execute(query, values).fetchone()
    if row is None:
        return None
    user_id, username, user_key, profile_id, created_at, updated_at, revision = row
    profile = Profile(profile_id, datetime.fromisoformat(created_at), datetime.fromisoformat(updated_at), revision)
    groups = tuple(Group(*group) for group in connection.execute(_GROUPS, (user_id,)))
    return User(user_id, username, user_key, profile, groups)
