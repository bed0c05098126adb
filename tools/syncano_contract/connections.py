"""Connections that end in time, and pools that reuse them for as long as the target keeps them."""

from __future__ import annotations

import http.client
import socket
import threading
from contextlib import suppress
from typing import Any

import urllib3
import urllib3.connection
from urllib3.exceptions import ConnectTimeoutError
from urllib3.response import DeflateDecoder, GzipDecoder, GzipDecoderState
from urllib3.util import make_headers, wait_for_read

from syncano_contract import tls
from syncano_contract.proxies import user_info, without_credentials
from syncano_contract.target import Target

SOON = 0.1  # seconds within which a target that does not keep connections has ended the first one
MOST_HEADERS = 1500  # http.client gives up at 100, and has no other place to say so
http.client._MAXHEADERS = MOST_HEADERS  # type: ignore[attr-defined]


class FinalResponse(http.client.HTTPResponse):
    """A reply without the interim ones before it (RFC 9110, section 15.2), of which http.client knows 100 alone."""

    def begin(self) -> None:
        """Read the head of the reply, and those before it."""
        super().begin()
        while 100 < self.status < 200 and self.status != http.client.SWITCHING_PROTOCOLS:
            self.headers = self.msg = None  # type: ignore[assignment]  # else the next head would not be read
            super().begin()


class Connection(urllib3.connection.HTTPConnection):
    """A connection that is cut when a reply is not complete in time, however slowly it trickles in."""

    response_class = FinalResponse
    was_cut = False
    was_used = False
    _clock: threading.Timer | None = None
    _line: socket.socket | None = None  # that of the reply, which outlives the connection's own
    _is_answering = False

    def start_clock(self) -> None:
        """Begin to count the time of one request."""
        self.stop_clock()
        self._clock = threading.Timer(float(self.timeout or 0), self._cut)
        self._clock.daemon = True
        self._clock.start()

    def stop_clock(self) -> None:
        """Let the connection be, as its reply is complete."""
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def connect(self) -> None:
        """Connect, through a proxy if need be; raises ConnectTimeoutError where that is cut."""
        try:
            super().connect()
        finally:
            if self.was_cut:  # whatever the connection made of it
                raise ConnectTimeoutError(self, "cut")

    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]  # as the class above has it
        """Wait for the head of the reply; raises TimeoutError where it is cut."""
        self._line, self._is_answering = self.sock, True
        try:
            response = super().getresponse()
            self.was_used = True
            return response
        finally:
            self._is_answering = False
            if self.was_cut:
                raise TimeoutError

    def close(self) -> None:
        """Close, and count no longer; within `getresponse` this says that nothing comes after the reply."""
        super().close()
        if not self._is_answering:
            self.stop_clock()

    def _cut(self) -> None:
        self.was_cut = True
        line = self.sock or self._line
        with suppress(OSError):
            if line is not None:
                socket.socket.shutdown(line, socket.SHUT_RDWR)  # that of TLS is not for two threads


def is_cut(connection: object) -> bool:
    """Whether a connection was cut, as the reply on it was not complete in time."""
    return isinstance(connection, Connection) and connection.was_cut


def is_unpacked(raw: urllib3.BaseHTTPResponse) -> bool:
    """Whether a body that came packed came whole: urllib3 takes one that is cut off for the whole too."""
    decoder = getattr(raw, "_decoder", None)
    for each in getattr(decoder, "_decoders", [decoder]):
        is_done = getattr(each, "_state", None) == GzipDecoderState.SWALLOW_DATA  # what follows the end is no matter
        if isinstance(each, (GzipDecoder, DeflateDecoder)) and raw.tell() and not (is_done or each._obj.eof):
            return False
    return True


class TlsConnection(Connection, urllib3.connection.HTTPSConnection):
    """The same over TLS."""


class Pool(urllib3.HTTPConnectionPool):
    """A pool that reuses connections for as long as the target keeps them: a POST must not meet a dead one."""

    is_kept: bool | None = None  # not known before the first connection has been looked at

    def _get_conn(self, timeout: float | None = None) -> urllib3.connection.HTTPConnection:
        connection: Any = super()._get_conn(timeout)
        if connection.was_used:
            if connection.sock and self.is_kept is None and wait_for_read(connection.sock, SOON):
                connection.close()
            self.is_kept = self.is_kept is not False and connection.sock is not None
        connection.start_clock()
        return connection  # type: ignore[no-any-return]  # urllib3 has it as one that cannot be closed

    def _put_conn(self, conn: urllib3.connection.HTTPConnection | None) -> None:  # type: ignore[override]  # nor put back
        if isinstance(conn, Connection):
            conn.stop_clock()
            if conn.was_cut or self.is_kept is False:
                conn.close()
        super()._put_conn(None if is_cut(conn) else conn)  # a new one will take its place


class PlainPool(Pool):
    """The same over plain TCP."""

    ConnectionCls = Connection


class TlsPool(Pool, urllib3.HTTPSConnectionPool):
    """The same over TLS."""

    ConnectionCls = TlsConnection


def pools(target: Target, timeout: float) -> urllib3.PoolManager:
    """Return what connects to a target, by its proxy if it has one; raises Problem for unusable certificates."""
    options: dict[str, Any] = {
        "num_pools": 1,
        "maxsize": 16,
        "retries": False,
        "timeout": urllib3.Timeout(connect=timeout, read=timeout),
        "ssl_context": tls.context(target),
    }
    made = _by_proxy(target.proxy, options) if target.proxy else urllib3.PoolManager(**options)
    made.pool_classes_by_scheme = {"http": PlainPool, "https": TlsPool}
    return made


def _by_proxy(proxy: str, options: dict[str, Any]) -> urllib3.PoolManager:
    given = user_info(proxy)
    return urllib3.ProxyManager(
        without_credentials(proxy),
        proxy_headers=make_headers(proxy_basic_auth=given) if given else None,
        proxy_ssl_context=options["ssl_context"],
        **options,
    )
