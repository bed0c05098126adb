"""The published form as the four files that `bundle` writes: OpenAPI 3.1 and 3.0, each as YAML and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import yaml

from syncano_contract.published import in_30

NAMES = tuple(f"openapi-{version}.{kind}" for version in ("3.1", "3.0") for kind in ("yaml", "json"))


def texts(tree: Mapping[str, Any]) -> dict[str, str]:
    """Return the texts of the files by name, of a published form in OpenAPI 3.1; raises Problem as `in_30`."""
    written = [write(form) for form in (tree, in_30(tree)) for write in (to_yaml, to_json)]
    return dict(zip(NAMES, written, strict=True))


def to_json(tree: Mapping[str, Any]) -> str:
    """Return a document as JSON, in the order in which it was made."""
    return json.dumps(tree, ensure_ascii=False, indent=2) + "\n"


def to_yaml(tree: Mapping[str, Any]) -> str:
    """Return a document as YAML, in the order in which it was made."""
    text: str = yaml.dump(tree, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120)
    return text


class _Plain(yaml.SafeDumper):
    """Writes what stands in two places out in both, as few readers of OpenAPI know aliases, and paragraphs as such."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - as PyYAML calls it
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Plain.add_representer(str, _text)
