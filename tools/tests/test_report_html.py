"""report.html: one page that stands alone, and shows whatever a deployment sends as text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest

from handmade import (
    BASE,
    HOSTILE,
    add,
    details,
    exchange,
    failed,
    judged,
    odd,
    reply,
    report,
    request,
    required,
    with_scripts,
)
from syncano_contract.model import Brief, Coverage, Level, Report, Result, Source, Verdict
from syncano_contract.report.html import to_html
from syncano_contract.text import visible

TOP = ("failures", "requirements", "notes")
VOID = {"meta", "br", "hr", "img", "input", "link"}
INERT = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "header",
        "nav",
        "main",
        "section",
        "article",
        "div",
        "span",
        "p",
    ),
    *("h1", "h2", "h3", "a", "b", "bdi", "code", "pre", "dl", "dt", "dd", "ul", "li", "table", "thead", "tbody", "tr"),
    *("th", "td", "figure", "figcaption", "details", "summary", "mark"),
    *("form", "label", "select", "option", "input", "button", "output", "svg", "rect", "line"),
}


class Page(HTMLParser):
    """What a browser makes of a page: its elements, and the text below each element with an id."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.open: list[tuple[str, str | None]] = []
        self.texts: dict[str, str] = {}
        self.isolated = ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append((tag, dict(attrs).get("id")))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("dt", "dd", "th", "td"):
            self.handle_data(" ")
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        for _, name in self.open:
            if name:
                self.texts[name] = self.texts.get(name, "") + data
        if any(tag in ("bdi", "pre") for tag, _ in self.open):
            self.isolated += data


def text_of(page: Page, section: str) -> str:
    return " ".join(page.texts[section].split())


def heading(of: Report) -> str:
    found = re.search(r"<h1>(.*?)</h1>", to_html(of), re.DOTALL)
    assert found
    return re.sub(r"<.*?>", "", found[1])


# Alone and inert


def test_the_page_holds_inert_elements_only() -> None:
    page = Page(to_html(odd()))

    assert page.tags - INERT == {"script"}
    assert [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "style", "action")] == []


def test_the_only_script_is_the_one_that_filters_and_the_policy_lets_no_other_run() -> None:
    page = to_html(odd())

    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    assert ("content", policy) in Page(page).attributes
    assert script == to_html(report()).split("<script>")[1].split("</script>")[0]


def test_the_page_refers_to_nothing_outside() -> None:
    page = Page(to_html(odd()))
    links = {value for name, value in page.attributes if name == "href"}

    assert {link[0] for link in links} == {"#"}
    assert {link[1:] for link in links} <= page.texts.keys()
    assert "url(" not in to_html(report())
    assert "@import" not in to_html(report())


def test_what_was_sent_is_shown_as_text_and_isolated() -> None:
    page = Page(to_html(odd()))

    shown = visible(HOSTILE)
    assert shown in page.texts["failures"]
    assert shown in page.isolated
    assert shown in page.texts["notes"]
    assert "X: " + shown in page.texts["failures"]
    assert "{{ 7*7 }}" in shown


def test_notes_come_before_what_they_explain() -> None:
    page = to_html(odd())

    assert page.index('<section id="notes">') < page.index('<section id="failures">')


def test_every_part_of_a_failure_is_isolated() -> None:
    sent = request("GET", f"/{HOSTILE}")
    got = reply(200, HOSTILE.encode("utf-8", "surrogatepass"), ((HOSTILE, HOSTILE),))
    result = Result("A-1", Verdict.FAILED, HOSTILE, (1,), HOSTILE, HOSTILE)
    page = Page(to_html(report([required("A-1")], [result], [exchange(1, sent, got)])))

    shown = visible(HOSTILE)
    assert page.isolated.count(shown) == sum(text.count(shown) for text in map(page.texts.get, TOP) if text)
    assert page.isolated.count(shown) > 6


def test_no_character_is_there_that_a_viewer_acts_on() -> None:
    odd_ones = {char for char in to_html(odd()) if not char.isprintable()}

    assert odd_ones == {"\n"}


def test_a_hostile_target_stays_text() -> None:
    page = Page(to_html(replace(odd(), target=f"https://x/{HOSTILE}", instance=HOSTILE, command=HOSTILE, tool=HOSTILE)))

    assert page.tags - INERT == {"script"}
    assert text_of(page, "command").endswith(visible(HOSTILE))


def test_bytes_that_are_no_text_are_escapes() -> None:
    page = Page(to_html(odd()))

    assert "\\x89PNG\\r\n\\x1a\n\\x00\\xff" in page.texts["failures"]


# What it says


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (Verdict.PASSED, f"{BASE} keeps the contract."),
        (Verdict.FAILED, f"{BASE} does not keep the contract."),
        (Verdict.CANNOT_TELL, f"Whether {BASE} keeps the contract cannot be told."),
    ],
)
def test_the_conclusion_is_a_sentence(verdict: Verdict, expected: str) -> None:
    assert heading(judged((Level.MUST, verdict))) == expected


def test_the_circumstances_are_told() -> None:
    words = " ".join(re.sub(r"<.*?>", " ", to_html(odd())).split())

    for fact in (
        "Document version 1.1",
        "Overlays none",
        "Started 2026-11-21 20:04:05 UTC",
        "Requests 7",
        "Depth standard",
        "Seed 7",
    ):
        assert fact in words
    assert "2 of 5 MUST requirements failed, 2 could not be told, 1 passed." in words
    assert "1 SHOULD and 1 MAY failed too, which is a warning." in words


def test_a_failure_shows_sentence_source_halves_and_the_exchange_that_decided() -> None:
    sent = request("POST", "/instances/rivia/users/", body=b'{"username":"x"}')
    exchanges = [
        exchange(1, sent, reply(500, b'{"detail":"Oops."}')),
        exchange(2, request("GET", "/other/"), reply(200)),
    ]
    shown = with_scripts(report([required("A-1")], [failed("A-1", 2, 1, seen="status 500")], exchanges))

    text = text_of(Page(to_html(shown)), "failures")
    before, others = text.split("1 other exchange of this requirement")
    assert "A-1 MUST A body is refused. Expected 400 Seen status 500 Source users-add#response/400" in before
    assert f'POST {BASE}/instances/rivia/users/ X-API-KEY: <api_key> Content-Type: application/json {{ "user' in before
    assert '500 Reason Content-Type: application/json { "detail": "Oops." }' in before
    assert f"GET {BASE}/other/" in others
    assert "Replay it: a Python script # A-1: A body is `refused`." in others


def test_failures_of_one_cause_stand_together() -> None:
    requirements = [required(name) for name in ("A-1", "B-1", "C-1", "D-1")]
    untold = Result("C-1", Verdict.CANNOT_TELL, "in the way", (), cause="B-1")
    page = Page(
        to_html(report(requirements, [failed("A-1", cause="B-1"), failed("B-1"), untold, failed("D-1", cause="A-1")]))
    )

    text = text_of(page, "failures")
    assert re.findall(r"\b[A-D]-1\b", text) == ["B-1", "B-1", "A-1", "D-1", "C-1"]
    assert "B-1 explains these as well: A-1" in text
    assert "C-1 cannot tell" in text


def test_failures_that_explain_each_other_are_both_shown_and_may_explain_a_third() -> None:
    results = [failed("A-1", cause="B-1"), failed("B-1", cause="A-1"), failed("C-1", cause="B-1")]
    page = Page(to_html(report([required("A-1"), required("B-1"), required("C-1")], results)))

    assert re.findall(r"\b[A-C]-1\b", text_of(page, "failures")) == ["A-1", "B-1", "B-1", "C-1"]


def test_musts_come_before_warnings() -> None:
    requirements = [required("A-1", Level.MAY), required("B-1", Level.SHOULD), required("C-1")]
    page = Page(to_html(report(requirements, [failed("A-1"), failed("B-1"), failed("C-1")])))

    assert re.findall(r"\b[ABC]-1\b", text_of(page, "failures")) == ["C-1", "B-1", "A-1"]


def test_what_is_not_known_comes_with_its_reason() -> None:
    page = Page(to_html(odd()))

    assert f"C-1 {visible(HOSTILE)} The last exchange Request 4" in text_of(page, "untold")
    assert "no reply no complete reply within 10 s" in text_of(page, "untold")
    assert "C-2 the target gives no second tenant" in text_of(page, "open")
    assert "C-3 no operation shows it" in text_of(page, "open")


def test_coverage_is_a_table_of_operations_and_statuses_and_of_what_asked() -> None:
    brief = Brief(1, 0, 0.1, "LIFE-1", "addUser", 200, "api_key", "none")
    briefs = (brief, replace(brief, sender="GENERATED-1"), replace(brief, sender="KEYS-1"))
    coverage = (*odd().coverage, Coverage("addUser", 400, 1234))

    text = text_of(Page(to_html(replace(odd(), coverage=coverage, traffic=briefs))), "traffic")

    asked = "3 directed 1 state machine 1 schemathesis 1"
    assert f"Operation 200 400 404 addUser {asked} 1,234 never resetUserKey 1 \u2013 \u2013" in text


def test_every_requirement_is_listed_in_groups_and_in_order() -> None:
    page = Page(to_html(odd()))

    listed = re.findall(r"\b([A-C]-\d+) (?:MUST|SHOULD|MAY)", text_of(page, "requirements"))
    assert listed == ["A-2", "A-10", "B-1", "B-2", "C-1", "C-2", "C-3", "C-4", "C-5"]
    assert "C-1 MUST cannot tell" in text_of(page, "requirements")
    assert text_of(page, "C-4") == (
        "C-4 MUST passed A body is refused. Source and evidence users-add#response/400 1 exchange: 302 \u00d7 1"
    )


def test_requirements_stand_with_the_operation_that_their_sources_are_about() -> None:
    sources = (
        Source("users-add#response/400", "addUser", "400 is answered.", "/a", 7),
        Source("user-details#method", "getUserDetails", "The method is GET.", "/b", 8),
    )
    many = replace(required("B-1"), source=("users-add#response/400", "user-details#method"))
    rfc = replace(required("C-1"), source=("RFC 9110 section 15",))

    page = to_html(replace(report([required("A-1"), many, rfc]), sources=sources))

    assert re.findall(r"<h3>(\w[\w ]+)</h3>", page) == ["Untested", "addUser", "Several operations"]
    assert re.findall(r'id="([A-C]-1)"[^>]*data-operations="([^"]*)"', page) == [
        ("A-1", "addUser"),
        ("B-1", "addUser getUserDetails"),
        ("C-1", ""),
    ]


def test_a_failure_tells_the_fact_and_the_line_behind_it() -> None:
    source = Source("users-add#response/400", "addUser", "400 is answered.", "/paths/~1a/post", 1207)

    page = Page(to_html(replace(report([required("A-1")], [failed("A-1")]), sources=(source,))))

    assert "users-add#response/400 400 is answered. openapi.yaml line 1207, /paths/~1a/post" in text_of(
        page, "failures"
    )


def test_of_many_facts_those_on_the_operation_that_was_called_come_first() -> None:
    names = [f"page-{number}#method" for number in range(9)]
    sources = [Source(name, f"call{number}", f"Fact {number}.", "/a", 1) for number, name in enumerate(names)]
    sent = exchange(1, request("GET", "/x"), reply(500))
    of = report([replace(required("A-1"), source=tuple(names))], [failed("A-1", 1)], [sent])
    called = replace(of.traffic[0], operation="call7")

    text = text_of(Page(to_html(replace(of, sources=tuple(sources), traffic=(called,)))), "failures")

    assert re.findall(r"Fact \d", text) == [f"Fact {number}" for number in (7, 0, 1, 2, 3, 4, 5, 6, 8)]
    assert "6 more" in text


@pytest.mark.parametrize(
    ("places", "marked"),
    [
        (("status",), ["500"]),
        (("header content-type",), ["Content-Type: application/json"]),
        (("/a/1/b",), ['"b": 2']),
        (("/a",), ['"a": [']),
        (("/a/1", "/c~1d"), ["{", '"c/d": null']),
        (("",), ["{"]),
        (("/nowhere",), []),
        ((), []),
    ],
)
def test_the_difference_is_marked_in_the_reply(places: tuple[str, ...], marked: list[str]) -> None:
    got = reply(500, b'{"a":[1,{"b":2}],"c/d":null,"b":2}')
    sent = exchange(1, request("POST", "/x", body=b'{"a":[1,{"b":2}]}'), got)

    page = to_html(report([required("A-1")], [replace(failed("A-1", 1), places=places)], [sent]))

    found = re.findall(r"<mark>(.*?)</mark>", page)
    assert [unescape(re.sub(r"<.*?>", "", each)) for each in found] == marked


def test_a_difference_far_behind_in_a_body_is_shown_all_the_same() -> None:
    body = json.dumps({"many": list(range(3000)), "wrong": "here", "after": 1}).encode()
    sent = exchange(1, request("GET", "/x"), reply(200, body))

    text = to_html(report([required("A-1")], [replace(failed("A-1", 1), places=("/wrong",))], [sent]))

    assert "<mark>&#34;wrong&#34;: &#34;here&#34;</mark>" in text
    assert "the beginning is left out" in text


def test_evidence_of_what_passed_is_summarised() -> None:
    sent = [exchange(1, request("GET", "/x"), reply(200)), exchange(2, request("GET", "/x"), error="reset")]
    result = Result("A-1", Verdict.PASSED, evidence=(1, 2, 2))

    page = Page(to_html(report([required("A-1")], [result], sent)))

    assert text_of(page, "A-1").endswith("3 exchanges: no reply \u00d7 2, 200 \u00d7 1")


def test_what_is_left_behind_and_how_to_repeat_are_told() -> None:
    page = Page(to_html(odd()))

    assert "/instances/rivia/users/41/" in text_of(page, "left-behind")
    assert text_of(page, "command").endswith("--instance rivia --seed 7")
    assert "Nothing" in text_of(Page(to_html(replace(odd(), left_behind=()))), "left-behind")


# Its size


def test_long_bodies_are_cut_with_their_size() -> None:
    page = to_html(odd())

    assert "shortened, 300,009 bytes in all" in page
    assert len(page) < 100_000


def test_five_thousand_hostile_exchanges_stay_under_five_megabytes() -> None:
    body = ('<&"\u202e' * 5000).encode()
    exchanges = [add(number, user_id=number, user_key=number) for number in range(1, 4901)]
    exchanges += [details(number, number - 4900, reply(500, body)) for number in range(4901, 5001)]
    names = [f"A-{number}" for number in range(1, 101)]
    results = [failed(name, *range(4901, 5001)) for name in names]

    page = to_html(report(map(required, names), results, exchanges))

    assert len(page.encode()) < 5_000_000
