"""`syncano-contract`, and `python -m syncano_contract`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; an interrupt while it is still being loaded ends it like a later one."""
    try:
        from syncano_contract.cli import main as commands  # noqa: PLC0415 - what takes long is inside of the `try`

        commands(prog_name="syncano-contract")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
