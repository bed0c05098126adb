"""What the deployment answers: a status, a JSON body and the headers of every reply."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import Response

JSON_TYPE = "application/json; charset=utf-8"
PAGE_NOT_FOUND = (
    '<!doctype html><html lang="en"><head><title>Not Found</title></head>'
    "<body><h1>Not Found</h1><p>There is nothing at this address.</p></body></html>"
)

NO_SUCH_KEY = "No such API Key."
NO_PERMISSION = "You do not have permission to perform this action."
NO_INSTANCE = "Instance was not found."
NOT_FOUND = "Not found"
NOT_ACCEPTABLE = "Could not satisfy the request Accept header."
TOO_LARGE = "Request body is too large."

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer before it is sent; `body` is what JSON can hold, None for no body."""

    status: int
    body: object = None


class RefusedError(Exception):
    """A check failed, and `reply` is the answer."""

    def __init__(self, reply: Reply) -> None:
        """Refuse with `reply`."""
        super().__init__(reply)
        self.reply = reply


def refused(status: int, detail: str) -> RefusedError:
    """Make a refusal whose body holds one `detail`."""
    return RefusedError(Reply(status, {"detail": detail}))


def invalid(errors: Mapping[str, Sequence[str]]) -> RefusedError:
    """Make a refusal with the messages of each faulty field."""
    return RefusedError(Reply(400, errors))


def method_not_allowed(method: str) -> RefusedError:
    """Make the refusal of a method that the path does not have."""
    return refused(405, f'Method "{method}" not allowed.')


def unsupported(content_type: str) -> RefusedError:
    """Make the refusal of a body in a format that is not read here."""
    return refused(415, f'Unsupported media type "{content_type}" in request.')


def to_response(reply: Reply, allow: str) -> Response:
    """Turn a reply into bytes: compact JSON in UTF-8, with `Allow` and `Vary` (DEPLOYMENTS.md, "Bodies")."""
    headers = {"Allow": allow, "Vary": "Origin"}
    if reply.body is None:
        return Response(status_code=reply.status, headers=headers)
    return Response(_encode(reply.body), reply.status, headers, JSON_TYPE)


def page_not_found() -> Response:
    """Answer a path that is none of ours, with a page for people."""
    return Response(PAGE_NOT_FOUND, 404, media_type="text/html")
