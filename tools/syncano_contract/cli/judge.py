"""`syncano-contract judge`."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import click

from syncano_contract import output, recorded, run, target
from syncano_contract.cli import known
from syncano_contract.cli.overlays import OVERLAY_OPTION, amended
from syncano_contract.cli.repeating import judging
from syncano_contract.cli.telling import OUT_OPTION, code, tell, written
from syncano_contract.cli.words import worded
from syncano_contract.recorded import archive, base
from syncano_contract.recorded.report import report


@click.command("judge", short_help="Judge recorded traffic (HAR), without sending anything.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option("--base-url", metavar="URL", help="The API's base URL.  [default: that of most entries]")
@OVERLAY_OPTION
@known.DEVIATIONS_OPTION
@OUT_OPTION
def judge_command(
    files: tuple[Path, ...], base_url: str | None, overlays: tuple[Path, ...], known_file: Path | None, out: Path | None
) -> None:
    """Judge the recorded traffic in HAR FILEs, plain or compressed, and write the report; `-` is standard input.

    Nothing is sent. A requirement that recorded traffic cannot show is `untested`, and what an unseen request could
    explain is `cannot_tell`. Requests that are not in keeping with the document are noted.

    Exits with 0 when the traffic is conformant, 1 when it is not or a known deviation is outdated, 2 when that could
    not be told or nothing could be judged.

    \b
    Examples:
      syncano-contract judge traffic.har
      syncano-contract judge monday.har.gz tuesday.har.gz --overlay overlays/syncano-platform.yaml
      syncano-contract judge browser.har --base-url https://api.syncano.io/v1.1
      zstdcat traffic.har.zst | syncano-contract judge -
    """
    with worded():
        below = None if base_url is None else base.normal(target.check_url(base_url))
        contract, listed = amended(overlays), known.read(known_file, is_update=False)
        with ExitStack() as stack:
            archives = [stack.enter_context(archive.opened(file, sys.stdin.buffer)) for file in files]
            suite = run.collected()  # first, as pytest looks through all of the memory in use
            found = report(recorded.read(archives, contract, below), archives, suite)
        found = replace(
            found,
            command=judging(files, base_url, overlays, known_file),
            deviations=known.on(found.target, listed),
        )
        directory = output.prepare(out, urlsplit(found.target).netloc)
        problem = written(found, directory, is_latest=out is None)
        tell(found, None if problem else directory, "text")
        if problem:
            raise problem
    sys.exit(code(found))
