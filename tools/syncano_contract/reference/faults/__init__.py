"""The faults that the reference deployment can be given, and the variants that a correct deployment may be."""

from difflib import get_close_matches

from syncano_contract.model import Problem
from syncano_contract.reference.faults import (
    collateral,
    http,
    inputs,
    keys,
    leaks,
    links,
    races,
    resets,
    shape,
    state,
    statuses,
    tenants,
)
from syncano_contract.reference.faults.alteration import Alteration, build
from syncano_contract.reference.faults.variants import VARIANTS

__all__ = ["ALTERATIONS", "FAULTS", "VARIANTS", "Alteration", "build", "find"]

FAULTS: tuple[Alteration, ...] = tuple(
    alteration
    for module in (statuses, shape, links, state, collateral, keys, resets, leaks, tenants, inputs, races, http)
    for alteration in module.GROUP.members
)
ALTERATIONS = {alteration.name: alteration for alteration in (*FAULTS, *VARIANTS)}


def find(name: str) -> Alteration:
    """Return the fault or variant of this name; raises Problem when there is none."""
    if name in ALTERATIONS:
        return ALTERATIONS[name]
    alike = get_close_matches(name, ALTERATIONS, n=1)
    hint = f"did you mean {alike[0]}? " if alike else ""
    raise Problem(f"no fault is called {name}", f"{hint}`syncano-contract faults` lists them")
