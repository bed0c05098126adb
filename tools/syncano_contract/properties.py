"""Schemathesis, run as one bounded step; the sole module (with its hooks) that knows it.

It generates requests from the document, right and wrong ones, and sends them through a relay. Their replies are judged
like all others; what only schemathesis knows is whether a request was meant to be wrong.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from syncano_contract.bounds import Bounds
from syncano_contract.judge import shorten
from syncano_contract.ledger import json_object
from syncano_contract.outcome import CannotTell
from syncano_contract.relay import Relay
from syncano_contract.session import Session
from syncano_contract.settings import Depth

PHASES = {Depth.STANDARD: "examples,coverage", Depth.DEEP: "examples,coverage,fuzzing,stateful"}
EXAMPLES = {Depth.STANDARD: 10, Depth.DEEP: 100}
LONGEST = {Depth.STANDARD: 300, Depth.DEEP: 3600}  # seconds
OPENAPI = "openapi.json"  # the document, as overlays have amended it
CONFIG = """\
[cache]
enabled = false
[phases.coverage]
unexpected-methods = []
"""


@dataclass(frozen=True)
class Accepted:
    """A request that was made to depart from the document and was accepted; `exchange` is its number."""

    exchange: int
    finding: str


def run(session: Session) -> tuple[Accepted, ...]:
    """Run schemathesis against the target and return what it found; raises CannotTell when it breaks."""
    api, depth = session.api, session.settings.depth
    existing = api.require("user_key") if api.read_only else None
    with tempfile.TemporaryDirectory(prefix="syncano-contract-") as folder, Relay(api, existing) as relay:
        Path(folder, "schemathesis.toml").write_text(CONFIG, encoding="utf-8")
        Path(folder, OPENAPI).write_text(json.dumps(session.document.tree), encoding="utf-8")
        _tell_hypothesis_of_utf8(Path(folder))
        code, output, errors = _done(_command(session, relay.url), folder, session.bounds, LONGEST[depth])
    if session.bounds.reason:
        raise CannotTell(session.bounds.reason)
    if code not in (0, 1):
        ended = f"was ended by signal {-code}" if code < 0 else f"broke with exit code {code}"
        raise CannotTell(f"schemathesis {ended}: {_last_line(errors or output)}")
    return tuple(_findings(output, len(session.log.exchanges)))


def _done(command: list[str], folder: str, bounds: Bounds, longest: float) -> tuple[int, str, str]:
    """Run a command to its end, or to that of the run; return its exit code and what it wrote to both outputs."""
    try:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, with options of our own making
            command,
            cwd=folder,
            env={**_environment(), "SCHEMATHESIS_HOOKS": "syncano_contract.schemathesis_hooks"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for this process alone, which ends the other
        )
    except OSError as error:
        raise CannotTell(f"schemathesis cannot be started: {error.strerror}") from error
    with process:
        bounds.ended.add_done_callback(lambda _: process.kill())
        try:
            output, errors = process.communicate(timeout=longest)
        except subprocess.TimeoutExpired as error:
            raise CannotTell(f"schemathesis did not finish within {longest:g} s") from error
        finally:
            process.kill()
    return process.returncode, output.decode("utf-8", "replace"), errors.decode("utf-8", "replace")


def _command(session: Session, url: str) -> list[str]:
    settings = session.settings
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run", OPENAPI]
    options = {
        "--url": url,
        "--phases": PHASES[settings.depth],
        "--max-examples": str(EXAMPLES[settings.depth]),
        "--checks": "negative_data_rejection",
        "--seed": str(settings.seed),
        "--workers": "1",
        "--max-redirects": "0",
        "--request-timeout": str(settings.timeout * 4 + 30),  # the run's own client gives up before
        "--suppress-health-check": "all",
        "--warnings": "off",
        "--generation-database": "none",
        "--generation-with-security-parameters": "false",
    }
    if settings.read_only:
        options["--include-method"] = "GET"
    return [*command, *(word for option in options.items() for word in option), "--no-shrink", "--no-color"]


def _tell_hypothesis_of_utf8(folder: Path) -> None:
    """Put the table of what UTF-8 can encode where Hypothesis looks before it spends 1.3 s and 200 MB to make it."""
    table = folder / ".hypothesis" / "unicode_data" / unicodedata.unidata_version / "codec-v2-utf-8.json.gz"
    table.parent.mkdir(parents=True)
    everything_but_surrogates = [[0, 0xD7FF], [0xE000, sys.maxunicode]]
    table.write_bytes(gzip.compress(json.dumps([everything_but_surrogates, []]).encode()))


def _environment() -> dict[str, str]:
    """Return this process' environment without the keys of a target and the proxies to it: the relay is on loopback."""
    left_out = re.compile(r"SYNCANO_.*|SCHEMATHESIS_.*|.*_proxy", re.IGNORECASE)
    return {name: value for name, value in os.environ.items() if not left_out.fullmatch(name)}


def _findings(output: str, exchanges: int) -> Iterator[Accepted]:
    for line in output.splitlines():
        if line.startswith('{"exchange": '):
            found = json_object(line.encode())
            number, finding = found.get("exchange"), found.get("finding")
            if type(number) is not int or not 0 < number <= exchanges or not isinstance(finding, str):
                raise CannotTell(f"schemathesis wrote what is no finding: {shorten(line)}")
            yield Accepted(number, finding)


def _last_line(output: str) -> str:
    return next((line.strip() for line in reversed(output.split("\n")) if line.strip()), "it printed nothing")
