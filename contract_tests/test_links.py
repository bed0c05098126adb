"""Links: what a shown user says of itself leads to that user, in that instance. Looks at the whole traffic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from syncano_contract import expect, pointer
from syncano_contract.outcome import Failed
from syncano_contract.plugin import MUST, SHOULD, requirement
from syncano_contract.session import Session, Sighting

SHOWN = (
    "users-add#response/200",
    "users-update-put#response/200",
    "user-details#response/200",
    "users-reset-user-key#response/200",
)
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


@requirement("LINKS-1", MUST, source=SHOWN)
def test_a_profile_belongs_to_its_user(traffic: Session) -> None:
    """`profile.owner` is the id of the user, in every reply that shows one."""
    for sighting in expect.sightings(traffic):
        owner, user_id = _member(sighting.body, ("profile", "owner")), sighting.body.get("id")
        if isinstance(owner, int) and isinstance(user_id, int) and owner != user_id:
            raise Failed(f"profile.owner to be {user_id}", f"{owner}", sighting.exchange, places=("/profile/owner",))
    expect.seen_enough(traffic)


@requirement("LINKS-2", MUST, source=SHOWN)
def test_links_lead_to_the_user(traffic: Session) -> None:
    """Every link of a user, of its profile and of its groups leads to that very thing, in the instance called."""
    for sighting in expect.sightings(traffic):
        for name, link, tail, place in _links(sighting):
            if not unquote(urlsplit(link).path).endswith(tail):
                raise Failed(f"{name} to end in {tail}", link, sighting.exchange, places=(place,))
    expect.seen_enough(traffic)


@requirement("LINKS-3", SHOULD, source=SHOWN)
def test_links_carry_the_prefix_called(traffic: Session) -> None:
    """Every link begins with the path under which the deployment was called, so that it can be followed."""
    called = urlsplit(traffic.target.url).path
    for sighting in expect.sightings(traffic):
        for name, link, tail, place in _links(sighting):
            prefix, found, _ = unquote(urlsplit(link).path).partition(tail)
            # A proxy may mount the deployment below a path that it does not know of.
            if found and called and not (prefix and called.endswith(prefix)):
                raise Failed(f"{name} to begin with {called}", link, sighting.exchange, places=(place,))
    expect.seen_enough(traffic)


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
