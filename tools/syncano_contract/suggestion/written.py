"""A suggestion as a file: an OpenAPI Overlay 1.0 with comments that count the evidence."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

import yaml

from syncano_contract.suggestion.actions import Action
from syncano_contract.suggestion.suggesting import Suggestion

HEAD = """\
# What a deployment sent beside what the document says, each action with its evidence. Written by a program: read it
# before use, since what was seen is not thereby right. Requests are not described, nor paths that are not documented.
# Nothing here excuses server errors, replies that have lost a user's id, name or key, or what keys may do.
"""
WIDTH = 116


class _Dumper(yaml.SafeDumper):
    """Writes what is in two places twice, and items of a list further to the right than its name."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - as yaml calls it
        """Return that nothing is referred to."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - as yaml calls it
        """Indent lists too."""
        super().increase_indent(flow, indentless=False)


def to_yaml(suggestion: Suggestion) -> Iterator[str]:
    """Yield the file in pieces."""
    yield HEAD
    yield from (
        _comment(f"It amends the document with {', '.join(suggestion.overlays)}.", "") if suggestion.overlays else ()
    )
    info = {"title": "What a deployment sends beside the document", "version": suggestion.version}
    yield _dumped({"overlay": "1.0.0", "info": info})
    yield "actions:\n"
    for action in suggestion.actions:
        yield from _comment(action.evidence, "  ")
        yield textwrap.indent(_dumped([_members(action)]), "  ")
    if suggestion.left:
        yield "\n"
        yield from _comment("Not described:", "")
    for line in suggestion.left:
        yield from _comment(f"- {line}", "")


def _members(action: Action) -> dict[str, Any]:
    change = {"remove": True} if action.update is None else {"update": action.update}
    return {"target": action.target, "description": action.description, **change}


def _dumped(value: Any) -> str:
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH)


def _comment(text: str, indent: str) -> Iterator[str]:
    for line in textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False):
        yield f"{indent}# {line}\n"
