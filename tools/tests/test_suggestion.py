"""The overlay that is suggested describes what was seen, and never what is about rights, keys or lost data."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import hypothesis
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from syncano_contract import judge, overlay
from syncano_contract import run as runs
from syncano_contract.cli import main
from syncano_contract.document import Document, load, of
from syncano_contract.model import Exchange, Headers, Request, Response
from syncano_contract.overlay import amended
from syncano_contract.reference.faults import build, find
from syncano_contract.reference.seeds import seeded
from syncano_contract.reference.server import Embedded
from syncano_contract.resources import DATA
from syncano_contract.session import Session
from syncano_contract.settings import Depth, Settings
from syncano_contract.suggestion import Suggestion, seen_in, suggest, to_yaml

BASE = "https://api.example.test/v1.1"
DOCUMENT = load()
USER: dict[str, Any] = DOCUMENT.tree["components"]["examples"]["UserFound"]["value"]
JSON: Headers = (("Content-Type", "application/json"),)
ADD, UPDATE = ("POST", "/instances/rivia/users/"), ("PUT", "/instances/rivia/users/7/")
RESET, DETAILS = ("POST", "/instances/rivia/users/7/reset_key/"), ("GET", "/instances/rivia/user/")
ALL = (ADD, UPDATE, RESET, DETAILS)
REFUSED = {"detail": "No."}


def reply(to: tuple[str, str], status: int, body: object, headers: Headers = JSON) -> Exchange:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = Request(to[0], BASE + to[1])
    return Exchange(1, datetime(2026, 11, 21, tzinfo=UTC), 0.1, "X-1", request, Response(status, "", headers, content))


def everywhere(body: object, status: int = 200, headers: Headers = JSON) -> list[Exchange]:
    return [reply(each, status, body, headers) for each in ALL]


def user(*path: str, value: object = ...) -> dict[str, Any]:
    """The example user with another value for one member, or without it."""
    changed: dict[str, Any] = copy.deepcopy(USER)
    place: Any = changed
    for name in path[:-1]:
        place = place[int(name)] if isinstance(place, list) else place[name]
    del place[path[-1]]
    if value is not ...:
        place[path[-1]] = value
    return changed


def suggested(exchanges: list[Exchange], document: Document = DOCUMENT) -> Suggestion:
    return suggest(seen_in(document, BASE, exchanges), lambda text: text)


def targets(exchanges: list[Exchange]) -> list[str]:
    return [each.target for each in suggested(exchanges).actions]


def left(exchanges: list[Exchange]) -> str:
    return "\n".join(suggested(exchanges).left)


def amended_by(found: Suggestion, tmp_path: Path) -> Document:
    path = tmp_path / "seen.yaml"
    path.write_text("".join(to_yaml(found)))
    return amended([path])


# --- what was seen is described ---------------------------------------------------------------------------------------

SCHEMAS = "$.components.schemas"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (user("groups"), [f"{SCHEMAS}.User.required[?@ == 'groups']"]),
        (user("links", "reset-key"), [f"{SCHEMAS}.UserLinks.required[?@ == 'reset-key']"]),
        (user("id", value="7"), [f"{SCHEMAS}.User.properties.id.type", f"{SCHEMAS}.User.properties.id"]),
        (user("groups", value=None), [f"{SCHEMAS}.User.properties.groups.type", f"{SCHEMAS}.User.properties.groups"]),
        (user("profile", value=None), [f"{SCHEMAS}.Profile.type", f"{SCHEMAS}.Profile"]),
        (user("groups", value=[1]), [f"{SCHEMAS}.Group.type", f"{SCHEMAS}.Group"]),
        (user("profile", "created_at", value="today"), [f"{SCHEMAS}.Profile.properties.created_at.format"]),
        (user("profile", "owner_permissions", value="everything"), [f"{SCHEMAS}.Permission"]),
        (USER | {"email": "a@example.test"}, [f"{SCHEMAS}.User"]),
        (
            user("groups", "0", "id", value=1.5),
            [f"{SCHEMAS}.Group.properties.id.type", f"{SCHEMAS}.Group.properties.id"],
        ),
    ],
)
def test_what_every_operation_shows_is_allowed_where_they_share_it(
    body: object, expected: list[str], tmp_path: Path
) -> None:
    exchanges = everywhere(body)

    found = suggested(exchanges)

    assert [each.target for each in found.actions] == expected
    assert not departures(amended_by(found, tmp_path), exchanges)


def departures(document: Document, exchanges: list[Exchange]) -> list[str]:
    return [f"{each.operation}: {each.seen}" for one in exchanges for each in judge.judge(document, BASE, one)]


@pytest.mark.parametrize(
    ("exchanges", "count"),
    [
        ([reply(ADD, 201, USER)], 2),
        ([reply(ADD, 201, user("groups")), *everywhere(USER)], 5),
        ([reply(DETAILS, 200, user("id", value="7")), reply(ADD, 200, USER)], 5),
        ([reply(ADD, 200, user("groups")), reply(DETAILS, 200, user("groups") | {"id": "7"})], 7),
        ([reply(RESET, 404, {"error": "No."}), reply(UPDATE, 404, REFUSED)], 5),
        ([reply(RESET, 410, REFUSED)], 2),
        ([reply(ADD, 409, {"username": ["Taken."]})], 2),
        ([reply(ADD, 409, ["Taken."]), reply(ADD, 409, None)], 2),
        ([reply(ADD, 409, b"<p>", (("Content-Type", "text/html"),))], 2),
        ([reply(ADD, 409, b"", ())], 2),
        ([reply(DETAILS, 403, b"", ())], 1),
        ([reply(DETAILS, 403, b"<p>", (("Content-Type", "text/html"),))], 2),
        ([reply(DETAILS, 403, REFUSED, (("Content-Type", "application/problem+json"),))], 1),
        ([reply(ADD, 400, "No.")], 1),
        (everywhere("No.", 403), 2),
    ],
)
def test_what_was_seen_departs_no_more(exchanges: list[Exchange], count: int, tmp_path: Path) -> None:
    found = suggested(exchanges)

    assert departures(DOCUMENT, exchanges)
    assert len(found.actions) == count
    assert not departures(amended_by(found, tmp_path), exchanges)
    assert not suggested(exchanges, amended_by(found, tmp_path)).actions


def test_what_one_operation_shows_is_allowed_for_that_one_alone(tmp_path: Path) -> None:
    odd = reply(DETAILS, 200, user("profile", "owner"))

    document = amended_by(suggested([odd, *everywhere(USER)]), tmp_path)

    assert not departures(document, [odd])
    assert departures(document, [reply(ADD, 200, user("profile", "owner"))])


def test_a_success_that_never_came_is_removed_where_another_took_its_place(tmp_path: Path) -> None:
    document = amended_by(suggested([reply(ADD, 201, USER)]), tmp_path)

    assert sorted(document.operation("addUser").shapes) == [201, 400, 403, 404]


def test_a_success_that_came_as_well_stays(tmp_path: Path) -> None:
    document = amended_by(suggested([reply(ADD, 201, USER), reply(ADD, 200, USER)]), tmp_path)

    assert sorted(document.operation("addUser").shapes) == [200, 201, 400, 403, 404]


def test_a_type_is_added_to_a_list_of_types() -> None:
    tree = copy.deepcopy(dict(DOCUMENT.tree))
    tree["components"]["schemas"]["User"]["properties"]["id"]["type"] = ["integer", "null"]

    found = suggested(everywhere(user("id", value="7")), of(tree))

    assert [(each.target, each.update) for each in found.actions] == [
        (f"{SCHEMAS}.User.properties.id.type", ["string"])
    ]


def test_a_member_that_is_always_there_is_required_and_stands_in_examples(tmp_path: Path) -> None:
    group = {**USER["groups"][0], "name": "witchers"}
    always = everywhere(user("groups", value=[group, group])) * 3

    found = suggested(always)
    document = amended_by(found, tmp_path)

    assert found.actions[0].update == {
        "required": ["name"],
        "properties": {"name": {"type": "string", "x-unconfirmed": "Seen on a deployment; no page has it."}},
    }
    assert document.tree["components"]["examples"]["UserFound"]["value"]["groups"][0]["name"] == ""


def test_a_member_that_was_always_null_may_be_anything(tmp_path: Path) -> None:
    document = amended_by(suggested(everywhere(USER | {"nick": None})), tmp_path)

    assert document.tree["components"]["schemas"]["User"]["properties"]["nick"].keys() == {"x-unconfirmed"}
    assert not departures(document, everywhere(USER | {"nick": "Ravix"}))


@pytest.mark.parametrize("groups", [[{"name": 1}, {}], [{"name": 1}]])
def test_a_member_that_is_not_always_there_or_was_seen_too_rarely_is_not_required(groups: list[dict[str, Any]]) -> None:
    listed = [{**USER["groups"][0], **each} for each in groups]

    found = suggested(everywhere(user("groups", value=listed)) * (3 if len(groups) > 1 else 1))

    assert ["required" in (each.update or {}) for each in found.actions] == [False]


def test_a_header_is_listed_if_it_always_came_and_is_no_business_of_those_between() -> None:
    headers = (*JSON, ("x-quota", "7"), ("Server", "s"), ("Set-Cookie", "c"), ("CF-Ray", "r"), ("X-Api-Key", "k"))

    always, sometimes = everywhere(USER, headers=headers), [*everywhere(USER, headers=headers), *everywhere(USER)]

    assert {name for each in suggested(always).actions for name in each.update["headers"]} == {"X-Quota"}
    assert not suggested(sometimes).actions


def test_a_required_header_that_did_not_come_and_one_of_another_type_are_allowed(tmp_path: Path) -> None:
    tree = copy.deepcopy(dict(DOCUMENT.tree))
    tree["components"]["responses"]["UserAdded"]["headers"] = {
        name: {"required": True, "schema": {"type": "integer"}} for name in ("X-One", "X-Two")
    }
    document, exchange = of(tree), reply(ADD, 200, USER, (*JSON, ("X-Two", "many")))

    found = suggested([exchange], document)
    path = tmp_path / "seen.yaml"
    path.write_text("".join(to_yaml(found)))

    assert departures(document, [exchange])
    assert not departures(of(overlay.apply(tree, [overlay.read(path)])), [exchange])


def test_each_action_counts_its_evidence() -> None:
    exchanges = [reply(ADD, 201, USER)] * 3 + [reply(ADD, 403, REFUSED)]

    text = "".join(to_yaml(suggested(exchanges)))

    assert "  # seen 3 times in 4 replies of addUser\n  - target: " in text


# --- what is never described ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exchanges", "why"),
    [
        (everywhere({"detail": "Crash."}, 500), "a server error is never described"),
        (everywhere(user("user_key")), "the user's id, name or key is not there"),
        (everywhere(user("id")), "the user's id, name or key is not there"),
        (everywhere(user("username", value=None)), "the user's id, name or key is not there"),
        (everywhere(user("user_key", value=7)), "the user's id, name or key is not there"),
        (everywhere(user("user_key") | {"userKey": "k", "groups": None}), "the user's id, name or key is not there"),
        (everywhere([USER]), "the user's id, name or key is not there"),
        (everywhere({"data": USER}), "the user's id, name or key is not there"),
        (everywhere(REFUSED), "the user's id, name or key is not there"),
        ([reply(ADD, 201, REFUSED)], "the user's id, name or key is not there"),
        ([reply(RESET, 204, b"", ())], "what should be JSON is none"),
        ([reply(ADD, 200, b"{")], "what should be JSON is none"),
        ([reply(DETAILS, 403, b"{")], "what should be JSON is none"),
        ([reply(DETAILS, 403, REFUSED), reply(DETAILS, 403, b"", ())], "some bodies are JSON and some are not"),
        ([reply(ADD, 409, REFUSED), reply(ADD, 409, b"", ())], "some bodies are JSON and some are not"),
        (everywhere(USER, headers=()), "there is no media type"),
        ([reply(ADD, 409, REFUSED, ())], "there is no media type"),
        (everywhere(USER | {"password_hash": "x"}), "a member looks like a secret"),
        (everywhere(USER | {"geralt@example.test": 1}), "a name may be somebody's data"),
        (everywhere(user("profile", "owner_permissions", value="Geralt of Rivia")), "a value may be somebody's data"),
        (
            [one for n in range(11) for one in everywhere(user("profile", "owner_permissions", value=f"p{n}"))],
            "there are so many values that they are no enumeration",
        ),
    ],
)
def test_rights_keys_lost_data_and_what_openapi_cannot_say_are_left_with_a_reason(
    exchanges: list[Exchange], why: str
) -> None:
    assert targets(exchanges) == []
    assert why in left(exchanges)


@pytest.mark.parametrize("status", sorted(judge.TOLERATED))
def test_what_http_itself_answers_needs_no_describing(status: int) -> None:
    assert targets(everywhere(REFUSED, status)) == []


def test_no_value_of_a_reply_gets_into_the_file() -> None:
    secret = "hunter2-of-rivia"
    odd = {"id": secret, "username": secret, "user_key": secret, "groups": secret, "links": secret, "nick": secret}
    headers = (("Content-Type", f"text/{'x' * 99}{secret}"), ("X-Nick", secret))

    found = suggested(everywhere(odd, headers=headers) + everywhere({"error": secret, f"{secret}@": 1}, 403, headers))

    assert found.actions
    assert secret not in "".join(to_yaml(found))


def test_a_name_that_is_a_secret_does_not_get_into_the_file() -> None:
    seen = seen_in(DOCUMENT, BASE, everywhere(USER | {"abcdef": 1}))

    found = suggest(seen, lambda text: text.replace("abcdef", "<key>"))

    assert found.actions == ()
    assert "abcdef" not in "".join(found.left)


def test_names_without_end_are_counted_up_to_a_limit() -> None:
    exchanges = [reply(DETAILS, 200, USER | {f"m{number}": 1}) for number in range(600)]

    found = suggested(exchanges)

    assert len(found.actions) == 500
    assert "too many different ones to list (seen 100 times" in "".join(found.left)


# --- the file ---------------------------------------------------------------------------------------------------------


def test_the_order_of_exchanges_makes_no_difference() -> None:
    exchanges = [
        *everywhere(USER | {"b": 1, "a": None}),
        *everywhere(user("groups")),
        *everywhere({"error": 1}, 403),
        reply(ADD, 201, USER),
        reply(RESET, 410, REFUSED),
        reply(UPDATE, 500, REFUSED),
        reply(ADD, 502, REFUSED),
    ]

    texts = {
        "".join(to_yaml(suggested(order))) for order in (exchanges, exchanges[::-1], exchanges[5:] + exchanges[:5])
    }

    assert len(texts) == 1


def test_the_order_in_which_python_keeps_a_set_makes_no_difference() -> None:
    texts = {
        subprocess.run(
            [sys.executable, "-c", "import test_suggestion as t; print(t.of_one_alone())"],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert len(texts) == 1
    assert b"GetUserDetails200Profile" in texts.pop()


def of_one_alone() -> str:
    """What is suggested where one operation alone differs in many ways."""
    odd = user("profile", "owner") | dict.fromkeys("abcdefgh", 1)
    return "".join(to_yaml(suggested([reply(DETAILS, 200, odd), *everywhere(USER)])))


def test_the_file_is_an_overlay_that_says_what_it_amends_and_what_it_leaves(tmp_path: Path) -> None:
    document = amended([DATA / "overlays" / "syncano-platform.yaml"])

    text = "".join(to_yaml(suggested([reply(ADD, 409, REFUSED), reply(ADD, 500, REFUSED)], document)))

    assert yaml.safe_load(text)["overlay"] == "1.0.0"
    assert "# It amends the document with syncano-platform.yaml.\n" in text
    assert text.endswith(
        "# Not described:\n# - a server error is never described (seen once in 1 reply of addUser with 500)\n"
    )


def test_names_are_quoted_in_targets(tmp_path: Path) -> None:
    tree = copy.deepcopy(dict(DOCUMENT.tree))
    name = 'it\'s \\ "odd"\n/~'
    tree["components"]["schemas"]["User"]["properties"][name] = {"type": "string"}
    tree["components"]["schemas"]["User"]["required"].append(name)
    path = tmp_path / "seen.yaml"

    found = suggested([*everywhere(USER), *everywhere(USER | {name: 1})], of(tree))
    path.write_text("".join(to_yaml(found)))
    user_schema = overlay.apply(tree, [overlay.read(path)])["components"]["schemas"]["User"]

    assert name not in user_schema["required"]
    assert user_schema["properties"][name]["type"] == ["string", "integer"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(USER) | st.just(REFUSED),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*USER, "x", "a b", "\ud800"]), inner),
    max_leaves=5,
)
PLACES = st.sampled_from(
    [("id",), ("groups",), ("groups", "0", "links"), ("links",), ("profile",), ("profile", "channel")]
)
BODIES = VALUES | st.builds(lambda place, value: user(*place, value=value), PLACES, VALUES)
CONTENTS = BODIES.map(lambda body: json.dumps(body).encode()) | st.binary(max_size=3)
TYPES = st.sampled_from([JSON, (), (("Content-Type", "text/html"),), (*JSON, ("X-Quota", "1"))])
STATUSES = st.sampled_from([200, 201, 204, 302, 400, 401, 403, 404, 409, 429, 500])


@given(st.lists(st.builds(reply, st.sampled_from(ALL), STATUSES, CONTENTS, TYPES), min_size=1, max_size=6))
@hypothesis.settings(max_examples=60, deadline=None)
def test_whatever_was_seen_the_overlay_applies_and_then_there_is_no_more_to_suggest(exchanges: list[Exchange]) -> None:
    found = suggested(exchanges)

    with TemporaryDirectory() as folder:
        path = Path(folder, "seen.yaml")
        path.write_text("".join(to_yaml(found)), encoding="utf-8")
        amendments = [overlay.read(path)] if found.actions else []
    document = of(overlay.apply(DOCUMENT.tree, amendments))

    assert not suggested(exchanges, document).actions
    assert found.left or not departures(document, exchanges)


# --- of a run ---------------------------------------------------------------------------------------------------------

OF_REPLIES = ("USERS-*", "USER-DETAILS-*", "SHAPE-*")
SUCCESSES = {"USERS-ADD-1", "USERS-UPDATE-1", "USERS-RESET-1", "USER-DETAILS-1"}


def looked_at(faults: tuple[str, ...], document: Document, only: tuple[str, ...]) -> tuple[set[str], Suggestion]:
    """What a run of a reference deployment with these faults failed, and what it suggests."""
    found: list[Suggestion] = []

    def look(session: Session) -> None:
        seen = seen_in(session.document, session.target.url, session.log.exchanges)
        found.append(suggest(seen, session.redactor.text))

    with Embedded(build([find(each) for each in faults])) as embedded:
        target, settings = seeded(embedded.url, embedded.seeds), Settings(depth=Depth.QUICK, only=only)
        report = runs.run(target, document, settings, lambda *_: None, afterwards=look)
    return {each.requirement for each in report.results if each.verdict == "failed"}, found[0]


def of_shape(requirement: str) -> bool:
    return requirement.startswith("SHAPE-") or requirement in SUCCESSES


@pytest.mark.parametrize(
    "faults",
    [
        ("add-answers-201", "update-answers-202", "reset-answers-201", "404-as-410-by-reset", "400-as-409"),
        ("no-groups", "unknown-permission", "dates-as-in-mail", "id-is-a-string-in-details", "error-without-detail"),
        ("html-type", "problem-type-of-errors", "groups-are-null-in-add", "links-are-a-list", "messages-are-no-list"),
    ],
)
def test_with_the_overlay_no_failure_of_status_or_shape_is_left(faults: tuple[str, ...], tmp_path: Path) -> None:
    failed, found = looked_at(faults, DOCUMENT, OF_REPLIES)

    failed_then, found_then = looked_at(faults, amended_by(found, tmp_path), OF_REPLIES)

    assert any(map(of_shape, failed))
    assert not any(map(of_shape, failed_then))
    assert found_then.actions == ()


def test_with_a_401_described_the_requirements_on_keys_fail_all_the_same(tmp_path: Path) -> None:
    only = ("KEYS-1", "USERS-*", "USER-DETAILS-*", "SHAPE-1")
    _, found = looked_at(("403-as-401",), DOCUMENT, only)

    failed, _ = looked_at(("403-as-401",), amended_by(found, tmp_path), only)

    assert "SHAPE-1" not in failed
    assert "KEYS-1" in failed


Invoke = Callable[..., Any]


@pytest.fixture
def invoke(tmp_path: Path) -> Invoke:
    words = ["run", "--depth", "quick", "--only", "SHAPE-*", "--only", "USERS-ADD-1", "--out", str(tmp_path / "out")]
    return lambda *further: CliRunner().invoke(main, [*words, *map(str, further)])


def test_the_command_writes_the_file_and_exits_as_it_would_without(invoke: Invoke, tmp_path: Path) -> None:
    file = tmp_path / "seen.yaml"

    result = invoke("--fault", "add-answers-201", "--suggest-overlay", file)

    assert f"suggested overlay: {file} (2 actions)" in result.output
    assert [each.target for each in overlay.read(file).actions][-1].endswith("responses['200']")
    assert result.exit_code == 1


def test_where_nothing_differs_no_file_is_written(invoke: Invoke, tmp_path: Path) -> None:
    file = tmp_path / "seen.yaml"

    result = invoke("--suggest-overlay", file)

    assert f"suggested overlay: none, and {file} was not written: nothing differs from the document" in result.output
    assert not file.exists()


def test_a_file_that_cannot_or_must_not_be_written_is_told_before_anything_is_sent(
    invoke: Invoke, tmp_path: Path
) -> None:
    nowhere, used = tmp_path / "nothing" / "seen.yaml", DATA / "overlays" / "syncano-platform.yaml"

    results = [invoke("--suggest-overlay", nowhere), invoke("--overlay", used, "--suggest-overlay", used)]

    assert [each.exit_code for each in results] == [2, 2]
    assert "there is no such folder" in results[0].output
    assert "would overwrite" in results[1].output
    assert not (tmp_path / "out").exists()
