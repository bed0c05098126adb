"""What keeps a fact: one function a kind, which compares a page's fact with the document by meaning."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from syncano_contract.model import Fact
from syncano_contract.pointer import child
from syncano_contract.trace.contract import Contract, folded
from syncano_contract.trace.model import Found, Gap
from syncano_contract.trace.parameters import names_known, param
from syncano_contract.trace.replies import callout, response
from syncano_contract.trace.samples import sample


def keep(contract: Contract, fact: Fact) -> Found:
    """Return what the document makes of a fact; raises NotThereError when the place for it is missing."""
    if contract.value(f"{fact.page.slug}#path") is None:
        return Found("", (Gap("", "its page describes no operation, and so no part of the document can keep it"),))
    return KEEPERS[fact.kind](contract, fact)


def _method(contract: Contract, fact: Fact) -> Found:
    return Found(contract.operation(fact).pointer)


def _path(contract: Contract, fact: Fact) -> Found:
    return Found(contract.path_item(fact).pointer)


def _auth(contract: Contract, fact: Fact) -> Found:
    security = contract.security(fact)
    alternatives = [alternative.value for alternative in security.items()]
    is_required = bool(alternatives) and all(alternatives)
    if is_required == (fact.value == "required"):
        return Found(security.pointer)
    return Found(security.pointer, (Gap(security.pointer, f"the page says that keys are {fact.value}"),))


def _text(contract: Contract, fact: Fact) -> Found:
    known, operation = set(names_known(contract, fact)), contract.operation(fact)
    unknown = [code for code in fact.value["code"] if folded(code) not in known]
    return Found(operation.pointer, tuple(Gap(operation.pointer, f"the operation has no {code}") for code in unknown))


def _page(contract: Contract, fact: Fact) -> Found:
    operation, gaps = contract.operation(fact), []
    if contract.top.value.get("info", {}).get("x-deprecated", False) is not fact.value["deprecated"]:
        said = str(fact.value["deprecated"]).lower()
        gaps.append(Gap("/info/x-deprecated", f"`x-deprecated` is to be {said}, as the page's version is"))
    if fact.value["category"] not in (None, *operation.value.get("tags", ())):
        said = f"the operation lacks the page's category {fact.value['category']} as a tag"
        gaps.append(Gap(child(operation.pointer, "tags"), said))
    return Found(operation.pointer, tuple(gaps), also=("/info",))


def _deprecated(contract: Contract, fact: Fact) -> Found:
    operation = contract.operation(fact)
    pointer = child(operation.pointer, "deprecated")
    if operation.value.get("deprecated") is True:
        return Found(pointer)
    return Found(pointer, (Gap(pointer, "the operation is to be marked as deprecated, as its page is"),))


def _repair(contract: Contract, fact: Fact) -> Found:
    """A repair of what the document keeps is a departure from the page as it stands; notation alone is none."""
    repaired = contract.fact(fact.value["of"])
    found = keep(contract, repaired) if repaired else Found(contract.operation(fact).pointer)
    return Found(found.pointer, (), (f"{fact.value['what']}: {fact.value['before']} is read as {fact.value['after']}",))


KEEPERS: Mapping[str, Callable[[Contract, Fact], Found]] = {
    "page": _page,
    "method": _method,
    "path": _path,
    "auth": _auth,
    "param": param,
    "response": response,
    "callout": callout,
    "sample": sample,
    "text": _text,
    "excerpt": _text,
    "deprecated": _deprecated,
    "repair": _repair,
}
