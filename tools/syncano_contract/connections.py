"""Connections that end in time, and pools that reuse them for as long as the target keeps them."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Any

import urllib3
import urllib3.connection
from urllib3.util import wait_for_read

SOON = 0.1  # seconds within which a target that does not keep connections has ended the first one


class Connection(urllib3.connection.HTTPConnection):
    """A connection that is cut when the head of a reply is not complete in time, however slowly it trickles in."""

    was_cut = False
    was_used = False

    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]  # as the class above has it
        """Wait for the head of the reply; raises TimeoutError where it is cut."""
        cut = threading.Timer(float(self.timeout or 0), self._cut)
        cut.daemon = True
        cut.start()
        try:
            response = super().getresponse()
            self.was_used = True
            return response
        finally:
            cut.cancel()
            if self.was_cut:  # whatever the connection made of it
                raise TimeoutError

    def _cut(self) -> None:
        self.was_cut = True
        with suppress(OSError):
            if self.sock is not None:
                self.sock.shutdown(socket.SHUT_RDWR)


class TlsConnection(Connection, urllib3.connection.HTTPSConnection):
    """The same over TLS."""


class Pool(urllib3.HTTPConnectionPool):
    """A pool that reuses connections for as long as the target keeps them: a POST must not meet a dead one."""

    is_kept: bool | None = None  # not known before the first connection has been looked at

    def _get_conn(self, timeout: float | None = None) -> urllib3.connection.HTTPConnection:
        connection: Any = super()._get_conn(timeout)
        if getattr(connection, "was_used", False):
            if connection.sock and self.is_kept is None and wait_for_read(connection.sock, SOON):
                connection.close()
            self.is_kept = self.is_kept is not False and connection.sock is not None
        return connection  # type: ignore[no-any-return]  # urllib3 has it as one that cannot be closed

    def _put_conn(self, conn: urllib3.connection.HTTPConnection | None) -> None:  # type: ignore[override]  # nor put back
        if conn is not None and self.is_kept is False:
            conn.close()
        super()._put_conn(conn)


class PlainPool(Pool):
    """The same over plain TCP."""

    ConnectionCls = Connection


class TlsPool(Pool, urllib3.HTTPSConnectionPool):
    """The same over TLS."""

    ConnectionCls = TlsConnection
