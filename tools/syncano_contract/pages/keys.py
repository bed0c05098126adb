"""The headers that seem to carry keys, as security schemes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syncano_contract.pages import drafted
from syncano_contract.pages.names import distinct
from syncano_contract.pages.operations import Operation
from syncano_contract.pages.schemas import pascal


@dataclass(frozen=True)
class Keys:
    """The name of the scheme for each header, in lower case, and how it is spelled in which facts."""

    schemes: Mapping[str, str]
    sent: Mapping[str, list[tuple[str, str]]]

    def security(self, operation: Operation) -> list[dict[str, list[str]]] | None:
        """Return what an operation asks for, None where that is unknown."""
        if any(fact.value == "never" for fact in operation.of_kind("auth")):
            return []
        needed: dict[str, list[str]] = {self.schemes[name]: [] for name in drafted.key_headers(operation)}
        return [needed] if needed else None

    def components(self) -> dict[str, dict[str, Any]]:
        """Return the schemes by name."""
        return {name: _scheme(self.sent[header]) for header, name in self.schemes.items()}


class SeenKeys:
    """The headers that operations send."""

    def __init__(self) -> None:
        """Begin without any."""
        self._headers: dict[str, None] = {}
        self._sent: dict[str, list[tuple[str, str]]] = {}

    def add(self, operation: Operation) -> None:
        """Take up what an operation sends."""
        self._headers.update(dict.fromkeys(drafted.key_headers(operation)))
        for fact in (*operation.of_kind("sample"), *operation.of_kind("param")):
            for name in fact.value["headers"] if fact.kind == "sample" else [fact.value["name"]]:
                if drafted.KEY.search(name):
                    self._sent.setdefault(name.lower(), []).append((name, fact.id))

    def named(self) -> Keys:
        """Return the schemes with their names."""
        names = distinct(map(pascal, self._headers))
        return Keys(dict(zip(self._headers, names, strict=True)), self._sent)


def _scheme(sent: list[tuple[str, str]]) -> dict[str, Any]:
    """Return the scheme of a header, spelled as the first fact has it."""
    return {
        "type": "apiKey",
        "in": "header",
        "name": sent[0][0],
        "x-source": [fact_id for _, fact_id in sent],
        "x-unconfirmed": "Guessed from the name of the header.",
    }
