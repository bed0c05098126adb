"""Files for portals that fetch what they show: a Postman collection, and a Backstage entity beside the document."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from syncano_contract import npm, output
from syncano_contract.portal_files import backstage, openapi, postman
from syncano_contract.publishing.publication import Outcome

BACKSTAGE = (Path(backstage.OPENAPI).name, backstage.CATALOG)


def of_postman(tree: Mapping[str, Any], tell: npm.Tell) -> dict[str, str]:
    """Return the files for Postman by name, of a document in OpenAPI 3.0; raises Problem as `postman.collection`."""
    return {postman.COLLECTION: openapi.to_json(postman.collection(tree, tell))}


def of_backstage(tree: Mapping[str, Any], owner: str | None) -> dict[str, str]:
    """Return the files for Backstage by name, the entity last; `owner` is the entity that answers for the API."""
    entity = backstage.catalog(tree, owner=owner or backstage.NOBODY)
    return dict(zip(BACKSTAGE, map(openapi.to_yaml, (tree, entity)), strict=True))


def put(folder: Path, texts: Mapping[str, str]) -> Outcome:
    """Write the files that are not there yet as they should be; raises Problem where the folder cannot be written."""
    output.prepare(folder, "")
    changed = {name: text for name, text in texts.items() if not _is(folder / name, text)}
    for name, text in changed.items():
        output.write(folder / name, [text])
    return Outcome.PUBLISHED if changed else Outcome.UNCHANGED


def _is(file: Path, text: str) -> bool:
    return file.is_file() and file.read_bytes() == text.encode()
