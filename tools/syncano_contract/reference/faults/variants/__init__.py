"""Variants: what a correct deployment may do (DEPLOYMENTS.md), so that no requirement fails of it."""

from syncano_contract.reference.faults.alteration import Alteration
from syncano_contract.reference.faults.variants import checks, form, identity, wire

__all__ = ["VARIANTS"]

VARIANTS: tuple[Alteration, ...] = tuple(
    alteration for module in (form, checks, identity, wire) for alteration in module.GROUP.members
)
