"""The house rules on the document, one generator function each; its docstring is the rule's sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from syncano_contract.validation.outline import Breach, Outline
from syncano_contract.validation.rules import keys, links, naming, operations, schemas, sources

Rule = Callable[[Outline], Iterator[Breach]]

RULES: tuple[Rule, ...] = (*naming.RULES, *sources.RULES, *operations.RULES, *links.RULES, *schemas.RULES, *keys.RULES)


def name(rule: Rule) -> str:
    """Return the name that findings give a rule, such as `trailing-slashes`."""
    return rule.__name__.replace("_", "-")
