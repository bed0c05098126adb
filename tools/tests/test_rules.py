"""Does each house rule notice what breaks it, at its line and pointer, and pass the document as it is?"""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from amended import TEXT, line_of, replaced
from changes import CHANGES, Change
from syncano_contract.validation import rules, validate
from syncano_contract.validation.outline import Outline
from syncano_contract.validation.rules import keys, links, naming, operations, schemas, sources
from syncano_contract.validation.source import parse


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: f"{change.rule} {change.new.strip()[:30]!r}")
def test_change_is_noticed_at_its_place(change: Change, tmp_path: Path) -> None:
    text = replaced(change.old, change.new, change.after)
    path = tmp_path / "openapi.yaml"
    path.write_text(text, encoding="utf-8")

    found = [(each.pointer, each.line) for each in validate(path) if each.gate == change.rule]

    assert (change.pointer, line_of(text, change.mark)) in found


def test_every_rule_has_a_change_that_breaks_it() -> None:
    assert {rules.name(rule) for rule in rules.RULES} == {change.rule for change in CHANGES}


@pytest.mark.parametrize("rule", rules.RULES, ids=rules.name)
def test_document_keeps_the_rule(rule: rules.Rule) -> None:
    assert list(rule(Outline(parse(TEXT.encode(), Path("openapi.yaml")).tree))) == []


@pytest.mark.parametrize("module", [keys, links, naming, operations, schemas, sources])
def test_every_public_generator_of_a_module_is_a_rule_with_a_sentence(module: object) -> None:
    public = [
        each
        for name, each in inspect.getmembers(module, inspect.isgeneratorfunction)
        if not name.startswith("_") and each.__module__ == vars(module)["__name__"]
    ]

    assert set(public) == set(vars(module)["RULES"])
    assert [each for each in public if not (each.__doc__ or "").endswith(".")] == []


@pytest.mark.parametrize(
    "text",
    [
        "type: object\n          anyOf: [{required: [a]}, {required: [b]}]",
        "additionalProperties: {type: string}\n          type: object",
        "type: [string, 'null']",
        "type: array\n          items: {type: string}",
        "type: string\n          pattern: a\n          x-unconfirmed: The pages show such alone; `pattern` is assumed.",
        "type: string\n          enum: [a]\n          x-unconfirmed: The `enum` of `a` alone is assumed.",
        "description: Anything.\n          x-unconfirmed: The pages show null alone.",
    ],
)
def test_what_is_allowed_in_a_schema_is_not_told(text: str) -> None:
    amended = replaced("type: string", text, "        label:\n")
    outline = Outline(parse(amended.encode(), Path("openapi.yaml")).tree)

    assert [breach for rule in rules.RULES for breach in rule(outline)] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("paths:\n", "paths:\n  x-note: {get: {}}\n"),
        ("schemas/Permission", "schemas/%50ermission"),
        ("      links:\n", "      x-note: 1\n      links:\n"),
    ],
)
def test_what_is_allowed_in_the_document_is_not_told(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_text(replaced(old, new), encoding="utf-8")

    assert validate(path) == []


def test_link_of_a_refusal_leads_from_no_success(tmp_path: Path) -> None:
    start = TEXT.index("      links:\n")
    links = TEXT[start : TEXT.index("    UserUpdated:", start)]
    path = tmp_path / "openapi.yaml"
    path.write_text(TEXT.replace(links, "").replace("    ApiKeyUnknown:\n", f"    ApiKeyUnknown:\n{links}"))

    assert [each.gate for each in validate(path) if each.gate == "links-of-add"] == ["links-of-add"] * 3


@pytest.mark.parametrize("key", sorted(set(re.findall(r"^[ -]*([\w$-]+):", TEXT, re.MULTILINE))))
def test_rule_takes_odd_values_anywhere(key: str) -> None:
    for value in ("1", "null", "[1, {}, [a]]", "{a: 1, $ref: 1}"):
        text = re.sub(rf"^([ -]*){re.escape(key)}:.*$", rf"\1{key}: {value}", TEXT, flags=re.MULTILINE)
        outline = Outline(parse(text.encode(), Path("openapi.yaml")).tree)

        assert [breach for rule in rules.RULES for breach in rule(outline) if not breach.sentence] == []
