"""The actions that list the statuses that were seen and are not documented."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from http import client
from typing import Any

from syncano_contract import judge, pointer
from syncano_contract.suggestion import headers
from syncano_contract.suggestion.actions import Action, counted, path_to, removal, seen_in
from syncano_contract.suggestion.changes import MIXED, NO_TYPE, UNCONFIRMED, Left
from syncano_contract.suggestion.placing import entry_of, model_of, responses_of
from syncano_contract.suggestion.schemas import meant
from syncano_contract.suggestion.seen import Seen, Where


def statuses(seen: Seen) -> tuple[list[Action], list[tuple[Where, Left]]]:
    """Return the actions for statuses that are not documented, and why there are none for some of them."""
    actions, left = list[Action](), list[tuple[Where, Left]]()
    for where in sorted(seen.replies):
        if where.status in seen.document.operation(where.operation).shapes:
            continue
        if where.status < 300 and (where, _shape(seen, where)) in seen.visits:
            actions.append(_success(seen, where))
        elif 400 <= where.status < 500 and where.status not in judge.TOLERATED:  # HTTP's own needs no listing
            content = _content(seen, where)
            if isinstance(content, Left):
                left.append((where, content))
            else:
                actions += _error(seen, where, content)
    return actions, left


def _shape(seen: Seen, where: Where) -> str:
    operation = seen.document.operation(where.operation)
    return operation.shapes[operation.success].pointer


def _success(seen: Seen, where: Where) -> Action:
    """Return what lists a success like the documented one."""
    evidence = _of_all(seen, where, seen.visits[where, _shape(seen, where)])
    model = deepcopy(pointer.at(seen.document.tree, pointer.steps(model_of(seen.document, where))))
    what = f"{where.operation} answers {where.status}."
    return Action(path_to(responses_of(seen.document, where)), what, evidence, {str(where.status): model})


def _of_all(seen: Seen, where: Where, times: int) -> str:
    """Say how many of all replies of an operation a status had."""
    whole = sum(number for each, number in seen.replies.items() if each.operation == where.operation)
    return seen_in(times, whole, where.operation)


def unseen(seen: Seen) -> Iterator[Action]:
    """Yield what removes a documented success that never came, where another one took its place."""
    for operation in seen.document.operations:
        others = [
            each
            for each in sorted(seen.replies)
            if each.operation == operation.id and each.status < 300 and each.status not in operation.shapes
        ]
        documented = Where(operation.id, operation.success)
        took = [each for each in others if (each, _shape(seen, each)) in seen.visits]
        if took and not seen.replies[documented]:
            evidence = f"seen in no reply; {counted({each: seen.replies[each] for each in took}, seen.replies)}"
            what = f"{operation.id} never answers {operation.success}."
            yield removal(entry_of(seen.document, documented), what, evidence)


def _error(seen: Seen, where: Where, content: dict[str, Any]) -> Iterator[Action]:
    name = where.operation[:1].upper() + where.operation[1:] + _meaning(where.status)
    always = sorted(
        name for (each, name), times in seen.headers.items() if (each, times) == (where, seen.replies[where])
    )
    listed = {name: headers.described() for name in always}
    response = {
        "description": f"{_phrase(where.status)}: what this status stands for here is not known.",
        "x-unconfirmed": UNCONFIRMED,
        **({"headers": listed} if listed else {}),
        **({"content": content} if content else {}),
    }
    evidence = _of_all(seen, where, seen.replies[where])
    what = f"{where.operation} answers {where.status}."
    yield Action("$.components.responses", what, evidence, {name: response})
    update = {str(where.status): {"$ref": f"#/components/responses/{name}"}}
    yield Action(path_to(responses_of(seen.document, where)), what, evidence, update)


def _content(seen: Seen, where: Where) -> dict[str, Any] | Left:
    """Return the content of a status: as documented for another error if all were like that, else by types alone."""
    found = sorted((media_type, kind) for each, media_type, kind in seen.types if each == where)
    media_types, kinds = [*dict.fromkeys(name for name, _ in found if name)], {kind for _, kind in found}
    if kinds == {""}:
        return {}
    if len(kinds & {"", "no JSON"}) and len(kinds) > 1:
        return MIXED
    if not media_types or any(not name for name, _ in found):
        return NO_TYPE
    if kinds == {"no JSON"}:
        return {name: {} for name in media_types}
    like = [status for each, status in seen.fits if each == where and seen.fits[each, status] == seen.replies[where]]
    schema = _like(seen, where, like) if like else {"schema": {"type": _one_or_all(sorted(kinds))}}
    return dict.fromkeys(media_types, schema)


def _like(seen: Seen, where: Where, statuses: Sequence[int]) -> dict[str, Any]:
    """Return the schema of a documented error, of one that refers to a schema rather than of one with several."""
    contents = [
        next(
            iter(
                meant(seen.document.tree, entry_of(seen.document, Where(where.operation, status)))[1][
                    "content"
                ].values()
            )
        )
        for status in sorted(statuses)
    ]
    return {"schema": deepcopy(min((each["schema"] for each in contents), key=lambda schema: "$ref" not in schema))}


def _one_or_all(types: list[str]) -> str | list[str]:
    return types[0] if len(types) == 1 else types


def _phrase(status: int) -> str:
    return client.responses.get(status, f"Status {status}")


def _meaning(status: int) -> str:
    return "".join(word for word in _phrase(status).title() if word.isalnum())
