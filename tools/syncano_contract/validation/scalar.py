"""What one YAML scalar stands for, where JSON, YAML 1.1 and YAML 1.2 agree on it; else the doubt."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import yaml

NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")  # RFC 8259, section 6
WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
TEXT = "tag:yaml.org,2002:str"
TAGS = frozenset({None, "!", TEXT, "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})
RESOLVER = yaml.resolver.Resolver()


def stands_for(event: Any) -> tuple[Any, str | None]:
    """Return what a scalar event stands for, and the doubt about it where YAML readers would not agree."""
    if event.tag not in TAGS:
        return event.value, refusal(event.tag)
    is_plain = event.implicit[0] and event.tag is None
    return _plain(event.value) if is_plain else (event.value, None)


def _plain(text: str) -> tuple[Any, str | None]:
    tag = RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]  # not in the stubs
    is_number = NUMBER.fullmatch(text) is not None
    if text in WORDS:
        return WORDS[text], None
    if tag == TEXT and not is_number:
        return text, None
    if tag != TEXT and is_number:
        return _number(text)
    return text, f"`{text}` is not the same to every reader: write {json.dumps(text)}, or a JSON value"


def _number(text: str) -> tuple[Any, str | None]:
    try:
        value = json.loads(text)
    except ValueError:  # Python reads no number of more than 4300 digits
        value = math.inf
    return (value, None) if math.isfinite(value) else (text, "the number is too large: write a smaller one")


def refusal(tag: str) -> str:
    """Return the sentence that refuses a tag."""
    return f"the tag `{tag.replace('tag:yaml.org,2002:', '!!')}` is refused: leave it out"
