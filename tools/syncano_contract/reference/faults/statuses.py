"""Statuses: one code in the place of another, and errors now and then."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count

from syncano_contract.model import Level
from syncano_contract.reference import replies
from syncano_contract.reference.deployment import Call, Deployment
from syncano_contract.reference.faults.alteration import Group
from syncano_contract.reference.faults.altering import ADD, DETAILS, OPERATIONS, RESET, UPDATE, Ask
from syncano_contract.reference.passwords import Passwords
from syncano_contract.reference.records import Instance
from syncano_contract.reference.replies import RefusedError, Reply, refused
from syncano_contract.reference.store import Store

MUST = Level.MUST

GROUP = Group("statuses")

_CRASH = Reply(500, {"detail": "Server error."})


def _status(old: int, new: int, *operations: str) -> Callable[[Ask, Reply], Reply]:
    """Answer `new` in the place of `old`, for these operations or for all of them."""

    def change(ask: Ask, reply: Reply) -> Reply:
        fits = reply.status == old and ask.operation in (operations or OPERATIONS)
        return replace(reply, status=new) if fits else reply

    return change


def _without_body(operation: str) -> Callable[[Ask, Reply], Reply]:
    return lambda ask, reply: Reply(204) if ask.operation == operation and reply.status == 200 else reply


for _name, _sentence, _change in (
    ("add-answers-201", "A user that is added is answered with 201.", _status(200, 201, ADD)),
    ("add-answers-204", "A user that is added is answered with 204 and without a body.", _without_body(ADD)),
    ("update-answers-202", "An update is answered with 202.", _status(200, 202, UPDATE)),
    ("update-answers-204", "An update is answered with 204 and without a body.", _without_body(UPDATE)),
    ("details-answers-203", "Details are answered with 203.", _status(200, 203, DETAILS)),
    ("reset-answers-201", "A reset is answered with 201.", _status(200, 201, RESET)),
    ("reset-answers-204", "A reset is answered with 204 and without a body.", _without_body(RESET)),
    ("403-as-401", "What is forbidden is answered with 401.", _status(403, 401)),
    ("403-as-404-by-details", "Details answers every wrong key with 404.", _status(403, 404, DETAILS)),
    ("403-as-400-by-add", "Add answers a wrong key with 400.", _status(403, 400, ADD)),
    ("404-as-403-by-add", "Add answers an unknown instance with 403.", _status(404, 403, ADD)),
    ("404-as-400-by-update", "Update answers an unknown id with 400.", _status(404, 400, UPDATE)),
    ("404-as-410-by-reset", "Reset answers an unknown id with 410.", _status(404, 410, RESET)),
    ("400-as-403-by-add", "Add answers a wrong body with 403.", _status(400, 403, ADD)),
    ("400-as-404-by-update", "Update answers a wrong body with 404.", _status(400, 404, UPDATE)),
    ("400-as-409", "A wrong body, or a name that is taken, is answered with 409.", _status(400, 409)),
    ("400-as-422", "A wrong body is answered with 422.", _status(400, 422)),
    ("400-as-500", "A wrong body is answered with 500.", _status(400, 500)),
    ("403-as-500-by-reset", "Reset answers a wrong key with 500.", _status(403, 500, RESET)),
    ("404-as-500-by-update", "Update answers an unknown id or instance with 500.", _status(404, 500, UPDATE)),
):
    GROUP.replies(_name, MUST, _sentence, _change)


def _as_success(ask: Ask, reply: Reply) -> Reply:
    return replace(reply, status=200) if ask.operation and reply.status >= 400 else reply


def _with_envelope(ask: Ask, reply: Reply) -> Reply:
    is_error = ask.operation and reply.status >= 400
    return Reply(200, {"status": reply.status, "error": reply.body}) if is_error else reply


GROUP.replies("errors-as-200", MUST, "Every error is answered with 200.", _as_success)
GROUP.replies("errors-as-200-in-envelopes", MUST, "Every error is a 200 whose body tells the status.", _with_envelope)


def _now_and_then(status: int, every: int) -> type[Deployment]:
    class NowAndThen(Deployment):
        def __init__(self, store: Store, passwords: Passwords) -> None:
            super().__init__(store, passwords)
            self._numbers = count(1)

        def find_instance(self, name: str) -> Instance:
            if next(self._numbers) % every == 0:
                raise RefusedError(replace(_CRASH, status=status))
            return super().find_instance(name)

    return NowAndThen


for _code, _every in ((500, 40), (502, 50), (503, 60)):
    GROUP.table(f"{_code}-now-and-then", MUST, f"Every {_every}th reply is a {_code}.", _now_and_then(_code, _every))


@GROUP.steps("unknown-instance-as-500", MUST)
class _UnknownInstanceCrashes(Deployment):
    """An instance that does not exist is answered with 500."""

    def find_instance(self, name: str) -> Instance:
        try:
            return super().find_instance(name)
        except RefusedError as error:
            raise RefusedError(_CRASH) from error


@GROUP.steps("unknown-instance-as-its-key", MUST)
class _UnknownInstanceForbidden(Deployment):
    """An instance that does not exist is answered with 403, as a wrong key is."""

    def find_instance(self, name: str) -> Instance:
        try:
            return super().find_instance(name)
        except RefusedError as error:
            raise refused(403, replies.NO_PERMISSION) from error


@GROUP.steps("taken-name-as-500", MUST)
class _TakenNameCrashes(Deployment):
    """A name that is taken is answered with 500."""

    async def add(self, call: Call) -> Reply:
        try:
            return await super().add(call)
        except RefusedError as error:
            if error.reply.body == {"username": ["This field must be unique."]}:
                raise RefusedError(_CRASH) from error
            raise
