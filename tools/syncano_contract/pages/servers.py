"""Where an API begins, by the samples of its pages or else by the pages themselves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from syncano_contract.pages.facts import Base
from syncano_contract.pages.operations import Operation
from syncano_contract.pages.templates import ORIGIN

SERVER = re.compile(r"[a-z]+://[A-Za-z0-9.:-]+(/[A-Za-z0-9._~-]+)*")


class SeenServers:
    """The bases of samples with how often each is there, and the origins of full URLs."""

    def __init__(self) -> None:
        """Begin without any."""
        self._bases: Counter[tuple[str, str]] = Counter()
        self._origins: set[str] = set()

    def add(self, operation: Operation, bases: Iterable[Base]) -> None:
        """Take up where an operation and its samples begin."""
        self._bases.update((base.origin, base.path) for base in bases)
        full = [fact.value["before"] for fact in operation.of_kind("repair") if fact.value["what"] == "full url"]
        origins = [found.group().lower() for url in full if (found := ORIGIN.match(url))]
        self._origins.update(origin for origin in origins if SERVER.fullmatch(origin))

    def urls(self) -> list[str]:
        """Return of each origin the base path of most samples; without any, the origins."""
        of_origin: dict[str, list[str]] = {}
        for (origin, path), _ in sorted(self._bases.items(), key=lambda counted: (-counted[1], counted[0])):
            of_origin.setdefault(origin, []).append(f"{origin}{path}")
        usable = [urls[0] for urls in of_origin.values() if SERVER.fullmatch(urls[0])]
        return usable or sorted(self._origins)
