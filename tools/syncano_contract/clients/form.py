"""The document in the form that a generator makes the best client of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncano_contract.clients.languages import OPENAPI_GENERATOR, Language
from syncano_contract.document import METHODS
from syncano_contract.published import in_30, published

SCHEMES = "securitySchemes"


def form(language: Language, tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document as a language's generator takes it: in OpenAPI 3.1, or 3.0 where reading 3.1 is a beta."""
    newest = without_keys_in_urls(published(tree))
    return in_30(newest) if language.generator == OPENAPI_GENERATOR else newest


def without_keys_in_urls(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return a published document without the ways to send a key in the query, where there is another way.

    Some clients would send the name of the key's parameter even where they have no value for it.
    """
    schemes = tree["components"].get(SCHEMES, {})
    in_urls = {name for name, scheme in schemes.items() if scheme.get("in") == "query"}
    paths = {path: _each(item, in_urls) for path, item in tree["paths"].items()}
    used = {name for item in paths.values() for each in item.values() for name in _names(each)} | {*_names(tree)}
    kept = {name: scheme for name, scheme in schemes.items() if name in used or name not in in_urls}
    return {**tree, "paths": paths, "components": {**tree["components"], SCHEMES: kept}}


def _each(item: Mapping[str, Any], in_urls: set[str]) -> dict[str, Any]:
    return {name: _narrowed(each, in_urls) if name in METHODS else each for name, each in item.items()}


def _narrowed(operation: Mapping[str, Any], in_urls: set[str]) -> Mapping[str, Any]:
    better = [each for each in operation.get("security", ()) if not in_urls & each.keys()]
    return {**operation, "security": better} if better else operation


def _names(operation: Any) -> set[str]:
    alternatives = operation.get("security", ()) if isinstance(operation, dict) else ()
    return {name for each in alternatives for name in each}
