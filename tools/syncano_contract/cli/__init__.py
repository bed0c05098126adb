"""The command line: one function a command; nothing outside of this package prints or exits."""

from __future__ import annotations

import click

from syncano_contract.cli.contract import extract_command, trace_command, validate_command
from syncano_contract.cli.faults import faults_command
from syncano_contract.cli.lists import requirements_command, target_command
from syncano_contract.cli.prove import prove_command
from syncano_contract.cli.run import run_command
from syncano_contract.cli.serve import serve_command


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="syncano-contract")
def main() -> None:
    """Tell whether a deployment of Syncano's v1.1 user API keeps the contract.

    \b
    Begin here:
      syncano-contract run                       run the suite against the reference deployment
      syncano-contract target > target.toml      write a target file for a live one ...
      syncano-contract run --target target.toml  ... and run against it
    """


for command in (
    run_command,
    serve_command,
    faults_command,
    prove_command,
    requirements_command,
    target_command,
    extract_command,
    trace_command,
    validate_command,
):
    main.add_command(command)
