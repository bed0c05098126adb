"""Links: what a user says of itself leads elsewhere."""

from collections.abc import Callable

from syncano_contract.model import Level
from syncano_contract.reference.faults.alteration import Group
from syncano_contract.reference.faults.altering import Body, users

MUST, SHOULD = Level.MUST, Level.SHOULD
GROUP = Group("links")


def _each(change: Callable[[str], str]) -> Callable[[Body], object]:
    """Change every link of a user and of its profile."""

    def change_all(body: Body) -> None:
        for links in (body["links"], body["profile"]["links"]):
            links.update({name: change(link) for name, link in links.items()})

    return change_all


def _one(name: str, change: Callable[[str, Body], str]) -> Callable[[Body], object]:
    return lambda body: body["links"].update({name: change(body["links"][name], body)})


def _of_the_next(link: str, body: Body) -> str:
    return link.replace(f"/{body['id']}/", f"/{body['id'] + 1}/")


for _name, _level, _sentence, _change in (
    (
        "links-to-another-instance",
        MUST,
        "Links lead to another instance.",
        _each(lambda link: link.replace("/instances/", "/instances/not-")),
    ),
    ("self-of-another-user", MUST, "The link `self` leads to another user.", _one("self", _of_the_next)),
    (
        "reset-link-of-another-user",
        MUST,
        "The link `reset-key` leads to another user.",
        _one("reset-key", _of_the_next),
    ),
    ("groups-link-of-another-user", MUST, "The link `groups` leads to another user.", _one("groups", _of_the_next)),
    (
        "profile-link-with-the-users-id",
        MUST,
        "The link to the profile has the id of the user.",
        _one("profile", lambda link, body: link.replace(f"/{body['profile']['id']}/", f"/{body['id']}/")),
    ),
    (
        "reset-link-to-the-user",
        MUST,
        "The link `reset-key` leads to the user itself.",
        _one("reset-key", lambda link, _: link.removesuffix("reset_key/")),
    ),
    (
        "wrong-owner",
        MUST,
        "A profile says that it belongs to another user.",
        lambda body: body["profile"].update(owner=body["id"] + 1),
    ),
    (
        "profile-id-as-owner",
        MUST,
        "A profile has its own id as that of its owner.",
        lambda body: body["profile"].update(owner=body["profile"]["id"]),
    ),
    (
        "owner-link-of-another-user",
        MUST,
        "A profile links to another owner.",
        lambda body: body["profile"]["links"].update(owner=_of_the_next(body["links"]["self"], body)),
    ),
    (
        "groups-link-elsewhere",
        MUST,
        "Groups link to another group.",
        lambda body: [group["links"].update(self=group["links"]["self"] + "7/") for group in body["groups"]],
    ),
    ("links-without-slash", MUST, "Links come without their last slash.", _each(lambda link: link.rstrip("/"))),
    (
        "relative-links",
        SHOULD,
        "Links are relative.",
        _each(lambda link: link.partition("/instances/")[2].join(("instances/", ""))),
    ),
    (
        "links-of-another-version",
        SHOULD,
        "Links carry another version than the one that was called.",
        _each(lambda link: link.replace("/v1.1/", "/v1/")),
    ),
    (
        "key-in-links",
        MUST,
        "The link `self` carries the user key.",
        _one("self", lambda link, body: f"{link}?user_key={body['user_key']}"),
    ),
):
    GROUP.replies(_name, _level, _sentence, users(_change))
