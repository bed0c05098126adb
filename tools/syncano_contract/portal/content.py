"""What the pages of the site tell of the document: its operations, their keys and their replies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from syncano_contract.document import Document, Operation
from syncano_contract.portal.page import REFERENCE

TITLES = {"ApiKey": "API key", "UserKeyHeader": "User key", "UserKeyQuery": "User key, other form"}


@dataclass(frozen=True)
class Key:
    """A way to send a key: its title, where it goes, and the operations that take it."""

    title: str
    name: str
    place: str
    told: str
    operations: tuple[str, ...]


@dataclass(frozen=True)
class Call:
    """An operation as the site lists it: `keys` are the schemes that it takes, `examples` bodies of its replies."""

    id: str
    method: str
    path: str
    summary: str
    told: str
    success: int
    replies: Mapping[int, str]
    examples: Mapping[int, Any]
    keys: frozenset[str]
    link: str


@dataclass(frozen=True)
class Answer:
    """A status with one meaning, and the operations that send it so."""

    status: int
    told: str
    operations: tuple[str, ...]


@dataclass(frozen=True)
class Content:
    """The document as the site tells it."""

    title: str
    version: str
    told: str
    is_deprecated: bool
    server: str
    license: Mapping[str, str]
    calls: tuple[Call, ...]
    keys: tuple[Key, ...]

    def call(self, operation: str) -> Call:
        """Return an operation by its operationId; raises KeyError for an unknown one."""
        return {each.id: each for each in self.calls}[operation]

    @property
    def replies(self) -> tuple[Answer, ...]:
        """The replies of all operations by status, those of one meaning together."""
        found: dict[tuple[int, str], list[str]] = {}
        for call in self.calls:
            for status, told in call.replies.items():
                found.setdefault((status, told), []).append(call.summary)
        ordered = sorted(found.items(), key=lambda each: each[0][0])
        return tuple(Answer(status, told, tuple(names)) for (status, told), names in ordered)


def content(document: Document, published: Mapping[str, Any]) -> Content:
    """Return what to tell of a document, of which `published` is the published form."""
    info = published["info"]
    calls = tuple(_call(published, operation) for operation in document.operations)
    return Content(
        title=info["title"],
        version=document.version,
        told=_paragraph(info.get("description", "")),
        is_deprecated=bool(info.get("x-deprecated")),
        server=_server(published),
        license=info.get("license", {}),
        calls=calls,
        keys=tuple(_keys(published, calls)),
    )


def _server(published: Mapping[str, Any]) -> str:
    """Return the URL of the first server, with the defaults in the places of its variables."""
    first: Mapping[str, Any] = next(iter(published.get("servers", [])), {"url": "/"})
    url: str = first["url"]
    for name, variable in first.get("variables", {}).items():
        url = url.replace(f"{{{name}}}", variable["default"])
    return url


def _call(published: Mapping[str, Any], operation: Operation) -> Call:
    described = published["paths"][operation.path][operation.method.lower()]
    replies = {int(status): reply for status, reply in described["responses"].items()}
    required = described.get("security", published.get("security", []))
    tag = next(iter(described.get("tags", [])), "default")
    return Call(
        id=operation.id,
        method=operation.method,
        path=operation.path,
        summary=operation.summary,
        told=described.get("description", ""),
        success=operation.success,
        replies={status: _sentence(reply["description"]) for status, reply in replies.items()},
        examples={status: _example(reply) for status, reply in replies.items()},
        keys=frozenset(scheme for alternative in required for scheme in alternative),
        link=f"{REFERENCE}#tag/{quote(tag.lower())}/{quote(operation.id)}",  # as reference.js has Scalar name it
    )


def _keys(published: Mapping[str, Any], calls: tuple[Call, ...]) -> Iterator[Key]:
    for scheme, told in published.get("components", {}).get("securitySchemes", {}).items():
        users = tuple(call.summary for call in calls if scheme in call.keys)
        yield Key(TITLES.get(scheme, scheme), told["name"], told["in"], told.get("description", ""), users)


def _example(reply: Mapping[str, Any]) -> Any:
    """Return the first example of a reply's body; None where there is none."""
    for media_type in reply.get("content", {}).values():
        given = [each.get("value") for each in media_type.get("examples", {}).values()]
        return media_type.get("example", next(iter(given), None))
    return None


def _paragraph(text: str) -> str:
    return " ".join(text.split("\n\n", maxsplit=1)[0].split())


def _sentence(text: str) -> str:
    """Return the first sentence of a text, on one line."""
    return _paragraph(text).partition(". ")[0].rstrip(".") + "."
