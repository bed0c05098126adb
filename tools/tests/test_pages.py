"""Inputs: files, folders, arrays and streams, and what is said of those that hold no page."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from handmade_pages import basic, endpoint, piped
from syncano_contract import feed
from syncano_contract.pages import Item, NotAPage, Note, Page, read

PAGE = basic(title="Words")
TEXT = json.dumps(PAGE)
RENDERED = 'Words\n\nDefinition\n\n{{ api_url }}{{ page_api_url }}\n[block:callout] { "type": "x" } `{"a": 1}` [/block]'


def slugs(items: list[Item]) -> list[str]:
    assert all(isinstance(item, Page) for item in items), items
    return [item.ref.slug for item in items if isinstance(item, Page)]


def numbered(count: int) -> list[dict[str, Any]]:
    return [basic(slug=f"page-{number}", body="x" * 100) for number in range(count)]


def reading(*inputs: str | Path) -> list[Item]:
    return list(read(inputs, io.BytesIO()))


@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        f"  \n{TEXT}\n",
        f"\ufeff{TEXT}",
        json.dumps(PAGE, indent=2),
        f"{TEXT}\n\n{RENDERED}",
        f"{TEXT}{RENDERED}",
        json.dumps([PAGE]),
    ],
    ids=["json", "blanks", "bom", "indented", "text after", "text at once", "array"],
)
def test_a_page_is_found(content: str) -> None:
    (item,) = piped(content)

    assert isinstance(item, Page)
    assert item.data == PAGE


@pytest.mark.parametrize(
    "separator",
    ["\n", "", f"\n\n{RENDERED}", f"{RENDERED}\n", ' `{"broken": ` '],
    ids=["lines", "nothing", "text", "text and line", "broken text"],
)
def test_pages_may_follow_one_another(separator: str) -> None:
    assert slugs(piped(separator.join(map(json.dumps, numbered(3))))) == ["page-0", "page-1", "page-2"]


@pytest.mark.parametrize("size", [1, 7, 64, 83, 1000])
@pytest.mark.parametrize("form", ["array", "indented", "lines", "indented lines", "text", "indented text"])
def test_where_chunks_end_does_not_matter(size: int, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "CHUNK", size)
    data = [{**page, "title": 'ż\\"]}{[', "order": -12.5e-3, "hidden": True} for page in numbered(5)]
    content = {
        "array": json.dumps(data),
        "indented": json.dumps(data, indent=3),
        "lines": "\n".join(map(json.dumps, data)),
        "indented lines": "\n".join(json.dumps(each, indent=9) for each in data),
        "indented text": RENDERED.join(json.dumps(each, indent=9) for each in data),
        "text": RENDERED.join(map(json.dumps, data)),
    }[form]

    items = piped(content)

    assert [item.data for item in items if isinstance(item, Page)] == data


@pytest.mark.parametrize("size", range(1, 9))
def test_a_number_that_a_chunk_cuts_is_one_number(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "CHUNK", size)

    assert [item.path for item in piped("[123,456]") if isinstance(item, NotAPage)] == [
        "standard input, item 1",
        "standard input, item 2",
    ]


def test_an_array_is_read_page_by_page() -> None:
    stream = io.BytesIO(json.dumps(numbered(20_000)).encode())

    first = next(iter(read(["-"], stream)))

    assert isinstance(first, Page)
    assert stream.tell() < len(stream.getvalue()) / 2


def test_what_stands_behind_an_array_is_passed_over_with_a_note() -> None:
    page, note = piped(f"[{TEXT}]\n[{TEXT}]")

    assert isinstance(page, Page)
    assert note == Note("standard input", "what stands behind the array is passed over")


def test_an_empty_array_holds_no_page_and_no_mistake() -> None:
    assert piped("[]") == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "is empty"),
        (" \n\t", "is empty"),
        ("Users - add\n{}", "begins with neither `{` nor `[`, so it holds no page's JSON"),
        ('"text"', "begins with neither `{` nor `[`, so it holds no page's JSON"),
        (b"\xff\xfe{\x00", "is not UTF-8"),
        (b'{"slug": "\xc3\x28"}', "is not UTF-8"),
        (TEXT[:-5], "the page is no JSON: Unterminated string starting at character 44"),
        (TEXT[:-1], "the page is no JSON: Expecting ',' delimiter (the input ends here)"),
        ("{'slug': 1}", "the page is no JSON: Expecting property name enclosed in double quotes at character 1"),
        ('{"slug": NaN}', "the page is no JSON: NaN is no JSON"),
        ('{"order": -Infinity}', "the page is no JSON: -Infinity is no JSON"),
        ('{"order": 1e400}', "the page is no JSON: a number is beyond all bounds"),
        (f'{{"order": 1{"0" * 5000}}}', "the page is no JSON: a number is beyond all bounds"),
        (f'{{"order": -1{"0" * 5000}}}', "the page is no JSON: a number is beyond all bounds"),
        ("[" * 100_000, "item 1 is nested too deeply"),
        ('{"a":' * 100_000, "the page is nested too deeply"),
        (f"[{TEXT}", "ends after item 1, in the middle of the array"),
        ("[", "item 1 is no JSON: Expecting value (the input ends here)"),
    ],
    ids=lambda each: None if isinstance(each, str) and len(each) < 60 else "long",
)
def test_what_cannot_be_read_is_told_with_the_reason(content: str | bytes, reason: str) -> None:
    item = piped(content)[-1]

    assert isinstance(item, NotAPage)
    assert item.path == "standard input"
    assert item.reason.startswith(reason)


def test_a_number_of_many_digits_within_bounds_is_kept() -> None:
    (item,) = piped(f'{{"slug": "a", "type": "basic", "order": 1{"0" * 308}}}')

    assert isinstance(item, Page)
    assert item.data["order"] == 10**308


@pytest.mark.parametrize("depth", [101, 500])
def test_nesting_that_can_be_read_but_helps_nobody_is_refused(depth: int) -> None:
    (item,) = piped(f'{{"slug": "a", "type": "basic", "deep": {"[" * depth}{"]" * depth}}}')

    assert item == NotAPage("standard input", "is nested deeper than 100 levels")


def test_nesting_in_a_member_that_does_not_count_is_refused_too() -> None:
    (item,) = piped(f'{{"slug": "a", "type": "basic", "deep": {"[" * 101}{"]" * 101}, "deep": 1}}')

    assert item == NotAPage("standard input", "is nested deeper than 100 levels")


def test_half_a_surrogate_pair_is_refused() -> None:
    (item,) = piped('{"slug": "a\\ud800", "type": "basic"}')

    assert item == NotAPage("standard input", "holds half of a surrogate pair, which is no character")


def test_a_page_beyond_all_bounds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "LARGEST", 10)
    monkeypatch.setattr(feed, "CHUNK", 10)

    (item,) = piped(TEXT)

    assert item == NotAPage("standard input", "holds more than 10 characters without a page")


def test_items_that_are_no_page_do_not_hide_the_others() -> None:
    items = piped([PAGE, 7, {"slug": "x"}, endpoint(), "text"])

    assert [type(item) for item in items] == [Page, NotAPage, NotAPage, Page, NotAPage]
    assert items[1] == NotAPage("standard input, item 2", "is no JSON object")
    assert items[2] == NotAPage("standard input, item 3", "`type` is missing")


def test_what_came_before_broken_json_still_counts() -> None:
    items = piped(f"[{TEXT}, {{broken}}, {json.dumps(endpoint())}]")

    assert [type(item) for item in items] == [Page, NotAPage]


def test_a_line_that_is_no_page_is_told() -> None:
    items = piped(f'{TEXT}\n{{"a": 1}}\n{json.dumps(endpoint())}')

    assert [type(item) for item in items] == [Page, NotAPage, Page]


def test_a_second_page_that_is_broken_is_told() -> None:
    page, item = piped(f'{TEXT}\n{{"slug": "other", "type"}}')

    assert isinstance(page, Page)
    assert item == NotAPage("standard input", "what follows page 1 is no JSON: Expecting ':' delimiter at character 24")


def test_a_comma_that_is_missing_is_told() -> None:
    item = piped(f"[{TEXT} {TEXT}]")[-1]

    assert item == NotAPage("standard input", "after item 1 comes '{' where ',' or the end of the array should")


def test_a_folder_is_read_with_all_below_it_in_order(tmp_path: Path) -> None:
    for name in ("b/2.json", "a.txt", "b/1.JSON", "c/d/3.jsonl"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(basic(slug=name)))

    assert slugs(reading(tmp_path)) == ["a.txt", "b/1.JSON", "b/2.json", "c/d/3.jsonl"]


def test_files_that_can_hold_no_page_are_passed_over_with_a_note(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(TEXT)
    (tmp_path / "logo.png").write_bytes(b"\x89PNG")
    (tmp_path / "words.md").write_text("# Words")

    page, *notes = reading(tmp_path)

    assert isinstance(page, Page)
    assert notes == [
        Note(str(tmp_path / name), "is passed over: only .json, .jsonl, .txt can hold a page")
        for name in ("logo.png", "words.md")
    ]


def test_a_file_that_is_named_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    file = tmp_path / "words.md"
    file.write_text(TEXT)

    assert slugs(reading(file)) == ["words"]


def test_a_pipe_in_a_folder_is_passed_over_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "page.json")

    (note,) = [item for item in read([tmp_path], io.BytesIO()) if isinstance(item, Note)]

    assert note.text == "is passed over: it is no regular file"


def test_a_folder_that_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: str) -> None:
        raise PermissionError(13, "Permission denied", folder)

    monkeypatch.setattr("os.scandir", refuse)

    assert reading(tmp_path) == [NotAPage(str(tmp_path), "cannot be read: Permission denied")]


def test_a_folder_without_a_page_is_told(tmp_path: Path) -> None:
    assert reading(tmp_path) == [NotAPage(str(tmp_path), "the folder holds no file that can hold a page")]


def test_a_file_that_is_not_there_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(TEXT)

    missing, found = reading(str(tmp_path / "none.json"), str(tmp_path / "a.json"))

    assert missing == NotAPage(str(tmp_path / "none.json"), "cannot be read: No such file or directory")
    assert isinstance(found, Page)


def test_a_page_that_is_read_twice_counts_once(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text(TEXT)
    (tmp_path / "b.json").write_text(json.dumps(dict(reversed(PAGE.items()))))

    items = reading(tmp_path, file)

    assert [type(item) for item in items] == [Page, Note, Note]
    assert items[1] == Note(str(tmp_path / "b.json"), f"is passed over: {file} holds the same page")


def test_two_pages_with_one_slug_are_told_apart_by_version_alone() -> None:
    one, other = basic(version="1"), basic(version="2")

    first, second, third = piped([one, other, {**one, "title": "Another"}])

    assert [type(first), type(second)] == [Page, Page]
    assert third == NotAPage(
        "standard input, item 3", "the slug 'words' is that of another page, read from standard input, item 1"
    )


def test_standard_input_stays_open() -> None:
    stream = io.BytesIO(TEXT.encode())

    list(read(["-"], stream))

    assert not stream.closed
