"""`syncano-contract judge`: what it prints and writes, whatever file it is given, and that no secret gets out."""

from __future__ import annotations

import gzip
import html
import json
import tracemalloc
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recordings import API_KEY, BASE, add, entry, har, key, look, records, reset, story, suite, update, user
from syncano_contract import feed, leaks, run
from syncano_contract.cli import main

STORY = story()
SAMPLES = [look(key(1), shown=user(1, key(1))), add(1, key(1)), reset(1, key(1), key(2)), update(1, key(1))]


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def collected_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The requirements are collected once for many judgements, which takes most of the time of a small one."""
    collected = suite()
    monkeypatch.setattr(run, "collected", lambda: collected)


def call(*words: str, stdin: bytes = b"") -> Result:
    result = CliRunner().invoke(main, ["judge", *words], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert "Traceback" not in result.output
    return result


def written(entries: list[Any], name: str = "traffic.har") -> str:
    Path(name).write_text(har(entries), encoding="utf-8")
    return name


def test_traffic_with_nothing_wrong_is_conformant_and_the_report_is_written() -> None:
    result = call(written(STORY))

    assert result.exit_code == 0
    assert f"CONFORMANT: {BASE} keeps what recorded traffic shows of the contract (document 1.1)" in result.stdout
    assert "repeat: syncano-contract judge traffic.har" in result.stdout
    assert {each.name for each in Path("reports/latest").iterdir()} >= {"results.json", "report.html", "junit.xml"}
    assert "api.example.test" in Path("reports/latest").readlink().name


def test_traffic_with_a_failed_must_exits_with_1() -> None:
    result = call(written([*STORY, add(2, key(3), status=500, at=9)]), "--out", "out")

    assert result.exit_code == 1
    assert "FAILED HTTP-1 (MUST)" in result.stdout
    assert json.loads(Path("out/results.json").read_text())["depth"] == "traffic"


def test_traffic_that_shows_too_little_exits_with_2() -> None:
    assert call(written(STORY[:1]), "--out", "out").exit_code == 2


@pytest.mark.parametrize(
    "content",
    [har(STORY)[:-3], har(STORY) * 2, har([*STORY, {"comment": "x" * 20_000}, add(2, key(3), status=500, at=9)])],
    ids=["cut off", "two in one", "too large an entry"],
)
def test_a_file_that_was_not_read_to_its_end_is_never_conformant(content: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "CHUNK", 100)
    monkeypatch.setattr(feed, "LARGEST", 8000)
    Path("x.har").write_text(content)

    result = call("x.har", "--out", "out")

    assert result.exit_code == 2
    assert f"INCONCLUSIVE: {BASE}" in result.stdout
    assert "a part of the recorded traffic could not be read" in result.stdout
    assert json.loads(Path("out/results.json").read_text())["conclusion"] == "inconclusive"


def test_standard_input_and_compressed_files_are_read() -> None:
    Path("x.har.gz").write_bytes(gzip.compress(har(STORY[:3]).encode()))

    result = call("x.har.gz", "-", "--out", "out", stdin=har(STORY[3:]).encode())

    assert result.exit_code == 0
    assert "6 recorded exchanges within 5.0 s" in result.stdout
    assert "repeat: ... | syncano-contract judge x.har.gz -\n" in result.stdout


def test_the_latest_traffic_is_judged_again_where_it_is_no_longer_the_latest() -> None:
    Path("reports/a run").mkdir(parents=True)
    Path("reports/latest").symlink_to("a run")

    result = call(written(STORY, "reports/latest/traffic.har"))

    assert "repeat: syncano-contract judge 'reports/a run/traffic.har'\n" in result.stdout
    assert Path("reports/latest").readlink() != Path("a run")


def test_a_known_deviation_is_no_reason_to_exit_with_1() -> None:
    file = written([*STORY, add(2, key(3), status=500, at=9)])
    listed = {"deviations": [{"requirement": "HTTP-1", "target": "https://api.*", "reason": "Known."}]}
    Path("known.yaml").write_text(json.dumps(listed))

    result = call(file, "--deviations", "known.yaml", "--out", "out")

    assert result.exit_code == 0
    assert "KNOWN HTTP-1" in result.stdout
    assert "--deviations known.yaml" in result.stdout


def departing() -> list[dict[str, Any]]:
    """The life of a user whose add is answered with 201, and with a member that no page has."""
    shown = user(1, key(1), nick="a name of hers")
    return [add(1, key(1), status=201, shown=shown, at=0), *STORY[1:]]


def test_the_overlay_that_is_suggested_leaves_no_failure_of_status_or_shape() -> None:
    result = call(written(departing()), "--suggest-overlay", "seen.yaml", "--out", "out")
    again = call("traffic.har", "--overlay", "seen.yaml", "--out", "out")

    assert result.exit_code == 1
    assert "suggested overlay: seen.yaml (" in result.stdout
    assert again.exit_code == 0
    assert "amended by seen.yaml" in again.stdout
    assert "members that the document does not have" not in again.stdout


def test_nothing_of_a_user_gets_into_the_overlay_that_is_suggested() -> None:
    named = user(1, key(1), **{API_KEY: "x", "user1": "x"})
    call(written([*departing(), look(key(1), shown=named, at=9)]), "--suggest-overlay", "seen.yaml", "--out", "out")

    text = Path("seen.yaml").read_text()
    assert "nick" in text
    assert [secret for secret in (API_KEY, key(1), "a name of hers", "a-good-password") if secret in text] == []


def test_a_body_that_was_not_recorded_suggests_nothing() -> None:
    lacking = add(1, key(1))
    lacking["response"]["content"] = {"size": 700}

    result = call(written([lacking, *STORY]), "--suggest-overlay", "seen.yaml", "--out", "out")

    assert "suggested overlay: none" in result.stdout
    assert not Path("seen.yaml").exists()


def test_an_overlay_that_could_not_be_written_is_told_before_anything_is_read() -> None:
    result = call("nothing.har", "--suggest-overlay", "nowhere/seen.yaml")

    assert result.exit_code == 2
    assert result.stderr.startswith("error: cannot write nowhere/seen.yaml")


def test_help_shows_examples() -> None:
    assert "syncano-contract judge traffic.har" in call("--help").stdout


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "x.har is empty"),
        ("<html>", "x.har is no HAR: it does not begin with `{`"),
        (har([]), "what was recorded has no entries"),
    ],
)
def test_a_file_of_which_nothing_could_be_read_is_told_itself(content: str, said: str) -> None:
    Path("x.har").write_text(content)

    result = call("x.har")

    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {said}")
    assert "--base-url" not in result.stderr
    assert "no entry of" not in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Missing argument"),
        (["none.har"], "cannot read none.har"),
        (["traffic.har", "--base-url", "nonsense"], "nonsense is no base URL"),
        (["traffic.har", "--base-url", "https://nobody.test/v1"], "name the API's own address with --base-url"),
        (["traffic.har", "--overlay", "none.yaml"], "none.yaml"),
    ],
)
def test_what_cannot_be_judged_exits_with_2_and_one_line(words: list[str], said: str) -> None:
    written(STORY)

    result = call(*words)

    assert result.exit_code == 2
    assert said in result.stderr
    assert not Path("reports").exists()


# --- oddities ---------------------------------------------------------------------------------------------------------


def changed(**changes: Any) -> list[Any]:
    """The story with one more entry that is odd."""
    odd = add(2, key(3), at=9)
    for path, value in changes.items():
        *steps, last = path.split("__")
        place: Any = odd
        for step in steps:
            place = place[step]
        place[last] = value
    return [*STORY, odd]


ODDITIES: dict[str, bytes] = {
    **{
        name: har(entries).encode("utf-8", "surrogatepass")
        for name, entries in {
            "no entries": [],
            "null entries": [None, 5, "x", [], {}],
            "missing reply": changed(response=None),
            "status 0": changed(response__status=0),
            "status as text": changed(response__status="200"),
            "huge status": changed(response__status=10**400),
            "status of 999": changed(response__status=999),
            "negative time": changed(time=-1),
            "endless time": changed(time=1e308),
            "time as text": changed(time="soon"),
            "no start": changed(startedDateTime=None),
            "start before Christ": changed(startedDateTime="-44-03-15"),
            "start without a zone": changed(startedDateTime="2026-11-21T12:00:09"),
            "binary body": changed(response__content={"text": "/9j/4AAQ", "encoding": "base64"}),
            "broken base64": changed(response__content={"text": "?", "encoding": "base64"}),
            "claimed size of 1 GB": changed(response__content={"size": 10**9, "text": "{}"}, response__bodySize=10**9),
            "claimed size and no text": changed(response__content={"size": 10**9}),
            "negative sizes": changed(response__content={"size": -1, "text": "{}"}, response__headersSize=-1),
            "content is a list": changed(response__content=[]),
            "text is a number": changed(response__content={"text": 5}),
            "lone surrogate": changed(response__content={"text": '{"id": "\\ud800"}'}),
            "deep body": changed(response__content={"text": "[" * 100_000}),
            "huge number in a body": changed(response__content={"text": '{"id": 1' + "0" * 5000 + "}"}),
            "headers are an object": changed(request__headers={"a": "b"}),
            "header without a value": changed(request__headers=[{"name": "x"}]),
            "header is a number": changed(response__headers=[{"name": 5, "value": 6}, 7]),
            "pseudo headers": changed(request__headers=records({":method": "POST", ":path": "/"})),
            "no method": changed(request__method=""),
            "odd method": changed(request__method="BREW\n"),
            "no url": changed(request__url=None),
            "broken url": changed(request__url="http://[::1/instances/x/"),
            "hostile url": changed(request__url=f"{BASE}/instances/\x1b[31m<script>\u202e/users/?{'x' * 9999}"),
            "data url": changed(request__url="data:,x"),
            "cookies and query are numbers": changed(request__cookies=5, request__queryString=6),
            "cookies and query are objects": changed(request__cookies={"a": 5}, request__queryString={"a": "b"}),
            "cache is a list": changed(cache=[1], _fetchType=["x"]),
            "sizes are no numbers": changed(response__content={"size": "x", "text": "{}"}, response__bodySize=[]),
            "media type is no text": changed(response__headers=[], response__content={"mimeType": 5, "text": "{}"}),
            "comment is a number": changed(response__content={"comment": 5, "text": ""}),
            "post data is text": changed(request__postData="x"),
            "post data has odd parameters": changed(request__postData={"params": [5, {"name": None}]}),
            "redirect": changed(response__status=302, response__redirectURL="//evil.test"),
            "from the cache": changed(_fromCache="disk"),
            "web socket": changed(request__url="wss://api.example.test/"),
            "preflight": changed(
                request__method="OPTIONS", request__headers=records({"Access-Control-Request-Method": "PUT"})
            ),
        }.items()
    },
    "empty": b"",
    "cut off": har(STORY).encode()[:-700],
    "cut off and compressed": gzip.compress(har(STORY).encode())[:-20],
    "UTF-16": har(STORY).encode("utf-16"),
    "latin-1": har(STORY).replace("user1", "żółw").encode("iso-8859-2"),
    "no HAR": b"<html>",
    "huge number": har(STORY).replace('"time": 5.0', '"time": 1' + "0" * 10_000).encode(),
    "member twice": har(STORY).replace('"time": 5.0', '"time": 5.0, "time": 6').encode(),
}


@pytest.mark.usefixtures("collected_once")
@pytest.mark.parametrize("name", ODDITIES)
def test_an_oddity_gets_a_verdict_or_one_clear_line(name: str) -> None:
    Path("odd.har").write_bytes(ODDITIES[name])

    result = call("odd.har", "--out", "out")

    if Path("out/results.json").exists():
        assert f"{BASE} " in result.stdout
    else:
        assert result.exit_code == 2
        assert result.stderr.count("\n") == 2
        assert result.stderr.startswith("error: ")


def test_the_oddities_are_forty_and_more() -> None:
    assert len(ODDITIES) >= 40


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["200", "GET", BASE]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def entries(draw: st.DrawFn) -> Any:
    """An entry of one of the four operations with something else in a place or two."""
    made: Any = json.loads(json.dumps(draw(st.sampled_from(SAMPLES))))
    for _ in range(draw(st.integers(0, 2))):
        place, step = made, ""
        while isinstance(place, dict) and place and (not step or draw(st.booleans())):
            parent, step = place, draw(st.sampled_from(sorted(place)))
            place = parent[step]
        if step:
            parent[step] = draw(JSON)
    content = made.get("response") if isinstance(made, dict) else None
    if isinstance(content, dict) and isinstance(content.get("content"), dict) and draw(st.booleans()):
        content["content"]["text"] = json.dumps(draw(JSON))
    return made


@pytest.mark.usefixtures("collected_once")
@settings(max_examples=40, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(entries() | JSON, max_size=6), JSON)
def test_no_json_of_the_form_of_har_crashes_it(listed: list[Any], more: Any) -> None:
    with TemporaryDirectory() as folder:
        Path(folder, "x.har").write_text(har([*listed, *STORY[:1]], pages=more), encoding="utf-8")

        result = call(f"{folder}/x.har", "--out", f"{folder}/out")

        assert result.exit_code in (0, 1, 2)
        assert Path(folder, "out", "results.json").exists()


# --- secrets ----------------------------------------------------------------------------------------------------------

SECRETS = {
    "cookie": "session-c00kie-value",
    "set cookie": "new-c00kie-value",
    "bearer": "eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl",
    "basic": "dXNlcjpwYXNzd29yZA==",
    "custom header": "cf-access-s3cret",
    "password": 'pass w0rd & "more" żółć',
    "short password": "p4s!",
    "number as password": 4815162342,
    "API key": "b" * 40,
    "API key in the query": "c" * 40,
    "token in the query": "t0ken-in-a-query",
    "password in the URL": "pw-in-the-url",
    "user key": "d" * 40,
    "user key of an error": "e" * 40,
    "key elsewhere": "f" * 40,
    "form password": "f0rm-password",
    "stranger": "yennefer.of.vengerberg",
    "stranger's address": "yen@aretuza.example",
}


def telling() -> list[Any]:
    """Traffic that breaks something in each exchange, so that all of it is evidence, full of secrets."""
    s = {name: str(value) for name, value in SECRETS.items()}
    held = {
        "X-API-KEY": s["API key"],
        "Cookie": f"a=b; s={s['cookie']}",
        "Authorization": f"Bearer {s['bearer']}",
        "Proxy-Authorization": f"Basic {s['basic']}",
        "CF-Access-Client-Secret": s["custom header"],
    }
    stranger = user(7, s["user key"], s["stranger"], email=s["stranger's address"], revision="x", profile=None)
    query = f"?api_key={s['API key in the query']}&access_token={s['token in the query']}&user_key={s['user key']}"
    with_password = BASE.replace("://", f"://joe:{s['password in the URL']}@")
    form = add(3, s["user key"], at=13, status=500)
    form["request"]["postData"] = {
        "mimeType": "multipart/form-data",
        "text": f'name="password"\r\n\r\n{s["form password"]}',
    }
    return [
        *STORY,
        add(2, key(3), sent={"username": s["stranger"], "password": SECRETS["password"]}, shown=stranger, headers=held,
            answered={"Set-Cookie": f"s={s['set cookie']}; Path=/"}, status=201, at=9),
        add(8, key(8), sent={"username": "x", "password": s["short password"]}, shown=[stranger], at=10),
        add(9, key(9), sent={"username": "x", "password": SECRETS["number as password"]}, status=500,
            shown={"detail": f"No {s['key elsewhere']}, {s['password']}"}, headers={"X-USER-KEY": s["key elsewhere"]},
            at=11),
        look(s["user key of an error"], 200, {"detail": s["user key of an error"]},
             path=f"/instances/rivia/user/{query}", base=with_password, at=12),
        form,
        entry("GET", "/instances/rivia/user/", 418, json.dumps(stranger)[:-9], headers=held, at=14),
        entry("GET", "/instances/rivia/user/", 200, json.dumps(stranger)[:150], headers=held, at=15),
        update(7, s["key elsewhere"], 404, shown={"detail": f"No such key: {s['key elsewhere']}"}, headers=held, at=16),
    ]  # fmt: skip


def spellings(secret: str) -> set[str]:
    return {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], html.escape(secret)}


def test_no_secret_of_a_recording_and_nothing_of_its_users_survives_in_any_output() -> None:
    result = call(written(telling()), "--out", "out")

    assert result.exit_code == 1
    shown = {each.name: each.read_text(encoding="utf-8") for each in Path("out").iterdir()} | {"output": result.output}
    assert set(shown) >= {"results.json", "report.html", "junit.xml", "traffic.har"}
    for name, text in shown.items():
        for secret, value in {**SECRETS, "the key of all": API_KEY}.items():
            assert not [each for each in spellings(str(value)) if each in text], (name, secret)


# A name that stands wherever recorded traffic has a place for a text.
WHO = "yaevinn"


def stranger(**changes: Any) -> dict[str, Any]:
    return user(9, WHO * 6, f"{WHO} of scoia", **changes)


def with_request(made: dict[str, Any], text: str, media_type: str) -> dict[str, Any]:
    made["request"]["postData"] = {"mimeType": media_type, "text": text}
    return made


def cut_short(path: str) -> dict[str, Any]:
    return entry("GET", path, 500, f"<h1>{WHO}</h1>", answered={"Content-Type": "text/html"})


PASSED = f"no-{WHO}-1234"
SENT = {"username": WHO, "password": PASSED}
PLACES: dict[str, Any] = {
    "success that is no JSON": look(key(2), shown=f"<b>{WHO}</b>"),
    "success that is a text": look(key(2), shown=json.dumps(WHO)),
    "success that is a list": look(key(2), shown=[WHO, {WHO: WHO}]),
    "success with other types": look(key(2), shown=stranger(id=WHO, groups=WHO, profile=[WHO], links={f"{WHO}1": WHO})),
    "success with an odd time": look(key(2), shown=stranger(profile={**user(9, "")["profile"], "created_at": WHO})),
    "success with more members": look(key(2), shown=stranger(**{f"tok_{WHO}_1": WHO, f"jane_{WHO}": {WHO: {WHO: 1}}})),
    "links": look(key(2), shown=stranger(links={"self": f"/{WHO}/", "groups": WHO, "reset-key": "", "profile": WHO})),
    "owner": look(key(2), shown=stranger(profile={**user(9, "")["profile"], "owner": 7})),
    "enumeration": look(key(2), shown=stranger(profile={**user(9, "")["profile"], "owner_permissions": WHO})),
    "error of one field": add(9, "", status=400, sent={"username": WHO}, shown={"username": [f"{WHO} is taken"]}),
    "error of a field": add(9, "", status=400, sent={"username": WHO}, shown={"password": [f"{WHO} needs one"]}),
    "error that is no list": add(9, "", status=400, sent=SENT, shown={"username": f"{WHO} is taken"}),
    "error of another field": add(9, "", status=400, sent={"username": WHO}, shown={f"jane.{WHO}": [WHO]}),
    "detail of a 400": add(9, "", status=400, sent={"username": WHO}, shown={"detail": f"No {WHO}"}),
    "detail of a 403": look(WHO * 6, 403, None, answered={"Content-Type": "text/html"}),
    "detail of a 404": update(9, key(2), 404, shown={"detail": f"No {WHO}", "sent": SENT}),
    "error that is no JSON": add(9, "", status=400, shown=f"{WHO}!"),
    "success with a bad body": add(9, key(9), sent={"username": WHO}, shown=f"<b>{WHO}"),
    "username that is shown otherwise": add(9, key(9), sent=SENT, shown=user(9, key(9), f"other.{WHO}")),
    "username that an update does not take": update(1, key(2), sent=SENT, shown=user(1, key(2), f"other.{WHO}")),
    "server error": add(9, key(9), status=500, sent=SENT, shown={"detail": f"{PASSED} {WHO}", WHO: SENT}),
    "crash": add(9, "", status=500, shown=f'File "/home/{WHO}/app.py", line 1, in {WHO}'),
    "form": with_request(
        add(9, "", status=500), f"username={WHO}&password={PASSED}", "application/x-www-form-urlencoded"
    ),
    "password in a list": add(9, "", status=500, sent=[SENT], shown={"detail": PASSED}),
    "other session": look(key(2), 500, headers={"X-Session-Token": WHO, f"X-{WHO}": "1"}),
    "basic password": look(key(2), 500, headers={"Authorization": "Basic eWFldmlubjp5YWV2aW5u"}),
    "free texts of headers": look(
        key(2),
        500,
        headers={"User-Agent": WHO, "Accept": f"a/{WHO}", "Accept-Language": WHO, "Host": f"{WHO}.test"},
        answered={"Server": WHO, "Allow": WHO, "Vary": WHO, "Date": WHO, f"X-{WHO}": WHO, "Retry-After": WHO},
    ),
    "media type": add(9, key(9), answered={"Content-Type": f"{WHO}/tok_{WHO}; charset={WHO}"}),
    "media type of an error": look(key(2), 403, answered={"Content-Type": f"application/{WHO}", "X-Yaevinn": "1"}),
    "status that is not documented": add(9, "", status=402, shown={WHO: 1}, answered={f"X-{WHO}": WHO}),
    "method": entry(WHO, "/instances/rivia/user/", 500, {"detail": WHO}),
    "method that is refused": entry(WHO, "/instances/rivia/user/", 405, {"detail": WHO}),
    "method with a key in the URL": entry(WHO, f"/instances/rivia/x/?user_key={WHO * 3}", 405, {}),
    "path of an address": update(f"{WHO}@a.example", key(2), 500),  # type: ignore[arg-type]
    "path of a hook": cut_short(f"/instances/rivia/webhooks/p/tok{WHO}/{WHO}/"),
    "path of a user": entry("GET", f"/instances/rivia/users/{WHO}/", 200, {}),
    "path with a parameter": cut_short(f"/instances/rivia/user/;jsessionid={WHO}"),
    "name in the query": cut_short(f"/instances/rivia/user/?{WHO}=1&access_token={WHO}&apikey={WHO}#{WHO}"),
    "another instance": entry("POST", f"/instances/{WHO}/users/", 500, {"detail": WHO}, sent=SENT),
    "stack trace": look(key(2), 403, answered={"X": f'File "/{WHO}.py", line 1, in {WHO}'}),
    "passed over": add(9, WHO * 6, base=f"https://{WHO}.test/v1"),
}


def all_outputs(result: Result) -> dict[str, str]:
    files = [*Path("out").iterdir(), *Path().glob("*.yaml")]
    return {"output": result.output} | {each.name: each.read_text(encoding="utf-8") for each in files}


@pytest.mark.usefixtures("collected_once")
@pytest.mark.parametrize("place", PLACES)
def test_no_text_of_recorded_traffic_gets_out_from_wherever_it_stands(place: str) -> None:
    made = {**PLACES[place], "startedDateTime": "2026-11-21T12:00:09.000000Z"}
    made["response"] = {**made["response"], "statusText": WHO}
    made["request"] = {**made["request"], "cookies": [{"name": WHO, "value": WHO}]}

    result = call(written([*STORY, made]), "--out", "out", "--suggest-overlay", "seen.yaml")

    shown = all_outputs(result)
    assert set(shown) >= {"output", "results.json", "report.html", "junit.xml", "summary.md", "results.sarif"}
    assert [name for name, text in shown.items() if WHO in text.lower() or "eWFldmlu" in text] == []


def test_all_that_fails_in_a_recording_at_once_shows_no_text_of_it() -> None:
    result = call(written([*STORY, *PLACES.values()]), "--out", "out", "--suggest-overlay", "seen.yaml")

    shown = all_outputs(result)
    assert "seen.yaml" in shown
    assert [name for name, text in shown.items() if WHO in text.lower() or "eWFldmlu" in text] == []


def test_a_token_in_the_base_url_is_not_shown() -> None:
    text = har([*STORY, add(2, key(3), status=500, at=9)]).replace(BASE, f"https://api.example.test/api/{WHO}-1/v1.1")
    Path("traffic.har").write_text(text, encoding="utf-8")

    result = call("traffic.har", "--out", "out")

    assert "https://api.example.test/api/<redacted>/v1.1" in result.stdout
    assert [name for name, text in all_outputs(result).items() if WHO in text] == []


@pytest.mark.parametrize("text", ['{"yaevinn": nothing}', '{"log": {"yaevinn": nothing}}', '{"log": {"yaevinn": "'])
def test_a_name_in_a_broken_file_is_not_shown(text: str) -> None:
    Path("odd.har").write_text(text, encoding="utf-8")

    assert WHO not in call("odd.har").output


def test_what_is_said_of_a_failure_is_not_hidden_where_a_password_is_a_word_of_it() -> None:
    odd = add(2, key(3), status=500, sent={"username": "username", "password": "status"}, at=9)

    result = call(written([*STORY, odd]), "--out", "out")

    assert "expected addUser to send no 5xx status, saw status 500 (once)" in result.stdout


def test_keys_are_told_apart_in_what_is_kept_also_where_they_are_placeholders_of_another_report() -> None:
    reused = look("<user_key 7>", shown=user(1, "<user_key 8>"), at=8)
    call(
        written([add(1, "<user_key 7>", at=0), reset(1, "<user_key 7>", "<user_key 8>", at=3), reused]), "--out", "out"
    )

    kept = json.loads(Path("out/traffic.har").read_text())["log"]["entries"]
    shown = [json.loads(each["response"]["content"]["text"])["user_key"] for each in kept]
    sent = [{each["name"]: each["value"] for each in entry["request"]["headers"]}.get("X-USER-KEY") for entry in kept]
    assert (shown, sent) == (
        ["<user_key 1>", "<user_key 2>", "<user_key 2>"],
        [None, "<user_key 1>", "<user_key 1>"],
    )


@pytest.mark.usefixtures("collected_once")
def test_a_long_password_and_a_large_page_take_no_more_memory_than_they_have() -> None:
    page = "<p>" + " ".join(map(str, range(10_000, 20_000)))
    sent = {"username": "x", "password": "p" * 4000}
    Path("traffic.har").write_text(har([*STORY, add(2, key(3), status=500, sent=sent, shown=page, at=9)]))

    tracemalloc.start()
    result = call("traffic.har", "--out", "out")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert result.exit_code == 1
    assert most < 100_000_000


def test_no_run_of_blank_lines_takes_more_than_one_look_for_a_stack_trace() -> None:
    assert leaks.stack_trace("\n" * 1_000_000 + "at ") == ""
    assert leaks.stack_trace("Error: x\n\n    at com.foo.Bar(Bar.java:5)") == "at com.foo.Bar(Bar.java:5)"
