"""A comparison as table, compare.json and compare.html: what each says is read back, and nothing in it acts."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema_rs
import pytest

import syncano_contract.report
from handmade import BASE, HOSTILE, failed, odd, report, required
from handmade_runs import answered, ran
from syncano_contract.comparison import Comparison, compare, digest
from syncano_contract.model import Level, Report, Result, Verdict
from syncano_contract.report.compare import to_html, to_json
from syncano_contract.report.compare_text import to_table
from syncano_contract.report.picture import MOST, WIDTH, line, strip, told
from syncano_contract.text import sound, visible
from test_report import strays
from test_report_html import Page, text_of

SCHEMA = json.loads((Path(syncano_contract.report.__file__).parent / "compare.schema.json").read_text())
INERT = re.compile(
    "html|head|meta|title|style|body|header|nav|main|section|h[1-4]|p|a|b|br|bdi|code|span|div|dl|dt|dd|ul|li|table|"
    "thead|tbody|tr|th|td|details|summary|svg|rect|polyline|polygon|circle"
)
B = "https://b.example.test/v1.1"
FAST, SLOW = answered("addUser", [10.0] * 20), answered("addUser", [25.0] * 20)


def compared(*reports: Report) -> Comparison:
    return compare(digest(each, f"run-{at}") for at, each in enumerate(reports))


def over_time() -> Comparison:
    """Three runs of one target, in which every kind of change is there, and one that came and went earlier."""
    return compared(
        ran("+FF+.+ +", day=1, traffic=FAST),
        ran("++++.+ F", day=2, traffic=FAST),
        ran("F++?F +F", day=3, traffic=SLOW),
    )


def several() -> Comparison:
    return compared(ran("+F-+", day=1), ran("FF?", target=B, day=2), ran("+F-+", instance="other", day=3))


def hostile() -> Comparison:
    """Reports in which everything that is text is hostile."""
    changes: dict[str, Any] = dict.fromkeys(("target", "instance", "document", "tool", "depth", "command"), HOSTILE)
    changes |= {"only": (HOSTILE,), "overlays": (HOSTILE,)}
    requirement = replace(required(HOSTILE, text=f"\u202e{HOSTILE}"), source=(HOSTILE,))
    reports = [
        replace(report([requirement], [Result(HOSTILE, verdict, HOSTILE)]), traffic=answered(HOSTILE, times), **changes)
        for verdict, times in ((Verdict.PASSED, [1.0] * 20), (Verdict.FAILED, [19.0] * 20))
    ]
    return compare([digest(each, HOSTILE) for each in (*reports, odd())])


def read_json(of: Comparison) -> Any:
    tree = json.loads(to_json(of))
    jsonschema_rs.validate(SCHEMA, tree, validate_formats=True)
    return tree


def table(of: Comparison, width: int = 100, *, is_whole: bool = False) -> list[str]:
    return list(to_table(of, width, is_whole=is_whole))


def heading(of: Comparison) -> str:
    found = re.search(r"<h1>(.*?)</h1>", to_html(of), re.DOTALL)
    assert found
    return re.sub(r"<.*?>", "", found[1])


# compare.json


def test_json_says_what_changed_and_what_is_worse() -> None:
    (target,) = read_json(over_time())["targets"]

    assert (target["target"], target["instance"], target["before"]) == (BASE, "rivia", 1)
    assert [(each["requirement"], each["kind"], each["regression"]) for each in target["changes"]] == [
        ("A-1", "broke", True),
        ("A-4", "untold", True),
        ("A-7", "new", False),
        ("A-6", "gone", False),
        ("A-5", "changed", False),
    ]
    first = target["changes"][0]
    assert (first["level"], first["before"], first["now"], first["message"]) == (
        "MUST",
        "passed",
        "failed",
        "A-1 is so",
    )
    assert target["unchanged"] == {"passed": 2, "failed": 1, "cannot_tell": 0, "inapplicable": 0, "untested": 0}
    assert target["regression"] is True


def test_json_tells_each_run() -> None:
    run = read_json(over_time())["targets"][0]["runs"][2]

    assert (run["name"], run["started"], run["conclusion"]) == ("run-2", "2026-11-04T20:04:05.000Z", "non-conformant")
    assert (run["requests"], run["seconds"], run["depth"], run["seed"]) == (20, 12.346, "standard", 7)
    assert run["counts"]["MUST"]["failed"] == 3


def test_json_has_the_verdicts_of_each_requirement_by_target_and_run() -> None:
    tree = read_json(compared(ran("+F", day=1), ran("F", day=2), ran("-", target=B)))

    assert [(each["id"], each["verdicts"]) for each in tree["requirements"]] == [
        ("A-1", [["passed", "failed"], ["inapplicable"]]),
        ("A-2", [["failed", None], [None]]),
    ]
    assert [each["before"] for each in tree["targets"]] == [0, None]


def test_json_has_the_times_of_each_operation_and_what_is_slower() -> None:
    (target,) = read_json(over_time())["targets"]

    assert target["operations"][0]["times"][2] == {"replies": 20, "lower": 0.025, "median": 0.025, "upper": 0.025}
    assert target["slower"] == [{"operation": "addUser", "before": 0.01, "now": 0.025, "ratio": 2.5}]


def test_an_operation_that_a_run_did_not_call_has_no_times() -> None:
    (target,) = read_json(compared(ran("+", day=1), ran("+", day=2, traffic=FAST)))["targets"]

    assert [each and each["replies"] for each in target["operations"][0]["times"]] == [None, 20]


def test_json_names_what_was_different_in_how_two_runs_were_made() -> None:
    (target,) = read_json(compared(ran("+", day=1, depth="quick"), ran("F", day=2)))["targets"]

    assert (target["differences"], target["regression"]) == (["depth"], False)


@pytest.mark.parametrize("make", [over_time, several, hostile])
def test_json_is_as_its_schema_has_it_whatever_it_holds(make: Any) -> None:
    assert read_json(make())["version"] == 1


def test_the_schema_is_strict_and_refuses_what_is_missing_or_too_much() -> None:
    tree = read_json(over_time())
    validator = jsonschema_rs.validator_for(SCHEMA)

    assert not validator.is_valid({**tree, "more": 1})
    assert not validator.is_valid({key: value for key, value in tree.items() if key != "regression"})
    assert list(strays(SCHEMA)) == []


# compare.html


@pytest.mark.parametrize("make", [over_time, several, hostile])
def test_the_page_holds_inert_elements_only_and_refers_to_nothing_outside(make: Any) -> None:
    page = Page(to_html(make()))

    assert [tag for tag in page.tags if not INERT.fullmatch(tag)] == []
    assert [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "style", "action")] == []
    links = {value for name, value in page.attributes if name == "href"}
    assert {link[0] for link in links} == {"#"}
    assert {link[1:] for link in links} <= page.texts.keys()
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes


@pytest.mark.parametrize("render", [to_html, to_json, lambda of: "\n".join(table(of))])
def test_no_character_is_there_that_a_viewer_acts_on(render: Any) -> None:
    odd_ones = {char for char in render(hostile()) if not char.isprintable()}

    assert odd_ones == {"\n"}


def test_what_a_report_holds_is_shown_as_text() -> None:
    page = Page(to_html(hostile()))

    assert visible(HOSTILE) in page.texts["history-1"]
    assert "<script>alert(1)</script>" in page.texts["history-1"]


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        ((ran("++", day=1), ran("FF", day=2)), f"{BASE} got worse: 2 requirements that passed no longer do."),
        ((ran("++", day=1), ran("F+", day=2)), f"{BASE} got worse: 1 requirement that passed no longer does."),
        ((ran("F", day=1), ran("+", day=2)), f"{BASE} got better: 1 requirement that failed passes now."),
        ((ran("+", day=1), ran("+", day=2)), f"{BASE} is no worse than it was."),
        (
            (ran("+", day=1, depth="quick"), ran("F", day=2)),
            f"Whether {BASE} got worse cannot be told: its runs were made in different ways.",
        ),
        ((ran("+F+"), ran("+FF", target=B)), "2 targets differ on 1 of 3 requirements."),
        ((ran("+F"), ran("+F", target=B)), "2 targets agree on every requirement."),
    ],
)
def test_what_came_out_is_a_sentence(reports: tuple[Report, ...], expected: str) -> None:
    assert heading(compared(*reports)) == expected


def test_the_page_tells_each_kind_of_change_and_why() -> None:
    text = text_of(Page(to_html(over_time())), "history-1")

    for heading_of_kind in ("Broke 1", "Can no longer be told 1", "New 1", "Gone 1", "Changed otherwise 1", "Slower 1"):
        assert heading_of_kind in text
    assert "Before: passed. A-1 is so" in text
    assert "addUser takes 2.5 times as long: the median was 10.0 ms and is 25.0 ms." in text
    assert "Unchanged: 2 passed, 1 failed." in text


def test_the_page_names_the_overlays_beside_each_conclusion() -> None:
    page = to_html(compared(ran("+", day=1, overlays=("a.yaml",)), ran("+", day=2, overlays=("a.yaml",))))

    told = '>conformant</span> <span class="quiet">amended by <bdi>a.yaml</bdi></span>'
    assert page.count(told) == 4  # now and before, and of each run


def test_the_page_names_what_was_different_in_how_two_runs_were_made() -> None:
    different = compared(ran("+", day=1, read_only=True), ran("F", day=2, only=("A-1", "B-*")))

    text = text_of(Page(to_html(different)), "history-1")

    assert "nothing here counts as a regression: read-only yes, then no; only none, then A-1, B-*." in text


def test_the_page_says_which_runs_were_passed_over() -> None:
    text = text_of(
        Page(to_html(compared(ran("+", day=1), ran("+", day=2, depth="quick"), ran("F", day=3)))), "history-1"
    )

    assert "as 1 run in between was made in another way or cut short." in text


def test_every_requirement_has_a_trend_with_words_and_a_place_of_its_own() -> None:
    page = Page(to_html(over_time()))

    for at in range(1, 9):
        assert f"target-1-A-{at}" in page.texts
    assert "failed now; in 3 runs: 2 passed, 1 failed" in page.texts["target-1-A-1"]
    assert "passed now; in 3 runs: 2 failed" not in page.texts["target-1-A-1"]


def test_response_times_are_told_for_each_operation() -> None:
    text = text_of(Page(to_html(over_time())), "history-1")

    assert "median 25.0 ms in the newest run that has it, 10.0 ms to 25.0 ms in 3 of 3 10.0 ms 25.0 ms 20" in text


def test_several_targets_are_a_matrix_with_the_differences_first() -> None:
    page = Page(to_html(several()))

    text = text_of(page, "differences")
    assert text.startswith("Differences 3 of 4 requirements Requirement Target 1 Target 2 Target 3 Sentence")
    assert "A-1 MUST passed failed passed" in text
    assert "A-3 MUST inapplicable cannot tell inapplicable" in text
    assert "A-4 MUST passed not in it passed" in text
    assert "A-2 MUST failed failed failed" in text_of(page, "requirements")
    assert f"2. {B} instance rivia, 1 run non-conformant 0 2 1" in text_of(page, "targets")


def test_a_warning_looks_like_one() -> None:
    found = to_html(compared(ran("+", day=1, level=Level.SHOULD), ran("F", day=2, level=Level.SHOULD)))

    assert '<span class="badge warned">failed</span>' in found


def test_headings_are_in_order_and_what_scrolls_can_be_reached() -> None:
    for make in (over_time, several):
        page = to_html(make())
        levels = [int(level) for level in re.findall(r"<h(\d)", page)]
        assert levels.count(1) == 1
        assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
        boxes = re.findall(r'<div class="scroll[^>]*>', page)
        assert boxes
        assert all('tabindex="0" role="region" aria-label="' in box for box in boxes)
        assert [page.count(f"<{tag}") for tag in ("header", "nav", "main")] == [1, 1, 1]


def test_the_same_reports_give_the_same_bytes_in_whatever_order_they_come() -> None:
    first, second = ran("+", day=1), ran("F", day=2)
    forward = compare([digest(first, "a"), digest(second, "b")])
    backward = compare([digest(second, "b"), digest(first, "a")])

    assert to_html(forward) == to_html(backward)
    assert to_json(forward) == to_json(backward)


# Pictures


def shapes(picture: str) -> list[dict[str, str]]:
    return [dict(each.attrib) for each in ElementTree.fromstring(picture)][1:]


def test_a_strip_has_a_bar_for_each_run_higher_where_it_matters() -> None:
    bars = shapes(strip(["passed", None, "cannot_tell", "failed"]))

    assert [(bar["class"], bar["x"], bar["height"]) for bar in bars] == [
        ("passed", "0", "6"),
        ("cannot_tell", "20", "12"),
        ("failed", "30", "18"),
    ]


def test_a_strip_of_many_runs_joins_those_that_are_alike_and_shows_the_newest() -> None:
    bars = shapes(strip(["failed", *["passed"] * (MOST - 1), "failed"]))

    assert [(bar["class"], float(bar["width"])) for bar in bars] == [
        ("passed", WIDTH - WIDTH / MOST),
        ("failed", WIDTH / MOST),
    ]


def test_a_strip_says_in_words_what_it_shows() -> None:
    assert told(["passed", None, "failed", "passed"]) == "passed now; in 4 runs: 2 passed, 1 failed, 1 not in it"
    assert "<title>cannot tell now; in 1 run: 1 cannot tell</title>" in strip(["cannot_tell"])


def test_a_line_is_broken_where_there_is_no_value() -> None:
    found = shapes(line([1, 2, None, 4], "words"))

    assert [each["points"] for each in found if "points" in each] == ["20,23 60,16", "140,2"]


def test_a_band_lies_between_its_bounds() -> None:
    (band, *_) = shapes(line([1, 1], "words", [(0.5, 2), (1, 2)]))

    assert band["points"] == "20,2 60,2 60,16 20,23"


@pytest.mark.parametrize("values", [[0, 0], [None], []])
def test_a_line_of_nothing_is_a_picture_all_the_same(values: list[float | None]) -> None:
    assert line(values, '<"words">').startswith('<svg class="line" role="img"')


# The table


def test_the_table_tells_what_changed_and_counts_what_did_not() -> None:
    lines = table(over_time())

    assert lines[0] == f"{BASE}, instance rivia: 3 runs"
    assert lines[1:5] == [
        "  now     2026-11-04 20:04:05 UTC, non-conformant, depth standard",
        "          run-2, 20 requests in 12.3 s",
        "  before  2026-11-03 20:04:05 UTC, non-conformant, depth standard",
        "          run-1, 20 requests in 12.3 s",
    ]
    assert lines[5:9] == [
        "  broke: 1",
        "    A-1                MUST   ++F  passed, then failed",
        "        A body is `refused`.",
        "        A-1 is so",
    ]
    assert "    A-7                MUST     +  not in it, then passed" in lines
    assert "    A-6                MUST   ++   passed, then not in it" in lines
    assert "  slower: addUser takes 2.5 times as long (median 10.0 ms, then 25.0 ms)" in lines
    assert "  unchanged: 2 passed, 1 failed" in lines
    assert lines[-1] == "REGRESSION: 2 requirements got worse"


def test_the_table_names_what_came_and_went_earlier() -> None:
    lines = table(over_time())

    at = lines.index("  changed earlier, and now as before: 3")
    assert lines[at + 1] == "    A-2                MUST   F++  passed now; in 3 runs: 2 passed, 1 failed"


def test_the_table_lists_what_did_not_change_when_the_whole_is_asked_for() -> None:
    row = "    A-2                MUST   ++  A body is `refused`."
    found = compared(ran("++", day=1), ran("F+", day=2))

    assert row not in table(found)
    assert row in table(found, is_whole=True)


def test_the_table_of_several_targets_has_a_row_for_each_difference() -> None:
    lines = table(several())

    assert lines[0] == "3 targets, the newest run of each:"
    assert f"   2      {B}, instance rivia" in lines
    assert "    A-1                MUST    +  F  +  A body is `refused`." in lines
    assert "    A-4                MUST    +     +  A body is `refused`." in lines
    assert not any(each.startswith("    A-2 ") for each in lines)
    assert "  3 differ, 1 are alike at every target" in lines
    assert not any("regression" in each for each in lines)


def test_more_targets_than_have_room_beside_each_other_stand_below_each_other() -> None:
    targets = [ran("F" if number else "+", target=f"https://{number}.test") for number in range(25)]

    lines = table(compared(*targets), 80)

    assert sum(each.startswith("    A-1 ") for each in lines) == 3
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("width", [80, 120])
def test_no_row_of_the_table_is_wider_than_asked_for(width: int) -> None:
    long = compared(ran("+", day=1), replace(ran("F", day=2), requirements=(required("A-1", text="word " * 50),)))

    lines = [each for each in table(long, width) if each.startswith("    ")]

    assert max(map(len, lines)) <= width
    assert any(len(each) > width - 15 for each in lines)


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        ((ran("+", day=1), ran("+", day=2)), "no regression"),
        (
            (ran("+", day=1, depth="quick"), ran("F", day=2)),
            "whether anything got worse cannot be told: no two runs of a target were made in the same way",
        ),
        ((ran("+", day=1), ran("F", day=2)), "REGRESSION: 1 requirement got worse"),
    ],
)
def test_the_last_line_says_what_came_out(reports: tuple[Report, ...], expected: str) -> None:
    assert table(compared(*reports))[-1] == expected


def test_a_long_message_is_cut() -> None:
    result = replace(failed("A-1"), message="x" * 300_000)

    lines = table(compared(ran("+", day=1), replace(ran("F", day=2), results=(result,))))

    assert sum(len(each) for each in lines) < 2_000
    assert any(each.endswith("…") for each in lines)
    assert sound("\n".join(lines))
