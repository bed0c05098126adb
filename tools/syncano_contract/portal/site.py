"""All files of the site, by their place in it: the same document and the same reports give the same bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syncano_contract import arazzo, npm
from syncano_contract.document import Document
from syncano_contract.portal import page
from syncano_contract.portal.catalogue import PLACE, api_catalog
from syncano_contract.portal.content import content
from syncano_contract.portal.reference import configuration, scalar
from syncano_contract.portal.reports import Shown, newest
from syncano_contract.portal.samples import SAMPLES, SETTING, STEPS, coloured
from syncano_contract.portal_files import backstage, openapi, postman
from syncano_contract.published import published
from syncano_contract.report import trace as renderer
from syncano_contract.resources import DOCUMENT
from syncano_contract.trace import State, Trace

OPENAPI = "openapi"  # the folder of what is to be downloaded
LIFE = "life.arazzo.yaml"


@dataclass(frozen=True)
class Download:
    """A file of the site, and what it is."""

    path: str
    kind: str
    told: str


DOWNLOADS = (
    Download(f"{OPENAPI}/openapi-3.1.yaml", "OpenAPI 3.1, YAML", "the document; for tools of today"),
    Download(f"{OPENAPI}/openapi-3.1.json", "OpenAPI 3.1, JSON", "the same"),
    Download(f"{OPENAPI}/openapi-3.0.yaml", "OpenAPI 3.0, YAML", "for tools that do not know 3.1 yet"),
    Download(f"{OPENAPI}/openapi-3.0.json", "OpenAPI 3.0, JSON", "the same"),
    Download(f"{OPENAPI}/{postman.COLLECTION}", "Postman collection", "format 2.1, with both keys as variables"),
    Download(f"{OPENAPI}/{LIFE}", "Arazzo workflow", "the life of a user, step by step, for tools that run it"),
    Download(backstage.CATALOG, "Backstage entity", "for a developer portal made with Backstage"),
    Download(PLACE, "API catalogue", "a set of links by RFC 9727, for crawlers"),
)


@dataclass(frozen=True)
class Made:
    """What the site is made from: the document as it was traced, and `line`, which tells where a pointer is in it."""

    document: Document
    trace: Trace
    line: renderer.Line


def site(made: Made, reports: Path | None, tell: npm.Tell) -> dict[str, bytes]:
    """Return the files of the site; `reports` is a folder of reports, if there is one to be shown.

    `tell` is called with a line before one of npm's tools is installed. Raises Problem where that fails, or where the
    document or a report is broken.
    """
    tree = published(made.document.tree)
    shown, of_reports = newest(reports) if reports else ((), {})
    bundle = scalar(tell)
    texts = {**_downloads(made, tree, tell), **_pages(made, tree, shown, bundle.name)}
    return {**{name: text.encode() for name, text in texts.items()}, **of_reports, bundle.name: bundle.content}


def _downloads(made: Made, tree: Mapping[str, Any], tell: npm.Tell) -> dict[str, str]:
    return {
        **{f"{OPENAPI}/{name}": text for name, text in openapi.texts(tree).items()},
        f"{OPENAPI}/{LIFE}": openapi.to_yaml(arazzo.workflow(made.document)),
        f"{OPENAPI}/{postman.COLLECTION}": openapi.to_json(postman.collection(tree, tell)),
        **{f"examples/{sample.name}": sample.text() for sample in SAMPLES},
        backstage.CATALOG: openapi.to_yaml(backstage.catalog(tree, f"./{OPENAPI}/{arazzo.SOURCE}")),
        "trace.json": renderer.to_json(made.trace, made.line),
        ".nojekyll": "",  # without it GitHub Pages leaves out what begins with a dot
    }


def _pages(made: Made, tree: Mapping[str, Any], shown: tuple[Shown, ...], bundle: str) -> dict[str, str]:
    api = content(made.document, tree)
    states = Counter(each.state for each in made.trace.facts)
    counts = {"facts": len(made.trace.facts), "kept": states[State.KEPT], "departed": states[State.DEPARTED]}
    names = {"api": api, "reports": shown, "script": page.script("portal.js")}
    tutorial = {"samples": SAMPLES, "steps": STEPS, "setting": coloured(SETTING.text(), SETTING.language)}
    sources = renderer.names(made.trace, made.line, DOCUMENT.name)
    reference = {**names, "script": page.script("reference.js"), "scalar": bundle, "configuration": configuration(tree)}
    return {
        page.HOME: page.render("index.html.j2", page.HOME, {**names, **counts, "downloads": DOWNLOADS}),
        page.TUTORIAL: page.render("tutorial.html.j2", page.TUTORIAL, {**names, **tutorial}),
        page.REFERENCE: page.render("reference.html.j2", page.REFERENCE, reference),
        page.SOURCES: page.render("sources.html.j2", page.SOURCES, {**names, **sources}),
        **({page.REPORTS: page.render("reports.html.j2", page.REPORTS, names)} if shown else {}),
        PLACE: api_catalog(api.server, [each.results for each in shown]),
    }
