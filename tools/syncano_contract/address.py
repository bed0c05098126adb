"""Where a target is, as far as that says which one it is."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

# From this port on the operating system gives them: Linux by default, others and RFC 6335 (section 6) from 49152.
GIVEN = 32_768


@dataclass(frozen=True)
class Address:
    """What tells one target from another: its base URL and its instance."""

    url: str
    instance: str


def address_of(url: str, instance: str) -> Address:
    """Return the address of a target.

    A server on loopback that takes whatever port it is given, as the embedded reference deployment does, has another
    at each start: there `*` stands for it. A lower port was chosen, and counts.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:  # a report may hold anything
        return Address(url, instance)
    if port is None or port < GIVEN or not _is_loopback(host):
        return Address(url, instance)
    return Address(url.replace(f":{port}", ":*", 1), instance)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
