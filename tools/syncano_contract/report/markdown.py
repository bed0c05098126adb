"""summary.md: what a reviewer must know of a run, in GitHub-flavoured Markdown, for the summary of a CI job."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from itertools import accumulate, groupby

from syncano_contract.conclusion import conclude, counts, excused, outdated
from syncano_contract.judge import shorten
from syncano_contract.model import Deviation, Level, Report, Requirement, Result, Verdict
from syncano_contract.report.order import Cause, causes, pairs, sources_of
from syncano_contract.summary import sentence
from syncano_contract.text import counted, visible

LONGEST = 300  # characters of one text
LONGEST_ID = 60
MOST = 20  # failures, reasons, notes, ids and the like that are told
MOST_SOURCES = 3  # of one failure
ROOM = 100_000  # bytes of one section; GitHub takes no summary of more than 1 MiB
SILENT = (Verdict.CANNOT_TELL, Verdict.INAPPLICABLE, Verdict.UNTESTED)

# A word that no renderer reads anything into, and that GitHub links to nothing.
PLAIN = re.compile(r"""[("']*([A-Za-z]{1,30}(['-][A-Za-z]{1,30})*)?[)"',.;:?!]*""")


def to_markdown(report: Report) -> str:
    """Return the summary; what is too much for a reader is left out, with how much that is."""
    blocks = [
        _heading(report),
        _circumstances(report),
        _table(report),
        *_section("Failures", [_failure(cause, report) for cause in causes(report)], glue="\n\n"),
        *_section("What could not be told or tested", list(_reasons(report))),
        *_section("Notes", [f"- {prose(note)}" for note in (*outdated(report), *report.notes)]),
        *_section("Left behind", [f"- {code(path)}" for path in report.left_behind]),
        f"Repeat it: {code(report.command)}. `report.html` has the evidence of each verdict, and scripts to replay it.",
    ]
    return "\n\n".join(blocks) + "\n"


def code(text: str, limit: int = LONGEST) -> str:
    r"""Return a text as code, in which no renderer looks for anything but its end; a backtick stands as `\x60`."""
    shown = visible(shorten(text, limit)).replace("`", "\\x60")
    return f"`{shown or ' '}`"


def prose(text: str) -> str:
    """Return a sentence with all of it as code but for plain words; what stands in backticks is code anyway."""
    parts = shorten(text, LONGEST).split("`")
    if len(parts) % 2 == 0:
        parts = ["`".join(parts)]
    marked = (code(part) if at % 2 else _words(part) for at, part in enumerate(parts) if part)
    joined = "".join(marked).replace("``", "")  # code that follows on code is one piece with it
    return joined.strip() or code("")  # spaces that begin a line would mean something


def _words(text: str) -> str:
    """Return a text with each run of words that are not plain as code."""
    runs = groupby(text.split(" "), key=lambda word: PLAIN.fullmatch(word) is not None)
    return " ".join(" ".join(words) if plain else code(" ".join(words)) for plain, words in runs)


def _heading(report: Report) -> str:
    return f"## {conclude(report).upper()}: {code(report.target)} {prose(sentence(report))}"


def _circumstances(report: Report) -> str:
    overlays = f" with {_listed(report.overlays)}" if report.overlays else ""
    told = (
        f"Document {code(report.document)}{overlays}",
        f"instance {code(report.instance)}",
        f"{report.started.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        *_extent(report),
        code(report.tool),
    )
    return " · ".join(told)


def _extent(report: Report) -> tuple[str, ...]:
    if report.is_recorded:
        return (f"{counted(report.requests, 'recorded exchange')} within {report.seconds:.1f} s",)
    return (
        f"depth {code(report.depth)}",
        f"seed {code(str(report.seed))}",
        f"{counted(report.requests, 'request')} in {report.seconds:.1f} s",
    )


def _table(report: Report) -> str:
    rows = [["level", *map(_named, Verdict)], ["---", *("--:" for _ in Verdict)]]
    for level, verdicts in counts(report).items():
        if any(verdicts.values()):
            rows.append([level, *map(str, verdicts.values())])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _named(verdict: Verdict) -> str:
    return verdict.replace("_", " ")


def _section(title: str, blocks: Sequence[str], glue: str = "\n") -> Iterator[str]:
    """Yield a heading and as many of the blocks as there is room for, then how many are left out."""
    if not blocks:
        return
    sizes = accumulate(len(block.encode()) for block in blocks)
    told = sum(size <= ROOM for size, _ in zip(sizes, range(MOST), strict=False))
    yield f"### {title}"
    yield glue.join(blocks[:told])
    if told < len(blocks):
        yield f"And {len(blocks) - told} more, which `results.json` has."


def _failure(cause: Cause, report: Report) -> str:
    requirement, result = cause.head
    lines = [
        *_seen(result),
        *(_known(each) for each in excused(report) if each.requirement == requirement.id),
        *_sources(requirement, report),
        *_ids("failed because of it", cause.failures),
        *_ids("could not be told because of it", cause.untold),
    ]
    told = "\n".join(f"- {line}" for line in lines)
    return f"#### {code(requirement.id, LONGEST_ID)} ({requirement.level})\n\n{prose(requirement.text)}\n\n{told}"


def _known(deviation: Deviation) -> str:
    until = f" until {code(deviation.expires)}" if deviation.expires else ""
    issue = f" {code(deviation.issue)}" if deviation.issue else ""
    return f"a known deviation{until}, which the conclusion does not count: {prose(deviation.reason)}{issue}"


def _seen(result: Result) -> Iterator[str]:
    if result.expected is None or result.seen is None:
        yield prose(result.message)
    else:
        yield f"expected: {code(result.expected)}"
        yield f"seen: {code(result.seen)}"


def _sources(requirement: Requirement, report: Report) -> Iterator[str]:
    facts = {source.id: source for source in sources_of(requirement, report)}
    for name in requirement.source[:MOST_SOURCES]:
        fact = facts.get(name)
        place = f", line {fact.line} of `openapi.yaml`: {prose(fact.statement)}" if fact else ""
        yield f"rests on {code(name, LONGEST_ID)}{place}"
    if len(requirement.source) > MOST_SOURCES:
        yield f"and {len(requirement.source) - MOST_SOURCES} more"


def _ids(title: str, explained: Iterable[tuple[Requirement, Result]]) -> Iterator[str]:
    requirements = [requirement for requirement, _ in explained]
    if requirements:
        yield f"{title}: {_by_level(requirements)}"


def _by_level(requirements: Sequence[Requirement]) -> str:
    names = {level: [each.id for each in requirements if each.level is level] for level in Level}
    return "; ".join(f"{level} {_listed(ids)}" for level, ids in names.items() if ids)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return ", ".join(code(name, LONGEST_ID) for name in names[:MOST]) + more


def _reasons(report: Report) -> Iterator[str]:
    """Yield a line for each reason why nothing is known, but for those that a failure explains."""
    explained = {requirement.id for cause in causes(report) for requirement, _ in cause.untold}
    told: dict[tuple[Verdict, str], list[Requirement]] = {}
    for requirement, result in pairs(report):
        if result.verdict in SILENT and requirement.id not in explained:
            told.setdefault((result.verdict, result.message or "no reason was given"), []).append(requirement)
    for (verdict, reason), requirements in sorted(told.items(), key=lambda each: SILENT.index(each[0][0])):
        yield f"- **{_named(verdict)}**: {prose(reason)} ({_by_level(requirements)})"
