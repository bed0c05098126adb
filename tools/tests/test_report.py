"""The files of a report: what each holds is read back, and a failing disk loses nothing."""

from __future__ import annotations

import base64
import errno
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from junitparser import Error, Failure, JUnitXml, Properties, Skipped, TestCase, TestSuite

import syncano_contract.report
from handmade import BASE, BINARY, HOSTILE, failed, judged, odd, report, required
from syncano_contract.model import Brief, Level, Report, Result, Verdict
from syncano_contract.report import RENDERERS, write
from syncano_contract.report.har import to_har
from syncano_contract.report.junit import to_junit
from syncano_contract.report.results import to_json
from syncano_contract.text import pretty, visible

SCHEMA = json.loads((Path(syncano_contract.report.__file__).parent / "results.schema.json").read_text())
SHOWN = visible(HOSTILE)


def read_results(of: Report) -> Any:
    results = json.loads(to_json(of))
    jsonschema_rs.validate(SCHEMA, results, validate_formats=True)
    return results


def cases(of: Report) -> dict[str, TestCase]:
    suites = JUnitXml.fromstring(to_junit(of).encode())
    return {str(case.name).split()[0]: case for suite in suites if isinstance(suite, TestSuite) for case in suite}


# results.json


def test_results_say_what_the_run_was() -> None:
    results = read_results(odd())

    assert results["version"] == 2
    assert results["conclusion"] == "non-conformant"
    assert (results["target"], results["document"], results["seed"], results["depth"]) == (BASE, "1.1", 7, "standard")
    assert results["started"] == "2026-11-21T20:04:05.678Z"
    assert results["seconds"] == 12.346
    assert results["requests"] == 7
    assert results["counts"]["MUST"] == {"passed": 1, "failed": 2, "cannot_tell": 2, "inapplicable": 1, "untested": 1}
    assert results["coverage"][1] == {"operation": "addUser", "status": 404, "exchanges": 0}
    assert results["left_behind"] == ["/instances/rivia/users/41/"]


def test_results_hold_requirements_and_verdicts() -> None:
    results = read_results(odd())

    assert results["requirements"][1] == {
        "id": "A-10",
        "level": "MUST",
        "text": "A body is `refused`.",
        "source": ["users-add#response/400"],
    }
    second = results["results"][1]
    assert (second["verdict"], second["evidence"], second["cause"]) == ("failed", [3], "A-2")
    assert (second["expected"], second["seen"]) == ("400", "status 500")
    assert "send('POST'" in second["replay"]
    assert [each["requirement"] for each in results["results"] if each["replay"]] == ["A-2", "A-10", "B-1"]


def test_results_say_when_a_verdict_was_made() -> None:
    told = Result("A-1", Verdict.PASSED, after=12, seconds=0.123456)

    results = read_results(report([required("A-1"), required("A-2")], [told, Result("A-2", Verdict.UNTESTED)]))

    assert [(each["after"], each["seconds"]) for each in results["results"]] == [(12, 0.123), (None, None)]


def test_results_hold_the_evidence_of_what_failed_or_cannot_be_told() -> None:
    exchanges = {each["number"]: each for each in read_results(odd())["exchanges"]}

    assert list(exchanges) == [1, 2, 3, 4, 5, 7]
    assert exchanges[4]["response"] is None
    assert exchanges[4]["error"].startswith("no complete reply")
    assert exchanges[3]["response"]["body"]["size"] == 300_009
    assert (len(exchanges[3]["response"]["body"]["text"]), exchanges[3]["response"]["body"]["shortened"]) == (
        20_000,
        True,
    )
    assert base64.b64decode(exchanges[5]["response"]["body"]["text"]) == BINARY
    assert exchanges[5]["response"]["body"]["encoding"] == "base64"
    assert exchanges[1]["request"]["headers"][0] == {"name": "X-API-KEY", "value": "<api_key>"}


def test_results_have_every_exchange_in_brief() -> None:
    row = (1, 0.25, 0.0125, "USERS-ADD-1", "addUser", 200, "api_key", "none")

    results = read_results(replace(report(), traffic=(Brief(*row), Brief(2, 1, 2, "A-1", None, None, "none", "none"))))

    assert results["traffic"] == [[*row], [2, 1, 2, "A-1", None, None, "none", "none"]]
    assert results["requests"] == 2


def test_results_have_one_line_for_each_item() -> None:
    lines = to_json(odd()).splitlines()

    assert [json.loads(line.rstrip(","))["id"] for line in lines if line.startswith('  {"id": ')] == [
        each.id for each in odd().requirements
    ]


def test_the_schema_is_strict_and_refuses_what_is_missing_or_too_much() -> None:
    results = read_results(odd())
    validator = jsonschema_rs.validator_for(SCHEMA)

    assert not validator.is_valid({**results, "more": 1})
    assert not validator.is_valid({key: value for key, value in results.items() if key != "left_behind"})
    assert not validator.is_valid({**results, "conclusion": "fine"})
    assert list(strays(SCHEMA)) == []


def strays(schema: Any) -> Any:
    """Yield each object schema that is open, leaves a member optional or has no description."""
    for value in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from strays(value)
    if isinstance(schema, dict) and schema.get("type") == "object":
        closed = schema.get("additionalProperties") is False and schema["required"] == list(schema["properties"])
        if not closed or not schema.get("description"):
            yield schema


# traffic.har


def test_har_has_every_exchange_with_its_sender() -> None:
    log = json.loads(to_har(odd()))["log"]

    assert log["version"] == "1.2"
    assert log["creator"] == {"name": "syncano-contract", "version": "0.1.0"}
    assert [entry["comment"].split(":")[0] for entry in log["entries"]] == [f"{n} USERS-ADD-1" for n in range(1, 8)]
    first = log["entries"][0]
    assert first["startedDateTime"] == "2026-11-21T20:04:05.679900Z"
    assert (first["time"], first["timings"]["wait"]) == (12.5, 12.5)
    assert first["request"]["postData"]["mimeType"] == "application/json"
    assert first["response"]["content"]["mimeType"] == "application/json"


def test_har_gives_an_exchange_without_reply_the_status_0_and_the_error() -> None:
    entry = json.loads(to_har(odd()))["log"]["entries"][3]

    assert entry["response"]["status"] == 0
    assert entry["response"]["comment"].startswith("no complete reply")
    assert entry["comment"].startswith("4 USERS-ADD-1: no complete reply")


def test_har_keeps_bodies_whole_whatever_they_are() -> None:
    entries = json.loads(to_har(odd()))["log"]["entries"]

    assert len(entries[2]["response"]["content"]["text"]) == 300_009
    assert base64.b64decode(entries[4]["response"]["content"]["text"]) == BINARY
    assert entries[4]["response"]["content"]["encoding"] == "base64"
    assert base64.b64decode(entries[1]["request"]["postData"]["text"]) == b"\xff\xfe"
    assert entries[1]["request"]["postData"]["comment"] == "base64"
    assert entries[5]["response"]["redirectURL"] == "//evil"


def test_har_splits_the_query() -> None:
    exchanges = [replace(each, request=replace(each.request, url=BASE + "/u/?a=1&b=")) for each in odd().exchanges[:1]]
    entry = json.loads(to_har(report(exchanges=exchanges)))["log"]["entries"][0]

    assert entry["request"]["queryString"] == [{"name": "a", "value": "1"}, {"name": "b", "value": ""}]


# junit.xml


@pytest.mark.parametrize(
    ("level", "verdict", "expected"),
    [
        (Level.MUST, Verdict.PASSED, None),
        (Level.MUST, Verdict.FAILED, Failure),
        (Level.SHOULD, Verdict.FAILED, Skipped),
        (Level.MAY, Verdict.FAILED, Skipped),
        (Level.MUST, Verdict.CANNOT_TELL, Error),
        (Level.SHOULD, Verdict.CANNOT_TELL, Error),
        (Level.MUST, Verdict.INAPPLICABLE, Skipped),
        (Level.MUST, Verdict.UNTESTED, Skipped),
    ],
)
def test_junit_has_an_element_for_each_verdict(level: Level, verdict: Verdict, expected: type | None) -> None:
    case = cases(judged((level, verdict)))["R-0"]

    assert [type(each) for each in case.result] == ([expected] if expected else [])


def test_junit_tells_class_level_source_and_why() -> None:
    found = cases(odd())

    assert list(found) == ["A-2", "A-10", "B-1", "B-2", "C-1", "C-2", "C-3", "C-4", "C-5"]
    assert found["A-10"].classname == "A"
    assert [(each.name, each.value) for each in found["A-10"].child(Properties)] == [  # type: ignore[no-untyped-call]  # is not typed
        ("level", "MUST"),
        ("verdict", "failed"),
        ("source", "users-add#response/400"),
    ]
    assert found["B-1"].result[0].message == "SHOULD failed: expected 400, saw status 500"
    assert found["C-2"].result[0].message == "inapplicable: the target gives no second tenant"
    assert found["A-10"].result[0].text == "expected: 400\nseen: status 500\ncause: A-2\nevidence: 3"


def test_junit_shows_what_xml_cannot_hold_as_escapes() -> None:
    message = cases(odd())["A-2"].result[0].message

    assert message == f"MUST failed: expected 400, saw {SHOWN}"
    assert "\\x00" in message
    assert "\\u202e" in message
    assert "\\ud800" in message
    assert "<script>" in message


def test_junit_says_what_the_run_was() -> None:
    suite = next(iter(JUnitXml.fromstring(to_junit(replace(odd(), overlays=("a.yaml", "b.yaml"))).encode())))

    told = [(each.name, each.value) for each in suite.properties()]  # type: ignore[no-untyped-call]  # as above
    assert told[:6] == [
        ("conclusion", "non-conformant"),
        ("target", BASE),
        ("instance", "rivia"),
        ("document", "1.1"),
        ("overlay", "a.yaml"),
        ("overlay", "b.yaml"),
    ]


def test_junit_has_one_case_for_each_requirement() -> None:
    suites = JUnitXml.fromstring(to_junit(odd()).encode())

    assert [str(case.name).split()[0] for suite in suites for case in suite] == [each.id for each in odd().requirements]


def test_junit_counts_what_it_holds() -> None:
    suite = next(iter(JUnitXml.fromstring(to_junit(odd()).encode())))

    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (9, 2, 2, 4)


def test_junit_has_a_case_for_a_requirement_that_the_run_did_not_come_to() -> None:
    case = cases(report([required("A-1")]))["A-1"]

    assert case.result[0].message == "untested: the run ended before it was looked at"


# What holds for all of them


@pytest.mark.parametrize("name", RENDERERS)
def test_the_same_report_gives_the_same_bytes(name: str) -> None:
    assert RENDERERS[name](odd()).encode("utf-8", "strict") == RENDERERS[name](odd()).encode()


@pytest.mark.parametrize("name", RENDERERS)
def test_a_run_that_found_nothing_has_a_report(name: str) -> None:
    assert RENDERERS[name](report())


def test_json_is_indented_and_nothing_else_is_changed() -> None:
    shown = pretty('{"a":1e2,"a":[1.0,"\\u202e, [x]"],"b":{},"c":[]}')

    assert shown == '{\n  "a": 1e2,\n  "a": [\n    1.0,\n    "\\u202e, [x]"\n  ],\n  "b": {},\n  "c": []\n}'


@pytest.mark.parametrize("text", ["<html>", "", '{"a": ', "[" * 5000, "1" * 5000])
def test_what_is_no_json_is_left_alone(text: str) -> None:
    assert pretty(text) == text


# Writing


def test_every_file_is_written(tmp_path: Path) -> None:
    write(odd(), tmp_path / "reports" / "new")

    assert sorted(path.name for path in (tmp_path / "reports" / "new").iterdir()) == [
        "badge.json",
        "badge.svg",
        "junit.xml",
        "report.html",
        "results.json",
        "results.sarif",
        "summary.md",
        "traffic.har",
    ]
    assert json.loads((tmp_path / "reports" / "new" / "results.json").read_bytes()) == read_results(odd())


def full_disk(*_: object, **__: object) -> Any:
    raise OSError(errno.ENOSPC, "No space left on device")


def full_after(calls: int, real: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that does as `real` for some calls and fails from then on."""
    done: list[int] = []

    def limited(*arguments: Any, **options: Any) -> Any:
        done.append(1)
        return real(*arguments, **options) if len(done) <= calls else full_disk()

    return limited


@pytest.mark.parametrize("calls", [0, 2])
@pytest.mark.parametrize(("owner", "name"), [(os, "fsync"), (Path, "open")])
def test_a_full_disk_keeps_the_earlier_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, calls: int
) -> None:
    write(odd(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    with monkeypatch.context() as patched:
        patched.setattr(owner, name, full_after(calls, getattr(owner, name)))
        with pytest.raises(OSError, match="No space left"):
            write(report(), tmp_path)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_rename_that_fails_leaves_no_remains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(odd(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full_disk)
        with pytest.raises(OSError, match="No space left"):
            write(report(), tmp_path)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_renderer_that_breaks_writes_nothing(tmp_path: Path) -> None:
    broken = report([required("A-1")], [failed("A-1"), Result("unknown", Verdict.PASSED)])

    with pytest.raises(KeyError):
        write(broken, tmp_path)

    assert list(tmp_path.iterdir()) == []
