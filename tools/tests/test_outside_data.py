"""Every parser of outside data: whatever it is given, it returns a value or refuses it with what a person can use."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handmade import report
from syncano_contract import properties, remains, target
from syncano_contract.model import Exchange, Problem, Request, Response, Result, Verdict
from syncano_contract.outcome import CannotTell
from syncano_contract.report.har import to_har
from syncano_contract.strangers import shaped, without

QUICKLY = settings(
    database=None, deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SECRET = "9f8e7d6c5b4a39281706f5e4d3c2b1a0"

ODD = st.text() | st.sampled_from(
    ["", "\0", "\ud800", "\u202e", "[", "$", "$X", "a" * 5000, "https://[::1", "\r\nX: 1"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | ODD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ODD, inner, max_size=3),
    max_leaves=10,
)


def either(call: Callable[[], object], *refusals: type[Exception]) -> None:
    """Call what may refuse in one of these ways, each in two lines at most."""
    try:
        call()
    except refusals as refusal:
        said = (refusal.what, refusal.fix) if isinstance(refusal, Problem) else (str(refusal),)
        assert all(said)
        assert not any(SECRET in line for line in said)


# --- target files and variables ---

SETTINGS = st.sampled_from([*sorted(target.SETTINGS), "unknown", "api_key"])
VALUES = ODD | st.sampled_from(["https://api.example.test/v1.1", "rivia", "$KEY"]) | st.integers() | st.lists(ODD)


def toml(table: dict[str, object]) -> str:
    return "".join(f"{name} = {json.dumps(value, ensure_ascii=True)}\n" for name, value in table.items())


@QUICKLY
@given(table=st.dictionaries(SETTINGS, VALUES, max_size=5), headers=st.dictionaries(ODD, VALUES, max_size=2))
def test_any_settings_are_a_target_or_a_problem(tmp_path: Path, table: dict[str, object], headers: object) -> None:
    usable = {"url": "https://api.example.test/v1.1", "instance": "rivia", "api_key": SECRET, **table}
    lines = toml(usable) + "[headers]\n" + (toml({f'"{len(str(headers))}"': "x"}) if headers else "")
    file = tmp_path / "target.toml"
    file.write_text(lines, encoding="utf-8", errors="surrogateescape")

    either(lambda: target.from_file(file, {"X": "a b", "KEY": "k" * 20}), Problem)


@QUICKLY
@given(content=st.binary() | ODD.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_file_is_a_target_or_a_problem(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "target.toml"
    file.write_bytes(content)

    either(lambda: target.from_file(file, {}), Problem)


VARIABLES = st.sampled_from([*target.ENVIRONMENT, *target.OTHER_ENVIRONMENT, "HTTPS_PROXY", "NO_PROXY", "http_proxy"])


@QUICKLY
@given(url=ODD | st.just("https://h.test"), instance=st.none() | ODD, variables=st.dictionaries(VARIABLES, ODD))
def test_any_environment_is_a_target_or_a_problem(url: str, instance: str | None, variables: dict[str, str]) -> None:
    either(lambda: target.from_environment(url, instance, {**variables, "SYNCANO_API_KEY": SECRET}), Problem)


# --- reports and findings ---

LINES = ODD | st.sampled_from(["/instances/rivia/users/5/", "perhaps a user 'x'", "/instances/../users/5/"])
REPORTS = st.fixed_dictionaries({"target": JSON, "left_behind": JSON | st.lists(LINES)}) | JSON


@QUICKLY
@given(results=REPORTS)
def test_any_json_is_what_a_run_left_or_a_problem(tmp_path: Path, results: object) -> None:
    file = tmp_path / "results.json"
    file.write_text(json.dumps(results), encoding="utf-8")

    either(lambda: remains.read(file), Problem)


FINDINGS = st.fixed_dictionaries({"exchange": JSON, "finding": JSON}).map(json.dumps)
CUT = FINDINGS.flatmap(lambda line: st.integers(0, len(line)).map(lambda end: line[:end]))


@QUICKLY
@given(lines=st.lists(FINDINGS | CUT | ODD))
def test_whatever_schemathesis_prints_is_findings_or_cannot_be_told(lines: list[str]) -> None:
    either(lambda: list(properties._findings("\n".join(lines), 5)), CannotTell)


# --- replies ---

USERS = st.fixed_dictionaries({"id": JSON, "username": st.sampled_from(["yennefer", "contract-1"])})
BODIES = (
    st.binary()
    | JSON.map(lambda value: json.dumps(value).encode())
    | st.lists(USERS | JSON).map(lambda value: json.dumps(value).encode())
)
TEXTS = st.text() | st.sampled_from(["saw yennefer", "saw yenn… (9 long)", "…", "… …"])


def exchange(body: bytes, headers: tuple[tuple[str, str], ...] = (), status: int = 200, url: str = "/") -> Exchange:
    request = Request("GET", url, headers, body)
    return Exchange(1, datetime(2026, 11, 25, tzinfo=UTC), 0.1, "A-1", request, Response(status, url, headers, body))


@QUICKLY
@given(body=BODIES, text=TEXTS, status=st.sampled_from([200, 404, 500]))
def test_any_reply_is_shaped_or_left_and_its_users_are_hidden(body: bytes, text: str, status: int) -> None:
    seen, result = exchange(body, status=status), Result("A-1", Verdict.FAILED, text, (1,), text, text)

    shown = shaped(seen, lambda user: user.get("username") == "contract-1")
    told = without(result, [seen], lambda user: user.get("username") == "contract-1")

    assert shown.response is not None
    if shown is not seen:
        assert b"yennefer" not in shown.response.body
        assert "yennefer" not in told.message or b"yennefer" not in body


@QUICKLY
@given(
    body=BODIES,
    headers=st.lists(st.tuples(ODD, ODD), max_size=3),
    status=st.integers(100, 999),
    url=ODD.map(lambda text: f"https://h.test/{text}"),
)
def test_any_exchange_is_valid_har(body: bytes, headers: list[tuple[str, str]], status: int, url: str) -> None:
    written = to_har(report([], [], [exchange(body, tuple(headers), status, url)]))

    (entry,) = json.loads(written.encode("utf-8"))["log"]["entries"]
    assert entry["response"]["content"]["size"] == len(body)
    assert len(entry["request"]["headers"]) == len(headers)


@pytest.mark.parametrize("url", ["https://h.test/?%ff", "https://[h.test/", "https://h.test/?a=1&a&=", "\ud800"])
def test_an_odd_address_is_valid_har(url: str) -> None:
    assert json.loads(to_har(report([], [], [exchange(b"", url=url)])))["log"]["entries"]
