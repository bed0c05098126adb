"""Running the reference deployment: for other processes, or inside this one."""

import asyncio
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from syncano_contract.reference.app import create_app
from syncano_contract.reference.deployment import Deployment
from syncano_contract.reference.passwords import Passwords
from syncano_contract.reference.seeds import Seeds
from syncano_contract.reference.store import Store

MOUNT_POINT = "/v1.1"
DATABASE_NAME = "reference.sqlite3"

_BACKLOG = 512
_KEEP_ALIVE_SECONDS = 75
_GRACE_SECONDS = 5


def reference_app(store: Store, passwords: Passwords) -> ASGIApp:
    """Make the application of the reference deployment as it is."""
    return create_app(Deployment(store, passwords))


@dataclass(frozen=True, slots=True)
class Build:
    """How a deployment is made of its parts, the path below which it is found, and what speaks HTTP for it."""

    make_app: Callable[[Store, Passwords], ASGIApp] = reference_app
    mount_point: str = MOUNT_POINT
    protocol: type[asyncio.Protocol] = HttpToolsProtocol


REFERENCE = Build()


class AddressUnavailableError(Exception):
    """Nothing can listen on `host` and `port`; `reason` says why."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        """Keep the address and why it cannot be had."""
        super().__init__(host, port, reason)
        self.host = host
        self.port = port
        self.reason = reason

    def __str__(self) -> str:
        """Name the address and the reason in one line."""
        return f"{self.host}:{self.port}: {self.reason}"


def serve(
    host: str, port: int, database: Path | None, announce: Callable[[str, Seeds], None], build: Build = REFERENCE
) -> None:
    """Serve until SIGINT or SIGTERM, from the main thread.

    `announce` gets the base URL and the seeded keys as soon as connections are accepted. Port 0 takes a free
    one; without `database` a temporary one is used and removed. Raises AddressUnavailableError and
    DatabaseUnusableError.
    """
    with _listening(host, port) as listener, _database(database) as path, closing(Store(path)) as store:
        server = _Server(build.make_app(store, Passwords()), build.protocol)
        with _stopped_by_signals(server):
            announce(_origin(listener) + build.mount_point, store.seeds())
            server.run([listener])


class Embedded:
    """A throw-away reference deployment in a thread of this process, on a free loopback port.

    As a context manager it answers when the block begins, and is gone with its database when the block ends,
    whatever connections are still open. `url` is the base URL and `seeds` are the keys.
    """

    url: str
    seeds: Seeds

    def __init__(self, build: Build = REFERENCE) -> None:
        """Prepare one that answers as the reference deployment does, or as `build` has it."""
        self._build = build

    def __enter__(self) -> Self:
        """Start it, and return when connections are answered."""
        with ExitStack() as stack:
            path = stack.enter_context(_database(None))
            store = stack.enter_context(closing(Store(path, durable=False)))
            listener = stack.enter_context(_listening("127.0.0.1", 0))
            self.url, self.seeds = _origin(listener) + self._build.mount_point, store.seeds()
            app = self._build.make_app(store, Passwords(cheap=True))
            stack.enter_context(_running(_Server(app, self._build.protocol), listener))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it and remove its database."""
        self._stack.close()


class _Server(uvicorn.Server):
    """A quiet server that tells when it has started."""

    def __init__(self, app: ASGIApp, protocol: type[asyncio.Protocol]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=protocol,
                loop="asyncio",  # which sets TCP_NODELAY: no reply waits for the client's acknowledgement
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="error",
                access_log=False,
                server_header=False,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )
        self.running: Future[None] = Future()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.running.set_result(None)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.force_exit:
            for connection in list(self.server_state.connections):
                connection.transport.abort()
        await super().shutdown(sockets)

    def run_in_thread(self, listener: socket.socket) -> None:
        """Serve until told to stop; an error before the start goes to who waits for `running`."""
        try:
            asyncio.run(self.serve([listener]))
        except BaseException as error:  # noqa: BLE001  - the thread that waits must learn of any end
            if not self.running.done():
                self.running.set_exception(error)


@contextmanager
def _running(server: _Server, listener: socket.socket) -> Iterator[None]:
    thread = threading.Thread(target=server.run_in_thread, args=(listener,), daemon=True)
    thread.start()
    server.running.result()
    try:
        yield
    finally:
        server.should_exit = server.force_exit = True
        thread.join()


@contextmanager
def _stopped_by_signals(server: _Server) -> Iterator[None]:
    """Let SIGINT and SIGTERM end the server and nothing else: uvicorn raises them again when it is done."""
    previous = {number: signal.signal(number, server.handle_exit) for number in uvicorn.server.HANDLED_SIGNALS}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    try:
        listener = _bind(host, port)
    except (OSError, OverflowError) as error:
        raise AddressUnavailableError(host, port, _reason(error)) from error
    with listener:
        yield listener


def _bind(host: str, port: int) -> socket.socket:
    """Listen; raises OSError, and OverflowError for a port above 65535."""
    # Without the port: the resolver takes 70000 for 4464.
    family, kind, protocol, _, address = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address[0], port, *address[2:]))
        listener.listen(_BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def _origin(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _reason(error: OSError | OverflowError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


@contextmanager
def _database(path: Path | None) -> Iterator[Path]:
    """Give the path of the database: the one asked for, or one in a folder that is removed afterwards."""
    if path is not None:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="syncano-contract-") as folder:
        yield Path(folder, DATABASE_NAME)
