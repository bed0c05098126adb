"""The site for developers: which files it has, where its pages lead, and that nothing is asked of another host."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from html import unescape
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urldefrag

import pytest
import yaml
from click.testing import CliRunner, Result
from markupsafe import Markup

from handmade import HOSTILE
from handmade_runs import kept, ran
from portals import BUNDLE, without_npm
from syncano_contract import document, npm
from syncano_contract.cli import main
from syncano_contract.cli import portal as command
from syncano_contract.portal.content import content
from syncano_contract.portal.reference import configuration
from syncano_contract.portal.samples import SAMPLES, STEPS
from syncano_contract.portal.site import DOWNLOADS, Made, site
from syncano_contract.published import published
from syncano_contract.reference.server import Embedded
from syncano_contract.resources import DATA
from syncano_contract.text import sound
from test_report_html import Page
from test_trace import traced

TREE = document.load().tree
PAGES = ("index.html", "tutorial.html", "reference.html", "reports.html", "trace.html")
OTHER: dict[str, Any] = {"target": "https://b.example.test/v1.1"}


def made(tree: Any = TREE) -> Made:
    return Made(document.of(tree), traced(), lambda _: 1)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two runs of one deployment and one of another."""
    folder = tmp_path_factory.mktemp("reports")
    for name, run in (("a-1", ran("F+")), ("a-2", ran("++", day=1)), ("b & co", ran("F+", day=2, **OTHER))):
        kept(run, folder / name)
    return folder


@pytest.fixture(scope="module")
def files(reports: Path) -> dict[str, bytes]:
    with without_npm():
        return site(made(), reports, print)


def page(files: dict[str, bytes], name: str) -> Page:
    return Page(files[name].decode())


def text_of(markup: str) -> str:
    return Markup(re.sub(r"<(style|script).*?</\1>", "", markup, flags=re.DOTALL)).striptags()


def code_of(markup: Markup) -> str:
    return unescape(re.sub(r"<.*?>", "", markup))


def values(of: Page, attribute: str) -> list[str]:
    return [value for name, value in of.attributes if name == attribute and value]


# What is in it


def test_every_download_is_there(files: dict[str, bytes]) -> None:
    assert [each.path for each in DOWNLOADS if each.path not in files] == []
    assert json.loads(files["openapi/openapi-3.1.json"])["openapi"].startswith("3.1")
    assert yaml.safe_load(files["openapi/openapi-3.0.yaml"])["openapi"].startswith("3.0")
    assert yaml.safe_load(files["openapi/life.arazzo.yaml"])["sourceDescriptions"][0]["url"] == "./openapi-3.1.yaml"
    assert files["assets/scalar-1.2.3.js"] == BUNDLE


def test_the_same_document_and_reports_give_the_same_bytes(files: dict[str, bytes], reports: Path) -> None:
    with without_npm():
        assert site(made(), reports, print) == files


def test_the_catalogue_leads_to_files_of_the_site(files: dict[str, bytes]) -> None:
    itself, api = json.loads(files[".well-known/api-catalog"])["linkset"]

    assert itself["item"] == [{"href": api["anchor"]}]
    assert api["anchor"] == "https://api.syncano.io/v1.1"
    links = [link["href"] for name, found in api.items() if name != "anchor" for link in found]
    assert [link for link in links if link.removeprefix("../") not in files] == []
    assert {"../openapi/openapi-3.1.yaml", "../reference.html"} <= {*links}


def test_the_entity_of_backstage_names_the_document_beside_it(files: dict[str, bytes]) -> None:
    entity = yaml.safe_load(files["catalog-info.yaml"])

    assert entity["kind"] == "API"
    assert entity["spec"]["definition"]["$text"].removeprefix("./") in files


def test_the_newest_report_of_each_deployment_is_shown(files: dict[str, bytes]) -> None:
    assert [name for name in files if name.endswith("report.html")] == [
        "reports/1-b-co/report.html",
        "reports/2-a-2/report.html",
    ]
    table = files["reports.html"].decode().partition("<tbody>")[2].partition("</tbody>")[0]
    assert re.findall(r"badge (\S+?)\"", table) == ["non-conformant", "conformant"]


def test_a_deployment_that_was_judged_by_an_amended_document_is_told_so(tmp_path: Path) -> None:
    kept(ran("+", overlays=("a.yaml",)), tmp_path / "a")
    with without_npm():
        found = site(made(), tmp_path, print)

    for name in ("index.html", "reports.html"):
        assert "conformant amended by a.yaml" in text_of(found[name].decode())
    assert "judged by this document" not in text_of(found["index.html"].decode())


def test_without_reports_nothing_tells_of_them() -> None:
    with without_npm():
        found = site(made(), None, print)

    assert [name for name in found if "reports" in name] == []
    assert b"reports.html" not in b"".join(content for name, content in found.items() if name.endswith(".html"))


# Where it leads


@pytest.mark.parametrize("name", PAGES)
def test_every_page_leads_to_every_other(files: dict[str, bytes], name: str) -> None:
    bar = files[name].decode().partition('<nav class="bar"')[2].partition("</nav>")[0]

    assert re.findall('href="(.*?)"', bar) == ["index.html", *PAGES]
    assert re.findall('href="(.*?)" aria-current', bar) == [name]


@pytest.mark.parametrize("name", PAGES)
def test_every_link_of_a_page_leads_to_a_file_and_a_part_of_it(files: dict[str, bytes], name: str) -> None:
    astray = []
    for link in values(page(files, name), "href") + values(page(files, name), "src"):
        if link.startswith(("https:", "http:", "data:")):
            continue
        path, part = urldefrag(link)
        target = str(PurePosixPath(name).parent / unquote(path)) if path else name
        known = target in files and (not part or target == "reference.html" or unquote(part) in ids(files[target]))
        astray += [] if known else [link]

    assert astray == []


@cache
def ids(content: bytes) -> frozenset[str]:
    return frozenset(values(Page(content.decode()), "id"))


@pytest.mark.parametrize("name", PAGES)
def test_no_page_asks_for_anything_outside_of_the_site(files: dict[str, bytes], name: str) -> None:
    text = files[name].decode()

    policy = next(value for value in values(Page(text), "content") if value.startswith("default-src 'none'; "))
    allowed = {part.split()[0]: set(part.split()[1:]) for part in policy.split("; ")}
    sandbox = {"http://127.0.0.1:*", "http://localhost:*"} if name == "reference.html" else set()
    assert allowed.pop("connect-src", set()) == sandbox
    known = {"'self'", "'none'", "'unsafe-inline'", "data:"}
    assert {each for places in allowed.values() for each in places if not each.startswith("'sha256-")} <= known
    assert [value for value in values(Page(text), "src") if ":" in value] == []
    assert re.search(r"@import|url\((?!data:)", text.partition("</style>")[0]) is None


def test_scalar_is_told_to_ask_nobody() -> None:
    told = json.loads(configuration(published(TREE)))

    assert (told["telemetry"], told["withDefaultFonts"], told["persistAuth"]) == (False, False, False)
    assert told["agent"] == told["mcp"] == {"disabled": True}
    assert "proxyUrl" not in told
    assert [server["url"] for server in told["content"]["servers"]] == ["http://127.0.0.1:{port}/v1.1"]


def test_each_operation_is_told_with_its_keys_and_replies(files: dict[str, bytes]) -> None:
    api = content(document.load(), published(TREE))
    told = text_of(files["index.html"].decode())

    assert [call.link for call in api.calls] == [
        f"reference.html#tag/{place}" for place in ("users/addUser", "users/updateUser", "users/resetUserKey")
    ] + ["reference.html#tag/user/getUserDetails"]
    assert all(call.summary in told and call.path in told for call in api.calls)
    assert {key.name for key in api.keys} == {"X-API-KEY", "X-USER-KEY", "user_key"}
    assert [reply.status for reply in api.replies] == [200] * 4 + [400] + [403] * 2 + [404] * 2
    assert "deprecated" in told


def test_a_document_that_is_not_deprecated_is_not_called_so() -> None:
    tree = deepcopy(dict(TREE))
    del tree["info"]["x-deprecated"]

    with without_npm():
        text = text_of(site(made(tree), None, print)["index.html"].decode())

    assert "is not marked as deprecated" in text


def test_what_the_document_says_stands_in_the_pages_as_text(files: dict[str, bytes]) -> None:
    tree = json.loads(json.dumps(TREE))
    payload = f"</script><script>alert(1)</script><img src=x onerror=alert(1)> [a](javascript:alert) {sound(HOSTILE)}"
    tree["info"].update(title=payload, description=payload)
    for path in tree["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict):
                operation.update(summary=payload, description=payload)

    with without_npm():
        found = site(made(tree), None, print)

    for name in ("index.html", "tutorial.html", "reference.html"):
        shown = page(found, name)
        assert "img" not in shown.tags
        assert [value for value in values(shown, "href") if value.startswith("javascript")] == []
        assert found[name].count(b"<script") == files[name].count(b"<script")
    assert json.loads(configuration(published(tree)))["content"]["info"]["title"] == payload


# The tutorial


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.title)
def test_each_program_has_the_code_of_each_step(sample: Any) -> None:
    steps = {step: code_of(sample.step(step)) for step in STEPS}

    assert all(steps.values())
    assert len({*steps.values()}) == len(STEPS)
    assert all(line.strip() in sample.text() for code in steps.values() for line in code.splitlines())


def test_the_functions_of_a_client_are_shown_where_they_are_told_of() -> None:
    typescript = next(sample for sample in SAMPLES if sample.title == "TypeScript")

    assert "function resetKey(" in code_of(typescript.step("reset"))
    assert "function update(" not in code_of(typescript.step("reset"))


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("jq")), reason="the program is one for curl and jq")
def test_the_program_for_curl_lives_the_life_of_a_user() -> None:
    with Embedded() as deployment:
        seeds = deployment.seeds
        given = {"SYNCANO_URL": deployment.url, "SYNCANO_INSTANCE": seeds.instance, "SYNCANO_API_KEY": seeds.api_key}
        script = DATA.parent / SAMPLES[0].file
        done = subprocess.run(
            ["bash", str(script)], env={"PATH": "/usr/bin:/bin", **given}, capture_output=True, text=True, check=False
        )

    assert (done.returncode, done.stderr) == (0, "")
    assert re.findall(r"ciri|fiona|40\d", done.stdout) == ["ciri", "ciri", "fiona", "403", "fiona", "fiona"]


# The command


@pytest.fixture
def built() -> Iterator[None]:
    with without_npm():
        yield


def portal(*words: object) -> Result:
    return CliRunner().invoke(main, ["portal", *map(str, words)])


@pytest.mark.usefixtures("built")
def test_the_command_writes_the_site(tmp_path: Path, reports: Path) -> None:
    result = portal("-o", tmp_path / "site", "--reports", reports)

    assert (result.exit_code, result.output) == (0, f"{tmp_path}/site/index.html\n")
    assert "Syncano user API" in (tmp_path / "site" / "index.html").read_text()
    assert (tmp_path / "site" / ".well-known" / "api-catalog").exists()


@pytest.mark.usefixtures("built")
def test_a_folder_without_a_report_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    result = portal("-o", tmp_path / "site", "--reports", tmp_path / "empty")

    assert (result.exit_code, (tmp_path / "site").exists()) == (2, False)
    assert result.stderr.splitlines()[0] == f"error: {tmp_path}/empty holds no report of a run"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: [", "this is not YAML"),
        (
            (DATA / "openapi.yaml").read_text().replace("operationId: addUser", "operationId: add_user"),
            "`add_user` is not a verb and a noun",
        ),
    ],
)
def test_a_broken_document_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, reason: str
) -> None:
    (tmp_path / "openapi.yaml").write_text(text)
    monkeypatch.setattr(command, "DOCUMENT", tmp_path / "openapi.yaml")

    result = portal("-o", tmp_path / "site")

    assert (result.exit_code, (tmp_path / "site").exists()) == (2, False)
    first, second = result.stderr.splitlines()
    assert first.startswith("error: no site can be made of a broken document: ")
    assert reason in first
    assert "syncano-contract validate" in second


def test_without_node_the_way_to_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(npm, "find_spec", lambda _: None)

    result = portal("-o", tmp_path / "site")

    assert (result.exit_code, (tmp_path / "site").exists()) == (2, False)
    assert "is needed, and" in result.stderr.splitlines()[-2]


def test_a_bundle_that_is_damaged_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npm, "modules", lambda *_: tmp_path)

    result = portal("-o", tmp_path / "site")

    assert result.exit_code == 2
    assert "does not hold @scalar/api-reference as it was installed" in result.stderr
