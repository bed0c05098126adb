"""Recorded exchanges of one base URL -> what they show of each requirement that traffic can show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from syncano_contract import expect, judge, suggestion
from syncano_contract.document import Operation
from syncano_contract.judge import Departure
from syncano_contract.model import Exchange, Verdict
from syncano_contract.outcome import CannotTell, Failed, Inapplicable, Untested
from syncano_contract.plugin import finding
from syncano_contract.recorded import discreet
from syncano_contract.recorded.checks import Check, Outcome, checks_of, unknown_user
from syncano_contract.recorded.found import MOST_INSTANCES, Found, Tally
from syncano_contract.recorded.masks import NEEDS
from syncano_contract.recorded.measure import Measure
from syncano_contract.recorded.reduced import REDUCED, differences
from syncano_contract.recorded.rules import outcomes
from syncano_contract.recorded.secrets import with_known_headers
from syncano_contract.recorded.seen import Seen, is_as_documented, object_of
from syncano_contract.recorded.story import Event, Known
from syncano_contract.recorded.vocabulary import NO_INSTANCE, NOT_FOUND
from syncano_contract.text import counted
from syncano_contract.verdicts import Finding

NOT_SHOWN = "recorded traffic does not show this"
NOT_RECORDED = "no recorded exchange shows this"

# What recorded traffic can show. All else needs to know a key's rights, or what was there before or after.
# A requirement on every reply passes where each operation succeeded at least once, as in a run; here by its aspect.
ASPECTS = {
    "SHAPE-1": judge.STATUS,
    "SHAPE-2": judge.MEDIA_TYPE,
    "SHAPE-3": judge.BODY,
    "SHAPE-4": judge.ERROR_BODY,
    "SHAPE-5": judge.HEADERS,
    "HTTP-1": judge.SERVER_ERROR,
}
IN_ANY_REPLY = frozenset(
    {"SHAPE-3", "SHAPE-4", "LINKS-1", "LINKS-2", "LINKS-3", "SECRETS-1", "SECRETS-2", "SECRETS-3", "SECRETS-4"}
)
# These pass where an exchange kept them and none broke them.
IN_SOME = frozenset(
    {
        *("HTTP-2", "MESSAGES-3", "MESSAGES-4", "MESSAGES-5", "USER-DETAILS-1", "USER-DETAILS-2", "USER-DETAILS-4"),
        *("USER-DETAILS-6", "USER-DETAILS-7", "USERS-ADD-1", "USERS-ADD-3", "USERS-ADD-4", "USERS-ADD-5"),
        *("USERS-ADD-6", "USERS-ADD-7", "USERS-ADD-8", "USERS-ADD-9", "USERS-ADD-10", "USERS-ADD-11"),
        *("USERS-UPDATE-1", "USERS-UPDATE-2", "USERS-UPDATE-6", "USERS-UPDATE-7", "USERS-UPDATE-9"),
        *("USERS-UPDATE-10", "USERS-UPDATE-17", "USERS-RESET-1", "USERS-RESET-2", "USERS-RESET-4", "USERS-RESET-5"),
    }
)
# These can be seen to be broken, but not to be kept: traffic shows a part of what they ask.
BROKEN_ONLY = frozenset({"USER-DETAILS-9", "USERS-ADD-17", "USERS-RESET-3", "USERS-UPDATE-4"})
SHOWN = frozenset(ASPECTS) | IN_ANY_REPLY | IN_SOME | BROKEN_ONLY

OF_HEADERS = frozenset({judge.MEDIA_TYPE, judge.HEADERS})


class Judging:
    """Takes the exchanges of one base URL, one after the other; `drift` is filled where `notes_drift` asks for it."""

    def __init__(self, base_url: str, measure: Measure, *, notes_drift: bool = False) -> None:
        """Start with nothing found."""
        self.base_url = base_url
        self.document = measure.document
        self.vocabulary = measure.vocabulary
        self.notes_drift = notes_drift
        self.found = Found()
        self.drift = suggestion.Seen(measure.document)
        self._measure = measure

    def add(self, each: Seen) -> None:
        """Judge an exchange, and keep what later ones may need of it."""
        found = self.found
        found.exchanges += 1
        found.note_times(each.recorded)
        found.unanswered += each.status == 0
        if each.lacks:
            found.lacks[each.lacks] += 1
        is_plain = self._is_plain(each)
        if not is_plain and self._may_depart(each):
            self._add_departures(each)
        if each.lacks == REDUCED and each.is_success:
            self._add_reduced(each)
        self._check(each)
        found.masks.look(each)
        found.story.add(each)
        self._measure.notes.add(each, found.notes, is_plain=is_plain)
        if self.notes_drift and not each.lacks:
            suggestion.note(self.drift, self.base_url, with_known_headers(each.recorded.exchange, self.vocabulary))
        if each.operation is not None:
            self._count(each, each.operation)

    def _check(self, each: Seen) -> None:
        """Enter what an exchange shows by itself."""
        for check in checks_of(each):
            for name, told in check(each):
                if told is None:
                    self.found.tallies[name].is_kept = True
                else:
                    self._enter_of(check, discreet.outcome(each, name, told, self.vocabulary))

    def _may_depart(self, each: Seen) -> bool:
        """Whether a reply has to be judged: of a method that no page has, but for its path, a server error is one."""
        if each.operation is not None:
            return not is_as_documented(each, each.operation)
        return each.status >= 500 and any(one.pattern.match(each.path) for one in self.document.operations)

    def _is_plain(self, each: Seen) -> bool:
        """Whether a reply is a success that shows what the document has and nothing else, as nearly all do."""
        if each.operation is None or not each.is_success:
            return False
        return is_as_documented(each, self._measure.closed[each.operation.id])

    def _add_departures(self, each: Seen) -> None:
        """Judge a reply, as far as it was recorded."""
        departures = judge.judge(self.document, self.base_url, each.recorded.exchange)
        for departure in discreet.departures(each, departures, self.vocabulary):
            if departure.aspect not in _unknown(each):
                self.found.departures.add(departure)

    def _add_reduced(self, each: Seen) -> None:
        """Judge what is left of a success that was reduced to its shape."""
        exchange, operation = each.recorded.exchange, each.operation
        if operation is None or each.status not in operation.shapes:
            return
        body = each.recorded.response.content.body
        for found in differences(operation.shapes[each.status], body, self.vocabulary):
            departure = Departure(found.aspect, operation.id, found.expected, found.seen, exchange, found.places)
            self.found.departures.add(departure)

    def findings(self, requirements: Mapping[str, object], events: list[Event], known: Known) -> Iterator[Finding]:
        """Yield what was found of each requirement; `events` and `known` are what the story told."""
        for outcome, numbers in outcomes(events, known):
            self.found.enter(outcome, numbers)
        for instance, outcome in self.found.unknown_users.items():
            if instance in self.found.there:
                self.found.enter(outcome)
        for outcome in self.found.masks.outcomes():
            self.found.enter(outcome)
        for name in requirements:
            yield self._finding(name)

    def exchange_of(self, found: Finding) -> Exchange | None:
        """Return the exchange of a failure that was kept."""
        failed = self._failure(found.requirement)
        return failed.exchange if failed else None

    def _count(self, each: Seen, operation: Operation) -> None:
        instance = each.parameters["instance_name"]
        self.found.note_instance(instance, is_there=each.is_success)
        if each.status:
            has_body, has_headers = not each.lacks, bool(each.answered)
            self.found.replies.add(operation.id, each.status, has_body=has_body, has_headers=has_headers)
        if each.status == 404 and operation.id in ("updateUser", "resetUserKey") and not each.lacks:
            self._add_unknown_user(each, operation, instance)

    def _add_unknown_user(self, each: Seen, operation: Operation, instance: str) -> None:
        text = object_of(each.value).get("detail")
        if text == NOT_FOUND:
            self.found.enter(("MESSAGES-5", None))
        elif isinstance(text, str) and text != NO_INSTANCE and instance not in self.found.unknown_users:
            plain = judge.addressed(self.document, self.base_url, each.recorded.exchange)
            if (
                len(self.found.unknown_users) < MOST_INSTANCES
                and plain
                and self._measure.notes.has_sound_body(each, plain)
            ):
                told = discreet.outcome(each, "MESSAGES-5", unknown_user(each, operation), self.vocabulary)
                self.found.unknown_users[instance] = told

    def _enter_of(self, check: Check, outcome: Outcome) -> None:
        """Enter what a check found, unless it has to wait until the recording is known to be whole."""
        if isinstance(outcome[1], Failed) and check in NEEDS:
            self.found.masks.hold(NEEDS[check], outcome)
        else:
            self.found.enter(outcome)

    def _failure(self, name: str) -> Failed | None:
        by_aspect = self.found.departures.failure(ASPECTS[name]) if name in ASPECTS else None
        return by_aspect or self.found.tallies[name].failed

    def _finding(self, name: str) -> Finding:
        tally = self.found.tallies[name]
        raised = self._failure(name) or tally.untold or self._obstacle(name, tally)
        found = finding(name, raised, tally.evidence)
        if found.verdict is Verdict.FAILED and tally.failures > 1:
            more = f" ({tally.failures} times)"
            return Finding(**{**vars(found), "message": found.message + more, "seen": f"{found.seen}{more}"})
        return found

    def _obstacle(self, name: str, tally: Tally) -> Exception | None:
        """Return why a requirement that nothing broke did not pass, if it did not."""
        if name not in SHOWN or name in BROKEN_ONLY:
            return Untested(NOT_SHOWN if name not in SHOWN else NOT_RECORDED)
        if name == "HTTP-2":
            return self._unanswered_ones()
        if name in IN_SOME:
            return None if tally.is_kept else Untested(NOT_RECORDED)
        if name == "HTTP-1":
            return (
                None if self.found.replies.counts() else CannotTell("no recorded request of an operation had a reply")
            )
        shapes = [shape for each in self.document.operations for shape in each.shapes.values()]
        if name == "SHAPE-5" and not any(shape.headers for shape in shapes):
            return Inapplicable("the document describes no headers")
        is_of_headers = ASPECTS.get(name) in OF_HEADERS
        counts = self.found.replies.counts(with_body=name in IN_ANY_REPLY, with_headers=is_of_headers)
        return expect.unseen(self.document.operations, counts)

    def _unanswered_ones(self) -> Exception | None:
        if self.found.unanswered:
            requests = counted(self.found.unanswered, "request")
            return CannotTell(f"{requests} had no recorded reply, which whoever recorded may have been the reason of")
        return None if self.found.exchanges else Untested(NOT_RECORDED)


def _unknown(each: Seen) -> frozenset[str]:
    """Return the aspects of a reply of which nothing was recorded: every deployment sends some header."""
    bodies = discreet.BODIES if each.lacks else frozenset()
    return bodies if each.answered else bodies | OF_HEADERS
