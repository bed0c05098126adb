"""Which names and texts of recorded traffic tell nothing of anybody: those of the document, and common words.

Whatever else stands in a body, a path or a header may be a name, an address or a key, and so no report shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from syncano_contract.document import Document, Operation, resolve
from syncano_contract.redact import WITHHELD as HIDDEN

UNKNOWN = "…"
SOME_NAME = "<name>"  # stands for a name that may be somebody's, as in `strangers.shape`
NAME = re.compile(r"[A-Za-z]{1,30}(?:[_-][A-Za-z]{1,30}){0,5}")
PLAIN_WORD = re.compile(r"[a-z]{1,20}")
VERSION = re.compile(r"v?[0-9]{1,4}(?:\.[0-9]{1,4}){0,3}")
INDEX = re.compile(r"[0-9]{1,6}|\*")
PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")

MOST_STEPS = 8  # of a path that is shown
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
ODD_METHOD = "an odd method"
_WORDS = """
    access account accounts action active address admin age api app apps at auth avatar backup backups batch
    birthday by category channel channels city class classes client code codes color comment comments config
    confirmed content count country created custom data date default deleted description detail details device
    devices disabled display email enabled end error errors expected expires extra field fields file files first
    format full gender group groups history host id image index instance instances is items key keys kind label
    language last length level limit link links list locale location log login logout max member members message
    messages meta metadata method min mode modified name next nick notifications number object objects offset
    options order owner owners page params parent password path payload permission permissions phone photo picture
    post posts previous private profile profiles public push query reason register request reset result results
    revision role roles room rooms schema scope score self session sessions settings size sort source staff start
    state stats status subject tag tags task tasks text time timezone title token total trace traces triggers type
    types update updated url urls user username users uuid validation value values verified version webhook webhooks
    after deprecation policy rate ratelimit remaining retry sunset used window x
    create delete execute none read write
"""
WORDS = frozenset(_WORDS.split())


class Vocabulary:
    """The names and the texts of errors that a document has, and what is as good as these."""

    def __init__(self, document: Document) -> None:
        """Collect them."""
        self._names = frozenset(_names(document.tree))
        told = (text for each in document.operations for status, value in examples(document, each) if status >= 400
                for text in _texts(value))  # fmt: skip
        self._texts = frozenset(map(_folded, told)) | frozenset(map(_folded, FIXED))

    def knows(self, name: str) -> bool:
        """Whether a name is one of the document, or made of common words only."""
        return name in self._names or (
            NAME.fullmatch(name) is not None and all(part.lower() in WORDS for part in PART.findall(name))
        )

    def offers(self, name: str) -> bool:
        """Whether a name may get into a suggested overlay: one that is known, or one plain word."""
        return self.knows(name) or PLAIN_WORD.fullmatch(name) is not None

    def name(self, name: str) -> str:
        """Return a name that is known, and what stands for any other."""
        return name if self.knows(name) else SOME_NAME

    def tells(self, text: str) -> bool:
        """Whether a text is one of the document's errors, but for case and the stop at its end."""
        return _folded(text) in self._texts

    def base(self, url: str) -> str:
        """Return a base URL without steps of its path that are neither words nor versions."""
        scheme, _, rest = url.partition("://")
        host, *steps = rest.split("/")
        return "/".join(
            [f"{scheme}://{host}", *(s if VERSION.fullmatch(s) or self.offers(s) else HIDDEN for s in steps)]
        )

    def place(self, pointer: str) -> str:
        """Return a JSON pointer without names that are not known; `*` may stand in it for each item."""
        return "/".join(step if not step or INDEX.fullmatch(step) else self.name(step) for step in pointer.split("/"))


# What the suite expects of errors whether or not the document has an example of it.
NOT_FOUND, NO_INSTANCE, REQUIRED = FIXED = ("Not found", "Instance was not found.", "This field is required.")


def method(given: str) -> str:
    """Return a method of HTTP, and what stands for any other."""
    return given if given in METHODS else ODD_METHOD


def path_of(path: str, vocabulary: Vocabulary, unknown: str = UNKNOWN) -> str:
    """Return a path below a base URL without what may be a name, an id or a secret."""
    steps = [step for step in path.split("/") if step][:MOST_STEPS]
    pairs = zip(["", *steps], steps, strict=False)
    names = (step if vocabulary.knows(step) and before != "instances" else unknown for before, step in pairs)
    return "/" + "/".join(names) + ("/" if path.endswith("/") and steps else "")


def examples(document: Document, operation: Operation) -> Iterator[tuple[int, Any]]:
    """Yield each example of a reply of an operation, with its status."""
    given = document.tree["paths"][operation.path][operation.method.lower()]["responses"]
    for status, response in given.items():
        for content in resolve(document.tree, response).get("content", {}).values():
            for each in content.get("examples", {}).values():
                yield int(status), resolve(document.tree, each).get("value")
            yield int(status), content.get("example")


def _names(tree: Any) -> Iterator[str]:
    """Yield the name of each property, parameter and header, and each word of a path."""
    if isinstance(tree, Mapping):
        for name in ("properties", "headers"):
            yield from tree[name] if isinstance(tree.get(name), Mapping) else ()
        for path in tree["paths"] if isinstance(tree.get("paths"), Mapping) else ():
            yield from (step for step in path.split("/") if step and "{" not in step)
        if isinstance(tree.get("name"), str) and "in" in tree:
            yield tree["name"]
    for each in tree.values() if isinstance(tree, Mapping) else tree if isinstance(tree, list) else ():
        yield from _names(each)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(each)


def _folded(text: str) -> str:
    return text.strip().rstrip(".!").casefold()
