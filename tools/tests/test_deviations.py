"""Known deviations: they change the conclusion and never a verdict, and a list that is outdated is told."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

import pytest
from click.testing import CliRunner

from handmade import BASE, failed, report, required
from syncano_contract.cli import main
from syncano_contract.conclusion import conclude, excused, outdated
from syncano_contract.deviations import UNEXPLAINED, on, read, to_yaml, updated
from syncano_contract.model import Conclusion, Deviation, Level, Problem, Report, Result, Verdict
from syncano_contract.report.github import to_annotations
from syncano_contract.report.html import to_html
from syncano_contract.report.markdown import to_markdown
from syncano_contract.report.sarif import to_sarif
from syncano_contract.summary import summary

ENTRY = "  - requirement: A-1\n    target: https://a.test/*\n    reason: Known.\n"
KNOWN = Deviation("A-1", BASE, "It is as it is.", "2026-11-30", "https://issues.example.test/7")


def written(tmp_path: Path, entries: str) -> Path:
    path = tmp_path / "known.yaml"
    path.write_text(f"deviations:\n{entries}")
    return path


def found(*results: Result, known: tuple[Deviation, ...] = (KNOWN,), level: Level = Level.MUST) -> Report:
    requirements = [required(each.requirement, level) for each in results]
    return replace(report(requirements, results), deviations=known, notes=())


PASSED = Result("B-1", Verdict.PASSED)


# --- the file ---------------------------------------------------------------------------------------------------------


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    more = '    expires: "2027-01-31"\n    issue: https://issues.example.test/7\n'

    assert read(written(tmp_path, ENTRY + more)) == (
        Deviation("A-1", "https://a.test/*", "Known.", "2027-01-31", "https://issues.example.test/7"),
    )


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (ENTRY + "    expire: x\n", ":2: /deviations/0: "),
        (ENTRY.replace("reason", "reasons"), ":2: /deviations/0: "),
        (ENTRY.replace("Known.", "''"), ":4: /deviations/0/reason: "),
        (ENTRY.replace("Known.", "7"), ":4: /deviations/0/reason: "),
        (ENTRY + "    expires: soon\n", ":5: /deviations/0/expires: "),
        (ENTRY + '    expires: "2027-02-30"\n', ":5: /deviations/0/expires: "),
        (ENTRY + "    expires: 2027-01-31\n", ":5: `2027-01-31` is not the same to every reader"),
        (ENTRY + "    issue: seven\n", ":5: /deviations/0/issue: "),
        ("  {}\n", ":1: /deviations: "),
        ("  - [\n", ":"),
    ],
)
def test_what_is_misspelt_or_broken_is_told_with_its_line(tmp_path: Path, entries: str, message: str) -> None:
    path = written(tmp_path, entries)

    with pytest.raises(Problem) as refused:
        read(path)

    assert refused.value.what.startswith(f"{path}{message}")


@pytest.mark.parametrize(("content", "what"), [("", "empty"), ("[]", "no mapping")])
def test_what_is_empty_is_told_with_how_a_list_begins(tmp_path: Path, content: str, what: str) -> None:
    path = tmp_path / "known.yaml"
    path.write_text(content)

    with pytest.raises(Problem, match=f":1: the file is {what}: a list of known deviations begins with `deviations:`$"):
        read(path)


def test_the_help_shows_a_file_that_can_be_used(tmp_path: Path) -> None:
    told = CliRunner().invoke(main, ["run", "--help"]).output
    sample = dedent(told[told.index("  deviations:\n") :].partition("\n\n")[0])
    (tmp_path / "known.yaml").write_text(sample)

    assert read(tmp_path / "known.yaml")[0].expires == "2027-01-31"


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("https://a.test/v1.1", True),
        ("https://a.test/*", True),
        ("*", True),
        ("https://a.test/v1", False),
        ("https://a.test/v1?1", False),
        ("https://[a].test/v1.1", False),
        ("", False),
    ],
)
def test_a_pattern_stands_for_the_whole_url_and_a_star_for_any_text(pattern: str, matches: bool) -> None:
    deviation = replace(KNOWN, target=pattern)

    assert on("https://a.test/v1.1", [deviation]) == ((deviation,) if matches else ())


# --- the conclusion ---------------------------------------------------------------------------------------------------


def test_a_known_failure_stays_a_failure_and_does_not_count() -> None:
    of = found(failed("A-1"), PASSED)

    assert conclude(of) is Conclusion.CONFORMANT
    assert excused(of) == (KNOWN,)
    assert list(outdated(of)) == []
    assert of.results[0].verdict is Verdict.FAILED


def test_another_failure_counts() -> None:
    assert conclude(found(failed("A-1"), failed("C-1"), PASSED)) is Conclusion.NON_CONFORMANT


def test_what_a_known_failure_explains_does_not_count_either() -> None:
    explained = Result("C-1", Verdict.CANNOT_TELL, "A-1 stands in the way", cause="A-1")

    assert conclude(found(failed("A-1"), explained, PASSED)) is Conclusion.CONFORMANT
    assert conclude(found(failed("A-1"), replace(explained, cause=None), PASSED)) is Conclusion.INCONCLUSIVE


def test_where_nothing_passes_a_known_failure_makes_nothing_conformant() -> None:
    assert conclude(found(failed("A-1"))) is Conclusion.INCONCLUSIVE


@pytest.mark.parametrize(("day", "is_over"), [(29, False), (30, False), (31, True)])
def test_a_deviation_holds_to_the_end_of_its_last_day(day: int, is_over: bool) -> None:
    started = datetime(2026, 12 if day == 31 else 11, 1 if day == 31 else day, 23, 59, tzinfo=UTC)
    of = replace(found(failed("A-1"), PASSED), started=started)

    assert (conclude(of) is Conclusion.NON_CONFORMANT) is is_over
    assert list(outdated(of)) == (["the deviation of A-1 expired on 2026-11-30"] if is_over else [])


def test_one_that_passes_or_is_of_no_requirement_is_outdated() -> None:
    of = found(Result("A-1", Verdict.PASSED), known=(KNOWN, replace(KNOWN, requirement="Z-9")))

    assert list(outdated(of)) == [
        "the deviation of A-1 is none any more: it passed",
        "the deviation of Z-9 is of no requirement",
    ]


@pytest.mark.parametrize("verdict", [Verdict.CANNOT_TELL, Verdict.INAPPLICABLE, Verdict.UNTESTED])
def test_one_that_was_not_judged_may_still_hold(verdict: Verdict) -> None:
    assert list(outdated(found(Result("A-1", verdict), PASSED))) == []


def test_a_run_of_some_requirements_says_nothing_of_the_others() -> None:
    assert list(outdated(replace(found(PASSED), only=("B-*",)))) == []


# --- how it is told ---------------------------------------------------------------------------------------------------


def test_the_summary_tells_what_is_known_and_why() -> None:
    text = "\n".join(summary(found(failed("A-1"), PASSED)))

    assert "KNOWN A-1 (MUST): A body is `refused`." in text
    assert "known deviation (until 2026-11-30): It is as it is. https://issues.example.test/7" in text
    assert f"CONFORMANT: {BASE} keeps the contract, but for 1 known deviation (document 1.1)" in text


def test_the_page_tells_what_is_known_and_why() -> None:
    page = to_html(found(failed("A-1"), PASSED))

    assert "keeps the contract, but for 1 known deviation.</h1>" in page
    assert "It is as it is." in page
    assert "The conclusion does not count it until 2026-11-30." in page


def test_a_known_failure_is_annotated_as_a_warning_and_an_outdated_one_as_an_error() -> None:
    known, outdated_one = found(failed("A-1"), PASSED), found(Result("A-1", Verdict.PASSED))

    assert [line.split()[0] for line in to_annotations(known)] == ["::warning"]
    assert [line.split()[0] for line in to_annotations(outdated_one)] == ["::error"]


def test_the_job_summary_and_code_scanning_tell_what_is_known_and_why() -> None:
    of = found(failed("A-1"), PASSED, failed("C-1"))

    assert "a known deviation until `2026-11-30`, which the conclusion does not count: It is as it is." in to_markdown(
        of
    )
    suppressions = [each["suppressions"] for each in json.loads(to_sarif(of))["runs"][0]["results"]]
    reason = "It is as it is. https://issues.example.test/7"
    assert suppressions == [[{"kind": "external", "status": "accepted", "justification": reason}], []]


# --- updating the file ------------------------------------------------------------------------------------------------


def test_an_update_keeps_reasons_drops_what_passed_and_adds_each_must_that_failed() -> None:
    elsewhere = replace(KNOWN, requirement="B-1", target="https://elsewhere.test/")
    before = (KNOWN, replace(KNOWN, requirement="B-1"), elsewhere, replace(KNOWN, requirement="Z-9"))
    of = found(failed("A-1"), PASSED, failed("C-1"), known=())

    after = updated(before, of, {"A-1", "B-1", "C-1"})

    assert after == (KNOWN, elsewhere, Deviation("C-1", BASE, UNEXPLAINED))


def test_an_update_leaves_out_warnings_but_keeps_those_that_a_person_listed() -> None:
    of = found(failed("A-1"), failed("C-1"), known=(), level=Level.SHOULD)

    assert updated((KNOWN,), of, {"A-1", "C-1"}) == (KNOWN,)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    entries = (KNOWN, Deviation("B-1", "https://[::1]:8000/*", 'A "reason": with # signs\nand ż'))
    path = tmp_path / "known.yaml"
    path.write_text("".join(to_yaml(entries)))

    assert read(path) == entries


# --- the command ------------------------------------------------------------------------------------------------------


def call(*options: str) -> tuple[int, str]:
    result = CliRunner().invoke(
        main, ["run", "--depth", "quick", "--only", "USERS-ADD-6", "--only", "USERS-ADD-1", *options]
    )
    return result.exit_code, result.output


def test_the_command_writes_reads_and_outgrows_the_file(tmp_path: Path) -> None:
    path, out = tmp_path / "known.yaml", ("--out", str(tmp_path / "report"))
    fault = ("--fault", "add-answers-201")

    assert call("--deviations", str(path), "--update-deviations", *fault, *out)[0] == 1
    path.write_text(path.read_text().replace(read(path)[0].target, "http://127.0.0.1:*"))
    assert call("--deviations", str(path), *fault, *out)[0] == 0
    code, output = call("--deviations", str(path), *out)
    assert code == 1
    assert "outdated: the deviation of USERS-ADD-1 is none any more: it passed" in output


def test_a_run_of_some_requirements_tells_what_is_of_no_requirement_at_all(tmp_path: Path) -> None:
    path, elsewhere = tmp_path / "known.yaml", "https://a.test/*"
    listed = (("USERS-ADD-99", "*"), ("USERS-ADD-98", elsewhere), ("USERS-ADD-2", "*"))
    path.write_text("".join(to_yaml(Deviation(name, target, "So it is.") for name, target in listed)))

    code, output = call("--deviations", str(path), "--out", str(tmp_path / "report"))

    assert (code, re.findall("the deviation of .*", output)) == (
        1,
        ["the deviation of USERS-ADD-99 is of no requirement"],
    )


def test_the_command_refuses_what_it_cannot_read_or_write(tmp_path: Path) -> None:
    code, output = call("--deviations", str(tmp_path / "nothing.yaml"), "--out", str(tmp_path / "report"))
    assert (code, "cannot read" in output) == (2, True)
    assert "  name a file of known deviations; `syncano-contract run` writes one with --update-deviations" in output

    code, output = call("--update-deviations", "--out", str(tmp_path / "report"))
    assert (code, "--update-deviations has no file to write" in output) == (2, True)
