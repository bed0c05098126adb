"""Which proxy leads to a target: by HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, as everything else reads them."""

from __future__ import annotations

import ipaddress
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from urllib.parse import quote, unquote, urlsplit

from syncano_contract.model import Problem

VARIABLES = ("{scheme}_proxy", "all_proxy")
DEFAULT_PORTS = {"http": 80, "https": 443}


def proxy_for(url: str, environment: Mapping[str, str]) -> str | None:
    """Return the proxy that the environment names for a URL, if any; raises Problem, with the variable, for a bad one.

    Small letters come first. What is on this machine has no proxy: only a target file can send it through one.
    """
    parts = urlsplit(url)
    for name in (variable.format(scheme=parts.scheme) for variable in VARIABLES):
        for variable in (name, name.upper()):
            if not environment.get(variable):
                continue
            exempt = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
            is_exempt = _is_local(parts.hostname or "") or _is_listed(url, exempt)
            return None if is_exempt else checked(environment[variable], variable)
    return None


def checked(proxy: str, where: str) -> str:
    """Return the URL of a proxy with its scheme; raises Problem, which does not show it, as it may hold a password."""
    full = proxy if "://" in proxy else f"http://{proxy}"
    try:
        parts = urlsplit(full)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or re.search(r"[^!-~]", full):
        raise Problem(f"{where} is no HTTP proxy", "give one such as http://proxy.example:3128")
    return full


def credentials(proxy: str | None) -> Iterator[str]:
    """Yield what of a proxy's URL is secret, in each form in which it may turn up."""
    given = user_info(proxy or "")
    user, _, password = given.partition(":")
    if secret := password or user:
        yield from (secret, quote(secret), quote(secret, safe=""), given)
        yield b64encode(given.encode()).decode()


def user_info(proxy: str) -> str:
    """Return user and password of a proxy, as they are sent to it, or nothing."""
    return unquote(urlsplit(proxy).netloc.rpartition("@")[0])


def without_credentials(proxy: str) -> str:
    """Return the scheme, host and port of a proxy."""
    parts = urlsplit(proxy)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _is_local(host: str) -> bool:
    address = _address(host)
    return address.is_loopback if address else host == "localhost" or host.endswith(".localhost")


def _is_listed(url: str, exempt: str) -> bool:
    """Whether NO_PROXY lists a URL: by `*`, a host and all below it, an address or a network, maybe with a port."""
    parts = urlsplit(url)
    host, port = (parts.hostname or "").rstrip("."), parts.port or DEFAULT_PORTS[parts.scheme]
    return any(_matches(host, port, entry) for entry in re.split(r"[,\s]+", exempt.lower()) if entry)


def _matches(host: str, port: int, entry: str) -> bool:
    address = _address(host)
    if address and (network := _network(entry)):
        return address in network
    name, _, given = entry.rpartition(":") if re.search(r"[^:]:[0-9]+\Z", entry) else (entry, "", "")
    if given and int(given) != port:
        return False
    name = name.strip("[]").removeprefix("*").strip(".")
    if address or _address(name):
        return name == host or entry == "*" or (address is not None and address == _address(name))
    return (not name and entry.startswith("*")) or (bool(name) and (host == name or host.endswith(f".{name}")))


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _network(entry: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        return None
