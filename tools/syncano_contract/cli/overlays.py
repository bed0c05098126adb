"""The option `--overlay` of several commands."""

from __future__ import annotations

from pathlib import Path

import click

from syncano_contract import document
from syncano_contract.document import Document

OVERLAY_OPTION = click.option(
    "--overlay",
    "overlays",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Amend the document with this OpenAPI Overlay 1.0 for one kind of deployment; repeatable, in order.",
)


def amended(overlays: tuple[Path, ...]) -> Document:
    """Return the document as the overlays amend it; raises Problem where they are broken or break it."""
    if not overlays:
        return document.load()
    from syncano_contract import overlay  # noqa: PLC0415 - no other run waits for it

    return overlay.amended(overlays)
