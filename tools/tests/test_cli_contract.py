"""The commands from the pages to the document and back: what they print and write, with good and with bad input."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from syncano_contract.cli import main
from syncano_contract.resources import DOCUMENT, PAGES

PAGE = PAGES / "users-add.json"


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test runs in a folder of its own."""
    monkeypatch.chdir(tmp_path)


def call(*words: str | Path, stdin: bytes = b"") -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert "Traceback" not in result.output
    return result


def ids(text: str) -> list[str]:
    return [json.loads(line)["id"] for line in text.splitlines()]


# --- extract ----------------------------------------------------------------------------------------------------------


def test_extract_prints_a_fact_a_line() -> None:
    result = call("extract", PAGE)

    assert result.exit_code == 0
    assert ids(result.stdout)[:4] == ["users-add#page", "users-add#method", "users-add#path", "users-add#auth"]


def test_extract_reads_a_folder_and_standard_input_alike() -> None:
    from_folder = call("extract", PAGES)
    from_stdin = call("extract", "-", stdin=b"[" + b",".join(page.read_bytes() for page in PAGES.glob("*.json")) + b"]")

    assert len(ids(from_folder.stdout)) == 67
    assert from_stdin.stdout == from_folder.stdout


def test_extract_writes_a_file_and_nothing_else() -> None:
    result = call("extract", PAGE, "-o", "facts.jsonl")

    assert result.stdout == ""
    assert "users-add#response/400" in ids(Path("facts.jsonl").read_text(encoding="utf-8"))
    assert [path.name for path in Path().iterdir()] == ["facts.jsonl"]


def test_extract_drafts_an_openapi_document() -> None:
    result = call("extract", "--format", "openapi", PAGES)

    drafted = yaml.safe_load(result.stdout)
    assert result.exit_code == 0
    assert drafted["openapi"].startswith("3.1")
    assert drafted["paths"].keys() == yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))["paths"].keys()


def test_extract_tells_what_is_no_page_and_reads_the_others() -> None:
    Path("nothing.json").write_text("not a page", encoding="utf-8")

    result = call("extract", "nothing.json", PAGE)

    assert result.exit_code == 1
    assert result.stderr.startswith("error: nothing.json: ")
    assert result.stderr.count("\n") == 1
    assert "users-add#method" in ids(result.stdout)


def test_extract_notes_what_it_could_make_nothing_of() -> None:
    page = json.loads(PAGE.read_text(encoding="utf-8"))
    page["api"]["params"][0]["type"] = "weird"

    result = call("extract", "-", stdin=json.dumps(page).encode())

    assert result.exit_code == 0
    assert "note: users-add: " in result.stderr
    assert "weird" in result.stderr


@pytest.mark.parametrize("missing", ["nowhere.json", "nowhere/"])
def test_extract_names_an_input_that_is_not_there(missing: str) -> None:
    result = call("extract", missing)

    assert result.exit_code == 1
    assert "nowhere" in result.stderr


def test_extract_names_an_output_that_cannot_be_written() -> None:
    result = call("extract", PAGE, "-o", "nowhere/facts.jsonl")

    assert result.exit_code == 2
    assert "error: cannot write nowhere/facts.jsonl: No such file or directory" in result.stderr


def test_an_earlier_file_survives_an_output_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("facts.jsonl").write_text("earlier", encoding="utf-8")

    def full(self: Path, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)

    result = call("extract", PAGE, "-o", "facts.jsonl")

    assert result.exit_code == 2
    assert Path("facts.jsonl").read_text(encoding="utf-8") == "earlier"
    assert [path.name for path in Path().iterdir()] == ["facts.jsonl"]


def test_extract_without_a_page_is_refused() -> None:
    assert call("extract").exit_code == 2


# --- trace ------------------------------------------------------------------------------------------------------------


def test_trace_prints_the_table_and_writes_both_files() -> None:
    result = call("trace")

    assert result.exit_code == 0
    assert "67 facts: 62 kept, 5 departed from, 0 missing" in result.stdout
    assert {path.name for path in Path("reports/trace").iterdir()} == {"trace.json", "trace.html"}


def test_trace_of_pages_that_say_more_exits_with_1() -> None:
    page = json.loads(PAGE.read_text(encoding="utf-8"))
    page["api"]["results"]["codes"].append({"status": 409, "language": "json", "code": '{"detail": "Taken."}'})
    Path("pages").mkdir()
    for each in PAGES.glob("*.json"):
        Path("pages", each.name).write_bytes(each.read_bytes())
    Path("pages/users-add.json").write_text(json.dumps(page), encoding="utf-8")

    result = call("trace", "--pages", "pages", "--out", "out")

    assert result.exit_code == 1
    assert "missing       users-add#response/409" in result.stdout
    assert "1 missing" in result.stdout
    assert json.loads(Path("out/trace.json").read_text(encoding="utf-8"))["gaps"]


def test_trace_of_a_folder_without_pages_is_refused() -> None:
    Path("empty").mkdir()

    result = call("trace", "--pages", "empty")

    assert result.exit_code == 2
    assert "error: empty holds no page" in result.stderr


# --- validate ---------------------------------------------------------------------------------------------------------


def test_validate_finds_nothing_in_the_document() -> None:
    result = call("validate")

    assert result.exit_code == 0
    assert result.stdout.endswith("openapi.yaml: 0 findings\n")


def test_validate_names_file_line_pointer_and_what_is_wrong() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    Path("changed.yaml").write_text(text.replace("name: X-USER-KEY", "name: X-USERKEY"), encoding="utf-8")

    result = call("validate", "changed.yaml")

    assert result.exit_code == 1
    assert "the sample's header X-USER-KEY is no key of " in result.stdout
    assert all(line.startswith("changed.yaml:") for line in result.stdout.splitlines())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "broken.yaml:1: the file is empty"),
        ("a: [1", "this is not YAML"),
        ("a: 1\na: 2\n", "broken.yaml:2: /a: the key `a` stands in line 1 already"),
        ("a: &a [*a, *a]\n", "broken.yaml:1: /a: the alias *a stands within its own anchor"),
        ("openapi: 3.1.0\n", "is a required property"),
    ],
)
def test_validate_words_what_is_no_document(text: str, said: str) -> None:
    Path("broken.yaml").write_text(text, encoding="utf-8")

    result = call("validate", "broken.yaml")

    assert result.exit_code == 1
    assert said in result.stdout
    assert "#method is missing" not in result.stdout  # what is no OpenAPI is not traced


def test_validate_of_no_file_is_refused() -> None:
    result = call("validate", "nowhere.yaml")

    assert result.exit_code == 2
    assert "nowhere.yaml" in result.stderr


def test_validate_of_a_circle_of_links_or_a_pipe_is_refused() -> None:
    Path("loop.yaml").symlink_to("loop.yaml")
    os.mkfifo("pipe.yaml")

    assert "error: cannot read loop.yaml" in call("validate", "loop.yaml").stderr
    assert "error: cannot read pipe.yaml: it is no file" in call("validate", "pipe.yaml").stderr
