"""junit.xml: each requirement as a test case, for the CI systems that read it."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from syncano_contract.conclusion import conclude
from syncano_contract.model import Level, Report, Requirement, Result, Verdict
from syncano_contract.report.order import group_of, pairs
from syncano_contract.text import moment, visible

# What a verdict that did not pass is in JUnit; only a MUST that failed breaks a build by failing.
ELEMENTS = {
    Verdict.CANNOT_TELL: "error",
    Verdict.INAPPLICABLE: "skipped",
    Verdict.UNTESTED: "skipped",
}


def to_junit(report: Report) -> str:
    """Return one test suite with a test case for each requirement, in the order of the report."""
    suites = ET.Element("testsuites", name="syncano-contract")
    suite = ET.SubElement(suites, "testsuite", name="syncano-contract", timestamp=moment(report.started))
    _properties(suite, _circumstances(report))
    seconds = _seconds(report)
    for requirement, result in pairs(report):
        _add_case(suite, requirement, result, seconds.get(requirement.id, 0.0))
    for element in (suites, suite):
        _total(element, suite, report.seconds)
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=False) + "\n"


def _circumstances(report: Report) -> list[tuple[str, str]]:
    return [
        ("conclusion", conclude(report)),
        ("target", report.target),
        ("instance", report.instance),
        ("document", report.document),
        *(("overlay", name) for name in report.overlays),
        ("tool", report.tool),
        ("seed", str(report.seed)),
        ("depth", report.depth),
        ("requests", str(report.requests)),
        ("command", report.command),
    ]


def _properties(parent: ET.Element, values: list[tuple[str, str]]) -> None:
    properties = ET.SubElement(parent, "properties")
    for name, value in values:
        ET.SubElement(properties, "property", name=name, value=visible(value))


def _seconds(report: Report) -> dict[str, float]:
    seconds: dict[str, float] = {}
    for brief in report.traffic:
        seconds[brief.sender] = seconds.get(brief.sender, 0.0) + brief.seconds
    return seconds


def _add_case(suite: ET.Element, requirement: Requirement, result: Result, seconds: float) -> None:
    name = visible(f"{requirement.id} {requirement.text}")
    case = ET.SubElement(
        suite, "testcase", classname=visible(group_of(requirement.id)), name=name, time=f"{seconds:.3f}"
    )
    sources = [("source", source) for source in requirement.source]
    _properties(case, [("level", requirement.level), ("verdict", result.verdict), *sources])
    if result.verdict is Verdict.PASSED:
        return
    tag = _tag(requirement, result)
    message = visible(_message(requirement, result))
    found = ET.SubElement(case, tag, message=message)
    if tag != "skipped":
        found.set("type", result.verdict)
        found.text = visible(_account(result), keep="\n")


def _tag(requirement: Requirement, result: Result) -> str:
    if result.verdict is Verdict.FAILED:
        return "failure" if requirement.level is Level.MUST else "skipped"
    return ELEMENTS[result.verdict]


def _message(requirement: Requirement, result: Result) -> str:
    failed = f"{requirement.level} failed: " if result.verdict is Verdict.FAILED else f"{result.verdict}: "
    return failed + result.message


def _account(result: Result) -> str:
    lines = [("expected", result.expected), ("seen", result.seen), ("cause", result.cause)]
    numbers = ", ".join(str(number) for number in result.evidence) or None
    return "\n".join(f"{name}: {value}" for name, value in [*lines, ("evidence", numbers)] if value is not None)


def _total(element: ET.Element, suite: ET.Element, seconds: float) -> None:
    element.set("tests", str(len(suite.findall("testcase"))))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(name, str(len(suite.findall(f"testcase/{tag}"))))
    element.set("time", f"{seconds:.3f}")
