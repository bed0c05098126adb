"""How a user looks in a reply (the pages' examples; DEPLOYMENTS.md, "Bodies")."""

from dataclasses import dataclass
from datetime import datetime

from syncano_contract.reference.records import Group, Profile, User


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses of one instance, below the prefix that was called: absolute paths without host."""

    root: str

    def user(self, user_id: int) -> str:
        """Give the address of a user."""
        return f"{self.root}/users/{user_id}/"

    def profile(self, profile_id: int) -> str:
        """Give the address of a profile."""
        return f"{self.root}/classes/user_profile/objects/{profile_id}/"

    def group(self, group_id: int) -> str:
        """Give the address of a group."""
        return f"{self.root}/groups/{group_id}/"


def user(record: User, links: Links) -> dict[str, object]:
    """Represent a user with all that belongs to it, but for its password."""
    return {
        "id": record.id,
        "username": record.username,
        "profile": _profile(record.profile, record.id, links),
        "groups": [_group(group, links) for group in record.groups],
        "user_key": record.user_key,
        "links": {
            "self": links.user(record.id),
            "groups": links.user(record.id) + "groups/",
            "reset-key": links.user(record.id) + "reset_key/",
            "profile": links.profile(record.profile.id),
        },
    }


def _profile(record: Profile, owner: int, links: Links) -> dict[str, object]:
    return {
        "id": record.id,
        "created_at": _moment(record.created_at),
        "updated_at": _moment(record.updated_at),
        "revision": record.revision,
        "owner": owner,
        "owner_permissions": "full",
        "group": None,
        "group_permissions": "none",
        "other_permissions": "none",
        "channel": None,
        "channel_room": None,
        "links": {"self": links.profile(record.id), "owner": links.user(owner)},
    }


def _group(record: Group, links: Links) -> dict[str, object]:
    return {
        "id": record.id,
        "label": record.label,
        "description": record.description,
        "links": {"self": links.group(record.id), "users": links.group(record.id) + "users/"},
    }


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
