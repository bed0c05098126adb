"""The files of a client that are made from a template, such as its README, whose code is cut from its examples."""

from __future__ import annotations

import json
import re
import textwrap
from functools import partial
from itertools import pairwise
from pathlib import Path

import jinja2

from syncano_contract import npm
from syncano_contract.clients import generators
from syncano_contract.clients.languages import FILES, Language, Proof
from syncano_contract.clients.toolchains import TYPESCRIPT
from syncano_contract.document import Document

README = "README.md.j2"
# A comment that names what follows, up to the next such line.
MARK = re.compile(r"^[ \t]*(?:#|//) \[(?P<name>[a-z]+)\]\n", re.MULTILINE)


def made(language: Language, document: Document, folder: Path) -> dict[str, str]:
    """Return the files by name, for the folder of a client; the README of a generator is kept where we have none."""
    own = folder / "README.md"
    names: dict[str, object] = {
        "language": language,
        "document": document,
        "semantic_version": ".".join([*document.version.split("."), "0", "0"][:3]),
        "pinned": json.loads((npm.GROUPS / TYPESCRIPT / "package.json").read_text(encoding="utf-8"))["dependencies"],
        "generator": generators.named(language),
        "generated": own.read_text(encoding="utf-8") if own.exists() else "",
    }
    templates = [FILES / README]
    if language.proof:
        files = FILES / language.name
        names["install"] = (files / "install.md").read_text(encoding="utf-8").strip()
        names["short"] = short(language.proof, files / "client")
        names["part"] = partial(part, (files / "client" / language.proof.usage).read_text(encoding="utf-8"))
        templates += sorted((files / "client").glob("*.j2"))
    return {file.stem: _rendered(file, names) for file in templates}


def short(proof: Proof, folder: Path) -> str:
    """Return the short example of a client: what is marked as such in its file, else the whole."""
    text = (folder / proof.short).read_text(encoding="utf-8")
    return part(text, "example") if MARK.search(text) else text.strip("\n")


def part(text: str, name: str) -> str:
    """Return what follows the mark `[name]` in a program, without indentation; raises KeyError for no such mark."""
    marks = [*MARK.finditer(text), None]
    parts = {
        mark["name"]: text[mark.end() : after.start() if after else None] for mark, after in pairwise(marks) if mark
    }
    return textwrap.dedent(parts[name]).strip("\n")


def _rendered(file: Path, names: dict[str, object]) -> str:
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - these files are no HTML
    )
    return environment.from_string(file.read_text(encoding="utf-8")).render(names)
