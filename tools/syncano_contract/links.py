"""What a shown user says of itself: whether its profile and its links lead to that user, in that instance."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from operator import itemgetter
from typing import Any
from urllib.parse import unquote, urlsplit

from syncano_contract import pointer
from syncano_contract.outcome import Failed
from syncano_contract.session import Sighting

PLAIN = re.compile(r"[A-Za-z0-9_/.-]*")  # what no parser of URLs changes
Steps = tuple[str | int, ...]

USER = "/users/{id}/"
PROFILE = "/classes/user_profile/objects/{profile}/"

# Where each link of a user leads, below its instance.
LINKS: dict[tuple[str, ...], str] = {
    ("links", "self"): USER,
    ("links", "groups"): USER + "groups/",
    ("links", "reset-key"): USER + "reset_key/",
    ("links", "profile"): PROFILE,
    ("profile", "links", "self"): PROFILE,
    ("profile", "links", "owner"): USER,
}
OF_USER = itemgetter(*(steps[-1] for steps in LINKS if len(steps) == 2))
OF_PROFILE = itemgetter(*(steps[-1] for steps in LINKS if len(steps) == 3))
TEMPLATES = frozenset(LINKS.values())
GROUP_LINKS = {"self": "/groups/{id}/", "users": "/groups/{id}/users/"}


def are_right(body: Any, instance: str, base_url: str) -> bool:
    """Whether a user has just the links that it should: a quicker way to know than to look for failures.

    `base_url` is that under which the deployment was called.
    """
    at = f"{urlsplit(base_url).path}/instances/{instance}"
    try:
        user_id, profile = body["id"], body["profile"]
        if type(user_id) is not int or type(profile["id"]) is not int or profile["owner"] != user_id:
            return False
        shown = "\n".join((*OF_USER(body["links"]), *OF_PROFILE(profile["links"])))
        is_right = shown == _sheet(at).replace("{id}", str(user_id)).replace("{profile}", str(profile["id"]))
        return is_right and all(_is_right_group(group, at) for group in body["groups"])
    except (KeyError, TypeError):
        return False


def _is_right_group(group: Any, at: str) -> bool:
    group_id, shown = group["id"], group["links"]
    expected = {name: at + template.format(id=group_id) for name, template in GROUP_LINKS.items()}
    return type(group_id) is int and all(shown[name] == link for name, link in expected.items())


@lru_cache(maxsize=64)
def _sheet(at: str) -> str:
    """Return all links of the users of an instance, a line each, with the names of what they differ in."""
    return "\n".join(at + template for template in LINKS.values())


def of_another_owner(sighting: Sighting) -> Iterator[Failed]:
    """Yield the failure that a profile says to be somebody else's."""
    owner, user_id = _member(sighting.body, ("profile", "owner")), sighting.body.get("id")
    if isinstance(owner, int) and isinstance(user_id, int) and owner != user_id:
        yield Failed(f"profile.owner to be {user_id}", f"{owner}", sighting.exchange, places=("/profile/owner",))


def that_lead_elsewhere(sighting: Sighting) -> Iterator[Failed]:
    """Yield each link that does not end in the path of what it is the link of."""
    for steps, link, tail in _links(sighting):
        if not _path(link).endswith(tail):
            yield Failed(f"{_name(steps)} to end in {tail}", link, sighting.exchange, places=(pointer.of(steps),))


def of_another_prefix(sighting: Sighting, base_url: str) -> Iterator[Failed]:
    """Yield each link that does not begin with the path under which the deployment was called."""
    called = urlsplit(base_url).path
    for steps, link, tail in _links(sighting):
        if link == called + tail:
            continue
        prefix, found, _ = _path(link).partition(tail)
        # A proxy may mount the deployment below a path that it does not know of.
        if found and called and not (prefix and called.endswith(prefix)):
            expected = f"{_name(steps)} to begin with {called}"
            yield Failed(expected, link, sighting.exchange, places=(pointer.of(steps),))


def _links(sighting: Sighting) -> Iterator[tuple[Steps, str, str]]:
    """Yield the steps to each link that is a string, the link, and the path that it has to end in."""
    body, instance = sighting.body, f"/instances/{sighting.instance}"
    user_id, profile = body.get("id"), _member(body, ("profile", "id"))
    if isinstance(user_id, int) and isinstance(profile, int):
        tails = {template: instance + template.format(id=user_id, profile=profile) for template in TEMPLATES}
        for steps, template in LINKS.items():
            link = _member(body, steps)
            if isinstance(link, str):
                yield steps, link, tails[template]
    for number, group in enumerate(body.get("groups") or ()):
        for name, template in GROUP_LINKS.items() if isinstance(group, dict) else ():
            link = _member(group, ("links", name))
            if isinstance(link, str) and isinstance(group.get("id"), int):
                yield ("groups", number, "links", name), link, instance + template.format(id=group.get("id"))


def _path(link: str) -> str:
    is_plain = link.startswith("/") and not link.startswith("//") and PLAIN.fullmatch(link)
    return link if is_plain else unquote(urlsplit(link).path)


def _name(steps: Steps) -> str:
    return ".".join(step for step in steps if isinstance(step, str))


def _member(body: Any, steps: tuple[str, ...]) -> Any:
    for step in steps:
        body = body.get(step) if isinstance(body, dict) else None
    return body
