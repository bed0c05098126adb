"""A small proxy on loopback that remembers what it was asked for."""

from __future__ import annotations

import re
import socket
import threading
from contextlib import suppress

from broken import Listener

LINE = re.compile(rb"(?:CONNECT|[A-Z]+ http://)\S* ?\S* HTTP/1\.[01]\r\n(?:[^\r\n]+\r\n)*")


class Proxy(Listener):
    """Passes on what it is asked for by CONNECT or in absolute form; `heads` is what it was asked."""

    def __init__(self, refusal: bytes = b"") -> None:
        super().__init__()
        self._refusal = refusal
        self.heads: list[bytes] = []
        self.url = f"http://127.0.0.1:{self.port}"

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            asked = connection.recv(65536)
            self._remember(asked)
            if self._refusal:
                connection.sendall(self._refusal)
                return
            is_tunnel = asked.startswith(b"CONNECT ")
            address = asked.split(b" ")[1].removeprefix(b"http://").split(b"/")[0].decode()
            host, _, port = address.rpartition(":")
            with socket.create_connection((host.strip("[]"), int(port))) as origin:
                if is_tunnel:
                    connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                else:
                    origin.sendall(asked)
                back = threading.Thread(target=_pump, args=(origin, connection), daemon=True)
                back.start()
                while data := connection.recv(65536):
                    self._remember(data)
                    origin.sendall(data)

    def _remember(self, data: bytes) -> None:
        self.heads += LINE.findall(data)


def _pump(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
        other.shutdown(socket.SHUT_RDWR)
