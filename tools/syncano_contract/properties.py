"""Schemathesis, run as one bounded step; the sole module (with its hooks) that knows it.

It generates requests from the document, right and wrong ones, and sends them through a relay. Their replies are judged
like all others; what only schemathesis knows is whether a request was meant to be wrong.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from syncano_contract.outcome import CannotTell
from syncano_contract.relay import Relay
from syncano_contract.resources import DOCUMENT
from syncano_contract.session import Session
from syncano_contract.settings import Depth

PHASES = {Depth.STANDARD: "examples,coverage", Depth.DEEP: "examples,coverage,fuzzing,stateful"}
EXAMPLES = {Depth.STANDARD: 10, Depth.DEEP: 100}
LONGEST = {Depth.STANDARD: 300, Depth.DEEP: 3600}  # seconds
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
        _tell_hypothesis_of_utf8(Path(folder))
        try:
            done = subprocess.run(  # noqa: S603 - our own interpreter, with options of our own making
                _command(session, relay.url),
                cwd=folder,
                env={**_environment(), "SCHEMATHESIS_HOOKS": "syncano_contract.schemathesis_hooks"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=LONGEST[depth],
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise CannotTell(f"schemathesis did not finish within {error.timeout:g} s") from error
    if done.returncode not in (0, 1):
        raise CannotTell(f"schemathesis broke with exit code {done.returncode}: {_last_line(done)}")
    return tuple(_findings(done.stdout.decode("utf-8", "replace")))


def _command(session: Session, url: str) -> list[str]:
    settings = session.settings
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run", str(DOCUMENT)]
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
    """Return this process' environment without the keys that a target may have come from."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("SYNCANO_", "SCHEMATHESIS_"))}


def _findings(output: str) -> Iterator[Accepted]:
    for line in output.splitlines():
        if line.startswith('{"exchange": '):
            found = json.loads(line)
            yield Accepted(found["exchange"], found["finding"])


def _last_line(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = (done.stderr or done.stdout).decode("utf-8", "replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it printed nothing")
