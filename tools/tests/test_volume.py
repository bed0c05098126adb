"""How much is kept of what a target sends: all of it while it is little, and what is reported is bounded."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from altered import QUICK, Answer, altered, run_against, with_verdict
from syncano_contract import volume as volumes
from syncano_contract.model import Exchange, Headers, Request, Response, Result, Verdict
from syncano_contract.report.har import to_har
from syncano_contract.report.results import to_json
from syncano_contract.strangers import SOMEBODY, without
from syncano_contract.volume import LEAST, Volume, is_shortened


def exchange(number: int, body: bytes, headers: Headers = ()) -> Exchange:
    request = Request("GET", "https://api.example.test/v1.1/")
    return Exchange(number, datetime(2026, 11, 25, tzinfo=UTC), 0.1, "X-1", request, Response(200, "OK", headers, body))


def volume(*, is_strange: bool = False) -> Volume:
    return Volume(lambda _: is_strange)


def size(of: Exchange) -> int:
    assert of.response is not None
    return len(of.response.body) + sum(len(name) + len(value) for name, value in of.response.headers)


def test_what_is_small_is_reported_as_it_is_however_much_there_is() -> None:
    subject = volume()
    sent = [exchange(number, b"x" * LEAST) for number in range(1, 5001)]

    assert [subject.reported(subject.keep(each)) for each in sent] == sent


def test_a_few_large_replies_are_reported_whole_and_of_many_the_beginning() -> None:
    subject = volume()
    sent = [exchange(number, b"x " * 50_000) for number in range(1, 1001)]

    shown = [subject.reported(subject.keep(each)) for each in sent]

    assert shown[0] == sent[0]
    assert sum(map(size, shown)) < volumes.MOST_REPORTED + 1000 * LEAST
    assert all(is_shortened(each) for each in shown[100:])
    assert {each.response.size for each in shown[100:] if each.response} == {100_000}


def test_what_cannot_be_kept_is_cut_when_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volumes, "MOST_JUDGED", 250_000)
    subject = volume()

    kept = [subject.keep(exchange(number, b"x " * 50_000)) for number in range(1, 10)]

    assert [is_shortened(each) for each in kept] == [False, False, *[True] * 7]


def test_a_large_reply_that_shows_a_stranger_is_not_reported_at_all() -> None:
    subject = volume(is_strange=True)

    shown = subject.reported(subject.keep(exchange(1, b'{"username": "yennefer"}' * 1000, (("X-User", "yennefer"),))))

    assert shown.response is not None
    assert (shown.response.body, shown.response.headers, shown.response.size) == (SOMEBODY.encode(), (), 24_000)
    result = Result("X-1", Verdict.FAILED, "expected a, saw yennefer", (1,), "a", "yennefer")
    assert "yennefer" not in str(without(result, [shown], lambda _: False))


def test_thousands_of_headers_are_counted_and_left_out() -> None:
    subject = volume()
    large = tuple((f"X-{number}", "a" * 1000) for number in range(2000))

    shown = subject.reported(subject.keep(exchange(1, b"{}", large))).response

    assert shown is not None
    assert len(shown.headers) < 300
    assert shown.headers[-1] == ("…", f"{2001 - len(shown.headers)} more")
    assert (shown.body, shown.size) == (b"{}", 2)


def test_a_body_is_never_cut_within_a_character_or_a_key() -> None:
    for shift in range(4):
        body = b" " * (LEAST - 30 - shift) + "€".encode() * 10 + b" " + b"k" * 40 + b"\n" * 300_000
        subject = volume()
        subject._reported_left = 0

        shown = subject.reported(exchange(1, body)).response

        assert shown is not None
        assert shown.body.decode().rstrip() in body.decode()
        assert b"k" not in shown.body


@settings(database=None, deadline=None, max_examples=50)
@given(
    bodies=st.lists(st.binary(max_size=200).flatmap(lambda each: st.integers(1, 400).map(lambda times: each * times))),
    headers=st.lists(st.tuples(st.text(max_size=20), st.text(max_size=3000)), max_size=10),
)
def test_no_replies_make_a_report_larger_than_its_bound(bodies: list[bytes], headers: list[tuple[str, str]]) -> None:
    subject = volume()
    subject._reported_left = 20_000

    shown = [subject.reported(exchange(number, body, tuple(headers))) for number, body in enumerate(bodies, 1)]

    assert sum(map(size, shown)) <= 20_000 + (LEAST + 20) * len(shown)


PAD = {"about": "ab " * 20_000}


def test_a_deployment_that_sends_a_lot_has_the_verdicts_of_one_that_does_not_and_a_small_report() -> None:
    chosen = replace(QUICK, only=("SHAPE-*", "LINKS-*", "SECRETS-*", "USERS-*", "USER-*"))

    def pad(answer: Answer) -> Answer:
        return answer.with_body({**answer.body, **PAD}) if answer.is_user else answer

    found = run_against(altered(pad), chosen)

    assert with_verdict(found, Verdict.FAILED) == with_verdict(found, Verdict.CANNOT_TELL) == set()
    assert len(to_har(found)) < 8_000_000
    assert any("the report has the beginning alone" in note for note in found.notes)
    assert json.loads(to_json(found))["requests"] == found.requests


def test_what_was_not_kept_as_a_whole_cannot_be_told_to_be_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volumes, "MOST_JUDGED", 500_000)

    def pad(answer: Answer) -> Answer:
        return answer.with_body({**answer.body, **PAD}) if answer.is_user else answer

    found = run_against(altered(pad), replace(QUICK, only=("SHAPE-1", "SECRETS-*", "USERS-ADD-*")))

    untold = {each.requirement: each.message for each in found.results if each.verdict is Verdict.CANNOT_TELL}
    assert with_verdict(found, Verdict.FAILED) == set()
    assert {"SECRETS-1", "SECRETS-2", "SECRETS-3"} <= set(untold)
    assert "could not be kept as a whole" in untold["SECRETS-1"]
