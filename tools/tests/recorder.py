"""A small HTTP server on loopback that records what it is asked, answers as told, and plays any host as a proxy."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Asked:
    """One request and the host that it was meant for; names of headers are in lower case."""

    host: str
    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Told:
    """One reply, whose `body` goes out as JSON; one that `hangs` does not come until the server ends."""

    status: int = 200
    body: Any = None
    hangs: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = Callable[[Asked], Told]


class Recorder(ThreadingHTTPServer):
    """Answers each request as `answer` says, and keeps it in `asked`; behind CONNECT with `tls`, as any host."""

    def __init__(self, answer: Answer, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.tls = tls
        self.asked: list[Asked] = []
        self.over = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}"

    @property
    def lines(self) -> list[str]:
        """What was asked, as `GET /path`."""
        return [str(each) for each in self.asked]

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Recorder
    host = ""

    def do_CONNECT(self) -> None:
        self.host = self.path
        self.send_response(200)
        self.end_headers()
        assert self.server.tls is not None
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", 0)
        self.close_connection = False

    def handle_any(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self._chunks() if "transfer-encoding" in headers else self._whole(headers)
        asked = Asked(self.host or headers["host"], self.command, self.path, headers, body)
        self.server.asked.append(asked)
        told = self.server.answer(asked)
        if told.hangs:
            self.server.over.wait()
            self.close_connection = True
        else:
            self._tell(told)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815 - http.server's names

    def _whole(self, headers: Mapping[str, str]) -> bytes:
        return self.rfile.read(int(headers.get("content-length", 0)))

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _tell(self, told: Told) -> None:
        body = b"" if told.body is None else json.dumps(told.body).encode()
        self.send_response(told.status)
        self.send_header("Content-Type", "application/json")
        for name, value in told.headers.items():
            self.send_header(name, value)
        if told.status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
