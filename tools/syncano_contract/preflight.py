"""Before anything is judged: whether the target is there, and the instance, and whether the key is accepted."""

from __future__ import annotations

from syncano_contract.api import Reply
from syncano_contract.model import Problem, header
from syncano_contract.session import Session

KEYS_FIX = "check it in the target file or the environment; `syncano-contract target` explains each key"


def check(session: Session) -> None:
    """Send one request that a run depends on; raises Problem that says what to change."""
    target, settings = session.target, session.settings
    if settings.cleanup and target.account_key is None:
        raise Problem("--cleanup needs the account_key, and the target gives none", KEYS_FIX)
    if settings.read_only:
        _check_reading(session)
    else:
        _check_adding(session)


def _check_reading(session: Session) -> None:
    for name in ("api_key", "user_key"):
        if getattr(session.target, name) is None:
            raise Problem(f"--read-only needs the {name}, and the target gives none", KEYS_FIX)
    reply = session.api.details(session.target.user_key or "")
    _check_reply(session, reply)
    if reply.status in (401, 403):
        raise Problem(
            f"{session.target.url} refused details with {reply.status}: the api_key is not of instance "
            f"{session.target.instance}, or the user_key is of none of its users",
            KEYS_FIX,
        )


def _check_adding(session: Session) -> None:
    if session.target.api_key is None:
        raise Problem(
            "the target gives no api_key",
            "give one that may add users, in the target file or as SYNCANO_API_KEY; or use --read-only",
        )
    reply = session.api.add()
    _check_reply(session, reply)
    if reply.status in (401, 403):
        raise Problem(
            f"{session.target.url} refused to add a user to instance {session.target.instance} with {reply.status}: "
            "the api_key is not of that instance, or may not add users",
            KEYS_FIX,
        )


def _check_reply(session: Session, reply: Reply) -> None:
    target, exchange = session.target, reply.exchange
    if exchange.response is None:
        error = session.redactor.text(str(exchange.error))
        raise Problem(f"{target.url} gives no reply: {error}", "check the URL and that the deployment is up")
    if 300 <= reply.status < 400:
        where = session.redactor.text(header(exchange.response.headers, "Location") or "nowhere")
        raise Problem(f"{target.url} redirects to {where}", "redirects are not followed: use the address it leads to")
    if reply.status == 404 and not reply.is_documented:
        raise Problem(
            f"{target.url} answered 404 without an error of this API: nothing is served there",
            "give the base URL up to and with the version, such as https://api.syncano.io/v1.1",
        )
    if reply.status == 404:
        raise Problem(f"{target.url} has no instance {target.instance}", "check `instance` (--instance NAME)")
