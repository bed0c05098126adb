"""Steps that let the reference deployment answer, and then change what it answered."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from syncano_contract.reference.deployment import Deployment, Resource
from syncano_contract.reference.replies import RefusedError, Reply

ADD, UPDATE, DETAILS, RESET = "addUser", "updateUser", "getUserDetails", "resetUserKey"
OPERATIONS = (ADD, UPDATE, DETAILS, RESET)

Body = dict[str, Any]

_OPERATIONS = {
    ("POST", "/users/"): ADD,
    ("PUT", "/users/{user_id}/"): UPDATE,
    ("GET", "/user/"): DETAILS,
    ("POST", "/users/{user_id}/reset_key/"): RESET,
}


@dataclass(frozen=True, slots=True)
class Ask:
    """What was asked for: `operation` is an operationId, and empty for what the pages do not have."""

    operation: str
    request: Request


def ask(resource: Resource, request: Request) -> Ask:
    """Tell what a request asks of a resource."""
    return Ask(_OPERATIONS.get((request.method, resource.path), ""), request)


def operation_of(request: Request) -> str:
    """Tell which operation a request to one of our paths asks for, by its method and the end of its path."""
    path = request.url.path
    if path.endswith("/reset_key/"):
        tail = "/users/{user_id}/reset_key/"
    elif "user_id" in request.path_params:
        tail = "/users/{user_id}/"
    else:
        tail = "/user/" if path.endswith("/user/") else "/users/"
    return _OPERATIONS.get((request.method, tail), "")


class Rereading(Deployment):
    """Steps that may read a body more than once."""

    async def read_body(self, request: Request) -> bytes:
        """Read a body, and keep it with its request."""
        return await request.body()


def altered_replies(change: Callable[[Ask, Reply], Reply]) -> type[Deployment]:
    """Return steps whose every reply, refusals included, goes through `change`."""

    class Altered(Deployment):
        async def answer(self, prefix: str, resource: Resource, request: Request) -> Reply:
            try:
                reply = await super().answer(prefix, resource, request)
            except RefusedError as refusal:
                reply = refusal.reply
            return change(ask(resource, request), reply)

    return Altered


def altered_responses(change: Callable[[Ask, Response], Response]) -> type[Deployment]:
    """Return steps whose every response goes through `change`."""

    class Altered(Deployment):
        def respond(self, request: Request, resource: Resource, reply: Reply) -> Response:
            return change(ask(resource, request), super().respond(request, resource, reply))

    return Altered


def users(change: Callable[[Body], object], *operations: str) -> Callable[[Ask, Reply], Reply]:
    """Change each user that is shown, in place; for these operations, or for all of them."""

    def altered(ask: Ask, reply: Reply) -> Reply:
        if reply.status == 200 and isinstance(reply.body, dict) and ask.operation in (operations or OPERATIONS):
            change(reply.body)
        return reply

    return altered


def errors(change: Callable[[Any], object], *statuses: int) -> Callable[[Ask, Reply], Reply]:
    """Put something else in the place of the body of errors with these statuses."""

    def altered(ask: Ask, reply: Reply) -> Reply:
        fits = ask.operation and reply.status in (statuses or (400, 403, 404))
        return replace(reply, body=change(reply.body)) if fits else reply

    return altered


def content(change: Callable[[bytes], bytes], *, of_errors: bool = False) -> Callable[[Ask, Response], Response]:
    """Send other bytes with successes, or with errors."""

    def altered(ask: Ask, response: Response) -> Response:
        if not ask.operation or not response.body or (response.status_code >= 400) is not of_errors:
            return response
        headers = {name: value for name, value in response.headers.items() if name != "content-length"}
        return Response(change(bytes(response.body)), response.status_code, headers)

    return altered


def media_type(value: str | None, *, of_errors: bool = False) -> Callable[[Ask, Response], Response]:
    """Send another `Content-Type` with successes, or with errors; None sends none."""

    def altered(ask: Ask, response: Response) -> Response:
        if ask.operation and (response.status_code >= 400) is of_errors:
            del response.headers["content-type"]
            if value is not None:
                response.headers["content-type"] = value
        return response

    return altered
