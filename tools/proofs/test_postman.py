"""Slow proof: Postman's own converter makes one request of each operation, and the same file each time."""

from __future__ import annotations

from typing import Any

from syncano_contract.document import METHODS, load
from syncano_contract.portal_files import postman
from syncano_contract.published import in_30, published

TREE = in_30(published(load().tree))


def without_examples(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_examples(each) for name, each in value.items() if name not in ("example", "examples")}
    return [without_examples(each) for each in value] if isinstance(value, list) else value


def test_each_operation_is_a_request_with_its_replies() -> None:
    made = postman.collection(TREE, print)

    operations = [item[method] for item in TREE["paths"].values() for method in METHODS if method in item]
    requests = [request for folder in made["item"] for request in folder["item"]]
    replies = {each["name"]: sorted(str(reply["code"]) for reply in each["response"]) for each in requests}
    assert made["info"]["schema"].endswith("/v2.1.0/collection.json")
    assert replies == {each["summary"]: sorted(each["responses"]) for each in operations}


def test_what_has_no_example_gets_the_same_values_each_time() -> None:
    tree = without_examples(TREE)

    assert postman.collection(tree, print) == postman.collection(tree, print)
