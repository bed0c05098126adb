"""The keys that a fresh reference deployment comes with, and the target, or target file, made of them."""

import json
from dataclasses import dataclass

from syncano_contract.target import Other, Target


@dataclass(frozen=True, slots=True)
class Seeds:
    """The seeded instances and one key of every kind.

    `api_key` may add users, `plain_key` may not, `acl_key` may touch any user of `instance`; `account_key`
    opens both instances and `foreign_account_key` neither. `user_key` and `other_user_key` are those of the
    oldest user that the instance still has, and empty when it has none.
    """

    instance: str
    api_key: str
    plain_key: str
    acl_key: str
    account_key: str
    user_key: str
    other_instance: str
    other_api_key: str
    other_user_key: str
    foreign_account_key: str


def seeded(url: str, seeds: Seeds) -> Target:
    """Return the target that a reference deployment with these keys is."""
    return Target(
        url=url,
        instance=seeds.instance,
        api_key=seeds.api_key,
        plain_key=seeds.plain_key,
        account_key=seeds.account_key,
        user_key=seeds.user_key,
        other=Other(seeds.other_instance, seeds.other_api_key),
    )


def render_target(url: str, seeds: Seeds) -> str:
    """Render the TOML of a target file for the deployment at `url`, without what is empty."""
    target = {
        "url": url,
        "instance": seeds.instance,
        "api_key": seeds.api_key,
        "plain_key": seeds.plain_key,
        "account_key": seeds.account_key,
        "user_key": seeds.user_key,
    }
    other = {"instance": seeds.other_instance, "api_key": seeds.other_api_key}
    return f"{_assignments(target)}\n[other]\n{_assignments(other)}"


def _assignments(values: dict[str, str]) -> str:
    # A JSON string in ASCII is a TOML basic string.
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items() if value)
