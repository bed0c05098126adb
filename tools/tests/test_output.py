"""Where reports go: a folder that can be written to, and the link to the newest."""

from __future__ import annotations

import errno
import re
from pathlib import Path

import pytest

from syncano_contract.model import Problem
from syncano_contract.output import discard, point_to, prepare


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_folder_that_was_asked_for_is_made_with_those_above_it(here: Path) -> None:
    directory = prepare(here / "a" / "b", "h")

    assert directory == here / "a" / "b"
    assert list(directory.iterdir()) == []


def test_a_folder_that_is_there_keeps_what_it_holds(here: Path) -> None:
    (here / "kept.txt").write_text("kept", encoding="utf-8")

    prepare(here, "h")

    assert [path.name for path in here.iterdir()] == ["kept.txt"]


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("api.example.test", "api.example.test"),
        ("127.0.0.1:8000", "127.0.0.1-8000"),
        ("[::1]:8000", "1-8000"),
        ("../../etc", "..-..-etc"),
        ("a b\0/c", "a-b-c"),
    ],
)
def test_without_one_the_folder_is_named_for_time_and_host(host: str, shown: str) -> None:
    directory = prepare(None, host)

    assert directory.is_dir()
    assert directory.parent == Path("reports")
    assert re.fullmatch(rf"\d{{8}}T\d{{6}}Z-{re.escape(shown)}", directory.name)


def test_runs_within_one_second_have_a_folder_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncano_contract.output.stamp", lambda: "20261121T200000Z")

    names = [prepare(None, "h").name for _ in range(3)]

    assert names == ["20261121T200000Z-h", "20261121T200000Z-h-2", "20261121T200000Z-h-3"]


@pytest.mark.parametrize("below", ["file", "file/below"])
def test_a_file_in_the_place_of_the_folder_is_named_with_a_way_out(here: Path, below: str) -> None:
    (here / "file").touch()

    with pytest.raises(Problem) as caught:
        prepare(here / below, "h")

    assert caught.value.what.startswith(f"cannot write to {here / below}: ")
    assert caught.value.fix == "name another folder with --out DIR"


def test_a_folder_that_cannot_be_written_to_is_named(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "touch", refuse)

    with pytest.raises(Problem) as caught:
        prepare(here, "h")

    assert caught.value.what == f"cannot write to {here}: No space left on device"


def test_latest_points_to_the_newest_wherever_the_folder_is_moved(here: Path) -> None:
    for name in ("first", "second"):
        (here / "reports" / name).mkdir(parents=True)
        point_to(here / "reports" / name)
    (here / "reports").rename(here / "moved")

    assert (here / "moved" / "latest").resolve() == here / "moved" / "second"
    assert sorted(path.name for path in (here / "moved").iterdir()) == ["first", "latest", "second"]


def test_a_folder_called_latest_is_left_alone(here: Path) -> None:
    (here / "latest" / "kept").mkdir(parents=True)
    (here / "newest").mkdir()

    point_to(here / "newest")

    assert sorted(path.name for path in here.iterdir()) == ["latest", "newest"]
    assert (here / "latest" / "kept").is_dir()


def test_where_links_cannot_be_made_there_is_none(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    (here / "newest").mkdir()

    point_to(here / "newest")

    assert [path.name for path in here.iterdir()] == ["newest"]


def test_an_empty_folder_is_discarded_and_a_full_one_kept(here: Path) -> None:
    (here / "empty").mkdir()
    (here / "full" / "report").mkdir(parents=True)

    for name in ("empty", "full", "missing"):
        discard(here / name)

    assert [path.name for path in here.iterdir()] == ["full"]
