"""Links: what a shown user says of itself leads to that user, in that instance. Looks at the whole traffic."""

from __future__ import annotations

from syncano_contract import expect, links
from syncano_contract.plugin import MUST, SHOULD, requirement
from syncano_contract.session import Session

SHOWN = (
    "users-add#response/200",
    "users-update-put#response/200",
    "user-details#response/200",
    "users-reset-user-key#response/200",
)


@requirement("LINKS-1", MUST, source=SHOWN)
def test_a_profile_belongs_to_its_user(traffic: Session) -> None:
    """`profile.owner` is the id of the user, in every reply that shows one."""
    for sighting in expect.sightings(traffic):
        expect.none(links.of_another_owner(sighting))
    expect.seen_enough(traffic)


@requirement("LINKS-2", MUST, source=SHOWN)
def test_links_lead_to_the_user(traffic: Session) -> None:
    """Every link of a user, of its profile and of its groups leads to that very thing, in the instance called."""
    for sighting in expect.sightings(traffic):
        expect.none(links.that_lead_elsewhere(sighting))
    expect.seen_enough(traffic)


@requirement("LINKS-3", SHOULD, source=SHOWN)
def test_links_carry_the_prefix_called(traffic: Session) -> None:
    """Every link begins with the path under which the deployment was called, so that it can be followed."""
    for sighting in expect.sightings(traffic):
        expect.none(links.of_another_prefix(sighting, traffic.target.url))
    expect.seen_enough(traffic)
