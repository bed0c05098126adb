"""How each page of this package is rendered: Jinja2 with escaping on, and nothing undefined passed over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jinja2


def template(name: str, filters: Mapping[str, Callable[..., Any]], names: Mapping[str, Any]) -> jinja2.Template:
    """Return a template of this package that knows these filters and names."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("syncano_contract", "report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(filters)
    environment.globals.update(names)
    return environment.get_template(name)
