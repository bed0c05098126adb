"""clients.json and clients.html: what is known of each client, for programs and for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.metadata import version

from syncano_contract.clients.outcome import STEPS, Outcome
from syncano_contract.clients.page import to_html
from syncano_contract.document import Document
from syncano_contract.text import inert

JSON, PAGE = "clients.json", "clients.html"


def files(document: Document, outcomes: Sequence[Outcome]) -> dict[str, str]:
    """Return the files by name."""
    return {JSON: to_json(document, outcomes), PAGE: to_html(document, outcomes)}


def to_json(document: Document, outcomes: Sequence[Outcome]) -> str:
    """Return clients.json, whose JSON Schema is clients.schema.json."""
    value = {
        "version": 1,
        "tool": f"syncano-contract {version('syncano-contract')}",
        "document": {"version": document.version, "overlays": [*document.overlays]},
        "steps": dict(STEPS),
        "clients": [_client(outcome) for outcome in outcomes],
    }
    return inert(json.dumps(value, ensure_ascii=False, indent=2)) + "\n"


def _client(outcome: Outcome) -> dict[str, object]:
    return {
        "language": outcome.language.name,
        "generator": outcome.generator,
        "proven": outcome.language.proof is not None,
        "state": outcome.state,
        "seconds": round(outcome.seconds, 1),
        "steps": [
            {"name": step.name, "state": step.state, "seen": step.seen, **({"fix": step.fix} if step.fix else {})}
            for step in outcome.steps
        ],
    }
