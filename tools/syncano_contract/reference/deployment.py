"""The operations of the reference deployment, and the checks before them, each a step of its own."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar, TypeVarTuple

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from syncano_contract.reference import access, bodies, keys, negotiation, replies, representation, validation
from syncano_contract.reference.access import Caller, Right
from syncano_contract.reference.passwords import Passwords
from syncano_contract.reference.records import Instance, NewUser, User
from syncano_contract.reference.replies import Reply, refused
from syncano_contract.reference.representation import Links
from syncano_contract.reference.store import Store, UsernameTakenError
from syncano_contract.reference.validation import Credentials

MAXIMUM_BODY_BYTES = 1_000_000

# Ids are written without sign and leading zeros, and fit 64 bits.
_ID = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)

Arguments = TypeVarTuple("Arguments")
Written = TypeVar("Written")


@dataclass(frozen=True, slots=True)
class Call:
    """A request that passed the checks on its instance, its `Accept` and its API key."""

    request: Request
    instance: Instance
    caller: Caller
    links: Links


Operation = Callable[[Call], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Resource:
    """A path below an instance, with its operations by method and the right that calling them takes."""

    path: str
    operations: Mapping[str, Operation]
    right: Right
    rights_by_method: Mapping[str, Right] = field(default_factory=dict)

    @property
    def allow(self) -> str:
        """Give the value of the `Allow` header."""
        return ", ".join(self.operations)


class Deployment:
    """The four operations, and removing a user, on one database."""

    def __init__(self, store: Store, passwords: Passwords) -> None:
        """Keep users in `store`, with hashes from `passwords`."""
        self._store = store
        self._passwords = passwords

    def resources(self) -> tuple[Resource, ...]:
        """List the paths that exist below an instance."""
        options: dict[str, Operation] = {"OPTIONS": self.options}
        return (
            Resource("/users/", {"POST": self.add, **options}, access.may_add),
            Resource(
                "/users/{user_id}/",
                {"PUT": self.update, "DELETE": self.remove, **options},
                access.may_touch,
                {"DELETE": access.may_touch_any},
            ),
            Resource("/users/{user_id}/reset_key/", {"POST": self.reset_key, **options}, access.may_touch),
            Resource("/user/", {"GET": self.details, "HEAD": self.details, **options}, access.is_user),
        )

    async def answer(self, prefix: str, resource: Resource, request: Request) -> Reply:
        """Check a request in the order of DEPLOYMENTS.md and carry it out; raises RefusedError.

        The links of the reply carry `prefix`, such as `/v1.1`.
        """
        instance = self.find_instance(request.path_params["instance"])
        self.check_accept(request.headers.get("accept", ""))
        caller = self.authenticate(instance, request)
        self.authorise(caller, resource, request.method)
        operation = self.find_operation(resource, request.method)
        links = Links(f"{prefix}/instances/{instance.name}")
        return await operation(Call(request, instance, caller, links))

    def find_instance(self, name: str) -> Instance:
        """Find the instance; raises RefusedError with status 404."""
        instance = self._store.instance(name)
        if instance is None:
            raise refused(404, replies.NO_INSTANCE)
        return instance

    def check_accept(self, accept: str) -> None:
        """Check that the client takes JSON; raises RefusedError with status 406."""
        if not negotiation.accepts_json(accept):
            raise refused(406, replies.NOT_ACCEPTABLE)

    def authenticate(self, instance: Instance, request: Request) -> Caller:
        """Tell who calls; raises RefusedError with status 403 when no API key opens the instance."""
        key = access.given_api_key(request.headers, request.query_params)
        api_key = access.authenticate(self._store, instance, key)
        return Caller(api_key.kind, self.identify(instance, request))

    def identify(self, instance: Instance, request: Request) -> User | None:
        """Find the user whose key came along; None for no key or one that no user of the instance has."""
        key = access.given_user_key(request.headers, request.query_params)
        return self._store.user_with_key(instance, key) if key else None

    def authorise(self, caller: Caller, resource: Resource, method: str) -> None:
        """Check the right to call; raises RefusedError with status 403."""
        access.authorise(caller, resource.rights_by_method.get(method, resource.right))

    def find_operation(self, resource: Resource, method: str) -> Operation:
        """Find what a method does; raises RefusedError with status 405."""
        operation = resource.operations.get(method)
        if operation is None:
            raise replies.method_not_allowed(method)
        return operation

    def find_user(self, call: Call) -> User:
        """Find the user of the path, if the caller may touch it; raises RefusedError with status 404."""
        text = call.request.path_params["user_id"]
        user = self._store.user(call.instance, int(text)) if _ID.fullmatch(text) else None
        if user is None or not access.may_touch_user(call.caller, user):
            raise refused(404, replies.NOT_FOUND)
        return user

    async def validate(self, call: Call) -> Credentials:
        """Read username and password from the body; raises RefusedError with status 400, 413 or 415."""
        body = await self.read_body(call.request)
        return validation.credentials(bodies.parse(body, call.request.headers.get("content-type", "")))

    async def read_body(self, request: Request) -> bytes:
        """Read a body of at most MAXIMUM_BODY_BYTES; raises RefusedError with status 413."""
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAXIMUM_BODY_BYTES:
                raise refused(413, replies.TOO_LARGE)
        return bytes(body)

    async def add(self, call: Call) -> Reply:
        """Add a user (`users-add#response/200`)."""
        credentials = await self.validate(call)
        password = await self._passwords.hash(credentials.password)
        new = NewUser(credentials.username, password, keys.user_key(), datetime.now(UTC))
        return self.represent(call, await self.persist(self._store.add, call.instance, new))

    async def update(self, call: Call) -> Reply:
        """Give a user another name and password (`users-update-put#response/200`)."""
        user = self.find_user(call)
        credentials = await self.validate(call)
        password = await self._passwords.hash(credentials.password)
        changed = await self.persist(self._store.update, call.instance, user.id, credentials.username, password)
        return self.represent(call, changed)

    async def reset_key(self, call: Call) -> Reply:
        """Give a user another key, whatever the body (`users-reset-user-key#response/200`)."""
        user = self.find_user(call)
        changed = await self.persist(self._store.reset_key, call.instance, user.id, keys.user_key())
        return self.represent(call, changed)

    async def remove(self, call: Call) -> Reply:
        """Remove a user (DEPLOYMENTS.md, "Traffic")."""
        user = self.find_user(call)
        await self.persist(self._store.remove, call.instance, user.id)
        return Reply(204)

    async def details(self, call: Call) -> Reply:
        """Show the user whose key came along (`user-details#response/200`)."""
        return self.represent(call, call.caller.user)

    async def options(self, _: Call) -> Reply:
        """Answer with the headers alone, `Allow` among them (RFC 9110, section 9.3.7)."""
        return Reply(204)

    async def persist(self, write: Callable[[*Arguments], Written], *arguments: *Arguments) -> Written:
        """Write beside the event loop; raises RefusedError with status 400 when the username is taken."""
        try:
            return await to_thread.run_sync(write, *arguments)
        except UsernameTakenError as error:
            raise validation.not_unique() from error

    def represent(self, call: Call, user: User | None) -> Reply:
        """Show a user; raises RefusedError with status 404 when it has been removed meanwhile."""
        if user is None:
            raise refused(404, replies.NOT_FOUND)
        return Reply(200, representation.user(user, call.links))

    def respond(self, _: Request, resource: Resource, reply: Reply) -> Response:
        """Turn the reply to a request into bytes with the headers of every reply."""
        return replies.to_response(reply, resource.allow)
