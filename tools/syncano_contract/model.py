"""The nouns of the project: frozen values that flow from the target to the report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit


class Level(StrEnum):
    """How much a requirement binds (DESIGN: MUST is what a page says, SHOULD is plain expectation)."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


class Verdict(StrEnum):
    """What is known of one requirement after a run: the EARL outcomes."""

    PASSED = "passed"
    FAILED = "failed"
    CANNOT_TELL = "cannot_tell"
    INAPPLICABLE = "inapplicable"
    UNTESTED = "untested"


class Conclusion(StrEnum):
    """What a run says of its target as a whole."""

    CONFORMANT = "conformant"
    NON_CONFORMANT = "non-conformant"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True)
class Requirement:
    """One sentence that a deployment keeps or breaks; `source` holds fact ids or RFC sections."""

    id: str
    level: Level
    text: str
    source: tuple[str, ...]


Headers = tuple[tuple[str, str], ...]


def header(headers: Headers, name: str) -> str | None:
    """Return the first value of a header, whatever the case of its name (RFC 9110, section 5.1)."""
    return next((value for key, value in headers if key.lower() == name.lower()), None)


def path_below(base_url: str, url: str) -> str:
    """Return the path of a URL as seen from a base URL."""
    return urlsplit(url).path.removeprefix(urlsplit(base_url).path)


@dataclass(frozen=True)
class Request:
    """What was sent; `url` is absolute. `size` is that of the whole body in bytes where only its beginning is here."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes | None = None
    size: int | None = None


@dataclass(frozen=True)
class Response:
    """What came back; `body` is decoded (no transfer or content coding), and `size` as for a request."""

    status: int
    reason: str
    headers: Headers
    body: bytes
    size: int | None = None


@dataclass(frozen=True)
class Exchange:
    """One request with its response, or with the `error` that stood in the response's place.

    `number` counts from 1 in the order of sending, `seconds` is the whole exchange, `sender` is the id of the
    requirement (or the name of the engine) that sent it.
    """

    number: int
    started: datetime
    seconds: float
    sender: str
    request: Request
    response: Response | None = None
    error: str | None = None


@dataclass(frozen=True)
class Result:
    """The verdict on one requirement, why, and the numbers of the exchanges that show it.

    `expected` and `seen` are the halves of a failure's message. `cause` is the id of the requirement whose failure
    explains this result, where there is one. `after` is how many requests had been sent when the verdict was made, and
    `seconds` how much of the run's time had passed by then. `places` are where in the reply that decided the difference
    stands: `status`, `header NAME`, or a pointer into the body (RFC 6901). `replay` is a script that repeats the
    evidence.
    """

    requirement: str
    verdict: Verdict
    message: str = ""
    evidence: tuple[int, ...] = ()
    expected: str | None = None
    seen: str | None = None
    cause: str | None = None
    after: int | None = None
    seconds: float | None = None
    places: tuple[str, ...] = ()
    replay: str | None = None


@dataclass(frozen=True)
class Source:
    """A fact that requirements rest on: which operation it is about, what it states, and where the document has it.

    `pointer` and `line` (from 1) are in openapi.yaml; `operation` is an operationId, None where a page has none.
    """

    id: str
    operation: str | None
    statement: str
    pointer: str
    line: int


@dataclass(frozen=True)
class Brief:
    """What a report keeps of every exchange; times are seconds, `at` counts from the start of the run.

    `operation` is the operationId that the request addressed, `status` None where there was no reply. `api_key` and
    `user_key` say what kind of key was sent, in the words of `traffic`.
    """

    number: int
    at: float
    seconds: float
    sender: str
    operation: str | None
    status: int | None
    api_key: str
    user_key: str


@dataclass(frozen=True)
class Deviation:
    """A known failure of a named target: it changes the conclusion, never the verdict.

    `target` is a pattern of base URLs in which `*` stands for any text; `expires` the last day (ISO 8601) on which the
    failure is excused.
    """

    requirement: str
    target: str
    reason: str
    expires: str | None = None
    issue: str | None = None


@dataclass(frozen=True)
class Coverage:
    """How often an operation gave one of its documented statuses during a run."""

    operation: str
    status: int
    exchanges: int


RECORDED = "traffic"  # the depth of a report on recorded traffic


@dataclass(frozen=True)
class Report:
    """All that one run found; holds no secret: keys and passwords are placeholders such as `<user_key 3>`.

    `target` is the base URL; `document` the version of openapi.yaml, `overlays` the names of what amended it; `command`
    repeats the run. `sources` are the facts that the requirements rest on. `traffic` has every exchange in brief;
    `exchanges` has them whole, all of them after a run, and those that a verdict rests on where the report was read.
    `unlisted` is how many more exchanges there were than `traffic` has, where recorded traffic has too many to list.
    `deviations` are those of this target. `left_behind` lists what the run added and did not remove. `jobs` is how many
    requirements ran at the same time; `max_time` (seconds) and `max_requests` are the bounds that the run was given.
    """

    target: str
    instance: str
    document: str
    tool: str
    started: datetime
    seconds: float
    seed: int
    depth: str
    read_only: bool
    only: tuple[str, ...]
    command: str
    requirements: tuple[Requirement, ...]
    results: tuple[Result, ...]
    exchanges: tuple[Exchange, ...]
    traffic: tuple[Brief, ...]
    coverage: tuple[Coverage, ...]
    notes: tuple[str, ...]
    left_behind: tuple[str, ...]
    sources: tuple[Source, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    overlays: tuple[str, ...] = ()
    jobs: int = 1
    max_time: float | None = None
    max_requests: int | None = None
    was_interrupted: bool = False
    unlisted: int = 0

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return len(self.traffic) + self.unlisted

    @property
    def is_recorded(self) -> bool:
        """Whether recorded traffic was judged, so that nothing was sent; there is no seed then."""
        return self.depth == RECORDED


class Problem(Exception):
    """Something that a person must change: what is wrong (and where), and the way out; `cli` words it once."""

    def __init__(self, what: str, fix: str) -> None:
        """Keep both sentences; neither ever holds a secret."""
        super().__init__(what)
        self.what = what
        self.fix = fix


@dataclass(frozen=True)
class PageRef:
    """Which page a fact stands on; slugs stay the same from version to version of a manual, ids do not."""

    slug: str
    version: str
    id: str


@dataclass(frozen=True)
class Fact:
    """One checkable statement of one page.

    `id` is `<slug>#<kind>` or `<slug>#<kind>/<name>`; `pointer` leads to it in the page's JSON; `value` is what it says
    as JSON, without any prose of the page; `statement` says the same as a sentence of ours.
    """

    id: str
    page: PageRef
    kind: str
    pointer: str
    statement: str
    value: Any
