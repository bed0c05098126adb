"""The badge: a picture of its own, and what shields.io makes one of."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from handmade import judged, odd, report
from syncano_contract.model import Level, Report, Verdict
from syncano_contract.report.badge import to_badge_json, to_badge_svg
from syncano_contract.report.reading import parse
from syncano_contract.report.results import to_json

SVG = "{http://www.w3.org/2000/svg}"
MUST, SHOULD = Level.MUST, Level.SHOULD
PASSED, FAILED, CANNOT_TELL = Verdict.PASSED, Verdict.FAILED, Verdict.CANNOT_TELL

CONFORMANT = judged((MUST, PASSED), (SHOULD, FAILED))
BROKEN = judged((MUST, PASSED), (MUST, FAILED), (MUST, FAILED), (SHOULD, FAILED), (MUST, CANNOT_TELL))
UNTOLD = judged((MUST, PASSED), (MUST, CANNOT_TELL))
EACH = [CONFORMANT, BROKEN, UNTOLD, replace(CONFORMANT, only=("R-*",)), odd(), report()]


def told(of: Report) -> Report:
    return parse(to_json(of).encode(), "it")


def shields(of: Report) -> dict[str, object]:
    read: dict[str, object] = json.loads(to_badge_json(told(of)))
    return read


def picture(of: Report) -> ET.Element:
    return ET.fromstring(to_badge_svg(told(of)))


def texts(of: Report) -> list[ET.Element]:
    return picture(of).findall(f".//{SVG}text")


MESSAGES = [
    (CONFORMANT, "conformant"),
    (BROKEN, "non-conformant: 2 MUST"),
    (UNTOLD, "inconclusive"),
    (odd(), "non-conformant: 2 MUST"),
    (report(), "inconclusive"),
    (replace(CONFORMANT, was_interrupted=True), "inconclusive"),
    (replace(CONFORMANT, only=("R-*",)), "conformant in part"),
    (replace(CONFORMANT, read_only=True), "conformant in part"),
    (replace(BROKEN, only=("R-*",)), "non-conformant: 2 MUST"),
]


@pytest.mark.parametrize(("of", "message"), MESSAGES)
def test_both_say_what_the_run_concluded(of: Report, message: str) -> None:
    assert shields(of)["message"] == message
    assert [text.text for text in texts(of)] == ["contract", message]


# --- for shields.io ---------------------------------------------------------------------------------------------------


def test_shields_gets_what_its_schema_asks_for() -> None:
    assert shields(CONFORMANT) == {
        "schemaVersion": 1,
        "label": "contract",
        "message": "conformant",
        "color": "#2e7d32",
        "labelColor": "#444444",
        "isError": False,
    }


@pytest.mark.parametrize(("of", "is_error"), [(CONFORMANT, False), (BROKEN, False), (UNTOLD, True)])
def test_only_a_run_that_could_not_tell_is_an_error(of: Report, is_error: bool) -> None:
    assert shields(of)["isError"] is is_error


def test_each_conclusion_has_its_colour() -> None:
    assert len({shields(of)["color"] for of in (CONFORMANT, BROKEN, UNTOLD)}) == 3


# --- the picture ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("of", EACH)
def test_the_picture_says_what_it_is_to_who_does_not_see_it(of: Report) -> None:
    root = picture(of)

    name = f"contract: {shields(of)['message']}"
    title = root.find(f"{SVG}title")
    assert title is not None
    assert (root.get("role"), root.get("aria-label"), title.text) == ("img", name, name)
    assert root[0] is title


@pytest.mark.parametrize("of", EACH)
def test_white_text_can_be_read_on_each_field(of: Report) -> None:
    fields = picture(of).findall(f".//{SVG}rect[@fill]")

    assert [field.get("fill") for field in fields] == [shields(of)["labelColor"], shields(of)["color"]]
    assert min(contrast("#ffffff", str(field.get("fill"))) for field in fields) >= 4.5
    assert {text.get("fill") for text in texts(of)} == {"#ffffff"}


def contrast(first: str, second: str) -> float:
    """Return the ratio that WCAG 2.2 defines."""
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return sum(weight * share for weight, share in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("of", EACH)
def test_each_text_is_in_its_field_and_no_field_on_another(of: Report) -> None:
    root = picture(of)

    fields = [(float(each.get("x", 0)), float(each.get("width", 0))) for each in root.findall(f".//{SVG}rect[@fill]")]
    for (left, width), text in zip(fields, texts(of), strict=True):
        middle, half = float(text.get("x", 0)), float(text.get("textLength", 0)) / 2
        assert text.get("text-anchor") == "middle"
        assert middle - half >= left + 5
        assert middle + half <= left + width - 5
    assert all(left + width == after for (left, width), (after, _) in pairwise(fields))
    assert float(root.get("width", 0)) == sum(width for _, width in fields)


def test_a_text_has_about_the_room_that_a_font_gives_it() -> None:
    """DejaVu Sans at 11 px takes 45.7 and 63.4 px, as a browser measures it."""
    widths = [float(text.get("textLength", 0)) for text in texts(CONFORMANT)]

    assert widths == pytest.approx([45.7, 63.4], abs=2)


@pytest.mark.parametrize("of", EACH)
def test_the_picture_fetches_and_runs_nothing(of: Report) -> None:
    written = to_badge_svg(told(of))

    assert set(re.findall(r"<(\w+)", written)) == {"svg", "title", "clipPath", "rect", "g", "text"}
    assert re.findall(r"https?://[^\"]*", written) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"\bon\w+=|href|@import|style", written)


@pytest.mark.parametrize("render", [to_badge_svg, to_badge_json])
def test_the_same_results_give_the_same_bytes(render: type) -> None:
    assert render(told(odd())) == render(told(odd()))
