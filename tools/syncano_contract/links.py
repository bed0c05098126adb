"""What a shown user says of itself: whether its profile and its links lead to that user, in that instance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from syncano_contract import pointer
from syncano_contract.outcome import Failed
from syncano_contract.session import Sighting

USER = "/users/{id}/"
PROFILE = "/classes/user_profile/objects/{profile}/"

# Where each link of a user leads, below its instance.
LINKS = {
    ("links", "self"): USER,
    ("links", "groups"): USER + "groups/",
    ("links", "reset-key"): USER + "reset_key/",
    ("links", "profile"): PROFILE,
    ("profile", "links", "self"): PROFILE,
    ("profile", "links", "owner"): USER,
}
GROUP_LINKS = {"self": "/groups/{id}/", "users": "/groups/{id}/users/"}


def of_another_owner(sighting: Sighting) -> Iterator[Failed]:
    """Yield the failure that a profile says to be somebody else's."""
    owner, user_id = _member(sighting.body, ("profile", "owner")), sighting.body.get("id")
    if isinstance(owner, int) and isinstance(user_id, int) and owner != user_id:
        yield Failed(f"profile.owner to be {user_id}", f"{owner}", sighting.exchange, places=("/profile/owner",))


def that_lead_elsewhere(sighting: Sighting) -> Iterator[Failed]:
    """Yield each link that does not end in the path of what it is the link of."""
    for name, link, tail, place in _links(sighting):
        if not unquote(urlsplit(link).path).endswith(tail):
            yield Failed(f"{name} to end in {tail}", link, sighting.exchange, places=(place,))


def of_another_prefix(sighting: Sighting, base_url: str) -> Iterator[Failed]:
    """Yield each link that does not begin with the path under which the deployment was called."""
    called = urlsplit(base_url).path
    for name, link, tail, place in _links(sighting):
        prefix, found, _ = unquote(urlsplit(link).path).partition(tail)
        # A proxy may mount the deployment below a path that it does not know of.
        if found and called and not (prefix and called.endswith(prefix)):
            yield Failed(f"{name} to begin with {called}", link, sighting.exchange, places=(place,))


def _links(sighting: Sighting) -> Iterator[tuple[str, str, str, str]]:
    """Yield name, link, the path that the link has to end in and its pointer, for each link that is a string."""
    body, instance = sighting.body, f"/instances/{sighting.instance}"
    ids = {"id": body.get("id"), "profile": _member(body, ("profile", "id"))}
    for path, template in LINKS.items():
        link = _member(body, path)
        if isinstance(link, str) and all(isinstance(value, int) for value in ids.values()):
            yield ".".join(path), link, instance + template.format_map(ids), pointer.of(path)
    for number, group in enumerate(body.get("groups") or ()):
        for name, template in GROUP_LINKS.items() if isinstance(group, dict) else ():
            link = _member(group, ("links", name))
            if isinstance(link, str) and isinstance(group.get("id"), int):
                tail = instance + template.format_map({"id": group.get("id")})
                yield f"groups.links.{name}", link, tail, pointer.of(("groups", number, "links", name))


def _member(body: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        body = body.get(name) if isinstance(body, Mapping) else None
    return body
