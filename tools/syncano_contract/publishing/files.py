"""Files for portals that fetch what they show: a Postman collection, and a Backstage entity beside the document."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from syncano_contract import npm, output
from syncano_contract.model import Problem
from syncano_contract.portal_files import backstage, openapi, postman
from syncano_contract.publishing.publication import Outcome

BACKSTAGE = (Path(backstage.OPENAPI).name, backstage.CATALOG)


def of_postman(tree: Mapping[str, Any], tell: npm.Tell) -> dict[str, str]:
    """Return the files for Postman by name, of a document in OpenAPI 3.0; raises Problem as `postman.collection`."""
    return {postman.COLLECTION: openapi.to_json(postman.collection(tree, tell))}


def of_backstage(tree: Mapping[str, Any], owner: str) -> dict[str, str]:
    """Return the files for Backstage by name, the entity last; `owner` is the entity that answers for the API."""
    entity = backstage.catalog(tree, owner=owner)
    return dict(zip(BACKSTAGE, map(openapi.to_yaml, (tree, entity)), strict=True))


def owner(folder: Path) -> str:
    """Return who answers for the API by the entity that a folder has, `unknown` where it names nobody.

    Raises Problem for a file of that name that is not one entity: whoever it names would be lost.
    """
    file = folder / backstage.CATALOG
    try:
        entity = yaml.safe_load(file.read_text(encoding="utf-8"))
        return str(entity["spec"].get("owner") or backstage.NOBODY)
    except FileNotFoundError:
        return backstage.NOBODY
    except (OSError, ValueError, yaml.YAMLError, TypeError, KeyError, AttributeError) as error:
        raise Problem(
            f"{file} is not one entity of Backstage whose owner can be kept", "say who with --owner"
        ) from error


def put(folder: Path, texts: Mapping[str, str]) -> Outcome:
    """Write the files that are not there yet as they should be; raises Problem where the folder cannot be written."""
    output.prepare(folder, "")
    changed = {name: text for name, text in texts.items() if not _is(folder / name, text)}
    for name, text in changed.items():
        output.write(folder / name, [text])
    return Outcome.WRITTEN if changed else Outcome.UNCHANGED


def _is(file: Path, text: str) -> bool:
    return file.is_file() and file.read_bytes() == text.encode()
