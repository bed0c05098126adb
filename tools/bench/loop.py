"""The bare loop: what was recorded is sent again over one kept connection, and nothing is looked at.

What a client in Python reaches that does nothing but send and receive; our directed tests are measured beside it.
"""

from __future__ import annotations

import http.client
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench.recording import Recorded
from bench.server import Served
from bench.ways import Findings

FILE = "recorded.json"


@dataclass(frozen=True)
class BareLoop:
    """A way that finds nothing, fast."""

    recorded: tuple[Recorded, ...]
    name: str = "bare loop"

    def command(self, place: Served) -> list[str]:
        """Return this module as a command."""
        return [sys.executable, "-m", "bench.loop", place.url]

    def environment(self, _: Served) -> dict[str, str]:
        """Return nothing: the keys are in what was recorded."""
        return {}

    def files(self, _: Findings) -> dict[str, str]:
        """Return what was recorded."""
        return {FILE: json.dumps([each.to_json() for each in self.recorded])}

    def findings(self, _: Path) -> Findings:
        """Return none."""
        return frozenset()


def send(netloc: str, requests: Sequence[Recorded]) -> None:
    """Send each request when the one before it has been answered."""
    connection = http.client.HTTPConnection(netloc)
    for request in requests:
        connection.putrequest(request.method, request.target, skip_accept_encoding=True)
        for name, value in request.headers:
            connection.putheader(name, value.encode("latin-1"))
        if request.body:
            connection.putheader("content-length", str(len(request.body)))
        connection.endheaders(request.body or None)
        connection.getresponse().read()
    connection.close()


if __name__ == "__main__":
    kept = json.loads(Path(FILE).read_text(encoding="utf-8"))
    send(urlsplit(sys.argv[1]).netloc, [Recorded.from_json(each) for each in kept])
