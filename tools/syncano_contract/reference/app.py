"""The reference deployment as an ASGI application."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from syncano_contract.reference import replies
from syncano_contract.reference.deployment import Deployment, Resource
from syncano_contract.reference.replies import RefusedError

PREFIXES = ("/v1.1", "/v1")


class Endpoint:
    """One resource of a deployment, for any method: rights are looked at before the method is."""

    def __init__(self, deployment: Deployment, prefix: str, resource: Resource) -> None:
        """Answer for `resource` of `deployment` under `prefix`."""
        self._deployment = deployment
        self._prefix = prefix
        self._resource = resource

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; a client that goes away gets no answer."""
        # The `$` of a route's pattern lets a line feed follow the last slash.
        if not scope["path"].endswith("/"):
            raise HTTPException(404)
        try:
            response = await self._response(Request(scope, receive))
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _response(self, request: Request) -> Response:
        try:
            reply = await self._deployment.answer(self._prefix, self._resource, request)
        except RefusedError as refusal:
            reply = refusal.reply
        return self._deployment.respond(request, self._resource, reply)


async def _page_not_found(_: Request, __: Exception) -> Response:
    return replies.page_not_found()


def create_app(deployment: Deployment) -> Starlette:
    """Make the application: every resource under `/v1.1/` and under `/v1/`, and an HTML 404 for the rest."""
    routes = [
        Route(f"{prefix}/instances/{{instance}}{resource.path}", Endpoint(deployment, prefix, resource))
        for prefix in PREFIXES
        for resource in deployment.resources()
    ]
    app = Starlette(routes=routes, exception_handlers={404: _page_not_found})
    # A path without its trailing slash is unknown, and unknown paths are not redirected.
    app.router.redirect_slashes = False
    return app
