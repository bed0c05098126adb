"""`python -m syncano_contract` is `syncano-contract`."""

from syncano_contract.cli import main

main(prog_name="syncano-contract")
