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
from syncano_contract.model import Problem, header, path_below
from syncano_contract.recorded.archive import STDIN, Archive, Trouble, opened
from syncano_contract.recorded.base import base_of, is_below, path_in
from syncano_contract.recorded.entry import Odd, PassedOver, Recorded, recorded

LONG = har(story() * 50)


def read(tmp_path: Path, content: bytes) -> list[Any]:
    file = tmp_path / "x.har"
    file.write_bytes(content)
    with opened(file, io.BytesIO()) as archive:
        return flat(archive)


def flat(archive: Archive) -> list[Any]:
    """All entries, and Trouble where there is any."""
    return [each for some in archive.entries() for each in (some if isinstance(some, list) else [some])]


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


ODD = [
    *('"tab\tand\\u0009"', '"\\ud800"', "NaN", "1e999", "1" + "0" * 5000, '{"a": 1, "a": 2}', "[]", '"x"', "null"),
    *('{"startedDateTime": 5}', '[{"x": 1}, {"startedDateTime": 1}, {"startedDateTime": 2}]', '"}, {"', '"\x00"'),
]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd[:15])
@pytest.mark.parametrize("behind", [1, 12])
def test_an_odd_value_among_entries_is_read_as_the_standard_library_reads_it(
    tmp_path: Path, odd: str, behind: int
) -> None:
    each = LONG.partition('"entries": [')[2].removesuffix("]}}")
    text = f'{each}, {{"comment": {odd}}}{f", {odd}, {{}}, {each}" * behind}'

    found = read(tmp_path, f'{{"log": {{"entries": [{text}]}}}}'.encode())

    assert len(found) == 301 + 302 * behind
    if len(odd) < 1000:
        assert repr(found) == repr(json.loads(f"[{text}]", strict=False))


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


@pytest.mark.parametrize("before", [0, 1, 500, 3000])
@pytest.mark.parametrize(("size", "is_read"), [(20_000, True), (20_001, False), (30_000, False), (39_000, False)])
def test_how_long_an_entry_may_be_does_not_depend_on_where_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: int, size: int, is_read: bool
) -> None:
    monkeypatch.setattr(feed, "CHUNK", 1000)
    monkeypatch.setattr(feed, "LARGEST", 20_000)
    entry = json.dumps({"x": "y" * (size - len('{"x": ""}'))})

    found = read(tmp_path, f'{{"log": {{"entries": [{{"y": "{"z" * before}"}}, {entry}, {{}}]}}}}'.encode())

    assert (len(found), len(entry)) == (3 if is_read else 2, size)
    assert is_read or reason(found) == "holds more than 20000 characters without a HAR entry"


BETWEEN = LONG.index('}, {"startedDateTime"', 5000)


@pytest.mark.parametrize(
    "end", [0, 1, 8, 4000, BETWEEN, BETWEEN + 1, BETWEEN + 2, BETWEEN + 3, BETWEEN + 4, BETWEEN + 9]
)
def test_what_was_cut_off_before_it_was_compressed_is_no_fault_of_its_compression(tmp_path: Path, end: int) -> None:
    content = LONG[:end].encode()

    assert read(tmp_path, gzip.compress(content, mtime=0)) == read(tmp_path, content)


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
        (har([]).encode() * 2, "goes on behind the end of its HAR"),
        (har([]).encode() + b"xyz", "goes on behind the end of its HAR"),
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


def test_what_stands_before_a_second_har_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, har(story()).encode() + b"\n" + har(story()).encode())

    assert (len(found), found[:6]) == (7, json.loads(har(story()))["log"]["entries"])


def test_blanks_may_follow_the_end(tmp_path: Path) -> None:
    assert len(read(tmp_path, har(story()).encode() + b"\r\n \n")) == 6


def test_no_name_of_a_member_is_told(tmp_path: Path) -> None:
    assert "s3cret" not in reason(read(tmp_path, b'{"log": {"s3cret": }}'))
    assert "s3cret" not in reason(read(tmp_path, b'{"s3cret": }'))


def test_standard_input_can_be_read_twice() -> None:
    with opened(STDIN, io.BytesIO(LONG.encode())) as archive:
        first = flat(archive)

        assert len(first) == 300
        assert flat(archive) == first


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


@pytest.mark.parametrize("fraction", ["", ".0", ".000", ".000000"])
def test_a_time_of_whole_seconds_is_as_exact_as_a_second(fraction: str) -> None:
    found = recorded({**add(1, key(1)), "startedDateTime": f"2026-11-21T12:00:03{fraction}Z"}, 1)

    assert found.began is not None
    assert found.ended - found.began == pytest.approx(1.005, abs=1e-6)


@pytest.mark.parametrize("time", [0, -0.0, -1, None])
def test_without_a_duration_the_end_is_not_known(time: Any) -> None:
    assert recorded({**add(1, key(1)), "time": time}, 1).ended == math.inf


@pytest.mark.parametrize("written", [None, "", "yesterday", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", 5])
def test_without_a_usable_time_an_exchange_has_no_place_in_the_order(written: Any) -> None:
    found = recorded({**add(1, key(1)), "startedDateTime": written}, 1)

    assert (found.began, found.ended) == (None, math.inf)


def test_pseudo_headers_and_odd_ones_are_left_out() -> None:
    given = add(1, key(1))
    given["request"]["headers"] = [{"name": ":authority", "value": "x"}, {"name": "A", "value": "b"}, 5, {"name": "C"}]

    assert recorded(given, 1).exchange.request.headers == (("A", "b"),)


def test_all_values_of_a_header_are_kept_but_not_twice() -> None:
    given = add(1, key(1))
    names = [("A", "bcd"), ("a", "bc"), ("A", "bcd"), ("B", "e")]
    given["request"]["headers"] = [{"name": name, "value": value} for name, value in names]

    assert recorded(given, 1).request.by_name == {"a": "bcd, bc", "b": "e"}


def test_parameters_of_a_form_are_its_body() -> None:
    given = add(1, key(1))
    given["request"]["postData"] = {"mimeType": "x", "params": [{"name": "username", "value": "a b"}, {"name": "c"}]}

    assert recorded(given, 1).exchange.request.body == b"username=a+b&c="


def test_headers_that_are_one_object_are_read() -> None:
    given = add(1, key(1))
    given["response"]["headers"] = {"Content-Type": "application/json", "X": 5}

    response = recorded(given, 1).exchange.response
    assert response is not None
    assert response.headers == (("Content-Type", "application/json"),)


@pytest.mark.parametrize("headers", [None, [], records({"Date": "x"}), records({"content-type": " "})])
def test_the_media_type_of_the_content_stands_for_a_header_that_was_not_kept(headers: Any) -> None:
    given = add(1, key(1))
    given["response"]["headers"] = headers
    given["response"]["content"]["mimeType"] = "application/json; charset=utf-8"

    response = recorded(given, 1).exchange.response
    assert response is not None
    assert header(response.headers, "Content-Type") == "application/json; charset=utf-8"


def test_an_empty_media_type_before_another_one_does_not_count() -> None:
    given = add(1, key(1), answered={"content-type": ""})
    given["response"]["headers"].reverse()
    given["response"]["content"]["mimeType"] = "text/html"

    response = recorded(given, 1).exchange.response
    assert response is not None
    assert response.headers == (("Content-Type", "application/json"),)


@pytest.mark.parametrize("kind", [None, 5, "", "x-unknown"])
def test_what_is_no_media_type_makes_no_header(kind: Any) -> None:
    given = add(1, key(1))
    given["response"] |= {"headers": records({"Date": "x"}), "content": {"text": "{}", "mimeType": kind}}

    response = recorded(given, 1).exchange.response
    assert response is not None
    assert header(response.headers, "Content-Type") is None


def test_a_query_that_stands_apart_from_the_url_is_a_part_of_it() -> None:
    given = look(key(1), 403)
    given["request"]["queryString"] = [{"name": "user_key", "value": "a b"}, 5, {"name": "c"}]

    assert recorded(given, 1).exchange.request.url == f"{BASE}/instances/rivia/user/?user_key=a+b&c="


def test_a_query_of_the_url_counts_alone() -> None:
    given = look(key(1), 403, path="/instances/rivia/user/?a=b")
    given["request"]["queryString"] = [{"name": "a", "value": "b"}]

    assert recorded(given, 1).exchange.request.url == f"{BASE}/instances/rivia/user/?a=b"


def test_cookies_that_stand_apart_from_the_headers_are_one_of_them() -> None:
    given = look(key(1), 403)
    given["request"]["cookies"] = [{"name": "a", "value": "b"}, {"name": "c", "value": "d"}]
    kept = look(key(1), 403, headers={"cookie": "e=f"})
    kept["request"]["cookies"] = given["request"]["cookies"]

    assert header(recorded(given, 1).exchange.request.headers, "Cookie") == "a=b; c=d"
    assert header(recorded(kept, 1).exchange.request.headers, "Cookie") == "e=f"


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

    assert (body(found), found.response.content.lacks) == (PLAIN, "")


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

    assert with_body(given, **({"Content-Encoding": coding} if coding else {})).response.content.lacks == lacks


@pytest.mark.parametrize("encoding", ["Base64", "BASE64", " base64"])
def test_base64_may_be_spelled_in_any_case(encoding: str) -> None:
    assert body(with_body({"text": base64.b64encode(PLAIN).decode(), "encoding": encoding})) == PLAIN


def test_a_compressed_body_that_was_written_byte_by_byte_is_unpacked() -> None:
    assert body(with_body({"text": PACKED.decode("latin-1")})) == PLAIN


@pytest.mark.parametrize(
    ("content", "length", "lacks"),
    [
        ({"size": 0}, "800", "was not recorded"),
        ({"size": 0, "text": ""}, "800", "was not recorded"),
        ({"text": "", "size": 800}, "", "was not recorded"),
        ({"text": "", "comment": "Response bodies are not included."}, "", "was not recorded"),
        ({"text": '{"detail": "x', "size": 800}, "", "was not recorded whole"),
        ({"text": '{"detail": "x', "comment": "Truncated"}, "", "was not recorded whole"),
        ({"text": "żół", "size": 7}, "", "was not recorded whole"),
        ({"text": PACKED.decode("utf-8", "replace")}, "", "is compressed, and broken"),
        ({"text": base64.b64encode(b"\xff\x00\x01").decode(), "encoding": "base64"}, "", "is no text"),
        ({"text": '1a\r\n{"detail": "x"}\r\n0\r\n\r\n'}, "", "was recorded with the framing of its chunks"),
        ({"size": 0}, "", ""),
        ({"size": -1}, "0", ""),
        ({"size": 0, "text": ""}, "0", ""),
        ({"text": ""}, "", ""),
        ({"text": '{"detail": "<name>"}', "size": 800}, "", ""),
        ({"text": "żół", "size": 6}, "", ""),
        ({"text": "0"}, "", ""),
    ],
)  # fmt: skip
def test_what_was_left_out_of_a_body_is_not_taken_for_a_body(content: Any, length: str, lacks: str) -> None:
    assert with_body(content, **({"Content-Length": length} if length else {})).response.content.lacks == lacks


def test_a_length_of_what_was_transferred_tells_that_a_body_is_missing() -> None:
    given = look(key(1), shown={})
    given["response"] |= {"content": {"size": 0}, "bodySize": 800}

    assert recorded(given, 1).response.content.lacks == "was not recorded"


def test_a_body_that_grows_beyond_all_bounds_is_not_unpacked() -> None:
    bomb = base64.b64encode(gzip.compress(b"0" * 20_000_000)).decode()

    found = with_body({"text": bomb, "encoding": "base64"})

    assert found.response.content.lacks == "is compressed, and cut off or too long"


@pytest.mark.parametrize("response", [None, {}, {"status": 0}, {"status": -1}, {"status": "x"}, {"status": True}, []])
def test_what_has_no_status_is_a_request_without_a_reply(response: Any) -> None:
    found = recorded({**add(1, key(1)), "response": response}, 1).exchange

    assert (found.response, found.error) == (None, "no reply was recorded")


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"_fromCache": "memory"}, "from a cache"),
        ({"_fetchedViaServiceWorker": True}, "from a cache"),
        *(({"_fetchType": kind}, "from a cache") for kind in ("Disk Cache", "Memory Cache", "Service Worker")),
        ({"cache": {"beforeRequest": {"hitCount": 1}}, "time": 0}, "from a cache"),
        ({"_fetchType": "Inspector Override"}, "made by whoever recorded"),
        ({"_wasFulfilled": True}, "made by whoever recorded"),
        ({"response": {"status": 407}}, "of the client's own proxy"),
        ({"response": {"status": 100}}, "that end nothing"),
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
    "changed",
    [{"_fetchType": "Network Load"}, {"_wasFulfilled": False}, {"cache": {}, "time": 0},
     {"cache": {"beforeRequest": {"hitCount": 1}}}, {"cache": {"beforeRequest": {"hitCount": 0}}, "time": 0}],
)  # fmt: skip
def test_a_reply_that_came_from_the_deployment_is_none_of_a_cache(changed: Any) -> None:
    assert recorded({**add(1, key(1)), **changed}, 1).exchange.response is not None


@pytest.mark.parametrize(
    ("status", "text", "server", "has_reply"),
    [
        (502, "[Fiddler] The connection to 'x' failed.", "", False),
        (504, "<html>502 Bad Gateway</html>", "mitmproxy 10.1.0", False),
        (502, "<html>502 Bad Gateway</html>", "nginx", True),
        (500, "[Fiddler] The connection to 'x' failed.", "mitmproxy 10.1.0", True),
        (502, '{"detail": "[Fiddler]"}', "nginx", True),
    ],
)
def test_a_failure_of_the_recorder_itself_is_no_reply(status: int, text: str, server: str, has_reply: bool) -> None:
    given = add(1, key(1), status=status, shown=text, answered={"Content-Type": "text/html", "Server": server})

    assert (recorded(given, 1).exchange.response is not None) is has_reply


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
