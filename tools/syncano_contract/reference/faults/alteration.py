"""What the reference deployment can be given: a fault, or a variant that a correct deployment may be."""

from asyncio import Protocol
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from starlette.responses import Response
from starlette.types import ASGIApp

from syncano_contract.model import Level
from syncano_contract.reference.app import create_app
from syncano_contract.reference.deployment import Deployment
from syncano_contract.reference.faults.altering import Ask, altered_replies, altered_responses
from syncano_contract.reference.passwords import Passwords
from syncano_contract.reference.replies import Reply
from syncano_contract.reference.server import MOUNT_POINT, REFERENCE, Build
from syncano_contract.reference.store import Store

Wrap = Callable[[ASGIApp], ASGIApp]
Step = type[Deployment]


@dataclass(frozen=True, slots=True)
class Alteration:
    """One thing that a deployment does differently.

    `level` is that of the requirements that have to notice it, and None for a harmless variant. `steps` takes the
    place of the reference deployment's own steps, `wrap` stands in front of the whole application, `protocol` speaks
    HTTP for it. `reasons` are the
    SHOULDs that a variant fails all the same, by requirement id.
    """

    name: str
    group: str
    sentence: str
    level: Level | None
    steps: Step = Deployment
    wrap: Wrap | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    mount_point: str = MOUNT_POINT
    protocol: type[Protocol] = REFERENCE.protocol


class Group:
    """The alterations of one kind, in the order in which they are written down."""

    def __init__(self, name: str) -> None:
        """Begin with none."""
        self.name = name
        self.members: list[Alteration] = []

    def steps(self, name: str, level: Level | None) -> Callable[[Step], Step]:
        """Enter the decorated class, whose docstring is the sentence."""

        def enter(steps: Step) -> Step:
            self.table(name, level, steps.__doc__ or "", steps)
            return steps

        return enter

    def wraps(self, name: str, level: Level | None) -> Callable[[Wrap], Wrap]:
        """Enter the decorated function, which puts something in front of the application."""

        def enter(wrap: Wrap) -> Wrap:
            self.members.append(Alteration(name, self.name, wrap.__doc__ or "", level, wrap=wrap))
            return wrap

        return enter

    def table(self, name: str, level: Level | None, sentence: str, steps: Step) -> None:
        """Enter a class, such as one that was made for a row of a table."""
        self.members.append(Alteration(name, self.name, sentence, level, steps))

    def replies(self, name: str, level: Level | None, sentence: str, change: Callable[[Ask, Reply], Reply]) -> None:
        """Enter a change of status and body."""
        self.table(name, level, sentence, altered_replies(change))

    def responses(
        self, name: str, level: Level | None, sentence: str, change: Callable[[Ask, Response], Response]
    ) -> None:
        """Enter a change of headers and bytes."""
        self.table(name, level, sentence, altered_responses(change))


def build(alterations: Iterable[Alteration]) -> Build:
    """Return how to make a deployment with all these alterations."""
    chosen = tuple(alterations)
    steps = dict.fromkeys([*(each.steps for each in chosen), Deployment])
    # Where one is made from another, Python wants the one that was made from it first.
    most_special_first = sorted(steps, key=lambda each: -len(each.__mro__))
    altered: Step = type("Altered", tuple(most_special_first), {})
    mounts = [each.mount_point for each in chosen if each.mount_point != MOUNT_POINT]
    protocols = [each.protocol for each in chosen if each.protocol is not REFERENCE.protocol]

    def make_app(store: Store, passwords: Passwords) -> ASGIApp:
        app: ASGIApp = create_app(altered(store, passwords))
        for each in chosen:
            app = each.wrap(app) if each.wrap else app
        return app

    return Build(make_app, mounts[-1] if mounts else MOUNT_POINT, protocols[-1] if protocols else REFERENCE.protocol)
