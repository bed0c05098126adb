"""HAR files as browsers and proxies write them: what is read of a file, and what an entry comes to."""

from __future__ import annotations

import base64
import gzip
import io
import json
import math
import zlib
from pathlib import Path
from typing import Any

import pytest

from recordings import BASE, add, har, key, look, records, story, user
from syncano_contract import feed
from syncano_contract.model import Problem, path_below
from syncano_contract.recorded.archive import STDIN, Trouble, opened
from syncano_contract.recorded.base import base_of, is_below, path_in
from syncano_contract.recorded.entry import Odd, PassedOver, Recorded, recorded

LONG = har(story() * 50)


def read(tmp_path: Path, content: bytes) -> list[Any]:
    file = tmp_path / "x.har"
    file.write_bytes(content)
    with opened(file, io.BytesIO()) as archive:
        return list(archive.entries())


def reason(items: list[Any]) -> str:
    (*_, last) = items
    assert isinstance(last, Trouble)
    return last.reason


def with_body(content: Any, **headers: str) -> Recorded:
    given = look(key(1), shown={})
    given["response"] |= {"content": content, "headers": records(headers)}
    return recorded(given, 1)


def body(found: Recorded) -> bytes:
    assert found.exchange.response is not None
    return found.exchange.response.body


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        LONG.encode(),
        b"\xef\xbb\xbf" + LONG.encode(),
        json.dumps(json.loads(LONG), indent=4).encode(),
        gzip.compress(LONG.encode(), mtime=0),
        gzip.compress(LONG[:5000].encode(), mtime=0) + gzip.compress(LONG[5000:].encode(), mtime=0),
        zlib.compress(LONG.encode(), 9),
        json.dumps({"x": [1, {"log": 2}], "log": {"pages": [{"entries": []}], **json.loads(LONG)["log"]}}).encode(),
        json.dumps({"log": {"entries": json.loads(LONG)["log"]["entries"], "version": "1.1"}, "y": None}).encode(),
    ],
    ids=["plain", "byte order mark", "indented", "gzip", "two parts", "zlib", "members before", "members behind"],
)
def test_every_entry_of_a_file_is_read(tmp_path: Path, content: bytes) -> None:
    assert read(tmp_path, content) == json.loads(LONG)["log"]["entries"]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_an_entry_may_be_cut_by_the_end_of_what_was_read_so_far(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(feed, "CHUNK", size)

    assert len(read(tmp_path, har(story()).encode())) == 6


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_file_that_is_cut_off_gives_what_it_has(tmp_path: Path, compress: Any) -> None:
    content = compress(LONG.encode())

    found = read(tmp_path, content[: len(content) * 9 // 10])

    assert 150 < len(found) < 301
    assert "cut off" in reason(found)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"hello", "does not begin with `{`"),
        (b"[]", "does not begin with `{`"),
        (b"{}", "has no `log`"),
        (b'{"log": []}', "has no `log`"),
        (b'{"log": {}}', "has no `entries`"),
        (b'{"log": {"entries": null}}', "has no `entries`"),
        (b'{"log": {"entries": {}}}', "has no `entries`"),
        (b'{"log": {"entries": [', "cut off"),
        (b'{"log": {"entries": [{} {}]}}', "'{' stands where ',' should"),
        (b'{"log" {}}', "stands where ':' should"),
        (b'{"log": {"entries": [{"a": }]}}', "is no JSON"),
        (b'{"log": {"entries": [' + b"[" * 100_000, "nested too deeply"),
        (har([]).encode("utf-16"), "UTF-16"),
        (har([]).encode("utf-16-le"), "UTF-16"),
        (gzip.compress(b"", mtime=0)[:10] + b"\xff" * 9, "broken"),
        (gzip.compress(b"{}", mtime=0)[:5], "cut off"),
    ],
)  # fmt: skip
def test_what_is_no_har_is_told_in_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    found = reason(read(tmp_path, content))

    assert said in found
    assert "\n" not in found


def test_standard_input_can_be_read_twice() -> None:
    with opened(STDIN, io.BytesIO(LONG.encode())) as archive:
        first = list(archive.entries())

        assert list(archive.entries()) == first


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="cannot read"), opened(tmp_path / "none.har", io.BytesIO()):
        pass


# --- entries ----------------------------------------------------------------------------------------------------------


def test_an_entry_is_an_exchange() -> None:
    found = recorded(add(1, key(1), at=2), 7)

    exchange = found.exchange
    assert (exchange.number, exchange.seconds, exchange.request.method) == (7, 0.005, "POST")
    assert exchange.request.body == b'{"username": "user1", "password": "a-good-password"}'
    assert exchange.response is not None
    assert json.loads(exchange.response.body) == user(1, key(1))
    assert found.began is not None
    assert found.ended == pytest.approx(found.began + 0.005001, abs=1e-6)


def test_a_reply_is_there_for_sure_only_as_exactly_as_times_are_written() -> None:
    found = recorded({**add(1, key(1)), "startedDateTime": "2026-11-21T12:00:00.123Z"}, 1)

    assert found.began is not None
    assert found.ended - found.began == pytest.approx(0.006, abs=1e-6)


@pytest.mark.parametrize("written", [None, "", "yesterday", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", 5])
def test_without_a_usable_time_an_exchange_has_no_place_in_the_order(written: Any) -> None:
    found = recorded({**add(1, key(1)), "startedDateTime": written}, 1)

    assert (found.began, found.ended) == (None, math.inf)


def test_pseudo_headers_and_odd_ones_are_left_out() -> None:
    given = add(1, key(1))
    given["request"]["headers"] = [{"name": ":authority", "value": "x"}, {"name": "A", "value": "b"}, 5, {"name": "C"}]

    assert recorded(given, 1).exchange.request.headers == (("A", "b"),)


def test_parameters_of_a_form_are_its_body() -> None:
    given = add(1, key(1))
    given["request"]["postData"] = {"mimeType": "x", "params": [{"name": "username", "value": "a b"}, {"name": "c"}]}

    assert recorded(given, 1).exchange.request.body == b"username=a+b&c="


PLAIN = b'{"detail": "x"}'
PACKED = gzip.compress(PLAIN, mtime=0)


@pytest.mark.parametrize(
    ("packed", "coding"),
    [
        (PLAIN, ""),
        (PLAIN, "gzip"),
        (PACKED, "gzip"),
        (PACKED, ""),
        (zlib.compress(PLAIN), "deflate"),
        (zlib.compress(PLAIN)[2:-4], "deflate"),
        (PLAIN, "deflate"),
        (PLAIN, "br"),
    ],
)
def test_a_body_in_base64_is_decoded_and_unpacked(packed: bytes, coding: str) -> None:
    content = {"text": base64.b64encode(packed).decode(), "encoding": "base64"}

    found = with_body(content, **({"Content-Encoding": coding} if coding else {}))

    assert (body(found), found.lacks) == (PLAIN, "")


@pytest.mark.parametrize(
    ("content", "coding", "lacks"),
    [
        ({"text": "%%%"}, "", "is no base64"),
        ({"text": base64.b64encode(b"\xff\x00\x01").decode()}, "br", "is compressed with br"),
        ({"text": base64.b64encode(PACKED[:-9]).decode()}, "gzip", "is compressed, and cut off or too long"),
        ({"text": base64.b64encode(b"\x1f\x8bxx").decode()}, "gzip", "is compressed, and broken"),
        ({"size": 1_000_000_000}, "", "was not recorded"),
        ({}, "", "was not recorded"),
        (None, "", "was not recorded"),
    ],
)
def test_what_is_not_known_of_a_body_is_told(content: Any, coding: str, lacks: str) -> None:
    given = content and {"encoding": "base64", **content}

    assert with_body(given, **({"Content-Encoding": coding} if coding else {})).lacks == lacks


def test_a_body_that_grows_beyond_all_bounds_is_not_unpacked() -> None:
    bomb = base64.b64encode(gzip.compress(b"0" * 20_000_000)).decode()

    assert with_body({"text": bomb, "encoding": "base64"}).lacks == "is compressed, and cut off or too long"


@pytest.mark.parametrize("response", [None, {}, {"status": 0}, {"status": -1}, {"status": "x"}, {"status": True}, []])
def test_what_has_no_status_is_a_request_without_a_reply(response: Any) -> None:
    found = recorded({**add(1, key(1)), "response": response}, 1).exchange

    assert (found.response, found.error) == (None, "no reply was recorded")


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"_fromCache": "memory"}, "from a cache"),
        ({"_fetchedViaServiceWorker": True}, "from a cache"),
        ({"request": {"method": "GET", "url": "wss://x.test/"}}, "of a web socket"),
        ({"request": {"method": "GET", "url": "data:text/plain,x"}}, "of no HTTP"),
        ({"response": {"status": 101}}, "of a web socket"),
        (
            {"request": {**add(1, "")["request"], "method": "OPTIONS",
                         "headers": records({"access-control-request-method": "POST"})}},
            "CORS preflight",
        ),
    ],
)  # fmt: skip
def test_what_the_deployment_had_no_part_in_is_passed_over(changed: Any, what: str) -> None:
    with pytest.raises(PassedOver, match=what):
        recorded({**add(1, key(1)), **changed}, 1)


@pytest.mark.parametrize(
    "odd", [None, 5, [], {}, {"request": []}, {"request": {"method": "GET"}}, {"request": {"url": "http://x"}}]
)
def test_what_is_no_entry_is_odd(odd: Any) -> None:
    with pytest.raises(Odd):
        recorded(odd, 1)


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://API.example.test:443/v1.1/instances/x/users/", "https://api.example.test/v1.1"),
        ("http://u:p@h.test:8080/a/b/instances/x/", "http://h.test:8080/a/b"),
        ("http://h.test/instances/x/user/?a=/instances/", "http://h.test"),
        ("http://h.test/?a=/instances/x/", None),
        ("http://h.test/instances/", None),
        ("http://[::1/instances/x/", None),
        ("ftp://h.test/instances/x/", None),
    ],
)
def test_the_base_url_is_what_stands_before_the_instance(url: str, base: str | None) -> None:
    assert base_of(url) == base


def test_a_url_is_below_a_base_url_by_whole_steps() -> None:
    assert is_below("http://h.test/v1", "http://H.test:80/v1/x")
    assert not is_below("http://h.test/v1", "http://h.test/v1.1/x")


@pytest.mark.parametrize(
    "url",
    [f"{BASE}/instances/x/user/", f"{BASE}/a?b=c", f"{BASE}/a#b", f"{BASE}/ż", f"{BASE}/a b\n", BASE, "http://else/"],
)
def test_a_path_below_a_base_url_is_the_same_found_soon_or_slowly(url: str) -> None:
    assert path_in(BASE, url) == path_below(BASE, url)
