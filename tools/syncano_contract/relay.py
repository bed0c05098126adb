"""A loopback server between an engine that generates requests and the target.

What passes through is made safe and right on the way: names that begin with the run's prefix, ids of the run's own
users, and keys, which so never reach the engine. Every exchange goes through the run's own client, and each reply bears
its number in `X-Exchange`.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlencode

from syncano_contract.api import Api
from syncano_contract.ledger import Unsafe, json_object
from syncano_contract.model import Exchange
from syncano_contract.outcome import CannotTell, Inapplicable

NUMBER = "X-Exchange"
PATH = re.compile(r"/instances/(?P<instance>[^/?]*)/(?P<rest>[^?]*)(?:\?(?P<query>.*))?\Z", re.DOTALL)
USER_ID = re.compile(r"users/(?P<id>[0-9]{1,19})/")
PLAIN = re.compile(r"[A-Za-z0-9_.~-]+\Z")
PASSED_ON = ("content-type", "accept")


class Relay:
    """Passes requests on to the target for as long as the block lasts; `url` is what the engine is pointed at."""

    def __init__(self, api: Api, user_key: str | None = None) -> None:
        """Relay for a run that may add users, or, read-only, with the key of an existing one."""
        self._api = api
        self._sender = api.client.sender
        subject = None if user_key else api.fresh()
        self._existing_key = user_key or ""
        self._subject_id = subject.id if subject else None
        self._keys = {subject.id: subject.user_key} if subject else {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        """Begin to answer."""
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()

    def forward(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Exchange | None:
        """Send a request on, made safe; None when it must not be sent or gave no reply."""
        found = PATH.match(path)
        if found is None:
            return None
        self._api.client.sender = self._sender  # each request arrives in a thread of its own
        sent_path, user_id = self._path(found)
        try:
            sent = self._body(body)
            exchange = self._api.request(method, sent_path, self._headers(headers, user_id), sent, "schemathesis")
        except (Unsafe, CannotTell, Inapplicable):
            return None
        self._follow(exchange)
        return exchange

    def _path(self, found: re.Match[str]) -> tuple[str, int | None]:
        instance = quote(self._api.target.instance, safe="") if PLAIN.match(found["instance"]) else found["instance"]
        rest, user_id = found["rest"], None
        numbered = USER_ID.match(rest)
        if numbered and self._subject_id is not None:
            user_id = int(numbered["id"]) if int(numbered["id"]) in self._keys else self._subject_id
            rest = f"users/{user_id}/{rest[numbered.end() :]}"
        query = found["query"]
        if query and query.startswith("user_key="):
            query = urlencode({"user_key": self._key(user_id)})
        return f"/instances/{instance}/{rest}" + (f"?{query}" if query else ""), user_id

    def _headers(self, headers: Mapping[str, str], user_id: int | None) -> dict[str, str]:
        passed = {name: value for name, value in headers.items() if name.lower() in PASSED_ON}
        return passed | self._api.keys(self._key(user_id))

    def _key(self, user_id: int | None) -> str:
        known = self._subject_id if user_id is None else user_id
        return self._existing_key if known is None else self._keys.get(known, self._existing_key)

    def _body(self, body: bytes | None) -> bytes | None:
        """Put this run's names and passwords in front of generated ones, so that each is new and recognisable.

        Raises Unsafe for a number as the name, and for a name in a body that is no JSON object: a deployment may accept
        it, and no prefix goes in front of it.
        """
        try:
            value: Any = json.loads(body or b"")
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            if b"username" in (body or b"").replace(b"\0", b""):
                raise Unsafe("a user whose name would not begin with the run's prefix")
            return body
        if isinstance(value.get("username"), (int, float)):
            raise Unsafe("a user whose name would not begin with the run's prefix")
        fresh = {"username": self._api.name, "password": self._api.password}
        changed = {
            name: _begun(make(), value[name]) for name, make in fresh.items() if isinstance(value.get(name), str)
        }
        return json.dumps({**value, **changed}).encode() if changed else body

    def _follow(self, exchange: Exchange) -> None:
        """Keep the newest key of each user that a reply shows."""
        if exchange.response is None or exchange.response.status // 100 != 2:
            return
        shown = json_object(exchange.response.body)
        user_id, user_key = shown.get("id"), shown.get("user_key")
        if isinstance(user_id, int) and isinstance(user_key, str):
            self._keys[user_id] = user_key


def _begun(fresh: str, generated: str) -> str:
    """Return the generated text behind a fresh one, unless it is one of this run's that came back."""
    stem = fresh.rsplit("-", 1)[0]
    return fresh if generated.startswith(stem) else fresh + generated


def _handler(relay: Relay) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def pass_on(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length) if length else None
            exchange = relay.forward(self.command, self.path, dict(self.headers.items()), body)
            self._reply(exchange)

        def _reply(self, exchange: Exchange | None) -> None:
            response = exchange.response if exchange else None
            self.send_response(response.status if response else 404)
            for name, value in response.headers if response else ():
                if name.lower() in ("content-type", "allow"):
                    self.send_header(name, value)
            self.send_header(NUMBER, str(exchange.number) if exchange else "")
            body = response.body if response else b""
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        do_GET = do_POST = do_PUT = pass_on  # noqa: N815 - the names that http.server looks for

    return Handler
