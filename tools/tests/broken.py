"""Raw-socket servers, each of which fails in one documented way."""

from __future__ import annotations

import gzip
import socket
import ssl
import struct
import threading
import zlib
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from types import TracebackType
from typing import Self

Talk = Callable[[socket.socket, threading.Event], None]


class Listener:
    """A server on a free loopback port that serves each connection in a thread of its own."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family)
        self.connections = 0
        self.port = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        raise NotImplementedError


class Broken(Listener):
    """A server that reads a request and then does what `talk` does; `over` ends it all."""

    def __init__(self, talk: Talk, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        super().__init__(host)
        self._talk = talk
        self._tls = tls
        self._over = threading.Event()
        self.requests: list[bytes] = []
        shown = f"[{host}]" if ":" in host else host
        self.url = f"{'https' if tls else 'http'}://{shown}:{self.port}/v1.1"

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        super().__exit__(kind, error, trace)

    def _serve(self, connection: socket.socket) -> None:
        with (
            suppress(OSError),
            self._tls.wrap_socket(connection, server_side=True) if self._tls else connection as line,
        ):
            while request := _read_request(line):
                self.requests.append(request)
                self._talk(line, self._over)


def _read_request(connection: socket.socket) -> bytes:
    """Read one request with its body; nothing when the connection ends."""
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65536)
        if not chunk:
            return b""
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while lengths and len(body) < lengths[0]:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def hang(connection: socket.socket, over: threading.Event) -> None:
    """Send nothing."""
    over.wait()


def hang_in_the_body(connection: socket.socket, over: threading.Event) -> None:
    """Send half of a reply."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{")
    over.wait()


def trickle_the_head(connection: socket.socket, over: threading.Event) -> None:
    """Send a head without end, a byte now and then."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not over.wait(0.02):
        connection.sendall(b"x")


def trickle_the_body(connection: socket.socket, over: threading.Event) -> None:
    """Send a long body, a byte now and then."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while not over.wait(0.02):
        connection.sendall(b"x")


def cut_in_the_body(connection: socket.socket, over: threading.Event) -> None:
    """Close in the middle of a body."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{")
    connection.shutdown(socket.SHUT_RDWR)


def close(connection: socket.socket, over: threading.Event) -> None:
    """Close in the place of a reply."""
    connection.shutdown(socket.SHUT_RDWR)


def talk_nonsense(connection: socket.socket, over: threading.Event) -> None:
    """Send what is no HTTP."""
    connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
    connection.shutdown(socket.SHUT_RDWR)


def send_six_megabytes(connection: socket.socket, over: threading.Event) -> None:
    """Send a body over the limit."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6000000\r\n\r\n" + b"x" * 6_000_000)


def send_chunks_without_end(connection: socket.socket, over: threading.Event) -> None:
    """Send chunks for ever."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not over.is_set():
        connection.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")


def redirect(connection: socket.socket, over: threading.Event) -> None:
    """Send elsewhere."""
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")


def throttle(connection: socket.socket, over: threading.Event) -> None:
    """Ask to wait for an hour."""
    connection.sendall(b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n")


def answer(status: bytes, content: bytes, media_type: bytes = b"application/json") -> Talk:
    """Send this to everything."""

    def talk(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(
            b"HTTP/1.1 %b X\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b"
            % (status, media_type, len(content), content)
        )

    return talk


OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
GZIPPED = OK + b"Content-Encoding: gzip\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def send(*parts: bytes, then: Talk | None = None) -> Talk:
    """Send these parts, and then do something else."""

    def talk(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"".join(parts))
        if then is not None:
            then(connection, over)

    return talk


def for_ever(part: bytes, *, begin: bytes = b"", every: float | None = None) -> Talk:
    """Send the same part again and again, as fast as can be or now and then."""

    def talk(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(begin)
        while not (over.wait(every) if every else over.is_set()):
            connection.sendall(part)

    return talk


def in_turn(*talks: Talk) -> Talk:
    """Do one after the other, a request each, and the last one from then on."""
    numbers = count()

    def talk(connection: socket.socket, over: threading.Event) -> None:
        talks[min(next(numbers), len(talks) - 1)](connection, over)

    return talk


def reset(connection: socket.socket, over: threading.Event) -> None:
    """Reset the connection in the place of a reply."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def sized(content: bytes, length: bytes | None = None, *headers: bytes) -> bytes:
    """A reply with a Content-Length, maybe a wrong one."""
    lines = b"".join(line + b"\r\n" for line in headers)
    return OK + lines + b"Content-Length: %b\r\n\r\n%b" % (length or b"%d" % len(content), content)


def bomb(size: int) -> bytes:
    """A reply that is small and unpacks to so many bytes."""
    packed = gzip.compress(b"0" * size)
    return GZIPPED + b"Content-Length: %d\r\n\r\n%b" % (len(packed), packed)


def packed_nothing() -> bytes:
    """An empty block of gzip: what is sent is data, and what comes of it is not."""
    packer = zlib.compressobj(0, zlib.DEFLATED, 31)
    start = packer.flush(zlib.Z_SYNC_FLUSH)
    return start + packer.flush(zlib.Z_FULL_FLUSH)
