"""What looking.js finds on small pages made by hand, each with one fault, and that it finds nothing on a good one."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser.visit import Look, visit

GOOD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>It</title>
<style>body { background: #fff; color: #222 } a:focus-visible { outline: 2px solid }
.scroll { overflow-x: auto; white-space: nowrap } .far { margin-top: 200vh } .name { position: absolute; width: 1px;
height: 1px; overflow: hidden }</style>
<main><h1>A page</h1><nav><a href="#far">Far down</a> <a href="#far"><code>far</code></a></nav>
<span class="name">hidden from sight</span>
<div class="scroll" tabindex="0">wide wide wide wide wide wide wide wide wide wide wide wide wide wide wide wide</div>
<p>Much text, <b>which</b> is<br>broken into lines, and more, and more, and more, and more, and more, and more.</p>
<svg viewBox="0 0 100 20" width="300" height="60"><text x="0" y="10" font-size="6">drawn</text></svg>
<h2 id="far" class="far">Far</h2></main>"""
FAULTS = {
    "overflowing": ['<div style="width: 500px">wide</div>', '<div style="position: relative; left: 380px">right</div>'],
    "cut": [
        '<div style="width: 40px; overflow: hidden; white-space: nowrap">is cut off</div>',
        '<div style="height: 20px; overflow: clip">one<br>two<br>three</div>',
        '<div style="width: 40px; overflow: hidden; white-space: nowrap; text-overflow: ellipsis">is cut off</div>',
        '<svg viewBox="0 0 100 20" width="100" height="20"><text x="90" y="15">is cut off</text></svg>',
        '<div style="margin-left: -30px">is cut off</div>',
    ],
    "small": [
        '<p style="font-size: 8px">small</p>',
        '<svg viewBox="0 0 1000 20" width="300" height="6"><text x="9" y="15" font-size="20">small</text></svg>',
    ],
    "squeezed": ['<div style="width: 1em; overflow-wrap: anywhere">squeezed together</div>'],
    "overlapping": [
        '<p>one</p><p style="margin-top: -30px">two</p>',
        '<svg width="99" height="20"><text x="0" y="15">one</text><text x="5" y="15">two</text></svg>',
    ],
    "dead": ['<a href="#nowhere">dead</a>'],
    "ambiguous": ['<p id="twice">one</p><p id="twice">two</p>'],
    "astray": [
        '<a href="#under">under</a><div style="position: fixed; inset: 0; top: 90px">lid</div><p id="under">it</p>'
    ],
    "handlers": ['<b onclick="1">on</b>', '<a href=" javascript:1">on</a>'],
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_good_page_has_no_such_fault(chromium: Browser, tmp_path: Path, fault: str) -> None:
    with visit(chromium, _file(tmp_path, ""), Look(390)) as visited:
        assert visited.find(fault) == []


@pytest.mark.parametrize(("fault", "part"), [(fault, part) for fault, parts in FAULTS.items() for part in parts])
def test_a_fault_is_found(chromium: Browser, tmp_path: Path, fault: str, part: str) -> None:
    with visit(chromium, _file(tmp_path, part), Look(390)) as visited:
        assert visited.find(fault)


def test_a_good_page_is_gone_through_by_tab(chromium: Browser, tmp_path: Path) -> None:
    with visit(chromium, _file(tmp_path, "")) as visited:
        reached = list(visited.tabbed())

        assert [each["place"].split(": ")[1][:5] for each in reached] == ["Far d", "far", "wide "]
        assert all(each["isSeen"] for each in reached)


@pytest.mark.parametrize(
    "part",
    [
        '<button style="outline: none">it</button>',
        '<button style="position: fixed; top: -9px; left: 0; height: 9px">it</button>',
        '<button style="position: fixed; top: 0">it</button><b style="position: fixed; inset: 0; z-index: 1">lid</b>',
    ],
)
def test_a_focus_that_cannot_be_seen_is_found(chromium: Browser, tmp_path: Path, part: str) -> None:
    with visit(chromium, _file(tmp_path, part)) as visited:
        *_, last = visited.tabbed()

        assert last["place"].endswith("button: it")
        assert not last["isSeen"]


def test_whatever_a_page_does_by_itself_is_noticed(chromium: Browser, tmp_path: Path) -> None:
    part = (
        """<img src="//evil.test/a"><script>console.warn("warned"); alert("said"); open("about:blank"); it()</script>"""
    )

    with visit(chromium, _file(tmp_path, part)) as visited:
        assert any(each.endswith("evil.test/a") for each in visited.requests)
        assert {each.split()[0] for each in visited.complaints} >= {"warning:", "asked", "opened", "raised"}


def _file(folder: Path, part: str) -> Path:
    file = folder / "it.html"
    file.write_text(GOOD.replace("</main>", f"{part}</main>"), encoding="utf-8")
    return file
