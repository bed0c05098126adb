"""A document -> the client of one language, with README, examples and licence; the same document, the same bytes."""

from __future__ import annotations

import json
import shutil
from difflib import get_close_matches
from pathlib import Path

from syncano_contract.clients import generators, readme
from syncano_contract.clients.form import form
from syncano_contract.clients.languages import FILES, PROVEN, Language, other
from syncano_contract.document import Document
from syncano_contract.installed import Tell
from syncano_contract.model import Problem
from syncano_contract.resources import LICENSE

MORE = "all client generators of openapi-generator, not proven"


def languages(names: tuple[str, ...], tell: Tell) -> tuple[Language, ...]:
    """Return languages by their names, each once, all that are proven for none; raises Problem for unknown ones."""
    strange = [name for name in names if name not in PROVEN]
    known = generators.others(tell) if strange else []
    for name in strange:
        if name not in known:
            alike = get_close_matches(name, [*PROVEN, *known], n=1)
            hint = f"did you mean {alike[0]}? " if alike else ""
            raise Problem(f"no generator makes clients in {name}", f"{hint}there are {', '.join(PROVEN)} and {MORE}")
    return tuple(PROVEN[name] if name in PROVEN else other(name) for name in dict.fromkeys(names or PROVEN))


def generate(language: Language, document: Document, folder: Path, tell: Tell) -> None:
    """Make a client in a folder that is not there yet; raises Problem where its generator fails or cannot be had."""
    folder.mkdir()
    source = folder.with_suffix(".openapi.json")
    source.write_text(json.dumps(form(language, document.tree), ensure_ascii=False), encoding="utf-8")
    generators.generate(generators.Task(language, document.version, source, folder), tell)
    source.unlink()
    _add_ours(language, document, folder)


def _add_ours(language: Language, document: Document, folder: Path) -> None:
    """Add what no generator makes: what is in our folder of the language, the README, and the licence."""
    if language.proof:
        ours = FILES / language.name / "client"
        shutil.copytree(ours, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "*.j2"))
    for name, text in readme.made(language, document, folder).items():
        (folder / name).write_text(text, encoding="utf-8")
    shutil.copyfile(LICENSE, folder / "LICENSE")
