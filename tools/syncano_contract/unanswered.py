"""Why a request had no reply, in one line."""

from __future__ import annotations

import ssl

from urllib3.exceptions import (
    ConnectTimeoutError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)

from syncano_contract.model import Exchange

ABORTED = "Connection aborted."  # what urllib3 says before anything of a reply came
NO_CONNECTION = "cannot connect"
UNTRUSTED = f"{NO_CONNECTION}: TLS: the certificate is not trusted"
TLS = f"{NO_CONNECTION}: TLS"
PROXY = f"{NO_CONNECTION}: the proxy"


class Unfinished(TimeoutError):
    """A reply had begun, and was not complete in time."""


def is_unconnected(exchange: Exchange) -> bool:
    """Whether there was no connection at all, which says nothing of how the deployment answers."""
    return exchange.error is not None and exchange.error.startswith(NO_CONNECTION)


def closed_early(failure: BaseException) -> bool:
    """Whether the connection ended before anything of a reply came."""
    return isinstance(failure, ProtocolError) and failure.args[0] == ABORTED and _is_closing(failure)


def _is_closing(failure: Exception) -> bool:
    return isinstance(failure, ProtocolError) and isinstance(failure.args[-1], ConnectionError)


def worded(failure: Exception, timeout: float) -> str:
    """Say why there was no reply; `timeout` is in seconds."""
    if isinstance(failure, ProxyError):
        inner = worded(failure.original_error, timeout)
        return f"{PROXY}: {inner.removeprefix(f'{NO_CONNECTION}: ').removeprefix('no usable reply: ')}"
    wordings: tuple[tuple[bool, str], ...] = (
        (isinstance(failure, NewConnectionError), f"{NO_CONNECTION}: {_reason(failure)}"),
        (isinstance(failure, ConnectTimeoutError), f"{NO_CONNECTION}: no answer within {timeout:g} s"),
        (isinstance(failure, (SSLError, ssl.SSLError)), _of_tls(failure)),
        (isinstance(failure, Unfinished), f"no complete reply within {timeout:g} s, only its beginning"),
        (isinstance(failure, (ReadTimeoutError, TimeoutError)), f"no complete reply within {timeout:g} s"),
        (closed_early(failure), "the connection was closed before a reply"),
        ("IncompleteRead" in str(failure) or _is_closing(failure), "the reply was cut off"),
    )
    cause = next((each for each in reversed(failure.args) if isinstance(each, Exception)), failure)
    return next((words for holds, words in wordings if holds), f"no usable reply: {cause}")


def _of_tls(failure: Exception) -> str:
    inner = next((each for each in failure.args if isinstance(each, Exception)), failure)
    if isinstance(inner, ssl.SSLCertVerificationError):
        return f"{UNTRUSTED}: {inner.verify_message}"
    return f"{TLS}: {_reason(failure)}"


def _reason(failure: Exception) -> str:
    """Return what the operating system or TLS said, without the addresses of objects."""
    return getattr(failure.__cause__, "strerror", None) or str(failure).rsplit(": ", 1)[-1]
