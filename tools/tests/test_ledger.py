"""The ledger: which requests may be sent, and whose users are whose."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from syncano_contract.ledger import NOBODY, Ledger, Made, Unsafe
from syncano_contract.model import Exchange, Request, Response
from syncano_contract.target import Other, Target

URL = "https://api.example.test/v1.1"
PREFIX = "contract-0badcafe"
ACCOUNT_KEY = "acc0unt/key=1"
USER_KEY = "ex1stinguser"
TARGET = Target(URL, "rivia", api_key="a", account_key=ACCOUNT_KEY, user_key=USER_KEY, other=Other("cintra", "b"))


def add(
    *,
    path: str = "/instances/rivia/users/",
    method: str = "POST",
    sent: object = None,
    status: int = 200,
    reply: object = None,
    error: str | None = None,
    base: str = URL,
) -> Exchange:
    body = sent if isinstance(sent, bytes) else json.dumps(sent or {"username": f"{PREFIX}-1"}).encode()
    got = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
    response = None if error else Response(status, "", (), got)
    return Exchange(
        7, datetime(2026, 11, 21, tzinfo=UTC), 0.1, "X-1", Request(method, base + path, (), body), response, error
    )


@pytest.fixture
def ledger() -> Ledger:
    """A ledger in which the users 5 and 10 of rivia and 6 of cintra are the run's own."""
    ledger = Ledger(TARGET, PREFIX)
    for instance, user_id in (("rivia", 5), ("rivia", 10), ("cintra", 6)):
        ledger.enter(add(path=f"/instances/{instance}/users/", reply={"id": user_id}))
    return ledger


SENT = [
    ("GET", "/instances/rivia/users/7/"),
    ("HEAD", "/instances/elsewhere/users/7/"),
    ("OPTIONS", "/anything"),
    ("POST", "/instances/rivia/users/"),
    ("POST", "/instances/rivia/users"),
    ("POST", "/instances/rivia/users/?x=7"),
    ("POST", "/instances/cintra/users/"),
    ("POST", "/instances/%72ivia/users/"),
    ("PUT", "/instances/rivia/users/5/"),
    ("PUT", "/instances/rivia/users/5"),
    ("PUT", "/instances/rivia/users/%35/"),
    ("PATCH", "/instances/rivia/users/5/"),
    ("POST", "/instances/rivia/users/10/reset_key/"),
    ("POST", "/instances/cintra/users/6/reset_key"),
    ("PUT", "/instances/rivia/user/"),
    ("POST", "/instances/rivia/user/"),
    ("PUT", f"/instances/rivia/users/{NOBODY}/"),
    ("POST", f"/instances/cintra/users/{NOBODY}/reset_key/"),
    ("DELETE", f"/instances/{PREFIX}-nowhere/users/"),
    ("PUT", f"/instances/{PREFIX}-nowhere/users/7/"),
    ("POST", f"/instances/{PREFIX}-nowhere/users/"),
]
SENT_IDS = [
    *("0", "-1", "-7", f"{NOBODY}.5", f"{NOBODY}e0", f"+{NOBODY}", f" {NOBODY}", "٢١٤٧٤٨٣٦٤٧", "5", "005", " 5 "),
    *(
        str(2**63),
        "1" + "0" * 30,
        "9" * 400,
        "abc",
        "null",
        "🐺",
        "\0",
        "'",
        "%",
        "reset_key",
        "\u0665",
        "\uff15",
        "5e0",
    ),
]
REFUSED = [
    ("PUT", "/instances/rivia/users/7/"),
    ("put", "/instances/rivia/users/7/"),
    ("PATCH", "/instances/rivia/users/7/"),
    ("DELETE", "/instances/rivia/users/7"),
    ("POST", "/instances/rivia/users/7/reset_key/"),
    ("PUT", "/instances/rivia/users/6/"),
    ("PUT", "/instances/cintra/users/5/"),
    ("PUT", "/instances/elsewhere/users/5/"),
    ("POST", "/instances/elsewhere/users/"),
    ("PUT", "/instances/elsewhere/user/"),
    ("PUT", "/instances/middle-of-nowhere/users/7/"),
    ("POST", "/instances/nowhere/users/"),
    ("PUT", "/instances/rivia/users/"),
    ("DELETE", "/instances/rivia/users/"),
    ("PATCH", "/instances/rivia/users"),
    ("DELETE", "/instances/rivia/users//"),
    ("POST", "/instances/rivia/users//reset_key/"),
    ("PUT", "/instances/rivia/users/../"),
    ("PUT", "/instances/rivia/users/%2e%2e/"),
    ("PUT", "/instances/rivia/users/%252E%252E/"),
    ("PUT", "/instances/rivia/users/..;/"),
    ("PUT", f"/instances/{PREFIX}-nowhere/users/../"),
    ("POST", "/instances/rivia/users/./reset_key/"),
    ("PUT", "/instances/rivia/users/#/"),
    ("PUT", "/instances/rivia/users/5/#"),
    ("PUT", "/instances/rivia/users/5/groups/"),
    ("PUT", "/instances/rivia/users/5/../7/"),
    ("DELETE", "/instances/rivia/"),
    ("DELETE", "/instances/"),
    ("POST", "/instances/rivia/groups/"),
    ("POST", "/v1.1/instances/rivia/users/"),
    ("POST", "instances/rivia/users/"),
    ("POST", ""),
]
REFUSED_IDS = [
    *("7", "+7", " 7", "07", "7.0", "7e0", "4.5", "5.5", "6.9", "\u0667", "²", "\u2466", "\uff17", "x7"),
    *("7x", "7;x", "-7.5", "--7"),
    *(
        "0x7",
        "0xff",
        "0b111",
        "0o7",
        "1e1",
        "5e1",
        "1_0",
        "1 0",
        "1,0",
        "1'0",
        "10_0",
        "0.5",
        "%37",
        "%2537",
        "-1/../7",
    ),
    *("-1\\..\\7", "abc/../../groups", "5/..", " ", "5,7", "[7]", "0" * 5000 + "7", "7" * 5000),
]


@pytest.mark.parametrize(("method", "path"), SENT)
def test_what_can_harm_nobody_may_be_sent(ledger: Ledger, method: str, path: str) -> None:
    assert allows(ledger, method, path)


@pytest.mark.parametrize("user_id", SENT_IDS, ids=lambda text: ascii(text)[:20])
def test_an_id_that_is_nobodys_or_the_runs_own_however_it_is_read_may_be_sent(ledger: Ledger, user_id: str) -> None:
    assert allows(ledger, "PUT", f"/instances/rivia/users/{quote(user_id, safe='')}/")


@pytest.mark.parametrize(("method", "path"), REFUSED)
def test_what_could_reach_somebody_else_is_unsafe(ledger: Ledger, method: str, path: str) -> None:
    assert not allows(ledger, method, path)


@pytest.mark.parametrize("user_id", REFUSED_IDS, ids=lambda text: ascii(text)[:20])
def test_an_id_that_some_reader_takes_for_somebody_elses_is_unsafe(ledger: Ledger, user_id: str) -> None:
    assert not allows(ledger, "PUT", f"/instances/rivia/users/{quote(user_id, safe='')}/")


def allows(ledger: Ledger, method: str, path: str, headers: dict[str, str] | None = None) -> bool:
    try:
        ledger.check(method, path, headers or {"X-API-KEY": "a"})
    except Unsafe:
        return False
    return True


@pytest.mark.parametrize("key", [ACCOUNT_KEY, USER_KEY])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE"])
def test_neither_the_account_key_nor_the_existing_users_goes_with_a_write(
    ledger: Ledger, method: str, key: str
) -> None:
    path = "/instances/rivia/users/5/" if method != "POST" else "/instances/rivia/users/"

    sent = [
        allows(ledger, method, path, {"X-API-KEY": key}),
        allows(ledger, method, path, {"authorization": f"Token {key}"}),
        allows(ledger, method, f"{path}?api_key={key}"),
        allows(ledger, method, f"{path}?api_key={quote(key, safe='')}"),
        allows(ledger, method, f"{path}?api_key={quote(quote(key, safe=''))}"),
    ]

    assert sent == [False] * 5


def test_the_account_key_may_go_with_a_read(ledger: Ledger) -> None:
    assert allows(ledger, "GET", "/instances/rivia/user/", {"X-API-KEY": ACCOUNT_KEY, "X-USER-KEY": USER_KEY})


def test_what_is_said_of_an_unsafe_request_shows_no_key(ledger: Ledger) -> None:
    with pytest.raises(Unsafe) as caught:
        ledger.check("POST", f"/instances/rivia/users/?api_key={ACCOUNT_KEY}", {})

    assert str(caught.value) == "POST /instances/rivia/users/ with the target's account_key"


def test_without_account_key_second_tenant_and_user_key_the_rules_are_the_same() -> None:
    ledger = Ledger(Target(URL, "rivia"), PREFIX)

    assert allows(ledger, "POST", "/instances/rivia/users/")
    assert not allows(ledger, "POST", "/instances/cintra/users/")


@pytest.mark.parametrize("status", [200, 201, 202, 299])
def test_any_successful_add_enters_its_user(status: int) -> None:
    ledger = Ledger(TARGET, PREFIX)

    ledger.enter(add(status=status, reply={"id": 9, "username": f" {PREFIX}-1".upper()}))

    assert ledger.made == (Made("rivia", 9, f"{PREFIX}-1", 7),)
    assert ledger.made[0].path == "/instances/rivia/users/9/"
    assert ledger.unidentified == ()
    assert allows(ledger, "PUT", "/instances/rivia/users/9/")


@pytest.mark.parametrize(
    "exchange",
    [
        add(status=400, reply={"id": 9}),
        add(status=404, reply={"id": 9}),
        add(status=500, reply={"id": 9}),
        add(status=302, reply={"id": 9}),
        add(method="PUT", reply={"id": 9}),
        add(method="GET", reply={"id": 9}),
        add(path="/instances/rivia/users/9/reset_key/", reply={"id": 9}),
        add(path="/instances/rivia/users/5/", reply={"id": 9}),
        add(error="cannot connect: Connection refused"),
        add(path=f"/instances/{PREFIX}-nowhere/users/", error="no complete reply within 10 s"),
    ],
)
def test_what_added_nobody_is_not_entered(exchange: Exchange) -> None:
    ledger = Ledger(TARGET, PREFIX)

    ledger.enter(exchange)

    assert (ledger.made, ledger.unidentified) == ((), ())


@pytest.mark.parametrize(
    "exchange",
    [
        add(error="no complete reply within 10 s"),
        add(error="the reply was cut off"),
        add(reply={}),
        add(reply={"id": None}),
        add(reply={"id": "9"}),
        add(reply={"id": 9.5}),
        add(reply={"id": 2**63}),
        add(reply=b'{"id": 1' + b"0" * 5000 + b"}"),
        add(reply=b'{"id": 1e400}'),
        add(reply={"id": True}),
        add(reply=[{"id": 9}]),
        add(reply=b"<html>"),
        add(reply=b""),
        add(reply=b"[" * 100_000),
        add(status=204, reply=b""),
    ],
)
def test_an_add_that_tells_no_id_is_listed_by_its_name(exchange: Exchange) -> None:
    ledger = Ledger(TARGET, PREFIX)

    ledger.enter(exchange)

    assert ledger.unidentified == (f"{PREFIX}-1",)
    assert ledger.made == ()


@pytest.mark.parametrize("sent", [{"username": "geralt"}, {"username": None}, b"username=geralt", b"\xff", b"[]"])
def test_a_user_whose_name_is_not_of_this_run_is_not_the_runs_own(sent: object) -> None:
    ledger = Ledger(TARGET, PREFIX)

    ledger.enter(add(sent=sent, reply={"id": 9, "username": "geralt"}))

    assert ledger.made == ()
    assert len(ledger.unidentified) == 1
    assert not allows(ledger, "PUT", "/instances/rivia/users/9/")


@pytest.mark.parametrize("shown", ["yennefer", "", f"x{PREFIX}-1", "\uff43ontract"])
def test_an_add_that_shows_a_name_of_somebody_else_enters_nobody(shown: str) -> None:
    ledger = Ledger(TARGET, PREFIX)

    ledger.enter(add(reply={"id": 9, "username": shown}))

    assert (ledger.made, ledger.unidentified) == ((), (f"{PREFIX}-1",))
    assert not allows(ledger, "PUT", "/instances/rivia/users/9/")
    assert ledger.user("rivia", 9) is None


@pytest.mark.parametrize("shown", [{}, {"username": None}, {"username": f"{PREFIX}-1"}])
def test_an_id_that_was_seen_under_a_name_of_somebody_else_is_entered_no_more(shown: dict[str, object]) -> None:
    ledger = Ledger(TARGET, PREFIX)
    seen = {"id": 9, "username": "yennefer"}

    ledger.enter(add(method="GET", path="/instances/rivia/user/?user_key=k", reply=seen))
    for instance in ("rivia", "cintra"):
        ledger.enter(add(path=f"/instances/{instance}/users/", reply={"id": 9, **shown}))

    assert [made.instance for made in ledger.made] == ["cintra"]
    assert ledger.unidentified == (f"{PREFIX}-1",)


def test_an_id_that_two_adds_give_is_the_first_ones(ledger: Ledger) -> None:
    ledger.enter(add(sent={"username": f"{PREFIX}-2"}, reply={"id": 5}))

    assert ledger.user("rivia", 5) == Made("rivia", 5, f"{PREFIX}-1", 7)
    assert ledger.unidentified == (f"{PREFIX}-2",)


@pytest.mark.parametrize(
    ("reply", "told"),
    [({"username": ["taken"]}, (f"{PREFIX}-1",)), ({"username": ["a"], "password": ["b"]}, ()), ({"detail": "x"}, ())],
)
def test_an_add_that_is_refused_as_taken_after_a_429_may_have_been_heeded_before(
    reply: object, told: tuple[str, ...]
) -> None:
    ledger = Ledger(TARGET, PREFIX)

    ledger.enter(add(status=400, reply=reply, sent={"username": f"{PREFIX}-2"}))
    ledger.enter(add(status=429))
    ledger.enter(add(status=400, reply=reply))

    assert (ledger.made, ledger.unidentified) == ((), told)


def test_who_is_the_runs_own_stays_so_under_another_name(ledger: Ledger) -> None:
    ledger.enter(add(method="GET", path="/instances/rivia/user/", reply={"id": 5, "username": "renamed"}))

    assert allows(ledger, "PUT", "/instances/rivia/users/5/")
    assert ledger.unidentified == ()


@pytest.mark.parametrize("shown", [f"{PREFIX}-1", f" {PREFIX.upper()}-1", f"\uff43{PREFIX[1:]}-1"])
def test_a_reply_may_tell_that_the_user_is_of_this_run(shown: str) -> None:
    ledger = Ledger(TARGET, PREFIX)

    ledger.enter(add(sent=f"username={PREFIX}-1".encode(), reply={"id": 9, "username": shown}))

    assert [made.id for made in ledger.made] == [9]


def test_an_id_that_is_written_as_a_float_is_the_integer() -> None:
    ledger = Ledger(TARGET, PREFIX)

    ledger.enter(add(reply={"id": 9.0}))

    assert [made.path for made in ledger.made] == ["/instances/rivia/users/9/"]


def test_a_user_that_is_shown_twice_is_entered_once_and_for_its_instance_only() -> None:
    ledger = Ledger(Target(f"{URL}", "ri via"), PREFIX)

    for _ in range(2):
        ledger.enter(add(path="/instances/ri%20via/users", reply={"id": 9}))

    assert [(made.instance, made.id) for made in ledger.made] == [("ri via", 9)]


def test_no_two_passwords_are_alike_and_none_begins_another() -> None:
    ledger = Ledger(TARGET, PREFIX)

    passwords = [ledger.password() for _ in range(1200)]

    assert len(set(passwords)) == 1200
    assert {len(password) for password in passwords} == {len(passwords[0])}
    assert all(password.startswith(ledger.password_stem) for password in passwords)
    assert PREFIX not in ledger.password_stem


def test_two_runs_share_no_password() -> None:
    assert Ledger(TARGET, PREFIX).password() != Ledger(TARGET, PREFIX).password()
