"""The reference: the document in Scalar, whose bundle lies beside the page.

The document stands in the page, because a browser lets no page in a file read another file. Whatever Scalar would ask
its own hosts for is turned off, and the page's policy lets through nothing but requests to the reader's own machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from markupsafe import Markup

from syncano_contract import npm
from syncano_contract.model import Problem

GROUP, PACKAGE, BUNDLE = "scalar", "@scalar/api-reference", "dist/browser/standalone.js"
BROKEN = "remove that folder, and it is installed anew"

SANDBOX = {
    "url": "http://127.0.0.1:{port}/v1.1",
    "description": "Your own sandbox: syncano-contract serve --cors",
    "variables": {"port": {"default": "8000", "description": "The port that the sandbox printed."}},
}
TRY = """

**Try it out.** Run `syncano-contract serve --cors` on your machine, paste the keys that it prints into the fields
under *Authentication*, and send a request with *Test Request*; the instance `rivia` is there. Requests go to your own
machine and nowhere else, and nothing that you enter is kept.
"""
QUIET: Mapping[str, Any] = {
    "agent": {"disabled": True},
    "defaultOpenAllTags": True,
    "documentDownloadType": "none",  # the files are on the first page
    "hideClientButton": True,
    "hideDarkModeToggle": True,  # the system's colours are followed, as on the other pages
    "mcp": {"disabled": True},
    "modelsSectionLabel": "Schemas",
    "persistAuth": False,
    "showDeveloperTools": "never",
    "showOperationId": True,
    "telemetry": False,
    "theme": "none",
    "withDefaultFonts": False,
}


@dataclass(frozen=True)
class Scalar:
    """The version of Scalar, and its bundle."""

    version: str
    content: bytes

    @property
    def name(self) -> str:
        """The name of its file in the site, which changes with the version, so that no cache serves an old one."""
        return f"assets/scalar-{self.version}.js"


def scalar(tell: npm.Tell) -> Scalar:
    """Return Scalar; `tell` is called with a line before it is installed. Raises Problem where that fails."""
    folder = npm.modules(GROUP, tell) / PACKAGE
    try:
        version = json.loads((folder / "package.json").read_bytes())["version"]
        return Scalar(version, (folder / BUNDLE).read_bytes())
    except (OSError, ValueError, KeyError) as error:
        raise Problem(f"{folder} does not hold {PACKAGE} as it was installed", BROKEN) from error


def configuration(published: Mapping[str, Any]) -> Markup:
    """Return what the page gives Scalar, as JSON that may stand in a script."""
    info = {name: value for name, value in published["info"].items() if name not in ("license", "contact")}
    info["description"] = info.get("description", "").rstrip() + TRY
    shown = {**published, "info": info, "servers": [SANDBOX]}
    style = (resources.files(__package__) / "scalar.css").read_text(encoding="utf-8")
    text = json.dumps({**QUIET, "content": shown, "customCss": style}, ensure_ascii=False)
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - no markup is left in it
