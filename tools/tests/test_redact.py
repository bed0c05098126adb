"""Redaction: whatever form a secret takes, a stable placeholder stands in its place."""

from __future__ import annotations

import html
import json
import re
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncano_contract import redact
from syncano_contract.judge import shorten
from syncano_contract.model import Exchange, Headers, Request, Response
from syncano_contract.redact import Redactor
from syncano_contract.target import Other, Target

URL = "https://api.example.test/v1.1"
API_KEY = "1f00dface1f00dface1f00dface"
USER_KEY = "2c0ffee12c0ffee12c0ffee12c0ffee12c0ffee1"
ODD = "p\"a/s\\s=w&ö r'd+%"


def redactor(target: Target | None = None) -> Redactor:
    return Redactor(target or Target(URL, "rivia", api_key=API_KEY))


def exchange(
    *,
    url: str = URL,
    sent: Headers = (),
    body: bytes | None = None,
    got: Headers = (),
    reply: bytes = b"",
    reason: str = "OK",
    error: str | None = None,
) -> Exchange:
    request, response = Request("POST", url, sent, body), Response(200, reason, got, reply)
    return Exchange(1, datetime(2026, 11, 21, tzinfo=UTC), 0.1, "X-1", request, response, error)


FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "in a URL": lambda secret: quote(secret, safe=""),
    "in a path": quote,
    "in a query": quote_plus,
    "in a query, small letters": lambda secret: quote_plus(secret).lower() if secret == ODD else quote(secret),
    "in a URL in a URL": lambda secret: quote(quote(secret)),
    "in JSON": json.dumps,
    "in JSON as Unicode": lambda secret: json.dumps(secret, ensure_ascii=False),
    "in JSON of PHP": lambda secret: json.dumps(secret).replace("/", "\\/"),
    "in JSON of Gson": lambda secret: json.dumps(secret).replace("=", "\\u003D").replace("&", "\\u0026"),
    "in JSON in JSON": lambda secret: json.dumps(json.dumps({"note": secret})),
    "in HTML": html.escape,
    "printed by Python": repr,
    "inside a longer token": lambda secret: f"abc{secret}xyz",
    "between other signs": lambda secret: f"%2F{secret}%2F",
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("secret", [USER_KEY, ODD, "abc.def", "short1"])
def test_a_known_secret_is_found_in_every_form(secret: str, form: str) -> None:
    subject = redactor()
    subject.learn("password", secret)
    written = FORMS[form](secret)

    shown = subject.text(f"before {written} after")

    assert shown.startswith("before ")
    assert shown.endswith(" after")
    assert "<password 1>" in shown
    assert written.strip("\"'") not in shown


def test_every_key_of_a_target_has_its_own_placeholder() -> None:
    target = Target(
        URL, "rivia", "a" * 20, "b" * 20, "c" * 20, "d" * 20, Other("cintra", "e" * 20), (("X-A", "f" * 9),)
    )

    shown = redactor(target).text(" ".join(letter * 20 for letter in "abcde") + " fffffffff")

    assert shown == "<api_key> <plain_key> <account_key> <user_key> <other api_key> <header X-A>"


def test_threads_learn_each_secret_once() -> None:
    shared = redactor()
    secrets = [f"secret-number-{number:06d}" for number in range(300)]

    def learn_all(_: int) -> None:
        for secret in secrets:
            shared.learn("user_key", secret)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(learn_all, range(8)))

    assert {shared.text(secret) for secret in secrets} == {f"<user_key {number}>" for number in range(1, 301)}


def test_a_key_with_another_end_is_hidden_as_one_of_its_own() -> None:
    shared = redactor()

    shared.learn("altered api_key", API_KEY[:-8] + "deadbeef")

    assert shared.text(f"{API_KEY} {API_KEY[:-8]}deadbeef") == "<api_key> <altered api_key 1>"
    sent = shared.exchange(exchange(sent=(("X-API-KEY", API_KEY[:-8] + "deadbeef"),))).request.headers
    assert sent == (("X-API-KEY", "<altered api_key 1>"),)


def test_placeholders_are_stable_from_one_exchange_to_the_next() -> None:
    subject = redactor()
    subject.learn_from('{"user_key": "firstfirstfirstfirst"}')
    subject.learn_from('{"user_key": "secondsecondsecond", "password": "third.third"}')
    subject.learn_from('{"user_key": "firstfirstfirstfirst"}')

    shown = [
        subject.exchange(exchange(reply=reply)).response
        for reply in (b"secondsecondsecond", b"third.third firstfirstfirstfirst", b"secondsecondsecond")
    ]

    assert [each and each.body for each in shown] == [b"<user_key 2>", b"<password 1> <user_key 1>", b"<user_key 2>"]


def test_a_key_of_the_target_that_a_reply_shows_keeps_its_placeholder() -> None:
    subject = redactor()
    subject.learn_from(json.dumps({"user_key": API_KEY}))

    assert subject.text(API_KEY) == "<api_key>"


def test_every_part_of_an_exchange_is_redacted() -> None:
    shown = redactor().exchange(
        exchange(
            url=f"{URL}/{API_KEY}/?api_key={API_KEY}",
            sent=(("X-API-KEY", API_KEY), ("Authorization", f"Token {API_KEY}"), ("X-Other", API_KEY)),
            body=json.dumps({"api_key": API_KEY}).encode(),
            got=(("Location", f"/?k={API_KEY}"),),
            reply=f"<p>{API_KEY}</p>".encode(),
            reason=f"No {API_KEY}",
            error=f"refused {API_KEY}",
        )
    )

    assert shown.response is not None
    assert shown.request.url == f"{URL}/<api_key>/?api_key=<api_key>"
    assert shown.request.headers == (
        ("X-API-KEY", "<api_key>"),
        ("Authorization", "Token <api_key>"),
        ("X-Other", "<api_key>"),
    )
    assert shown.request.body == b'{"api_key": "<api_key>"}'
    assert shown.response.headers == (("Location", "/?k=<api_key>"),)
    assert shown.response.body == b"<p><api_key></p>"
    assert shown.response.reason == "No <api_key>"
    assert shown.error == "refused <api_key>"


def test_an_exchange_without_secrets_is_left_as_it_is() -> None:
    given_exchange = exchange(
        url=f"{URL}/instances/rivia/user/?user_key=",
        sent=(("X-USER-KEY", ""), ("Accept", "application/json")),
        body=b'{"password": null, "user_key": ""}',
        reply='{"password": ["This field may not be null."], "ł": "\U000f0fff"}'.encode(),
    )

    assert redactor().exchange(given_exchange) == given_exchange


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"user_key": "abc"}', '{"user_key": "<redacted>"}'),
        ('{"user_key" : "a\\"b"}', '{"user_key" : "<redacted>"}'),
        ('{"user_key": "abc', '{"user_key": "<redacted>'),
        ('{"user_key": "ab\\', '{"user_key": "<redacted>'),
        ('{"user_key": 12345}', '{"user_key": <redacted>}'),
        (
            '{"api_key": "abc", "password": "x", "id": 1}',
            '{"api_key": "<redacted>", "password": "<redacted>", "id": 1}',
        ),
        ('{"password": "<hunter"}', '{"password": "<redacted>"}'),
        ('"{\\"user_key\\": \\"abc\\"}"', '"{\\"user_key\\": \\"<redacted>\\"}"'),
        ("{'user_key': 'abc', 'id': 1}", "{'user_key': '<redacted>', 'id': 1}"),
        ("<user_key>abc</user_key>", "<user_key><redacted></user_key>"),
        ('<user user_key="abc"/>', '<user user_key="<redacted>"/>'),
        ("/user/?user_key=abc&x=1", "/user/?user_key=<redacted>&x=1"),
        ("/user/?apikey=%20%3C&api_key=a", "/user/?apikey=<redacted>&api_key=<redacted>"),
        ("username=a&password=b", "username=a&password=<redacted>"),
        ("the user_key of a user, the password: none", "the user_key of a user, the password: none"),
        ('{"password": 7}', '{"password": 7}'),
    ],
)
def test_an_unknown_secret_in_a_secret_place_is_hidden(text: str, shown: str) -> None:
    assert redactor().text(text) == shown


@pytest.mark.parametrize(
    "name", ["X-API-KEY", "x-user-key", "Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie"]
)
@pytest.mark.parametrize("value", ["abc", "Basic YTpi", "Token abc", f"session=abc; key={API_KEY}", "<b>"])
def test_an_unknown_value_of_a_secret_header_is_hidden_as_a_whole(name: str, value: str) -> None:
    shown = redactor().exchange(exchange(sent=((name, value),), got=((name, value),)))

    assert shown.request.headers == ((name, "<redacted>"),)
    assert shown.response is not None
    assert shown.response.headers == ((name, "<redacted>"),)


def test_a_secret_too_short_to_be_told_from_any_text_is_hidden_in_its_places_only() -> None:
    subject = redactor(Target(URL, "rivia", api_key="a", headers=(("X-Debug", "1"),)))

    shown = subject.exchange(
        exchange(url=f"{URL}/instances/a/1/", sent=(("X-API-KEY", "a"), ("X-Debug", "1")), reply=b'{"id": 1}')
    )

    assert shown.request.url == f"{URL}/instances/a/1/"
    assert shown.request.headers == (("X-API-KEY", "<redacted>"), ("X-Debug", "<header X-Debug>"))
    assert shown.response is not None
    assert shown.response.body == b'{"id": 1}'


def test_a_header_of_the_target_that_holds_no_secret_is_shown() -> None:
    subject = redactor(Target(URL, "rivia", headers=(("Accept", "application/json"), ("User-Agent", "nobody/1"))))

    shown = subject.exchange(
        exchange(sent=(("Accept", "application/json"),), got=(("Content-Type", "application/json"),))
    )

    assert shown.request.headers == (("Accept", "application/json"),)
    assert shown.response is not None
    assert shown.response.headers == (("Content-Type", "application/json"),)


def test_a_message_in_the_place_of_a_password_is_no_secret_elsewhere() -> None:
    subject = redactor()
    subject.learn_from('{"password": "This field is required."}')

    assert subject.text("This field is required.") == "This field is required."


@pytest.mark.parametrize(
    "written",
    [
        '{"user_key": "KEY"}',
        '{"id": 1, "user_key": "KEY',
        '"{\\"user_key\\": \\"KEY\\"}"',
        "{'user_key': 'KEY'}",
        "<user_key>KEY</user_key>",
        '{"user_key": "\\u004bEY"}',
    ],
)
@pytest.mark.parametrize("key", [USER_KEY, "a.b/c+d="])
def test_a_key_that_a_reply_names_is_found_anywhere_else(written: str, key: str) -> None:
    subject = redactor()
    subject.learn_from(written.replace("\\u004bEY", f"\\u00{ord(key[0]):02x}{key[1:]}").replace("KEY", key))

    assert subject.text(f"the key {key} is unknown") == "the key <user_key 1> is unknown"


def test_the_longer_of_two_secrets_is_replaced_as_a_whole() -> None:
    subject = redactor()
    for value in (
        "aaaabbbbccccdddd",
        "aaaabbbbccccddddeeee",
        "bbbbcccc",
        "dd.2",
        "dddd.2",
        "1.aaaabbbbccccdddd.2",
        "cdddd.2",
    ):
        subject.learn("user_key", value)

    shown = subject.text("xaaaabbbbccccddddeeeex aaaabbbbccccdddd bbbbcccc 1.aaaabbbbccccdddd.2 cdddd.2")

    assert shown == "x<user_key 2>x <user_key 1> <user_key 3> <user_key 5> <user_key 6>"


def test_secrets_that_are_words_of_placeholders_leave_them_whole() -> None:
    subject = redactor()
    for value in ("password", "user_key", "redacted"):
        subject.learn("password", value)

    shown = subject.text(f"{API_KEY} password user_key redacted")

    assert shown == "<api_key> <password 1> <password 2> <password 3>"


def test_redacting_twice_changes_nothing_more() -> None:
    subject = redactor()
    subject.learn("user_key", USER_KEY)
    once = subject.text(f'{{"user_key": "{USER_KEY}", "api_key": "{API_KEY}", "password": "x"}} ?user_key={USER_KEY}')

    assert subject.text(once) == once
    assert once.endswith("?user_key=<user_key 1>")


@pytest.mark.parametrize("length", range(60))
def test_a_secret_that_a_message_cuts_off_is_hidden_too(length: int) -> None:
    subject = redactor()
    subject.learn("user_key", USER_KEY)

    shown = subject.text(shorten(f"saw unknown key {USER_KEY} and more", length))

    assert USER_KEY[:6] not in shown


def test_a_binary_body_keeps_every_byte_but_those_of_secrets() -> None:
    body = b"\x89PNG\r\n\x1a\n\x00\xff" + API_KEY.encode() + b"\xc3\x28"

    shown = redactor().exchange(exchange(body=body, reply=body))

    assert shown.request.body == b"\x89PNG\r\n\x1a\n\x00\xff<api_key>\xc3\x28"
    assert shown.response is not None
    assert shown.response.body == b"\x89PNG\r\n\x1a\n\x00\xff<api_key>\xc3\x28"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_body_in_a_wide_encoding_is_redacted_in_it(encoding: str) -> None:
    body = f'{{"user_key": "abc", "note": "{API_KEY} é"}}'.encode(encoding)

    shown = redactor().exchange(exchange(reply=body)).response

    assert shown is not None
    assert shown.body.decode(encoding) == '{"user_key": "<redacted>", "note": "<api_key> é"}'


def test_lone_surrogates_are_escaped_in_texts_and_may_be_part_of_a_secret() -> None:
    subject = redactor()
    subject.learn_from('{"user_key": "\\ud800abcdef"}')

    assert subject.text("a \udc00 b \ud800abcdef") == "a \\udc00 b <user_key 1>"
    assert subject.text('"\\ud800abcdef"') == '"<user_key 1>"'


TOKENS = st.text("abcdefghijklmnopqrstuvwxyz0123456789_-", min_size=16, max_size=43)
ODDITIES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=6, max_size=40)
SECRETS = st.lists(TOKENS | ODDITIES, min_size=1, max_size=4, unique=True)
PROPERTY_FORMS = ("plain", "in a URL", "in a query", "in JSON", "in JSON as Unicode", "in JSON in JSON", "in HTML")


@settings(database=None, deadline=None, derandomize=True, max_examples=150)
@given(
    secrets=SECRETS, around=st.lists(st.text(max_size=20), min_size=5, max_size=5), form=st.sampled_from(PROPERTY_FORMS)
)
def test_no_secret_survives_in_any_text(secrets: list[str], around: list[str], form: str) -> None:
    subject = redactor()
    for secret in secrets:
        subject.learn("password", secret)
    written = [FORMS[form](secret).strip('"') for secret in secrets]
    text = "".join(before + secret for before, secret in zip(around, written, strict=False)) + around[-1]

    shown = subject.exchange(exchange(body=text.encode("utf-8", "surrogatepass"))).request.body or b""

    plain = shown.decode("utf-8", "surrogatepass")
    for number in range(1, len(secrets) + 1):
        plain = plain.replace(f"<password {number}>", "\0")
    assert [secret for secret in (*secrets, *written) if secret in plain] == []


@settings(database=None, deadline=None, derandomize=True, max_examples=100)
@given(secret=TOKENS | ODDITIES, at=st.integers(0, 60))
def test_no_secret_survives_in_json_that_is_cut_off(secret: str, at: int) -> None:
    whole = json.dumps({"user_key": secret, "id": 1})
    cut = whole[: len('{"user_key": "') + at]

    shown = redactor().text(cut)

    assert shown in (cut[:14], '{"user_key": "<redacted>', '{"user_key": "<redacted>"' + cut[len(whole) - 10 :])


def test_secrets_with_a_common_part_are_searched_for_only_where_they_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    subject, searched = redactor(), []
    spellings = redact._spellings
    hashes = [f"pbkdf2_sha256$12000$salt{number}$digest{number:06d}+/=" for number in range(400)]
    for each in hashes:
        subject.learn("password", each)

    def counted(secret: str) -> re.Pattern[str]:
        searched.append(secret)
        return spellings(secret)

    monkeypatch.setattr(redact, "_spellings", counted)
    shown = subject.text(json.dumps({"a": '"', "hash": hashes[7]}).replace("/", "\\/"))

    assert searched == [hashes[7]]
    assert "digest000007" not in shown


# --- hostile secrets --------------------------------------------------------------------------------------------------


@contextmanager
def in_seconds(most: int) -> Iterator[None]:
    """Break off what hangs: what these tests look at takes milliseconds, or years."""

    def break_off(*_: object) -> None:
        raise AssertionError(f"this takes more than {most} s")

    before = signal.signal(signal.SIGALRM, break_off)
    signal.alarm(most)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("\\" * 16 + "x", "\\" * 64 + '"'),
        ("\\" * 16 + "x", "\\" * 20_000),
        ("\\u005c" * 40 + '"x', "\\u005c" * 60),
        ('"' * 40 + "x", '\\"' * 80),
        ("%25" * 40 + '"x', "%25" * 2000),
        ("&amp;" * 40 + '"x', "&amp;amp;" * 2000),
        (".a" * 100 + '"', ".a\\" * 2000),
    ],
)
def test_a_secret_made_of_what_encoders_add_is_soon_searched_for(secret: str, text: str) -> None:
    subject = redactor()
    subject.learn("user_key", secret)

    with in_seconds(20):
        shown = subject.text(f"{text} {json.dumps(secret)} end")

    assert shown.endswith('<user_key 1>" end')


@pytest.mark.parametrize(
    "text",
    [
        "password:" + "\\" * 100_000 + '"' + "\\" * 100_000 + "}",
        "password: '" + "\\'" * 100_000,
        '{"user_key"' + " " * 500_000 + "}",
        "user_key" * 50_000 + "=",
    ],
    ids=["a long quote", "half a quote", "blanks", "names"],
)
def test_a_text_made_to_be_read_twice_is_read_once(text: str) -> None:
    subject = redactor()

    with in_seconds(20):
        subject.learn_from(text)
        subject.text(text)

    assert len(subject.text(text)) <= len(text) + len("<redacted>")


TRICKY = st.lists(st.sampled_from(["\\", "\\\\", "u005c", "%", "25", "&", "amp;", "#38;", '"', "a", " "]), max_size=60)


@settings(database=None, deadline=None, derandomize=True, max_examples=60)
@given(secret=TRICKY, pieces=TRICKY, times=st.integers(1, 200))
def test_no_secret_makes_a_search_hang(secret: list[str], pieces: list[str], times: int) -> None:
    subject = redactor()
    subject.learn("user_key", "".join(secret))

    with in_seconds(20):
        subject.text("".join(pieces) * times + "".join(secret[:-1]))


def test_a_text_that_would_take_too_long_to_search_is_withheld_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redact, "WORK", 100_000)
    subject = redactor()
    for length in range(20, 320):
        subject.learn("user_key", "a" * length)

    assert subject.text("a" * 5000) == "<redacted>"
    assert subject.text("the next one") == "the next one"


def test_no_reply_makes_every_text_be_searched_for_thousands_of_secrets() -> None:
    subject = redactor()
    for reply in range(20):
        subject.learn_from("&".join(f"password={reply}.{number:06d}" for number in range(1000)))

    assert len(subject._odd) <= redact.MOST_ODD
    assert subject.text("?password=19.000999") == "?password=<redacted>"  # in its place it is hidden all the same


def test_a_key_longer_than_any_key_is_hidden_in_its_place_as_a_whole() -> None:
    subject = redactor()
    reply = json.dumps({"user_key": "k" * 100_000})
    subject.learn_from(reply)

    assert subject.text(reply) == '{"user_key": "<redacted>"}'
