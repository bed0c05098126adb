"""How each page of the site is rendered: in the style of the reports, complete in itself, and nothing asked for."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import jinja2
from markdown_it import MarkdownIt
from markupsafe import Markup

from syncano_contract.portal.samples import coloured
from syncano_contract.report.shown import clock, sentence, shown

HOME, TUTORIAL, REFERENCE, REPORTS, SOURCES = (
    "index.html",
    "tutorial.html",
    "reference.html",
    "reports.html",
    "trace.html",
)
PAGES = {HOME: "Overview", TUTORIAL: "Tutorial", REFERENCE: "Reference", REPORTS: "Reports", SOURCES: "Sources"}


@dataclass(frozen=True)
class Script:
    """A script that stands in a page, and what the page's policy calls it (CSP Level 3, section 2.3.1)."""

    text: Markup
    hash: Markup


def script(name: str) -> Script:
    """Return one of the scripts beside this module."""
    text = (resources.files(__package__) / name).read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Script(Markup(text), Markup(f"'sha256-{digest}'"))  # noqa: S704 - both are ours


def render(template: str, page: str, names: Mapping[str, Any]) -> str:
    """Return the page with this name, made from a template beside this module."""
    return _environment().get_template(template).render(page=page, pages=PAGES, **names).lstrip()


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(
            [jinja2.PackageLoader("syncano_contract", "portal"), jinja2.PackageLoader("syncano_contract", "report")]
        ),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        {
            **{"clock": clock, "shown": shown, "sentence": sentence},
            **{"markdown": _markdown, "inline": _inline, "json": _json},
        }
    )
    return environment


def _markdown(text: str) -> Markup:
    """Return a description as markup; what is markup in it already is shown as it is written."""
    return Markup(_COMMONMARK.render(text))  # noqa: S704 - with `html` off nothing is passed through


def _inline(text: str) -> Markup:
    return Markup(_COMMONMARK.renderInline(text))  # noqa: S704 - as above


def _json(value: Any) -> Markup:
    return coloured(json.dumps(value, ensure_ascii=False, indent=2), "json")


_COMMONMARK = MarkdownIt("commonmark", {"html": False})
