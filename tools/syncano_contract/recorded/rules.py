"""What a story of recorded exchanges shows: one rule for each thing that several exchanges tell together.

Traffic has gaps. A key belongs to one user for ever, and one that a reset replaced never comes back; whatever else
a request could explain that was not recorded (a change, a reset, a removal, a right of an API key) cannot be told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from syncano_contract.outcome import CannotTell, Failed
from syncano_contract.recorded.checks import DETAILS, Outcome
from syncano_contract.recorded.story import Event, Known

Found = Iterator[tuple[Outcome, tuple[int, ...]]]
Rule = Callable[[list[Event], Known], Found]


def a_key_shows_its_user(events: list[Event], known: Known) -> Found:
    """Details with somebody's key shows that user, and no other instance knows the key."""
    for event in events:
        owner = known.owner(event.user_key)
        if event.operation != "getUserDetails" or owner is None or event.number == known.first[event.user_key].number:
            continue
        first = known.first[event.user_key].number
        if event.instance != owner[0]:
            yield from _of_another_instance(event, first)
        elif event.user is not None and event.is_success:
            failed = Failed("the user of the key", "another user", places=("/id",))
            yield (DETAILS[event.form], failed if event.user != owner else None), (first, event.number)


def _of_another_instance(event: Event, first: int) -> Found:
    if event.is_success and event.user:
        seen = f"{event.status}, with a user"
        yield ("USER-DETAILS-7", Failed("a key of another instance to show nothing", seen)), (first, event.number)
    elif event.is_refusal:
        yield ("USER-DETAILS-7", None), (event.number,)


def a_user_stays_the_same(events: list[Event], _: Known) -> Found:
    """What nothing ever changes of a user (id, profile, creation) is as it was at the look before with the same key."""
    looks: dict[tuple[str, str], Event] = {}
    updates: dict[tuple[str, int | None], Event] = {}
    for event in events:
        if event.operation == "updateUser":
            updates[event.instance, event.addressed] = event
        if event.operation != "getUserDetails" or not event.is_success or not event.lasting or not event.user_key:
            continue
        before = looks.get((event.instance, event.user_key), event)
        looks[event.instance, event.user_key] = event
        if before.lasting != event.lasting:
            update = updates.get((event.instance, before.shown))
            name = "USERS-UPDATE-4" if update and update.began >= before.began else "USER-DETAILS-9"
            failed = Failed("id, profile and creation time to be as they were", "others")
            yield (name, failed), (before.number, event.number)


def an_id_is_the_one_addressed(events: list[Event], _: Known) -> Found:
    """An update or a reset shows the user whose id the path has."""
    names = {"updateUser": "USERS-UPDATE-4", "resetUserKey": "USERS-RESET-3"}
    for event in events:
        name = names.get(event.operation)
        if name and event.is_success and event.is_astray:
            yield (
                (name, Failed("the id in the path to be that in the reply", "another", places=("/id",))),
                (event.number,),
            )


def users_are_distinct(events: list[Event], _: Known) -> Found:
    """No two adds show the same id or profile, and no two users the same key; a removal may free ids, never keys."""
    ids: dict[tuple[str, object], Event] = {}
    keys: dict[str, Event] = {}
    for event in events:
        if event.operation == "getUserDetails" or not event.is_success or event.user is None or event.is_astray:
            continue
        same_key = keys.setdefault(event.shown_key, event) if event.shown_key else event
        if same_key.user != event.user:
            yield _same_key(same_key, event)
        if event.operation == "addUser":
            yield from _added(event, ids, same_key)


def _added(event: Event, ids: dict[tuple[str, object], Event], same_key: Event) -> Found:
    """Yield what an add tells beside those before it, whose ids are kept."""
    told = [(event.instance, event.shown), (event.instance, ("profile", event.profile))]
    again = next((ids[each] for each in told if each in ids and event.profile is not None), None)
    is_other = again is not None and again.clock == event.clock and again.copy != event.copy
    if again and is_other and again.shown_key == event.shown_key and event.shown_key:
        yield _same_key(again, event)
    elif again:
        reason = "two adds showed the same id or profile: one is a copy of the other, or a user was removed meanwhile"
        yield ("USERS-ADD-3", CannotTell(reason)), (again.number, event.number)
    elif ids and event.shown_key and same_key is event:
        yield ("USERS-ADD-3", None), (event.number,)
    ids.update(dict.fromkeys(told, event))


def _same_key(first: Event, second: Event) -> tuple[Outcome, tuple[int, ...]]:
    failed = Failed("two users with different user_key", "the same in both", places=("/user_key",))
    return ("USERS-ADD-3", failed), (first.number, second.number)


def a_reset_shows_a_new_key(events: list[Event], known: Known) -> Found:
    """The key in the reply to a reset is none that the user had before."""
    for event in events:
        if event.operation != "resetUserKey" or not event.is_success or not event.shown_key:
            continue
        if known.had(event, event.shown_key) or event.shown_key == event.user_key:
            failed = Failed("a new user_key", "the old one", places=("/user_key",))
            yield ("USERS-RESET-2", failed), (known.first[event.shown_key].number, event.number)
        elif known.had_any(event):
            yield ("USERS-RESET-2", None), (event.number,)


def a_new_key_works(events: list[Event], known: Known) -> Found:
    """A key from a reset works from then on; where it does not, another reset may have come between, unless it does."""
    refused: dict[tuple[str, str, str], Event] = {}
    for event in events:
        first = known.first.get(event.user_key)
        if first is None or first.operation != "resetUserKey" or not event.follows(first):
            continue
        if event.operation != "getUserDetails" or event.instance != first.instance or known.is_old(event):
            continue
        asked = event.user_key, event.api_key, event.form
        is_odd = event.is_refusal and (event.api_key, event.instance) in known.trusted
        if is_odd and not known.is_replaced(first):
            refused.setdefault(asked, event)
        elif event.is_success:
            before = refused.pop(asked, None)
            if before and event.follows(before):
                failed = Failed("the new key to work at once", f"{before.status}, and later {event.status}")
                yield ("USERS-RESET-4", failed), (first.number, event.number, before.number)
            else:
                yield ("USERS-RESET-4", None), (first.number, event.number)
    for event in refused.values():
        reason = f"a key from a reset was refused with {event.status}: another reset or a removal may explain that"
        yield ("USERS-RESET-4", CannotTell(reason)), (known.first[event.user_key].number, event.number)


def an_old_key_is_refused(events: list[Event], known: Known) -> Found:
    """A key that a reset replaced shows nobody any more; an API key may update and reset without it."""
    for event in events:
        if not known.is_old(event):
            continue
        numbers = (known.first[event.user_key].number, known.ends[event.user_key].number, event.number)
        if event.is_refusal:
            yield ("USERS-RESET-5", None), numbers
        elif event.is_success and event.operation == "getUserDetails" and event.shows:
            yield ("USERS-RESET-5", Failed("the old key to be refused with 403 or 404", f"{event.status}")), numbers
        elif event.is_success and event.operation in ("updateUser", "resetUserKey") and event.user:
            reason = f"{event.operation} succeeded with an old key, which the rights of the API key may explain"
            yield ("USERS-RESET-5", CannotTell(reason)), numbers


def a_key_that_was_sent_for_its_reset_is_an_old_one(events: list[Event], known: Known) -> Found:
    """A key that came along with a reset of its own user shows that user no more, wherever it came from."""
    for event in events:
        reset = known.sent.get(event.user_key)
        if event.operation != "getUserDetails" or reset is None or not event.is_success:
            continue
        if event.user == reset.user and event.follows(reset):
            failed = Failed("the old key to be refused with 403 or 404", f"{event.status}")
            yield ("USERS-RESET-5", failed), (reset.number, event.number)


def a_user_shows_the_key_that_was_sent(events: list[Event], known: Known) -> Found:
    """Details shows the key that was sent for it; once it showed another one, the one that was sent is nobody's."""
    others: dict[str, Event] = {}
    for event in events:
        if event.operation != "getUserDetails" or not event.is_success or known.owner(event.user_key) is not None:
            continue
        if not event.user_key or not event.shown_key or event.user_key == event.shown_key:
            continue
        before = others.setdefault(event.user_key, event)
        if event.follows(before) and before is not event:
            failed = Failed("the user of the key", "a user with another key", places=("/user_key",))
            yield (DETAILS[event.form], failed), (before.number, event.number)
        elif event.user_key not in known.sent:
            reason = "details showed another key than was sent, which a reset at the same time may explain"
            yield (DETAILS[event.form], CannotTell(reason)), (event.number,)


def outcomes(events: list[Event], known: Known) -> Found:
    """Yield what the rules find, each with the numbers of the exchanges that show it."""
    for rule in RULES:
        yield from rule(events, known)


RULES: tuple[Rule, ...] = (
    *(a_key_shows_its_user, a_user_stays_the_same, an_id_is_the_one_addressed, users_are_distinct),
    *(a_reset_shows_a_new_key, a_new_key_works, an_old_key_is_refused),
    *(a_key_that_was_sent_for_its_reset_is_an_old_one, a_user_shows_the_key_that_was_sent),
)
