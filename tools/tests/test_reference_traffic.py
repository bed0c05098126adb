"""Recorded requests get the recorded replies, but where a page says otherwise."""

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import urllib3

from syncano_contract.reference.seeds import Seeds
from syncano_contract.reference.server import Embedded

TRAFFIC = Path(__file__).parents[3] / "shared" / "traffic" / "platform-sample.har"

# Which of our keys does what the recorded one did. The last of the plain ones may add groups, but no users.
ROLES = {
    "765c68d130ff6e2e2eca6efd0c57879dcf62a0dd": "api_key",
    "b0e205ee7910cc69b4427bf025b94f869a9705e4": "account_key",
    "d7085266fee770d267bd55e838769977d36a3749": "plain_key",
    "d5de3d86f49a2c29dcb8c5a887f3b55b5cdaca7b": "plain_key",
    "6404d6fe5cac924f856a2e66d70df2b05ba56372": "user_key",
    "3b49338e478d4b5bfdc152e006ba25969c5c9134": "other_user_key",
    "2f44c069e49666b130b57699f14d449f936ef531": "other_api_key",
    "bfde3746b2f23c73974f132d48dad0467a75182f": "other_api_key",
}
# What the pages say otherwise, and what differs from one recording to the next.
PAGES_WIN = [
    (r'"Not found\."', '"Not found"'),
    (r'("groups":\[\{"id":\d+,)"name":null,', r"\1"),
    (r'"JSON parse error - .*"', '"JSON parse error"'),
    (r'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"', '"MOMENT"'),
    (r'"[0-9a-f]{40}"', '"KEY"'),
    (r'("id":|"owner":|/users/|/objects/)\d+', r"\1N"),
]


class Replay:
    """Sends recorded requests, with our keys and ids in place of the recorded ones."""

    def __init__(self, deployment: Embedded) -> None:
        self._host = deployment.url.removesuffix("/v1.1")
        self._known = _our_keys(deployment.seeds)
        self._users: dict[int, dict[str, Any]] = {}

    def send(self, entry: dict[str, Any]) -> urllib3.BaseHTTPResponse:
        request = entry["request"]
        self._learn_key(entry)
        headers = {item["name"]: self._ours(item["value"]) for item in request["headers"]}
        headers = {name: value for name, value in headers.items() if name not in ("Host", "Content-Length")}
        url = urlsplit(request["url"])
        body = request.get("postData", {}).get("text")
        target = self._host + self._ours(url.path + ("?" + url.query if url.query else ""))
        data = None if body is None else body.encode()
        response = urllib3.request(request["method"], target, headers=headers, body=data, retries=False)
        self._learn_user(entry, response)
        return response

    def _ours(self, text: str) -> str:
        for recorded, ours in self._known.items():
            text = text.replace(recorded, ours)
        return text

    def _learn_key(self, entry: dict[str, Any]) -> None:
        """The reset that made a key may not be part of the sample; the reply tells whose it is."""
        user = _user(entry["response"]["content"]["text"])
        if entry["request"]["method"] == "GET" and user and user["id"] in self._users:
            self._known[user["user_key"]] = self._users[user["id"]]["user_key"]

    def _learn_user(self, entry: dict[str, Any], response: urllib3.BaseHTTPResponse) -> None:
        recorded, ours = _user(entry["response"]["content"]["text"]), _user(response.data.decode())
        if recorded and ours:
            self._users[recorded["id"]] = ours
            self._known[recorded["user_key"]] = ours["user_key"]
            self._known[f"/users/{recorded['id']}/"] = f"/users/{ours['id']}/"


def _our_keys(seeds: Seeds) -> dict[str, str]:
    ours = asdict(seeds)
    return {recorded: ours[role] for recorded, role in ROLES.items()}


def _user(text: str) -> dict[str, Any] | None:
    body = json.loads(text)
    return body if "user_key" in body else None


def comparable(comment: str, status: int, headers: dict[str, str], text: str) -> tuple[str, ...]:
    for pattern, replacement in PAGES_WIN:
        text = re.sub(pattern, replacement, text)
    page_status = 200 if status == 201 else status
    return comment, str(page_status), headers["content-type"], headers["vary"], text


@pytest.mark.skipif(not TRAFFIC.exists(), reason=f"there is no recorded traffic at {TRAFFIC}")
def test_recorded_requests_get_the_recorded_replies() -> None:
    entries = json.loads(TRAFFIC.read_text())["log"]["entries"]
    # The reference deployment does not throttle.
    entries = [entry for entry in entries if entry["response"]["status"] != 429]

    with Embedded() as deployment:
        replay = Replay(deployment)
        replies = [(entry["comment"], replay.send(entry)) for entry in entries]

    recorded = [
        comparable(
            entry["comment"],
            entry["response"]["status"],
            {item["name"].lower(): item["value"] for item in entry["response"]["headers"]},
            entry["response"]["content"]["text"],
        )
        for entry in entries
    ]
    ours = [
        comparable(comment, reply.status, {k.lower(): v for k, v in reply.headers.items()}, reply.data.decode())
        for comment, reply in replies
    ]
    assert len(recorded) == 67
    assert ours == recorded
