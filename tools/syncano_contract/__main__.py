"""`syncano-contract`, and `python -m syncano_contract`."""

from __future__ import annotations

import os
import re
import sys

TRACEBACK = "SYNCANO_CONTRACT_TRACEBACK"  # set to anything, it shows where the program broke
KEY_LIKE = re.compile(r"[A-Za-z0-9_-]{16,}")
LONGEST = 300


def main() -> None:
    """Run the command line; an interrupt while it is still being loaded ends it like a later one.

    Whatever breaks is no verdict: it exits with 2, and 1 is kept for targets that are not conformant.
    """
    try:
        from syncano_contract.cli import main as commands  # noqa: PLC0415 - what takes long is inside of the `try`

        commands(prog_name="syncano-contract")
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        sys.stderr.write(f"error: the program itself broke: {_told(error)}\n  {TRACEBACK}=1 shows where\n")
        sys.exit(2)


def _told(error: Exception) -> str:
    """Return an error as one line, without what may be a key: nobody knows here which keys there are."""
    text = f"{type(error).__name__}: {error}"[:LONGEST] if str(error) else type(error).__name__
    for name, value in os.environ.items():
        if name.startswith("SYNCANO_") and value:
            text = text.replace(value, f"<{name}>")
    return KEY_LIKE.sub("<redacted>", "".join(char if char.isprintable() else " " for char in text))


if __name__ == "__main__":
    main()
