"""What TLS needs to know of a target: which authorities to trust, and the certificate to show."""

from __future__ import annotations

import ssl
from pathlib import Path

from urllib3.util.ssl_ import create_urllib3_context

from syncano_contract.model import Problem
from syncano_contract.target import Target


def context(target: Target) -> ssl.SSLContext:
    """Return how to speak TLS with a target; raises Problem for files that hold no certificate or no key."""
    made = create_urllib3_context()
    try:
        if target.ca_bundle is not None:
            made.load_verify_locations(target.ca_bundle)
        else:
            made.load_default_certs()
    except (OSError, ValueError) as error:
        fix = "name a PEM file with the certificates to trust"
        raise Problem(f"ca_bundle {target.ca_bundle} cannot be used: {_reason(error)}", fix) from error
    if target.client_cert is not None:
        _show(made, target.client_cert, target.client_key)
    return made


def _show(made: ssl.SSLContext, certificate: Path, key: Path | None) -> None:
    try:
        made.load_cert_chain(certificate, key, password=_no_password)
    except (OSError, ValueError) as error:
        files = f"{certificate} and client_key {key}" if key else f"{certificate}"
        raise Problem(
            f"client_cert {files} cannot be used: {_reason(error)}",
            "name PEM files: the certificate with its chain, and its own key, which no password locks",
        ) from error


def _no_password() -> str:
    """Answer in the place of a person: OpenSSL would ask on the terminal, and wait for ever in CI."""
    return ""


def _reason(error: OSError | ValueError) -> str:
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
    return str(reason).replace("_", " ").lower()
