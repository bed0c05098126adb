"""What is looked at, in which order, and which methods there are."""

import unicodedata
from collections.abc import Callable
from dataclasses import replace

from starlette.requests import Request

from syncano_contract.reference import bodies, replies, validation
from syncano_contract.reference.access import Caller
from syncano_contract.reference.deployment import Call, Deployment, Operation, Resource
from syncano_contract.reference.faults.alteration import Group
from syncano_contract.reference.faults.altering import Rereading
from syncano_contract.reference.records import KeyKind, User
from syncano_contract.reference.replies import RefusedError, Reply, refused
from syncano_contract.reference.validation import Credentials

GROUP = Group("variants: checks")

_FIELDS = ("username", "password")


@GROUP.steps("403-for-what-is-not-yours", None)
class _Forbidden(Deployment):
    """An id that is not one's own is answered with 403, whether somebody has it or not."""

    def find_user(self, call: Call) -> User:
        try:
            return super().find_user(call)
        except RefusedError as error:
            raise refused(403, replies.NO_PERMISSION) from error


@GROUP.steps("405-before-rights", None)
class _MethodFirst(Deployment):
    """The method is looked at before the keys."""

    async def answer(self, prefix: str, resource: Resource, request: Request) -> Reply:
        self.find_operation(resource, request.method)
        return await super().answer(prefix, resource, request)


@GROUP.steps("body-before-id", None)
class _BodyFirst(Rereading):
    """The body is looked at before the id."""

    async def update(self, call: Call) -> Reply:
        await self.validate(call)
        return await super().update(call)


@GROUP.steps("numbers-refused", None)
class _StrictNumbers(Deployment):
    """A number in the place of a string is refused."""

    async def validate(self, call: Call) -> Credentials:
        value = bodies.parse(await call.request.body(), call.request.headers.get("content-type", ""))
        numbers = [name for name in _FIELDS if isinstance(value, dict) and isinstance(value.get(name), bodies.Number)]
        if numbers:
            raise replies.invalid({name: [validation.NOT_A_STRING] for name in numbers})
        return validation.credentials(value)


@GROUP.steps("json-only", None)
class _JsonOnly(Deployment):
    """Every body but JSON is refused with 415."""

    async def validate(self, call: Call) -> Credentials:
        media_type = call.request.headers.get("content-type", "")
        if media_type and not media_type.startswith("application/json"):
            raise replies.unsupported(media_type)
        return await super().validate(call)


@GROUP.steps("every-type-is-json", None)
class _EveryTypeIsJson(Deployment):
    """A body of any type is read as JSON."""

    async def validate(self, call: Call) -> Credentials:
        return validation.credentials(bodies.parse(await self.read_body(call.request), "application/json"))


def _renaming(change: Callable[[str], str]) -> type[Deployment]:
    class Renaming(Deployment):
        async def validate(self, call: Call) -> Credentials:
            credentials = await super().validate(call)
            return replace(credentials, username=change(credentials.username))

    return Renaming


for _name, _sentence, _fold in (
    ("names-stored-in-lower-case", "Names are stored in lower case.", str.lower),
    ("names-normalised", "Names are stored in normal form C.", lambda text: unicodedata.normalize("NFC", text)),
):
    GROUP.table(_name, None, _sentence, _renaming(_fold))


@GROUP.steps("no-limit-on-length", None)
class _NoLimit(Rereading):
    """Names and passwords of any length are taken."""

    async def validate(self, call: Call) -> Credentials:
        value = bodies.parse(await call.request.body(), call.request.headers.get("content-type", ""))
        if not isinstance(value, dict):
            return validation.credentials(value)
        short = {**value, **{name: text[:60] for name in _FIELDS if isinstance(text := value.get(name), str)}}
        checked = validation.credentials(short)
        whole = {name: value[name] if isinstance(value[name], str) else getattr(checked, name) for name in _FIELDS}
        return Credentials(whole["username"].strip(), whole["password"])


@GROUP.steps("short-names-only", None)
class _ShortNames(Deployment):
    """Names of more than 30 characters, or beyond ASCII, are refused."""

    async def validate(self, call: Call) -> Credentials:
        credentials = await super().validate(call)
        if len(credentials.username) > 30 or not credentials.username.isascii():
            raise replies.invalid({"username": ["Enter a valid username."]})
        return credentials


@GROUP.steps("passwords-need-letters", None)
class _PasswordRules(Deployment):
    """A password of less than 8 characters, or of digits alone, is refused."""

    async def validate(self, call: Call) -> Credentials:
        credentials = await super().validate(call)
        if len(credentials.password) < 8 or credentials.password.isdigit():
            raise replies.invalid({"password": ["This password is too weak."]})
        return credentials


@GROUP.steps("get-of-a-user", None)
class _GetUser(Deployment):
    """GET of a user's own path shows the user."""

    def resources(self) -> tuple[Resource, ...]:
        add, user, *others = super().resources()
        return (add, replace(user, operations={"GET": self.show, **user.operations}), *others)

    async def show(self, call: Call) -> Reply:
        """Show the user of the path."""
        return self.represent(call, self.find_user(call))


@GROUP.steps("patch-of-a-user", None)
class _PatchUser(Deployment):
    """PATCH updates a user as PUT does."""

    def resources(self) -> tuple[Resource, ...]:
        add, user, *others = super().resources()
        return (add, replace(user, operations={**user.operations, "PATCH": self.update}), *others)


@GROUP.steps("no-delete", None)
class _NoDelete(Deployment):
    """Users cannot be removed."""

    def resources(self) -> tuple[Resource, ...]:
        add, user, *others = super().resources()
        kept = {method: operation for method, operation in user.operations.items() if method != "DELETE"}
        return (add, replace(user, operations=kept), *others)


@GROUP.steps("no-head", None)
class _NoHead(Deployment):
    """There is neither HEAD nor OPTIONS."""

    def find_operation(self, resource: Resource, method: str) -> Operation:
        if method in ("HEAD", "OPTIONS"):
            raise replies.method_not_allowed(method)
        return super().find_operation(resource, method)


@GROUP.steps("account-key-only-removes", None)
class _AccountKeyNowhere(Deployment):
    """The account key removes users and opens nothing else below an instance."""

    def authorise(self, caller: Caller, resource: Resource, method: str) -> None:
        if caller.kind is KeyKind.ACCOUNT and method != "DELETE":
            raise refused(403, replies.NO_PERMISSION)
        super().authorise(caller, resource, method)
