"""What finds the site for machines: an API catalogue (RFC 9727), as a set of links in JSON (RFC 9264)."""

from __future__ import annotations

import json
from collections.abc import Sequence

PLACE = ".well-known/api-catalog"
PROFILE = "https://www.rfc-editor.org/info/rfc9727"
YAML, JSON, HTML = "application/yaml", "application/json", "text/html"


def api_catalog(server: str, reports: Sequence[str] = ()) -> str:
    """Return the catalogue of the one API of this site, at `server`; its links lead from the place of the catalogue.

    `reports` are the results.json of deployments that were judged, as seen from the root of the site.
    """
    api = {
        "anchor": server,
        "service-desc": [_link("openapi/openapi-3.1.yaml", YAML), _link("openapi/openapi-3.1.json", JSON)],
        "service-doc": [_link("reference.html", HTML), _link("tutorial.html", HTML)],
        "service-meta": [
            _link("catalog-info.yaml", YAML),
            _link("trace.json", JSON),
            *(_link(report, JSON) for report in reports),
        ],
    }
    catalog = {"anchor": "api-catalog", "item": [{"href": server}], "profile": [{"href": PROFILE}]}
    return json.dumps({"linkset": [catalog, api]}, indent=2) + "\n"


def _link(path: str, media_type: str) -> dict[str, str]:
    return {"href": f"../{path}", "type": media_type}
