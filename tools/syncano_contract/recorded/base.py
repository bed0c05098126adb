"""Which deployment a URL belongs to."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from syncano_contract.model import path_below

MARK = "/instances/"
DEFAULT_PORTS = {"http": 80, "https": 443}
ODD = re.compile(r"[^!-~]")


def base_of(url: str) -> str | None:
    """Return what stands before the instance in a URL, in the form that it has in reports; None where it names none."""
    before, mark, after = url.partition(MARK)
    return normal(before) if mark and after and "?" not in before and "#" not in before else None


def is_below(base_url: str, url: str) -> bool:
    """Whether a URL is one below a base URL."""
    if url.startswith(f"{base_url}/"):
        return True
    found = _parts(url)
    return found is not None and f"{found}/".startswith(f"{base_url}/")


def path_in(base_url: str, url: str) -> str:
    """Return the path of a URL as seen from a base URL, as `path_below` does; in a plain one it is soon found."""
    is_plain = url.startswith(f"{base_url}/") and "?" not in url and "#" not in url and url.isascii()
    return url[len(base_url) :] if is_plain and url.isprintable() else path_below(base_url, url)


@lru_cache(maxsize=256)
def normal(url: str) -> str | None:
    """Return a URL without user name, default port, query and trailing slash; None where it is none."""
    found = _parts(url)
    return None if found is None else found.rstrip("/")


def _parts(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if not host or scheme not in DEFAULT_PORTS or ODD.search(f"{host}{parts.path}"):
        return None
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}{'' if port in (None, DEFAULT_PORTS[scheme]) else f':{port}'}{parts.path}"
