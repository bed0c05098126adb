"""What is sent to a portal, where to, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from syncano_contract.model import Problem
from syncano_contract.portal_files import openapi
from syncano_contract.publishing.portals import Portal
from syncano_contract.redact import SHORTEST

TOKEN = re.compile(rf"[!-~]{{{SHORTEST},}}")  # a shorter one could not be kept out of what is printed


class Outcome(StrEnum):
    """What became of a publication; whatever else there may be is a Problem."""

    PUBLISHED = "published"
    WRITTEN = "written"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Publication:
    """A document in the form that a portal takes, and the place on it; `places` are the parts of --to by name."""

    portal: Portal
    places: Mapping[str, str]
    tree: Mapping[str, Any]

    @property
    def file(self) -> str:
        """The name of the file that is sent, as `bundle` has it."""
        return f"openapi-{self.portal.form}.json"

    @property
    def text(self) -> str:
        """What is in that file."""
        return openapi.to_json(self.tree)

    @property
    def message(self) -> str:
        """The document in one line, as commits name it."""
        return f"{self.tree['info']['title']} {self.tree['info']['version']}"

    def calls(self) -> list[list[str]]:
        """Return what the portal's tool is called with, command by command."""
        given = {**self.places, "file": self.file, "version": self.tree["info"]["version"], "message": self.message}
        return [[*_filled(command.words, given)] for command in self.portal.commands]


def _filled(words: tuple[str, ...], given: Mapping[str, str]) -> Iterator[str]:
    for word in words:
        with suppress(KeyError):  # what is not given is left out
            yield word.format_map(given)


def token_for(portal: Portal, environment: Mapping[str, str]) -> str:
    """Return the token of a portal, empty for one that needs none; raises Problem, which does not show it."""
    token = environment.get(portal.token, "")
    if portal.commands and not token:
        raise Problem(f"{portal.token} is not set", f"put the token of {portal.title} into that environment variable")
    if token and not TOKEN.fullmatch(token):
        raise Problem(f"{portal.token} is no token", "a token has no blanks and at least six characters")
    return token
