"""The HTTP client: sends to one target, never a redirect further, and records every exchange."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import urllib3
from urllib3.exceptions import HTTPError, IncompleteRead, ReadTimeoutError

from syncano_contract.bounds import Bounds, Over
from syncano_contract.connections import Pool, is_cut, is_unpacked, pools
from syncano_contract.model import Exchange, Request, Response
from syncano_contract.pacing import Pace, pause_of
from syncano_contract.target import Target
from syncano_contract.unanswered import Unfinished, closed_early, worded

LARGEST_BODY = 5_000_000  # bytes; a reply over it is recorded as an error
LONGEST_WAIT = 30.0  # seconds that one request waits for a throttling target, all in all
VAIN_WAITS = 2  # of that length in a run, after which none is waited for any more
FAILURES_OF_A_KIND = 2  # in a row, until that kind of request is given up
FAILURES_AT_ALL = 3  # in a row, until every request is
REST = 2.0  # seconds before what was given up is tried again
PATIENCE = 6.0  # seconds that a run waits, all in all, for a target that may be coming back
ANY = "any request"
THROTTLED = f"429 for longer than the {LONGEST_WAIT:g} s that a request waits"
FROM_A_PROXY = frozenset({407, 502, 503, 504})  # what a proxy answers itself, so that nobody can tell
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT"})
USER_AGENT = "syncano-contract"
FIELD_VALUE = re.compile(r"(?:[!-~](?:[\t -~]*[!-~])?)?")  # what each reader takes alike (RFC 9110, section 5.5)


class Unreachable(Exception):
    """The target gave no reply to the last requests of this kind, so that no more of them are sent."""


class Unsendable(Exception):
    """A header cannot carry the value that it is to have, such as a key that a reply gave."""


@dataclass
class Log:
    """Every exchange of a run, in the order of their ends; one log may be shared by threads."""

    exchanges: list[Exchange] = field(default_factory=list)
    watchers: list[Callable[[Exchange], None]] = field(default_factory=list)
    keep: Callable[[Exchange], Exchange] = lambda exchange: exchange
    began: float = field(default_factory=time.monotonic)  # seconds
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def is_repeated(self, exchange: Exchange) -> bool:
        """Whether the same request was sent before, as is done where it is answered with 429."""
        return any(each.request is exchange.request for each in self.exchanges[: exchange.number - 1])

    def add(self, make: Callable[[int], Exchange]) -> Exchange:
        """Append the exchange that `make` gives for the next number, and tell the watchers, one after the other.

        It is returned whole, whatever of it is kept.
        """
        with self._lock:
            exchange = make(len(self.exchanges) + 1)
            self.exchanges.append(exchange)
            for watcher in self.watchers:
                watcher(exchange)
            self.exchanges[-1] = self.keep(exchange)
        return exchange


class Client:
    """Sends requests to a target; `timeout` is in seconds for one request, `rate` in requests a second.

    One client may be shared by threads.
    """

    def __init__(
        self, target: Target, log: Log, *, timeout: float, rate: float | None = None, bounds: Bounds | None = None
    ) -> None:
        """Open no connection yet; raises Problem for files that hold no certificate or key."""
        self.log = log
        self._bounds = bounds or Bounds()
        self._under_way: dict[int, _Sending] = {}  # by thread
        self._here = threading.local()
        self._base = target.url
        self._common = {"User-Agent": USER_AGENT, "Accept": "application/json", **dict(target.headers)}
        self._timeout = timeout
        self._pace = Pace(rate)
        self._vain_waits = 0
        self._failures: dict[str, _Failures] = {}
        self._patience = PATIENCE
        self._counting = threading.Lock()
        self._is_by_proxy = target.proxy is not None and target.url.startswith("http:")
        self._pool = pools(target, timeout)

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
        when the last requests of the same `kind` had no reply, Over when the run has ended, and Unsendable.
        """
        request = Request(method, self._base + path, tuple({**self._common, **headers}.items()), body)
        for name, value in request.headers:
            if not FIELD_VALUE.fullmatch(value):
                raise Unsendable(f"no header can carry what {name} is to be")
        self._give_up_on(kind)
        waited = 0.0
        while True:
            exchange = self._attempt(request)
            pause = self._pause(exchange, waited)
            if pause is None:
                break
            self._pace.hold(pause)
            waited += pause
        self._count(kind, exchange)
        return exchange

    def _pause(self, exchange: Exchange, waited: float) -> float | None:
        """Return the seconds to wait before the request is sent again, or None when it is not to be."""
        response = exchange.response
        if response is None or response.status != 429:
            return None
        pause = pause_of(response)
        if waited + pause <= LONGEST_WAIT and self._vain_waits < VAIN_WAITS:
            return pause
        self._vain_waits += waited > 0
        return None

    def _attempt(self, request: Request) -> Exchange:
        turn = self._pace.wait()
        sending, me = _Sending(self.sender, request), threading.get_ident()
        self._under_way[me] = sending
        try:
            response, error = self._response(sending)
        except BaseException:
            self._under_way.pop(me, None)
            raise
        if self._under_way.pop(me, None) is None:
            self._bounds.take(sending.sender)  # raises Over
        if response is not None:
            self._pace.answered(turn, response.status)
        return self.log.add(sending.exchange(response, error))

    def abandon(self, reason: str) -> None:
        """Record every request under way as one that had no reply; when it has one after all, that is passed over."""
        for thread in tuple(self._under_way):
            sending = self._under_way.pop(thread, None)
            if sending is not None:
                self.log.add(sending.exchange(None, reason))

    def _response(self, sending: _Sending) -> tuple[Response | None, str | None]:
        """Return the reply, or why there was none; raises Over when nothing was sent."""
        request, error = sending.request, None
        for last in (request.method not in REPEATABLE, True):
            try:
                self._bounds.take(sending.sender)
                return self._exchange(request), None
            except Over:
                if error is None:
                    raise
                break
            except (HTTPError, OSError, ValueError) as failure:
                error = worded(failure, self._timeout)
                if closed_early(failure):
                    self._renew()
                # A kept connection may be closed under a request that the target has not seen.
                if last or not closed_early(failure):
                    break
        return None, error

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
        body = _body(raw)
        if self._is_by_proxy and raw.status in FROM_A_PROXY:
            raise ValueError(f"the proxy answered {raw.status} {raw.reason}")
        return Response(raw.status, raw.reason or "", tuple(raw.headers.items()), body)

    def _give_up_on(self, kind: str) -> None:
        for broken, enough in ((ANY, FAILURES_AT_ALL), (kind, FAILURES_OF_A_KIND)):
            failures = self._failures.get(broken)
            left = failures.try_again - time.monotonic() if failures else 0.0
            if failures and failures.count >= enough and left > 0:
                if broken is not ANY or not self._may_wait(left):
                    raise Unreachable(failures.last)
                time.sleep(left)

    def _may_wait(self, seconds: float) -> bool:
        with self._counting:
            is_left = seconds <= self._patience
            self._patience -= seconds if is_left else 0.0
        return is_left

    def _count(self, kind: str, exchange: Exchange) -> None:
        is_throttled = exchange.response is not None and exchange.response.status == 429
        lack = THROTTLED if is_throttled else exchange.error
        with self._counting:
            for broken in (kind, ANY):
                if lack is None:
                    self._failures.pop(broken, None)
                else:
                    count = self._failures[broken].count + 1 if broken in self._failures else 1
                    self._failures[broken] = _Failures(count, lack, time.monotonic() + REST)


@dataclass(frozen=True)
class _Sending:
    """A request that is being sent, by whom and since when (`clock` in seconds of the performance counter)."""

    sender: str
    request: Request
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    clock: float = field(default_factory=time.perf_counter)

    def exchange(self, response: Response | None, error: str | None) -> Callable[[int], Exchange]:
        """Return what makes the exchange that came of it, once it has its number."""
        seconds = time.perf_counter() - self.clock
        return lambda number: Exchange(number, self.started, seconds, self.sender, self.request, response, error)


@dataclass(frozen=True)
class _Failures:
    """How often in a row there was no reply, why at last, and when (monotonic seconds) to try again."""

    count: int
    last: str
    try_again: float


def _body(raw: urllib3.BaseHTTPResponse) -> bytes:
    """Return the body, and give the connection back; raises Unfinished where that was cut, whatever came of it."""
    connection = raw.connection
    try:
        body = _read(raw)
        raw.release_conn()
    except (HTTPError, OSError) as failure:
        if not is_cut(connection) and not isinstance(failure, (ReadTimeoutError, TimeoutError)):
            raise
        raise Unfinished from failure
    finally:
        raw.close()
    if is_cut(connection):
        raise Unfinished
    if not is_unpacked(raw):
        raise IncompleteRead(raw.tell(), 1)
    return body


def _read(raw: urllib3.BaseHTTPResponse) -> bytes:
    coding = raw.headers.get("Transfer-Encoding", "chunked")
    if coding.strip().lower() not in ("chunked", "identity"):
        raise ValueError(f"its Transfer-Encoding is {coding}, for which nobody asked")
    chunks: list[bytes] = []
    size = 0
    while chunk := raw.read1(65536):
        chunks.append(chunk)
        size += len(chunk)
        if size > LARGEST_BODY:
            raise ValueError(f"the reply is over {LARGEST_BODY // 1_000_000} MB")
    return b"".join(chunks)
