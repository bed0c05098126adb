"""What a run is pointed at: the target's address, its keys, and how to read them."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from syncano_contract import proxies
from syncano_contract.model import Headers, Problem

TEMPLATE = """\
# A target for `syncano-contract run --target FILE`.
# A value "$NAME" is read from the environment variable NAME, so that this file needs no secret in it.

# The base URL, up to and with the version, and the instance that the run may add users to.
url = "https://api.syncano.io/v1.1"
instance = "my-instance"

# An instance key that may add users, and nothing more. Without it only --read-only is possible.
api_key = "$SYNCANO_API_KEY"

# Optional; each makes more requirements applicable.
# plain_key = "$SYNCANO_PLAIN_KEY"      # an instance key that may not even add users
# account_key = "$SYNCANO_ACCOUNT_KEY"  # sent with GET only (and with DELETE by --cleanup)
# user_key = "$SYNCANO_USER_KEY"        # of a user that exists already; needed by --read-only
# ca_bundle = "ca.pem"                  # certificates to trust, relative to this file
# client_cert = "client.pem"            # the certificate to show to the target, relative to this file
# client_key = "client.key"             # its private key, where that is in a file of its own
# proxy = "$CORPORATE_PROXY"            # otherwise HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY tell

# Optional: a second tenant, to prove that neither reaches into the other.
# [other]
# instance = "another-instance"
# api_key = "$SYNCANO_OTHER_API_KEY"    # may add users there

# Optional: headers that go with every request.
# [headers]
# X-Request-Source = "conformance"
"""

KEYS = ("api_key", "plain_key", "account_key", "user_key")
FILES = ("ca_bundle", "client_cert", "client_key")
SETTINGS = {"url", "instance", "proxy", "headers", "other", *FILES, *KEYS}
ENVIRONMENT = {f"SYNCANO_{name.upper()}": name for name in KEYS}
OTHER_ENVIRONMENT = {"SYNCANO_OTHER_INSTANCE": "instance", "SYNCANO_OTHER_API_KEY": "api_key"}
WRITE_ONE = "syncano-contract target > target.toml"
VARIABLE = re.compile(r"\$[A-Za-z_][A-Za-z0-9_]*")
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # a token, RFC 9110, section 5.6.2
OWN_HEADERS = frozenset({"x-api-key", "x-user-key", "host", "content-type", "content-length", "transfer-encoding"})


@dataclass(frozen=True)
class Other:
    """A second tenant of the same deployment."""

    instance: str
    api_key: str = field(repr=False)  # empty where nobody needs it


@dataclass(frozen=True)
class Target:
    """A deployment under test; a key that is None makes the requirements that need it inapplicable."""

    url: str
    instance: str
    api_key: str | None = field(default=None, repr=False)
    plain_key: str | None = field(default=None, repr=False)
    account_key: str | None = field(default=None, repr=False)
    user_key: str | None = field(default=None, repr=False)
    other: Other | None = None
    headers: Headers = field(default=(), repr=False)
    ca_bundle: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    proxy: str | None = field(default=None, repr=False)  # it may hold a password

    @property
    def instance_keys(self) -> tuple[str, ...]:
        """Every key but those of users that this target gives."""
        given = (self.api_key, self.plain_key, self.account_key, self.other and self.other.api_key)
        return tuple(key for key in given if key)


def from_file(path: Path, environment: Mapping[str, str] = os.environ, needs: Set[str] = frozenset(KEYS)) -> Target:
    """Read a target file (TOML); raises Problem naming the file and the setting that is wrong, and never a key.

    A key that is none of those it `needs` is left out where it names a variable that is not set.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Problem(f"cannot read {path}: {error.strerror}", f"write one: {WRITE_ONE}") from error
    except (ValueError, RecursionError) as error:  # no UTF-8, no TOML, or a number or a nesting beyond all bounds
        raise Problem(f"{path} is not TOML: {error}", f"compare it with a fresh one: {WRITE_ONE}") from error
    return _distinct(_from_table(table, path, environment, needs), f"{path}")


def from_environment(url: str, instance: str | None, environment: Mapping[str, str] = os.environ) -> Target:
    """Make a target of a URL, an instance name and the SYNCANO_… variables; raises Problem."""
    url, instance = check_url(url), instance or environment.get("SYNCANO_INSTANCE")
    if not instance:
        raise Problem(f"no instance is named for {url}", "add --instance NAME, or use --target FILE")
    keys = _from_variables(ENVIRONMENT, environment)
    other = _from_variables(OTHER_ENVIRONMENT, environment)
    where = f"the environment ({', '.join(OTHER_ENVIRONMENT)})"
    second = _other(other, where) if other else None
    target = Target(url, instance, other=second, proxy=proxies.proxy_for(url, environment), **_keys(keys))
    return _distinct(target, "the environment")


def _from_variables(names: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    given = {variable: name for variable, name in names.items() if environment.get(variable)}
    return {name: _sendable(environment[variable], variable) for variable, name in given.items()}


def check_url(url: str) -> str:
    """Return the base URL without a trailing slash; raises Problem when it is none."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or re.search(r"[^!-~]", url):  # urlsplit drops line breaks without a word
        shown = "what was given" if re.search(r"[@?#]", url) else ascii(url)[1:-1]
        raise Problem(f"{shown} is no base URL", "give one such as https://api.syncano.io/v1.1")
    if re.search(r"[@?#]", url):
        raise Problem(
            "the base URL carries a user name, a password, a query or a fragment",
            "leave them out: keys belong into the target file or the environment, see `syncano-contract target`",
        )
    return url.rstrip("/")


def _from_table(table: Mapping[str, object], path: Path, environment: Mapping[str, str], needs: Set[str]) -> Target:
    _refuse_unknown(table, SETTINGS, f"{path}")
    other, headers = table.get("other"), table.get("headers", {})
    if other is not None and not isinstance(other, dict):
        raise Problem(f"{path}: other is no table", "write it as [other] with instance and api_key")
    if not isinstance(headers, dict):
        raise Problem(f"{path}: headers is no table", 'write it as [headers] with lines NAME = "value"')
    settings = {key: value for key, value in table.items() if key not in ("other", "headers")}
    values = _strings(_given(settings, environment, needs), f"{path}", environment)
    for needed in ("url", "instance"):
        if not values.get(needed):
            raise Problem(f"{path}: {needed} is missing", f'add a line such as {needed} = "…"; {WRITE_ONE} shows all')
    url, proxy = check_url(values["url"]), values.get("proxy")
    return Target(
        url=url,
        instance=values["instance"],
        **_keys(values),
        other=None if other is None else _second(other, f"{path} [other]", environment, needs),
        headers=_headers(headers, f"{path} [headers]", environment),
        **_files(values, path),
        proxy=proxies.checked(proxy, f"{path}: proxy") if proxy else proxies.proxy_for(url, environment),
    )


def _keys(values: Mapping[str, str]) -> dict[str, Any]:
    return {name: values.get(name) for name in KEYS}


def _second(table: Mapping[str, object], where: str, environment: Mapping[str, str], needs: Set[str]) -> Other:
    return _other(_strings(_given(table, environment, needs), where, environment), where, needs)


def _given(table: Mapping[str, object], environment: Mapping[str, str], needs: Set[str]) -> dict[str, object]:
    """Leave out the keys that are not needed and name a variable that is not set."""
    spare = {key for key in table if key in KEYS and key not in needs}
    return {key: value for key, value in table.items() if not (key in spare and _is_unset(value, environment))}


def _is_unset(value: object, environment: Mapping[str, str]) -> bool:
    return isinstance(value, str) and bool(VARIABLE.fullmatch(value)) and not environment.get(value[1:])


def _other(table: Mapping[str, str], where: str, needs: Set[str] = frozenset(KEYS)) -> Other:
    _refuse_unknown(table, {"instance", "api_key"}, where)
    for needed in ("instance", *({"api_key"} & needs)):
        if not table.get(needed):
            raise Problem(f"{where}: {needed} is missing", "a second tenant needs both instance and api_key")
    return Other(**{"api_key": "", **table})


def _headers(table: Mapping[str, object], where: str, environment: Mapping[str, str]) -> Headers:
    for name in table:
        if not HEADER_NAME.fullmatch(name):
            raise Problem(f"{where}: one of the names is no header name", 'write NAME = "value", without a colon')
        if name.lower() in OWN_HEADERS | SETTINGS:
            raise Problem(f"{where}: {name} is not for this table", "leave it out, or move a setting above all tables")
    return tuple(sorted(_strings(table, where, environment).items()))


def _distinct(target: Target, where: str) -> Target:
    """Refuse keys given twice and an account key in a header: each would go where only another key may."""
    names: dict[str, str] = {}
    for name, key in (*((name, getattr(target, name)) for name in KEYS), ("other.api_key", _other_key(target))):
        if key and names.setdefault(key, name) != name:
            raise Problem(f"{where}: {names[key]} and {name} are the same key", f"give another, or leave {name} out")
    if target.other and target.other.instance == target.instance:
        raise Problem(f"{where}: the instance of the second tenant is the first one's", "name another instance there")
    for name, value in target.headers:
        if target.account_key and target.account_key in value:
            raise Problem(
                f"{where} [headers]: {name} holds the account_key", "leave it out: it never goes with a write"
            )
    return target


def _other_key(target: Target) -> str | None:
    return target.other.api_key if target.other else None


def _files(values: Mapping[str, str], path: Path) -> dict[str, Any]:
    files = {name: path.parent / values[name] for name in FILES if name in values}
    for name, file in files.items():
        if not _is_file(file):
            raise Problem(f"{path}: {name} {file} is no file", "name a PEM file, relative to the target file")
    if "client_key" in files and "client_cert" not in files:
        raise Problem(f"{path}: client_key is the key of no client_cert", "name the certificate too, or leave it out")
    return files


def _is_file(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError:  # its name is too long
        return False


def _refuse_unknown(table: Mapping[str, object], known: set[str], where: str) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        raise Problem(f"{where}: unknown setting {unknown[0]}", f"known are {', '.join(sorted(known))}")


def _strings(table: Mapping[str, object], where: str, environment: Mapping[str, str]) -> dict[str, str]:
    values = {}
    for key, value in table.items():
        if not isinstance(value, str):
            raise Problem(f"{where}: {key} is no string", f'write it in quotes: {key} = "…"')
        values[key] = _resolved(key, value, where, environment)
    return values


def _resolved(key: str, value: str, where: str, environment: Mapping[str, str]) -> str:
    if value.startswith("$"):
        if not VARIABLE.fullmatch(value):  # not shown: it may be a key
            raise Problem(f"{where}: {key} begins with $ but names no variable", f'write {key} = "$NAME"')
        if not environment.get(value[1:]):
            raise Problem(f"{where}: {key} names {value}, which is not set", f"export {value[1:]}=… first")
        value = environment[value[1:]]
    return value if key in FILES else _sendable(value, f"{where}: {key}")


def _sendable(value: str, where: str) -> str:
    """Refuse what no header can carry (RFC 9110, section 5.5), without showing it: it may be a key."""
    if not value or not value.isascii() or not value.isprintable() or value != value.strip():
        raise Problem(f"{where} is empty or holds blanks at an end, line breaks or non-ASCII", "set it anew")
    return value
