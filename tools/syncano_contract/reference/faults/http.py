"""HTTP: methods, `Allow`, and connections."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syncano_contract.model import Level
from syncano_contract.reference.deployment import Deployment, Operation, Resource
from syncano_contract.reference.faults.alteration import Group
from syncano_contract.reference.faults.altering import Ask
from syncano_contract.reference.replies import RefusedError, Reply, refused

MUST, SHOULD = Level.MUST, Level.SHOULD
GROUP = Group("HTTP")

_CRASH = Reply(500, {"detail": "Server error."})


def _wrong_method(make: Callable[[str], Reply]) -> type[Deployment]:
    """Return steps that answer a method which a path does not have in another way."""

    class WrongMethod(Deployment):
        def find_operation(self, resource: Resource, method: str) -> Operation:
            try:
                return super().find_operation(resource, method)
            except RefusedError as error:
                raise RefusedError(make(method)) from error

    return WrongMethod


for _name, _level, _sentence, _make in (
    (
        "405-as-404",
        SHOULD,
        "A method that is not there is answered with 404.",
        lambda _: refused(404, "Not found").reply,
    ),
    ("405-as-400", SHOULD, "A method that is not there is answered with 400.", lambda _: refused(400, "Bad").reply),
    ("405-as-500", MUST, "A method that is not there is answered with 500.", lambda _: _CRASH),
    (
        "head-crashes",
        MUST,
        "HEAD where there is none is answered with 500.",
        lambda name: _CRASH if name == "HEAD" else refused(405, "No").reply,
    ),
):
    GROUP.table(_name, _level, _sentence, _wrong_method(_make))


def _allow(value: str | None) -> Callable[[Ask, Response], Response]:
    def change(_: Ask, response: Response) -> Response:
        del response.headers["allow"]
        if value is not None:
            response.headers["allow"] = value
        return response

    return change


GROUP.responses("no-allow", SHOULD, "405 comes without `Allow`.", _allow(None))
GROUP.responses("wrong-allow", SHOULD, "`Allow` lists TRACE and nothing else.", _allow("TRACE"))
GROUP.responses(
    "allow-lists-all", SHOULD, "`Allow` lists every method.", _allow("DELETE, GET, HEAD, OPTIONS, POST, PUT")
)


@GROUP.steps("options-crashes", MUST)
class _OptionsCrashes(Deployment):
    """OPTIONS is answered with 500."""

    def find_operation(self, resource: Resource, method: str) -> Operation:
        if method == "OPTIONS":
            raise RefusedError(_CRASH)
        return super().find_operation(resource, method)

    def authorise(self, caller: object, resource: Resource, method: str) -> None:
        if method != "OPTIONS":
            super().authorise(caller, resource, method)  # type: ignore[arg-type]


@GROUP.steps("head-is-a-204", SHOULD)
class _HeadIsEmpty(Deployment):
    """HEAD of details is answered with 204, and GET with 200."""

    async def answer(self, prefix: str, resource: Resource, request: Request) -> Reply:
        reply = await super().answer(prefix, resource, request)
        return Reply(204) if request.method == "HEAD" and reply.status == 200 else reply


def _answering(status: int, fits: Callable[[Scope], bool]) -> Callable[[ASGIApp], ASGIApp]:
    """Put something in front that answers requests which fit with a page for people."""

    def wrap(app: ASGIApp) -> ASGIApp:
        async def answering(scope: Scope, receive: Receive, send: Send) -> None:
            if fits(scope):
                await Response("<h1>Error</h1>", status, media_type="text/html")(scope, receive, send)
            else:
                await app(scope, receive, send)

        return answering

    return wrap


@GROUP.wraps("no-slash-crashes", MUST)
def _no_slash(app: ASGIApp) -> ASGIApp:
    """A path without its last slash is answered with 500."""
    return _answering(500, lambda scope: not scope["path"].endswith("/"))(app)


@GROUP.wraps("long-queries-crash", MUST)
def _long_query(app: ASGIApp) -> ASGIApp:
    """A query of more than 4,000 bytes is answered with 502."""
    return _answering(502, lambda scope: len(scope["query_string"]) > 4000)(app)


def _silent(fits: Callable[[Scope], bool]) -> Callable[[ASGIApp], ASGIApp]:
    """Put something in front that never answers requests which fit."""

    def wrap(app: ASGIApp) -> ASGIApp:
        async def silent(scope: Scope, receive: Receive, send: Send) -> None:
            if not fits(scope):
                await app(scope, receive, send)
                return
            while (await receive())["type"] != "http.disconnect":
                pass

        return silent

    return wrap


@GROUP.wraps("reset-hangs", MUST)
def _reset_hangs(app: ASGIApp) -> ASGIApp:
    """Reset is never answered."""
    return _silent(lambda scope: scope["path"].endswith("/reset_key/") and scope["method"] == "POST")(app)


@GROUP.wraps("put-hangs", MUST)
def _put_hangs(app: ASGIApp) -> ASGIApp:
    """PUT is never answered."""
    return _silent(lambda scope: scope["method"] == "PUT")(app)


def _cut(fits: Callable[[Scope], bool]) -> Callable[[ASGIApp], ASGIApp]:
    """Put something in front that promises more bytes than it sends, and ends the connection."""

    def wrap(app: ASGIApp) -> ASGIApp:
        async def cutting(scope: Scope, receive: Receive, send: Send) -> None:
            async def promise(message: Message) -> None:
                if message["type"] == "http.response.start":
                    kept = [pair for pair in message["headers"] if pair[0] != b"content-length"]
                    message = {**message, "headers": [*kept, (b"content-length", b"100000")]}
                await send(message)

            await app(scope, receive, promise if fits(scope) else send)

        return cutting

    return wrap


@GROUP.wraps("details-by-query-are-cut", MUST)
def _details_are_cut(app: ASGIApp) -> ASGIApp:
    """The connection is cut in the middle of details with the key in the query."""
    return _cut(lambda scope: scope["path"].endswith("/user/") and b"user_key" in scope["query_string"])(app)


@GROUP.wraps("resets-are-cut", MUST)
def _resets_are_cut(app: ASGIApp) -> ASGIApp:
    """The connection is cut in the middle of each reply to a reset."""
    return _cut(lambda scope: scope["path"].endswith("/reset_key/") and scope["method"] == "POST")(app)
