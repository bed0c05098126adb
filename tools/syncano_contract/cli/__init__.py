"""The command line: one function a command; nothing outside of this package prints or exits."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

# Where each command is: it is loaded when it is called, so that `extract` does not wait for pytest.
COMMANDS = {
    "bundle": "bundle",
    "cleanup": "cleanup",
    "compare": "compare",
    "diff": "diff",
    "extract": "extract",
    "faults": "faults",
    "index": "index",
    "judge": "judge",
    "prove": "prove",
    "publish": "publish",
    "render": "render",
    "requirements": "lists",
    "run": "run",
    "serve": "serve",
    "target": "lists",
    "trace": "contract",
    "validate": "contract",
}


class Commands(click.Group):
    """The commands by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click calls it
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """Load a command; None for a name that none has."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"{__name__}.{COMMANDS[cmd_name]}"), f"{cmd_name}_command")
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what click would answer with 1, which says non-conformant here, has another exit code."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            sys.exit(130)
        except BrokenPipeError:
            sys.exit(2)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="syncano-contract")
def main() -> None:
    """Tell whether a deployment of Syncano's v1.1 user API keeps the contract.

    \b
    Begin here:
      syncano-contract run                       run the suite against the reference deployment
      syncano-contract target > target.toml      write a target file for a live one ...
      syncano-contract run --target target.toml  ... and run against it
    """
