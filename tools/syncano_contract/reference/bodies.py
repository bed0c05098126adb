"""From the bytes of a body to the value they stand for: JSON, a form, or a multipart form."""

import codecs
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import parse_qsl

from syncano_contract.reference.replies import RefusedError, refused, unsupported

_CHARSETS = frozenset({"utf-8", "utf-16", "utf-32", "iso8859-1", "ascii"})


class Number(str):
    """A JSON number in the digits it was written with, however many they are."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class _ContentType:
    media_type: str
    charset: str | None
    boundary: str


def parse(body: bytes, content_type: str) -> object:
    """Read a body as its `Content-Type` says; an empty one counts as `{}`, one without type as JSON.

    Raises RefusedError: 415 for another format or charset, 400 for bytes that are not what they claim to be
    (DEPLOYMENTS.md, "Bodies").
    """
    if not body:
        return {}
    kind = _content_type(content_type)
    reader = _READERS.get(kind.media_type)
    if reader is None or kind.charset not in _CHARSETS:
        raise unsupported(content_type)
    return reader(body, kind.charset, kind.boundary)


def _content_type(header: str) -> _ContentType:
    media_type, parameters = _value_and_parameters(header)
    charset = _canonical_charset(parameters.get("charset", "utf-8"))
    return _ContentType(media_type.lower(), charset, parameters.get("boundary", ""))


def _value_and_parameters(header: str) -> tuple[str, dict[str, str]]:
    value, *pieces = header.split(";")
    pairs = (piece.partition("=") for piece in pieces)
    return value.strip(), {name.strip().lower(): text.strip().strip('"') for name, _, text in pairs}


def _canonical_charset(name: str) -> str | None:
    try:
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        return None


def _read_json(body: bytes, charset: str, _: str) -> object:
    try:
        return json.loads(body.decode(charset), parse_int=Number, parse_float=Number, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise _unreadable("JSON", error) from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _read_form(body: bytes, charset: str, _: str) -> object:
    try:
        return dict(parse_qsl(body.decode(charset), keep_blank_values=True, encoding=charset, errors="strict"))
    except ValueError as error:
        raise _unreadable("Form", error) from error


def _read_multipart(body: bytes, charset: str, boundary: str) -> object:
    try:
        return dict(_parts(body.decode(charset), boundary))
    except ValueError as error:
        raise _unreadable("Multipart form", error) from error


def _parts(text: str, boundary: str) -> Iterator[tuple[str, str]]:
    """Yield name and content of each part (RFC 7578); raises ValueError when the last boundary is missing."""
    _, *parts = f"\r\n{text}".split(f"\r\n--{boundary}")
    if not boundary or not parts or not parts.pop().startswith("--"):
        raise ValueError("Invalid boundary")
    for part in parts:
        head, _, content = part.partition("\r\n\r\n")
        yield _part_name(head), content


def _part_name(head: str) -> str:
    fields = (line.partition(":") for line in head.lower().split("\r\n"))
    values = (value for name, _, value in fields if name == "content-disposition")
    return _value_and_parameters(next(values, ""))[1].get("name", "")


def _unreadable(format_name: str, error: Exception) -> RefusedError:
    return refused(400, f"{format_name} parse error - {error}")


_READERS: dict[str, Callable[[bytes, str, str], object]] = {
    "": _read_json,
    "application/json": _read_json,
    "text/plain": _read_json,
    "application/x-www-form-urlencoded": _read_form,
    "multipart/form-data": _read_multipart,
}
