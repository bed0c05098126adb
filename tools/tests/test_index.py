"""index.html of a folder of reports: which runs it lists and how, and that nothing in it acts or leads elsewhere."""

from __future__ import annotations

import fcntl
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from handmade import BASE, HOSTILE
from handmade_runs import kept, ran
from syncano_contract import output
from syncano_contract.model import Problem
from syncano_contract.report import index
from syncano_contract.report.folder import folders
from syncano_contract.report.index import SHOWN, Index, read, to_html, write
from syncano_contract.text import sound, visible
from test_report import full_disk
from test_report_html import Page, text_of

B: dict[str, Any] = {"target": "https://b.example.test/v1.1"}
# What a file system takes as a name of a folder.
HOSTILE_NAME = sound(HOSTILE).replace("\0", "").replace("/", "")


def listed(of: Index) -> list[tuple[str, list[str]]]:
    return [(address.url, [entry.folder for entry in entries]) for address, entries in of.targets]


def links(page: str) -> list[str]:
    return [value for name, value in Page(page).attributes if name == "href" and not value.startswith("#")]


# What it lists


def test_runs_are_listed_by_target_and_the_newest_comes_first(tmp_path: Path) -> None:
    for name, report in {
        "a": ran("+", day=1),
        "b": ran("+", day=3, **B),
        "c": ran("+", day=2),
        "d": ran("+", day=0, **B),
    }.items():
        kept(report, tmp_path / name)

    assert listed(read(tmp_path)) == [(B["target"], ["b", "d"]), (BASE, ["c", "a"])]


def test_runs_of_the_embedded_deployment_are_of_one_target_whatever_its_port(tmp_path: Path) -> None:
    for name, port in {"a": 39117, "b": 40001}.items():
        kept(ran("+", target=f"http://127.0.0.1:{port}/v1.1"), tmp_path / name)

    assert listed(read(tmp_path)) == [("http://127.0.0.1:*/v1.1", ["b", "a"])]


def test_latest_is_not_listed_twice_and_what_is_no_report_is_counted(tmp_path: Path) -> None:
    kept(ran("+"), tmp_path / "a")
    (tmp_path / "latest").symlink_to("a")
    (tmp_path / "prove").mkdir()
    (tmp_path / "README.md").touch()
    for name, content in {"old": '{"version": 1}', "broken": "{", "none": "[]"}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "results.json").write_text(content, encoding="utf-8")

    found = read(tmp_path)

    assert listed(found) == [(BASE, ["a"])]
    assert found.passed_over == 4
    assert "4 other folders here hold no report of a run, or one of another version of the format." in to_html(found)


def test_where_nothing_is_passed_over_nothing_is_said_of_it(tmp_path: Path) -> None:
    kept(ran("+"), tmp_path / "a")

    assert "other folder" not in to_html(read(tmp_path))


# What it says


def test_a_run_is_told_with_its_conclusion_and_figures(tmp_path: Path) -> None:
    kept(ran("+F?", depth="quick", only=("A-*",), read_only=True, was_interrupted=True), tmp_path / "a")

    text = text_of(Page(to_html(read(tmp_path))), "target-1")

    assert f"{BASE} instance rivia, 1 run" in text
    assert "2026-11-01 20:04:05 UTC inconclusive 1 1 0 12.3 quick, read-only, only A-*, interrupted a" in text


def test_a_run_by_an_amended_document_is_told_with_its_overlays(tmp_path: Path) -> None:
    kept(ran("+", overlays=("a.yaml", "b.yaml")), tmp_path / "a")

    page = to_html(read(tmp_path))

    assert "conformant amended by a.yaml, b.yaml 0 0 0" in text_of(Page(page), "target-1")
    assert page.count("amended by") == 2  # in the list of targets too


def test_several_runs_have_a_trend_in_pictures_and_words(tmp_path: Path) -> None:
    for day, verdict in enumerate("F++"):
        kept(ran(verdict, day=day, seconds=10.0 + day), tmp_path / str(day))

    text = text_of(Page(to_html(read(tmp_path))), "target-1")

    assert "conformant now; in 3 runs: 2 conformant, 1 non-conformant" in text
    assert "12.0 s now, 10.0 to 12.0 s in all" in text


def test_earlier_runs_are_folded(tmp_path: Path) -> None:
    for day in range(SHOWN + 2):
        kept(ran("+", day=day), tmp_path / f"{day:02}")

    page = to_html(read(tmp_path))

    assert "<summary>2 earlier runs</summary>" in page
    assert len(links(page)) == SHOWN + 2
    assert page.index("<details>") < page.index('href="01/') < page.index("</details>")
    assert page.index('href="02/') < page.index("<details>")


def test_the_same_folder_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        kept(ran("+"), tmp_path / name)

    assert to_html(read(tmp_path)) == to_html(read(tmp_path))


# Where it leads


def test_links_are_relative_and_lead_to_what_there_is(tmp_path: Path) -> None:
    kept(ran("+", day=1), tmp_path / "a")
    (tmp_path / "a" / "report.html").touch()
    kept(ran("+", day=0), tmp_path / "b")

    assert links(to_html(read(tmp_path))) == ["a/report.html", "b/results.json"]


@pytest.mark.parametrize("name", [HOSTILE_NAME, "javascript:alert(1)", "a b?c#d%2e&amp;", '"><b>', "\udcff"])
def test_the_name_of_a_folder_is_encoded_in_its_link_and_shown_as_text(tmp_path: Path, name: str) -> None:
    kept(ran("+"), tmp_path / name)

    page = to_html(read(tmp_path))
    (link,) = links(page)
    assert re.fullmatch(r"[A-Za-z0-9._~%-]+/results\.json", link)
    assert unquote(link.split("/")[0], errors="surrogateescape") == name
    assert Page(page).texts["target-1"].rstrip().endswith(visible(name))
    assert {char for char in page if not char.isprintable()} == {"\n"}


def test_a_hostile_report_stays_text(tmp_path: Path) -> None:
    kept(ran("+", target=HOSTILE, instance=HOSTILE, depth=HOSTILE, only=(HOSTILE,)), tmp_path / "a")

    page = to_html(read(tmp_path))

    assert Page(page).tags & {"script", "img"} == set()
    assert "<script>alert(1)</script>" in text_of(Page(page), "target-1")
    assert {char for char in page if not char.isprintable()} == {"\n"}


def test_the_page_has_no_script_and_its_parts_can_be_reached(tmp_path: Path) -> None:
    for day in range(2):
        kept(ran("+", day=day), tmp_path / str(day))
    kept(ran("+", **B), tmp_path / "b")

    page = to_html(read(tmp_path))

    assert "<script" not in page
    assert "url(" not in page
    assert [page.count(f"<{tag}") for tag in ("header", "nav", "main", "h1")] == [1, 1, 1, 1]
    assert [value for name, value in Page(page).attributes if name == "href"][:2] == ["#target-1", "#target-2"]
    boxes = re.findall(r'<div class="scroll[^>]*>', page)
    assert boxes
    assert all('tabindex="0" role="region" aria-label="' in box for box in boxes)


# Writing


def test_a_page_of_ours_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    kept(ran("+", day=1), tmp_path / "a")
    write(tmp_path)
    kept(ran("+", day=2), tmp_path / "b")

    found = write(tmp_path)

    assert found.runs == 2
    assert (tmp_path / "index.html").read_text(encoding="utf-8") == to_html(found)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "index.html"]


@pytest.mark.parametrize("make", [lambda page: page.write_text("my own"), lambda page: page.mkdir()])
def test_a_page_that_is_none_of_ours_is_left_alone(tmp_path: Path, make: Any) -> None:
    kept(ran("+"), tmp_path / "a")
    make(tmp_path / "index.html")

    with pytest.raises(Problem, match=r"index\.html was not written by syncano-contract"):
        write(tmp_path)


def test_a_folder_without_reports_gets_no_page(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()

    with pytest.raises(Problem, match="holds no report of a run"):
        write(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_page_that_cannot_be_written_leaves_the_earlier_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(ran("+"), tmp_path / "a")
    write(tmp_path)
    before = (tmp_path / "index.html").read_bytes()
    kept(ran("+"), tmp_path / "b")
    monkeypatch.setattr(Path, "replace", full_disk)

    with pytest.raises(Problem, match="No space left"):
        write(tmp_path)

    assert (tmp_path / "index.html").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "index.html"]


def test_the_folder_is_locked_from_reading_to_writing_so_that_of_two_runs_the_later_lists_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(ran("+"), tmp_path / "a")
    locked: list[bool] = []

    def noting(real: Any) -> Any:
        def noted(*given: Any) -> Any:
            locked.append(is_locked(tmp_path))
            return real(*given)

        return noted

    monkeypatch.setattr(index, "folders", noting(folders))
    monkeypatch.setattr(output, "write", noting(output.write))

    write(tmp_path)

    assert locked == [True, True]
    assert not is_locked(tmp_path)


def is_locked(directory: Path) -> bool:
    opened = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(opened)
    return False
