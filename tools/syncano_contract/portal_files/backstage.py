"""The document as an entity of a Backstage catalogue: the file catalog-info.yaml beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

CATALOG = "catalog-info.yaml"
LONGEST = 63  # characters of a name or tag (Backstage, Descriptor Format of Catalog Entities)
OPENAPI = "./openapi-3.1.yaml"  # as `bundle` names it
NOBODY = "unknown"  # Backstage asks for an owner, and takes one that its catalogue does not have
NAME = rf"(?=.{{1,{LONGEST}}}$)[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*"
NAMESPACE = rf"(?=[^/]{{1,{LONGEST}}}/)[a-z0-9]+(?:-[a-z0-9]+)*"
REFERENCE = re.compile(rf"(?:[A-Za-z][A-Za-z0-9]*:)?(?:{NAMESPACE}/)?{NAME}")  # [kind:][namespace/]name


def catalog(tree: Mapping[str, Any], definition: str = OPENAPI, owner: str = NOBODY) -> dict[str, Any]:
    """Return the entity of kind API for a published form; `definition` is where that lies, as seen from the entity.

    `owner` is a reference to an entity of the catalogue, such as `group:default/api-team`.
    """
    info = tree["info"]
    tags = [_name(each["name"]).lower() for each in tree.get("tags", [])]
    metadata = {
        "name": _name(info["title"]).lower(),
        "title": info["title"],
        **({"description": " ".join(info["description"].split("\n\n")[0].split())} if "description" in info else {}),
        **({"tags": sorted(set(tags))} if tags else {}),
    }
    spec = {
        "type": "openapi",
        "lifecycle": "deprecated" if info.get("x-deprecated") else "production",
        "owner": owner,
        "definition": {"$text": definition},
    }
    return {"apiVersion": "backstage.io/v1alpha1", "kind": "API", "metadata": metadata, "spec": spec}


def _name(text: str) -> str:
    """Return a text as Backstage takes it for a name: letters and digits, with single hyphens between them."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")[:LONGEST].rstrip("-")
