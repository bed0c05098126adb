"""`syncano-contract judge`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from syncano_contract import output, recorded, run, target
from syncano_contract.cli import known, suggesting
from syncano_contract.cli.overlays import OVERLAY_OPTION, amended
from syncano_contract.cli.repeating import judging
from syncano_contract.cli.suggesting import SUGGEST_OPTION
from syncano_contract.cli.telling import OUT_OPTION, code, tell, written
from syncano_contract.cli.words import worded
from syncano_contract.document import Document
from syncano_contract.model import Report
from syncano_contract.recorded import archive, base
from syncano_contract.recorded.drift import suggestion
from syncano_contract.recorded.recording import Recording
from syncano_contract.recorded.report import report


@click.command("judge", short_help="Judge recorded traffic (HAR), without sending anything.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option("--base-url", metavar="URL", help="The API's base URL.  [default: that of most entries]")
@OVERLAY_OPTION
@known.DEVIATIONS_OPTION
@SUGGEST_OPTION
@OUT_OPTION
def judge_command(
    files: tuple[Path, ...], base_url: str | None, overlays: tuple[Path, ...], out: Path | None, **given: Any
) -> None:
    """Judge the recorded traffic in HAR FILEs, plain or compressed, and write the report; `-` is standard input.

    Nothing is sent. A requirement that recorded traffic cannot show is `untested`, and what an unseen request could
    explain is `cannot_tell`. Requests that are not in keeping with the document are noted. Of a plain file of more than
    16 MB a second process judges the later half, where there is a core for it (Linux).

    Exits with 0 when the traffic is conformant, 1 when it is not or a known deviation is outdated, 2 when that could
    not be told or nothing could be judged.

    \b
    Examples:
      syncano-contract judge traffic.har
      syncano-contract judge monday.har.gz tuesday.har.gz --overlay overlays/syncano-platform.yaml
      syncano-contract judge browser.har --base-url https://api.syncano.io/v1.1
      syncano-contract judge traffic.har --suggest-overlay seen.yaml
      zstdcat traffic.har.zst | syncano-contract judge -
    """
    file, suggested = given["known_file"], given["suggested"]
    with worded():
        below = None if base_url is None else base.normal(target.check_url(base_url))
        contract, listed = amended(overlays), known.read(file, is_update=False)
        suggesting.check(suggested, overlays)
        found, recording = _judged(files, contract, below, notes_drift=suggested is not None)
        repeat = judging(files, base_url, overlays, file)
        found = replace(found, command=repeat, deviations=known.on(found.target, listed))
        directory = output.prepare(out, urlsplit(found.target).netloc)
        problem = written(found, directory, is_latest=out is None)
        tell(found, None if problem else directory, "text")
        if problem:
            raise problem
        if suggested is not None:
            suggesting.write(suggested, suggestion(recording))
    sys.exit(code(found))


def _judged(
    files: Iterable[Path], contract: Document, below: str | None, *, notes_drift: bool
) -> tuple[Report, Recording]:
    suite = run.collected()  # first, as pytest looks through all of the memory in use
    with ExitStack() as stack, recorded.no_search_for_cycles():
        archives = [stack.enter_context(archive.opened(file, sys.stdin.buffer)) for file in files]
        recording = recorded.read(archives, contract, below, notes_drift=notes_drift)
        return report(recording, archives, suite), recording
