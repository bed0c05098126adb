"""The HTTP client: sends to one target, never a redirect further, and records every exchange."""

from __future__ import annotations

import email.utils
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import RemoteDisconnected

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)

from syncano_contract.connections import PlainPool, Pool, TlsPool
from syncano_contract.model import Exchange, Request, Response, header
from syncano_contract.target import Target

LARGEST_BODY = 5_000_000  # bytes; a reply over it is recorded as an error
LONGEST_WAIT = 30.0  # seconds that one request waits for a throttling target, all in all
FAILURES_OF_A_KIND = 2  # in a row, until that kind of request is given up
FAILURES_AT_ALL = 3  # in a row, until every request is
REST = 5.0  # seconds before what was given up is tried again
ANY = "any request"
NO_CONNECTION = "cannot connect"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT"})
USER_AGENT = "syncano-contract"


class Unreachable(Exception):
    """The target gave no reply to the last requests of this kind, so that no more of them are sent."""


@dataclass
class Log:
    """Every exchange of a run, in the order of their ends; one log may be shared by threads."""

    exchanges: list[Exchange] = field(default_factory=list)
    watchers: list[Callable[[Exchange], None]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, make: Callable[[int], Exchange]) -> Exchange:
        """Append the exchange that `make` gives for the next number, and tell the watchers, one after the other."""
        with self._lock:
            exchange = make(len(self.exchanges) + 1)
            self.exchanges.append(exchange)
            for watcher in self.watchers:
                watcher(exchange)
        return exchange


class Client:
    """Sends requests to a target; `timeout` is in seconds for one request, `rate` in requests a second.

    One client may be shared by threads.
    """

    def __init__(self, target: Target, log: Log, *, timeout: float, rate: float | None = None) -> None:
        """Open no connection yet; raises Problem for an unusable CA bundle at the first request."""
        self.log = log
        self._here = threading.local()
        self._base = target.url
        self._common = {"User-Agent": USER_AGENT, "Accept": "application/json", **dict(target.headers)}
        self._timeout = timeout
        self._pace = _Pace(rate)
        self._failures: dict[str, _Failures] = {}
        self._counting = threading.Lock()
        self._pool = urllib3.PoolManager(
            num_pools=1,
            maxsize=16,
            retries=False,
            timeout=urllib3.Timeout(connect=timeout, read=timeout),
            ca_certs=str(target.ca_bundle) if target.ca_bundle else None,
        )
        self._pool.pool_classes_by_scheme = {"http": PlainPool, "https": TlsPool}

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()

    @property
    def sender(self) -> str:
        """For whom this thread sends: what its exchanges bear as their `sender`."""
        return str(getattr(self._here, "sender", "preflight"))

    @sender.setter
    def sender(self, name: str) -> None:
        self._here.sender = name

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None, kind: str) -> Exchange:
        """Send one request to a path below the base URL and return the last exchange that came of it.

        A 429 is waited for, as `Retry-After` says (RFC 9110, section 10.2.3), up to LONGEST_WAIT. Raises Unreachable
        when the last requests of the same `kind` had no reply.
        """
        self._give_up_on(kind)
        request = Request(method, self._base + path, tuple({**self._common, **headers}.items()), body)
        waited = 0.0
        while True:
            exchange = self._attempt(request)
            pause = _throttled(exchange, waited)
            if pause is None:
                break
            time.sleep(pause)
            waited += pause
        self._count(kind, exchange)
        return exchange

    def _attempt(self, request: Request) -> Exchange:
        self._pace.wait()
        started, clock = datetime.now(UTC), time.perf_counter()
        response, error = None, None
        for last in (request.method not in REPEATABLE, True):
            try:
                response = self._exchange(request)
                error = None
                break
            except (HTTPError, OSError, ValueError) as failure:
                error = _worded(failure, self._timeout)
                if _closed_early(failure):
                    self._renew()
                # A kept connection may be closed under a request that the target has not seen.
                if last or not _closed_early(failure):
                    break
        seconds = time.perf_counter() - clock
        return self.log.add(lambda number: Exchange(number, started, seconds, self.sender, request, response, error))

    def _renew(self) -> None:
        """Take a new connection for each request from now on, as the target was seen to end one unannounced."""
        pool = self._pool.connection_from_url(self._base)
        if isinstance(pool, Pool):
            pool.is_kept = False

    def _exchange(self, request: Request) -> Response:
        raw = self._pool.urlopen(
            request.method,
            request.url,
            body=request.body,
            headers=dict(request.headers),
            redirect=False,
            preload_content=False,
            decode_content=True,
        )
        try:
            body = _read(raw, time.monotonic() + self._timeout)
        except BaseException:
            raw.close()
            raise
        raw.release_conn()
        return Response(raw.status, raw.reason or "", tuple(raw.headers.items()), body)

    def _give_up_on(self, kind: str) -> None:
        for broken, enough in ((kind, FAILURES_OF_A_KIND), (ANY, FAILURES_AT_ALL)):
            failures = self._failures.get(broken)
            if failures and failures.count >= enough and time.monotonic() < failures.try_again:
                raise Unreachable(failures.last)

    def _count(self, kind: str, exchange: Exchange) -> None:
        with self._counting:
            for broken in (kind, ANY):
                if exchange.error is None:
                    self._failures.pop(broken, None)
                else:
                    count = self._failures[broken].count + 1 if broken in self._failures else 1
                    self._failures[broken] = _Failures(count, exchange.error, time.monotonic() + REST)


@dataclass(frozen=True)
class _Failures:
    """How often in a row there was no reply, why at last, and when (monotonic seconds) to try again."""

    count: int
    last: str
    try_again: float


def is_unconnected(exchange: Exchange) -> bool:
    """Whether there was no connection at all, which says nothing of how the deployment answers."""
    return exchange.error is not None and exchange.error.startswith(NO_CONNECTION)


class _Pace:
    """Spreads requests evenly: at most `rate` of them a second."""

    def __init__(self, rate: float | None) -> None:
        self._interval = 1 / rate if rate else 0.0
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        if not self._interval:
            return
        with self._lock:
            now = time.monotonic()
            slot = max(now, self._next)
            self._next = slot + self._interval
        time.sleep(slot - now)


def _throttled(exchange: Exchange, waited: float) -> float | None:
    """Return the seconds to wait before the request is sent again, or None when it is not to be."""
    response = exchange.response
    if response is None or response.status != 429:
        return None
    pause = max(0.1, _seconds(header(response.headers, "Retry-After")))
    return pause if waited + pause <= LONGEST_WAIT else None


def _seconds(retry_after: str | None) -> float:
    if retry_after is None:
        return 1.0
    if retry_after.isdecimal():
        return float(retry_after[:9])
    try:
        until = email.utils.parsedate_to_datetime(retry_after)
    except ValueError:
        return 1.0
    return (until.astimezone(UTC) - datetime.now(UTC)).total_seconds()


def _read(raw: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while chunk := raw.read1(65536):
        chunks.append(chunk)
        size += len(chunk)
        if size > LARGEST_BODY:
            raise ValueError(f"the reply is over {LARGEST_BODY // 1_000_000} MB")
        if time.monotonic() > deadline:
            raise TimeoutError
    return b"".join(chunks)


def _closed_early(failure: Exception) -> bool:
    cause = failure.args[-1] if isinstance(failure, ProtocolError) and failure.args else None
    return isinstance(cause, (RemoteDisconnected, ConnectionError))


def _worded(failure: Exception, timeout: float) -> str:
    """Say in one line why there was no reply."""
    wordings: tuple[tuple[bool, str], ...] = (
        (isinstance(failure, NewConnectionError), f"{NO_CONNECTION}: {_reason(failure)}"),
        (isinstance(failure, ConnectTimeoutError), f"{NO_CONNECTION}: no answer within {timeout:g} s"),
        (isinstance(failure, SSLError), f"{NO_CONNECTION}: TLS: {_reason(failure)}"),
        (isinstance(failure, (ReadTimeoutError, TimeoutError)), f"no complete reply within {timeout:g} s"),
        ("IncompleteRead" in str(failure), "the reply was cut off"),
        (_closed_early(failure), "the connection was closed before a reply"),
    )
    return next((words for holds, words in wordings if holds), f"no usable reply: {failure}")


def _reason(failure: Exception) -> str:
    """Return what the operating system or TLS said, without the addresses of objects."""
    return getattr(failure.__cause__, "strerror", None) or str(failure).rsplit(": ", 1)[-1]
