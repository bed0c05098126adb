"""report.html: one page that stands alone, and shows whatever a deployment sends as text."""

from __future__ import annotations

import re
from dataclasses import replace
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
from syncano_contract.model import Coverage, Level, Report, Result, Verdict
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
    *("th", "td", "figure", "figcaption", "details", "summary"),
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

    assert page.tags - INERT == set()
    assert [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "style", "action")] == []


def test_the_page_refers_to_nothing_outside() -> None:
    page = Page(to_html(odd()))
    links = {value for name, value in page.attributes if name == "href"}

    assert {link[0] for link in links} == {"#"}
    assert {link[1:] for link in links} <= page.texts.keys()
    assert "url(" not in to_html(report())
    assert "@import" not in to_html(report())
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes


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

    assert page.tags - INERT == set()
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

    for fact in ("Document version 1.1", "Started 2026-11-21 20:04:05 UTC", "Requests 7", "Depth standard", "Seed 7"):
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


def test_coverage_is_a_table_of_operations_and_statuses() -> None:
    page = Page(to_html(replace(odd(), coverage=(*odd().coverage, Coverage("addUser", 400, 1234)))))

    text = text_of(page, "coverage")
    assert text.endswith("Operation 200 400 404 addUser 3 1,234 never resetUserKey 1 \u2013 \u2013")


def test_every_requirement_is_listed_in_groups_and_in_order() -> None:
    page = Page(to_html(odd()))

    listed = re.findall(r"\b([A-C]-\d+) (?:MUST|SHOULD|MAY)", text_of(page, "requirements"))
    assert listed == ["A-2", "A-10", "B-1", "B-2", "C-1", "C-2", "C-3", "C-4", "C-5"]
    assert "C C-1 MUST cannot tell" in text_of(page, "requirements")
    assert text_of(page, "C-4") == "C-4 MUST passed A body is refused. users-add#response/400"


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
