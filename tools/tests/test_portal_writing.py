"""How the site gets into its folder: whole, over what an earlier one left, and around what is somebody else's."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncano_contract.model import Problem
from syncano_contract.portal.writing import LIST, write

OLD = {"index.html": b"old", "assets/old.js": b"js", "assets/kept.js": b"js"}
NEW = {"index.html": b"new", "assets/kept.js": b"js", "tutorial.html": b"t"}


def held(folder: Path) -> dict[str, bytes]:
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    found.pop(LIST, None)
    return found


def test_a_new_folder_has_the_site_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    write(OLD, tmp_path / "deep" / "site")

    assert held(tmp_path / "deep" / "site") == OLD
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["site"]


def test_an_empty_folder_is_written_into_and_stays_the_same_one(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    before = (tmp_path / "site").stat().st_ino

    write(OLD, tmp_path / "site")

    assert held(tmp_path / "site") == OLD
    assert (tmp_path / "site").stat().st_ino == before


def test_what_an_earlier_site_had_and_this_one_has_not_is_removed(tmp_path: Path) -> None:
    write({**OLD, "reports/1/report.html": b"r"}, tmp_path / "site")

    write(NEW, tmp_path / "site")

    assert held(tmp_path / "site") == NEW
    assert not (tmp_path / "site" / "reports").exists()


def test_the_same_site_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(OLD, tmp_path / name)
    write(NEW, tmp_path / "b")
    write(OLD, tmp_path / "b")

    assert (tmp_path / "a" / LIST).read_bytes() == (tmp_path / "b" / LIST).read_bytes()


def test_what_somebody_else_put_into_it_later_is_kept(tmp_path: Path) -> None:
    write(OLD, tmp_path / "site")
    (tmp_path / "site" / "CNAME").write_bytes(b"docs.example.test")
    (tmp_path / "site" / "assets" / "logo.svg").write_bytes(b"<svg/>")

    write({"index.html": b"new"}, tmp_path / "site")

    kept = {"CNAME": b"docs.example.test", "assets/logo.svg": b"<svg/>"}
    assert held(tmp_path / "site") == {"index.html": b"new", **kept}


def test_a_folder_with_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_bytes(b"mine")

    with pytest.raises(Problem, match="holds something that this command did not write") as raised:
        write(OLD, tmp_path)

    assert "--force" in raised.value.fix
    assert held(tmp_path) == {"notes.txt": b"mine"}


def test_with_force_only_files_of_the_same_names_are_replaced(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_bytes(b"mine")
    (tmp_path / "index.html").write_bytes(b"mine")

    write(OLD, tmp_path, force=True)

    assert held(tmp_path) == {**OLD, "notes.txt": b"mine"}


@pytest.mark.parametrize("line", ["../precious", "/{}/precious", "assets/../../precious", "# precious", "."])
def test_a_list_that_somebody_else_wrote_removes_nothing_outside(tmp_path: Path, line: str) -> None:
    write(OLD, tmp_path / "site")
    (tmp_path / "precious").write_bytes(b"p")
    (tmp_path / "site" / LIST).write_text(line.format(tmp_path) + "\n")

    write(NEW, tmp_path / "site")

    assert (tmp_path / "precious").read_bytes() == b"p"
    assert held(tmp_path / "site")["index.html"] == b"new"


def test_a_run_that_was_cut_off_is_made_good_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    write(OLD, site)

    with monkeypatch.context() as patched:
        real = Path.replace
        patched.setattr(Path, "replace", lambda path, to: refuse() if path.name == "tutorial.html" else real(path, to))
        with pytest.raises(Problem, match="cannot write to"):
            write({"another.html": b"a", **NEW}, site)

    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    assert "another.html" in held(site)
    write(NEW, site)
    assert held(site) == NEW


def refuse() -> Path:
    raise OSError(28, "No space left on device")


def test_a_link_to_a_folder_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "site").symlink_to("real")

    write(OLD, tmp_path / "site")

    assert (tmp_path / "site").is_symlink()
    assert held(tmp_path / "real") == OLD


def test_where_nothing_can_be_written_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(Problem, match="cannot write to"):
        write(OLD, tmp_path / "file" / "site")
