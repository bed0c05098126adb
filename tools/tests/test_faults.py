"""The faults and variants as a library: names, sentences, and that each of them changes something."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import fields

import pytest
import urllib3

from syncano_contract.cli.faults import build_of, chosen, notes
from syncano_contract.model import Level, Problem
from syncano_contract.proof import REFERENCE
from syncano_contract.reference.deployment import Deployment
from syncano_contract.reference.faults import ALTERATIONS, FAULTS, VARIANTS, Alteration, build, find
from syncano_contract.reference.server import Embedded
from syncano_contract.run import requirements

NONE = Alteration("none", "none", "It changes nothing.", None)
EVERY = [pytest.param(each, id=each.name) for each in (*FAULTS, *VARIANTS)]


def test_there_are_enough_of_them_with_a_name_each() -> None:
    names = Counter(each.name for each in (*FAULTS, *VARIANTS))

    assert (len(FAULTS) >= 100, len(VARIANTS) >= 30) == (True, True)
    assert [name for name, times in names.items() if times > 1] == []
    assert REFERENCE not in names


@pytest.mark.parametrize("alteration", EVERY)
def test_a_name_is_in_kebab_case_and_a_sentence_is_one(alteration: Alteration) -> None:
    assert re.fullmatch(r"[a-z0-9]+([-.][a-z0-9]+)*", alteration.name)
    assert re.fullmatch(
        r"(?:[A-Z0-9`]|addUser|updateUser|getUserDetails|resetUserKey)(?:(?!\. |\n).)*[^.]\.", alteration.sentence
    )


@pytest.mark.parametrize("alteration", EVERY)
def test_each_differs_from_the_reference_deployment(alteration: Alteration) -> None:
    steps = alteration.steps
    overridden = {name for name in vars(Deployment) if getattr(steps, name) is not getattr(Deployment, name)}

    assert overridden - {"__module__", "__doc__", "__dict__", "__weakref__"} or _changes(alteration) != _changes(NONE)


def _changes(alteration: Alteration) -> tuple[object, ...]:
    """All that is given to a deployment but for its steps."""
    told = {"name", "group", "sentence", "level", "steps", "reasons"}
    return tuple(getattr(alteration, each.name) for each in fields(alteration) if each.name not in told)


def test_no_two_of_them_are_the_same() -> None:
    what = Counter((each.steps, *_changes(each)) for each in (*FAULTS, *VARIANTS))

    assert [different for different, times in what.items() if times > 1] == []


def test_faults_have_a_level_and_variants_have_none() -> None:
    assert {each.level for each in FAULTS} == {Level.MUST, Level.SHOULD}
    assert {each.level for each in VARIANTS} == {None}


def test_only_a_should_is_excused_and_only_by_a_sentence() -> None:
    levels = {each.id: each.level for each in requirements()}
    excused = {(name, levels.get(name), bool(why)) for each in VARIANTS for name, why in each.reasons.items()}

    assert [each for each in excused if each[1:] != (Level.SHOULD, True)] == []
    assert [each.name for each in FAULTS if each.reasons] == []


def test_several_can_be_given_at_once() -> None:
    with Embedded(build([find("add-answers-201"), find("more-headers"), find("behind-a-path")])) as embedded:
        url, seeds = embedded.url, embedded.seeds
        reply = urllib3.request(
            "POST",
            f"{url}/instances/{seeds.instance}/users/",
            headers={"X-API-KEY": seeds.api_key},
            json={"username": "somebody new", "password": "Roach, the 2nd"},
        )

    assert (reply.status, "Via" in reply.headers) == (201, True)


def test_one_can_be_given_together_with_what_it_was_made_from() -> None:
    both = chosen(("update-is-not-kept", "every-third-update-is-lost", "update-is-not-kept"))

    assert [each.name for each in both] == ["update-is-not-kept", "every-third-update-is-lost"]
    assert build_of(both).make_app is not build_of(()).make_app


def test_a_note_says_that_it_was_on_purpose() -> None:
    told = notes(chosen(("add-answers-201", "etag")))

    assert told[0].startswith("the target was given the fault add-answers-201 on purpose: ")
    assert told[1].startswith("the target was given the variant etag on purpose: ")


def test_an_unknown_name_gets_a_suggestion() -> None:
    with pytest.raises(Problem) as caught:
        find("add-answer-201")

    assert caught.value.what == "no fault is called add-answer-201"
    assert caught.value.fix.startswith("did you mean add-answers-201? ")
    assert "add-answer-201" not in ALTERATIONS
