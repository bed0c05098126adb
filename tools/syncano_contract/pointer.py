"""JSON pointers (RFC 6901): split, extended and followed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Any
from urllib.parse import unquote


def steps(pointer: str) -> list[str]:
    """Split a JSON pointer (RFC 6901), with or without `#` before it, into its steps."""
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.removeprefix("#").split("/")[1:]]


def child(pointer: str, step: str | int) -> str:
    """Return the JSON pointer of a member or item of what a pointer leads to."""
    return f"{pointer}/{str(step).replace('~', '~0').replace('/', '~1')}"


def of(steps: Iterable[str | int]) -> str:
    """Return the JSON pointer that takes these steps."""
    return reduce(child, steps, "")


def key_of(value: Any, step: str) -> str | int | None:
    """Return the key or index that a step of a pointer means in a mapping or list, or None where it leads nowhere."""
    if isinstance(value, dict):
        return step if step in value else None
    if isinstance(value, list) and step.isascii() and step.isdecimal() and len(step) < 9:
        return int(step) if int(step) < len(value) else None
    return None


def exists(tree: Any, pointer: str) -> bool:
    """Tell if a JSON pointer leads to something in a tree."""
    for step in steps(pointer):
        key = key_of(tree, step)
        if key is None:
            return False
        tree = tree[key]
    return True


def nearest(tree: Any, pointer: str) -> str:
    """Return a JSON pointer as far as it leads to something in a tree."""
    found = ""
    for step in steps(pointer):
        key = key_of(tree, step)
        if key is None:
            break
        found, tree = child(found, step), tree[key]
    return found


def of_fragment(reference: str) -> str:
    """Return the JSON pointer that a `$ref` within the document gives as a URI fragment (RFC 6901, section 6)."""
    pointer = ""
    for step in steps(unquote(reference.removeprefix("#"))):
        pointer = child(pointer, step)
    return pointer


def at(tree: Any, steps: Iterable[str]) -> Any:
    """Return what stands at the end of these steps; raises KeyError where they lead nowhere."""
    for step in steps:
        key = key_of(tree, step)
        if key is None:
            raise KeyError(step)
        tree = tree[key]
    return tree
