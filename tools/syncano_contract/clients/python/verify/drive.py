"""Drives the client as a user would, and prints a JSON line for each step: what was seen, and if that is right."""

import json
import os
from collections.abc import Callable

from syncano_users.api.user import get_user_details
from syncano_users.models import Error, ValidationErrors
from usage import INSTANCE, Refused, add, connect, details, patiently, reset_key, update, user_of

ODD = "Zoë 你好 🐺 \\\"'"
PASSWORD = "pässword-🗝"
OTHER = os.environ["SYNCANO_OTHER_INSTANCE"]


def tell(step: str, passed: bool, seen: object) -> None:
    print(json.dumps({"step": step, "passed": passed, "seen": str(seen)}), flush=True)


def refusal(call: Callable[[], object]) -> Refused | None:
    try:
        call()
    except Refused as refused:
        return refused
    return None


def refused(step: str, status: int, call: Callable[[], object]) -> None:
    match refusal(call):
        case Refused(status=seen, body=Error(detail=detail)):
            tell(step, seen == status and detail != "", f"{seen}: {detail}")
        case other:
            tell(step, False, other)


user = add("ciri", PASSWORD)
tell("add", user.id > 0 and user.username == "ciri", f"user {user.id}, {user.username}")
found = details(user.user_key)
tell("details", found.id == user.id, f"user {found.id}")
updated = update(user, ODD, PASSWORD)
tell("update", updated.id == user.id and updated.username != "ciri", updated.username)
again = reset_key(user)
tell("reset", again.id == user.id and again.user_key != user.user_key, "another key")
refused("old key", 403, lambda: details(user.user_key))

match refusal(lambda: add("", "")):
    case Refused(status=400, body=ValidationErrors(username=[str(_), *_] as names, password=[str(_), *_] as words)):
        tell("400", True, [*names, *words])
    case other:
        tell("400", False, other)
refused("403", 403, lambda: user_of(get_user_details.sync_detailed(INSTANCE, client=connect(again.user_key, "none"))))
moved = refusal(lambda: user_of(get_user_details.sync_detailed("moved", client=connect(again.user_key))))
tell("redirect", moved is not None, moved and int(moved.status))
refused("404", 404, lambda: user_of(get_user_details.sync_detailed("no-such", client=connect(again.user_key))))

profile = details(again.user_key).profile
nulls = (profile.group, profile.channel, profile.channel_room)
tell("null", nulls == (None, None, None), nulls)
name = details(again.user_key).username
tell("unicode", name == ODD, name)
there = connect(os.environ["SYNCANO_OTHER_USER_KEY"], os.environ["SYNCANO_OTHER_API_KEY"])
late = patiently(lambda: get_user_details.sync_detailed(OTHER, client=there))
tell("429", user_of(late).id > 0, int(late.status_code))
extra = {*found.additional_properties, *found.profile.additional_properties, *found.links.additional_properties}
tell("extra members", True, ", ".join(sorted(extra)))
