"""Before anything is judged: whether the target is there, and the instance, and whether the key is accepted."""

from __future__ import annotations

from collections.abc import Iterator

from syncano_contract import judge
from syncano_contract.client import THROTTLED
from syncano_contract.model import Problem, header
from syncano_contract.outcome import CannotTell
from syncano_contract.reply import Reply
from syncano_contract.session import Session
from syncano_contract.unanswered import TLS

# What a person can do about a lack of replies, by what its reason holds.
WAYS_OUT = {
    "the proxy": "check `proxy` in the target file, or HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY",
    "self-signed certificate": "give its certificate, or that of its authority, as ca_bundle in the target file",
    "issuer certificate": "give the certificate of its authority as ca_bundle in the target file",
    "Hostname mismatch": "use the name that the certificate is for as the host of the URL",
    "IP address mismatch": "use the name that the certificate is for as the host of the URL",
    "expired": "the deployment needs a new certificate",
    f"{TLS}: ": "check the URL (http or https?) and whether the target asks for a client_cert",
}
KEYS_FIX = "check it in the target file or the environment; `syncano-contract target` explains each key"


def check(session: Session) -> Iterator[str]:
    """Send what tells whether a run can be made, and yield notes on its keys; raises Problem with what to change."""
    target, settings = session.target, session.settings
    if settings.cleanup and settings.read_only:
        raise Problem("--cleanup has nothing to remove with --read-only", "leave one of the two out")
    if settings.cleanup and target.account_key is None:
        raise Problem("--cleanup needs the account_key, and the target gives none", "set it, or SYNCANO_ACCOUNT_KEY")
    if settings.read_only:
        _check_reading(session)
        return
    _check_adding(session, target.instance, target.api_key, "api_key")
    if target.other is not None:
        _check_adding(session, target.other.instance, target.other.api_key, "second tenant's api_key")
    yield from _check_further_keys(session)


def _check_reading(session: Session) -> None:
    for name in ("api_key", "user_key"):
        if getattr(session.target, name) is None:
            raise Problem(
                f"--read-only needs the {name}, and the target gives none", f"set it, or SYNCANO_{name.upper()}"
            )
    reply = session.api.details(session.target.user_key or "")
    _check_reply(session, reply, session.target.instance)
    if reply.status in (401, 403):
        raise Problem(
            f"{session.target.url} refused details with {reply.status}: the api_key is not of instance "
            f"{session.target.instance}, or the user_key is of none of its users",
            KEYS_FIX,
        )


def _check_adding(session: Session, instance: str, api_key: str | None, name: str) -> None:
    if api_key is None:
        raise Problem(
            "the target gives no api_key",
            "give one that may add users, in the target file or as SYNCANO_API_KEY; or use --read-only",
        )
    reply = session.api.add(instance=instance, api_key=api_key)
    _check_reply(session, reply, instance)
    if reply.status in (401, 403):
        raise Problem(
            f"{session.target.url} refused to add a user to instance {instance} with {reply.status}: "
            f"the {name} is not of that instance, or may not add users",
            KEYS_FIX,
        )


def _check_further_keys(session: Session) -> Iterator[str]:
    """Look at the first user with each key that the requirements would otherwise take on trust."""
    api, target = session.api, session.target
    try:
        user = api.anyone()
    except CannotTell:
        return  # that no user can be added is for the requirements to say
    if (
        target.plain_key
        and api.details(user.user_key).ok
        and not api.details(user.user_key, api_key=target.plain_key).ok
    ):
        raise Problem(f"the plain_key is not accepted by instance {target.instance}", KEYS_FIX)
    if target.account_key:
        known, unknown = (api.details(user.user_key, api_key=key) for key in (target.account_key, api.unknown_key))
        if str(known) == str(unknown):
            yield "the account_key is answered as an unknown key is: if it is wrong, USER-DETAILS-3 proves nothing"


def _check_reply(session: Session, reply: Reply, instance: str) -> None:
    target, exchange = session.target, reply.exchange
    if exchange.response is None:
        error = session.redactor.text(str(exchange.error))
        raise Problem(f"{target.url} gives no reply: {error}", _way_out(error))
    if reply.status == 429:
        asked = session.redactor.text(header(exchange.response.headers, "Retry-After") or "nothing")
        raise Problem(f"{target.url} throttles: {THROTTLED} (Retry-After: {judge.shorten(asked)})", "try again later")
    if 300 <= reply.status < 400:
        where = session.redactor.text(header(exchange.response.headers, "Location") or "nowhere")
        raise Problem(f"{target.url} redirects to {where}", "redirects are not followed: use the address it leads to")
    if reply.status == 404 and not reply.is_documented:
        raise Problem(
            f"{target.url} answered 404 without an error of this API: nothing is served there",
            "give the base URL up to and with the version, such as https://api.syncano.io/v1.1",
        )
    if reply.status == 404:
        raise Problem(f"{target.url} has no instance {instance}", "check `instance` (--instance NAME)")


def _way_out(error: str) -> str:
    return next((fix for part, fix in WAYS_OUT.items() if part in error), "check the URL and that the deployment is up")
