"""The summary of a CI job: short, complete, and only text wherever a renderer of Markdown shows it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import cmarkgfm  # type: ignore[import-untyped]  # has no types
import pytest
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]  # as above
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from handmade import BASE, HOSTILE, failed, judged, odd, report, required
from syncano_contract.model import Level, Report, Result, Source, Verdict
from syncano_contract.report.markdown import to_markdown
from syncano_contract.report.reading import parse
from syncano_contract.report.results import to_json
from syncano_contract.text import visible

CUT = 1 << 20  # bytes; where GitHub ends a summary
FACT = Source("users-add#response/400", "addUser", "Status 400 is answered for `password`.", "/paths", 43)
OURS = {"h2", "h3", "h4", "p", "ul", "li", "code", "strong", "table", "thead", "tbody", "tr", "th", "td"} | {
    f"{cell}@{name}" for cell in ("th", "td") for name in ("align", "style")
}
SYNTAX = [
    "`",
    "``` ",
    "`" * 90,
    "*a* _a_ **a** ~~a~~",
    "[a](http://evil.example)",
    "![a](http://evil.example/a.png)",
    "<img src=x>",
    "<!-- ",
    "&lt;b&gt;",
    "| a | b |",
    "\n\n# a",
    "\r---\n",
    "\n    a",
    "1. ",
    "- ",
    "> ",
    "~~~",
    "@someone",
    "@org/team",
    "http://evil.example",
    "www.evil.example",
    "evil.example",
    "a@evil.example",
    "mailto:a@evil.example",
    "#1",
    "GH-1",
    "org/repo#1",
    "0123456789012345678901234567890123456789",
    ":tada:",
    "$a$",
    "$`a`$",
    "[^1]",
    "[a]: http://evil.example",
    "\\",
    "     a",
    " ",
    "a",
]
STEADY = settings(database=None, derandomize=True, deadline=None)
ODD_TEXT = st.text() | st.lists(st.sampled_from(SYNTAX)).map("".join)


class Shown(HTMLParser):
    """What a browser makes of a page: its elements and their attributes, its text in code, and its other text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.code = ""
        self.plain = ""
        self._is_code = False
        self.feed(page)
        self.close()
        self.elements = [tag for tag in self.tags if tag != "code"]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags += [tag, *(f"{tag}@{name}" for name, _ in attrs)]
        self._is_code = self._is_code or tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self._is_code = self._is_code and tag != "code"

    def handle_data(self, data: str) -> None:
        self.code += data if self._is_code else ""
        self.plain += " " if self._is_code else data

    def handle_comment(self, data: str) -> None:
        self.tags.append("!--")

    def handle_decl(self, decl: str) -> None:
        self.tags.append("!")

    def handle_pi(self, data: str) -> None:
        self.tags.append("?")


def github(markdown: str) -> str:
    """Render with GitHub's own library, as leniently as it can: it lets any HTML through."""
    extensions = ["table", "strikethrough", "autolink", "tasklist"]
    return str(cmarkgfm.markdown_to_html_with_extensions(markdown, Options.CMARK_OPT_UNSAFE, extensions))


def linkifying(markdown: str) -> str:
    """Render with one that links whatever looks like an address."""
    made = MarkdownIt("gfm-like", {"html": True, "linkify": True, "typographer": False}).render(markdown)
    return str(made)


Render = Callable[[str], str]
RENDERERS: list[Render] = [github, linkifying]


def written(of: Report) -> str:
    """Return the summary of what results.json tells of a report."""
    return to_markdown(parse(to_json(of).encode(), "it"))


def hostile(text: str) -> Report:
    """A report with the text wherever a deployment, or whoever wrote the file, can put one."""
    results = (
        Result("A-1", Verdict.FAILED, text, (), text, text),
        Result("A-2", Verdict.FAILED, text),
        Result("A-3", Verdict.CANNOT_TELL, text),
    )
    found = report([required(each.requirement, text=text) for each in results], results)
    places = dict.fromkeys(("target", "instance", "document", "tool", "depth", "command"), text)
    lists = dict.fromkeys(("notes", "left_behind", "overlays"), (text, text))
    return replace(found, **places, **lists, sources=(replace(FACT, statement=text),))  # type: ignore[arg-type]


# --- what it tells ----------------------------------------------------------------------------------------------------


def test_the_conclusion_is_a_sentence_and_comes_first() -> None:
    lines = written(odd()).splitlines()

    assert lines[0] == f"## NON-CONFORMANT: `{BASE}` breaks the contract"


@pytest.mark.parametrize(
    ("verdict", "words"),
    [(Verdict.PASSED, "keeps the contract"), (Verdict.CANNOT_TELL, "could not be judged as a whole")],
)
def test_each_conclusion_has_its_sentence(verdict: Verdict, words: str) -> None:
    assert written(judged((Level.MUST, verdict))).splitlines()[0].endswith(words)


def test_a_part_is_not_called_the_whole() -> None:
    heading = written(replace(judged((Level.MUST, Verdict.PASSED)), only=("R-*",))).splitlines()[0]

    assert heading.endswith("keeps `1` of the requirements, those that `--only` chose")


def test_it_says_what_the_run_was() -> None:
    line = to_markdown(replace(odd(), overlays=("a.yaml", "b.yaml"))).splitlines()[2]

    assert line == (
        "Document `1.1` with `a.yaml`, `b.yaml` · instance `rivia` · 2026-11-21 20:04 UTC · depth `standard` · seed `7`"
        " · 7 requests in 12.3 s · `syncano-contract 0.1.0`"
    )


def test_no_overlay_is_not_told() -> None:
    assert written(odd()).splitlines()[2].startswith("Document `1.1` · instance")


def test_counts_are_a_table_by_level() -> None:
    lines = written(odd()).splitlines()

    assert lines[4:9] == [
        "| level | passed | failed | cannot tell | inapplicable | untested |",
        "| --- | --: | --: | --: | --: | --: |",
        "| MUST | 1 | 2 | 2 | 1 | 1 |",
        "| SHOULD | 0 | 1 | 0 | 0 | 0 |",
        "| MAY | 0 | 1 | 0 | 0 | 0 |",
    ]


def test_a_failure_has_its_sentence_its_halves_the_fact_behind_it_and_what_it_explains() -> None:
    results = (
        failed("A-1", seen='status 500 {"a": [1]}'),
        failed("A-2", cause="A-1"),
        Result("A-3", Verdict.CANNOT_TELL, "A-1 stands in the way", cause="A-1"),
    )
    of = replace(report([required(each.requirement) for each in results], results), sources=(FACT,))

    text = written(of)

    assert (
        "### Failures\n\n"
        "#### `A-1` (MUST)\n\n"
        "A body is `refused`.\n\n"
        "- expected: `400`\n"
        '- seen: `status 500 {"a": [1]}`\n'
        "- rests on `users-add#response/400`, line 43 of `openapi.yaml`: Status `400` is answered for `password`.\n"
        "- failed because of it: MUST `A-2`\n"
        "- could not be told because of it: MUST `A-3`\n"
    ) in text
    assert "#### `A-2`" not in text
    assert "stands in the way" not in text


def test_a_failure_without_halves_has_its_message() -> None:
    text = written(report([required("A-1")], [Result("A-1", Verdict.FAILED, "there were 3 of them")]))

    assert "- there were `3` of them\n" in text
    assert "- expected" not in text


def test_a_source_that_is_no_fact_is_named() -> None:
    requirement = replace(required("A-1"), source=("RFC 9110 section 15.6", "a#b", "c#d", "e#f", "g#h"))

    text = written(report([requirement], [failed("A-1")]))

    assert "- rests on `RFC 9110 section 15.6`\n- rests on `a#b`\n- rests on `c#d`\n- and 2 more\n" in text


def test_what_could_not_be_told_or_tested_has_its_reason_once() -> None:
    results = [
        Result("A-1", Verdict.UNTESTED, "runs from --depth standard on"),
        Result("A-2", Verdict.CANNOT_TELL, "there was no reply"),
        Result("A-3", Verdict.UNTESTED, "runs from --depth standard on"),
        Result("A-4", Verdict.INAPPLICABLE),
    ]
    requirements = [required(each.requirement) for each in results[:3]] + [required("A-4", Level.SHOULD)]

    text = written(report(requirements, results))

    assert (
        "### What could not be told or tested\n\n"
        "- **cannot tell**: there was no reply (MUST `A-2`)\n"
        "- **inapplicable**: no reason was given (SHOULD `A-4`)\n"
        "- **untested**: runs from `--depth` standard on (MUST `A-1`, `A-3`)\n"
    ) in text


def test_notes_and_what_was_left_behind_are_told() -> None:
    of = replace(judged((Level.MUST, Verdict.PASSED)), notes=("--cleanup could not remove 1 user",))

    text = written(of)

    assert "### Notes\n\n- `--cleanup` could not remove `1` user\n" in text
    assert "### Left behind\n\n- `/instances/rivia/users/41/`\n" in text


def test_what_is_not_there_has_no_heading() -> None:
    text = written(replace(judged((Level.MUST, Verdict.PASSED)), notes=(), left_behind=()))

    assert re.findall("^#+ .*", text, re.M) == [f"## CONFORMANT: `{BASE}` keeps the contract"]


def test_it_ends_with_the_command_that_repeats_the_run() -> None:
    last = written(odd()).splitlines()[-1]

    assert last.startswith(f"Repeat it: `syncano-contract run {BASE} --instance rivia --seed 7`.")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('Only plain words, and (some) don\'t-break "signs".', 'Only plain words, and (some) don\'t-break "signs".'),
        ("It is `a b`, 4 of 5 {} to a.b, too.", "It is `a b`, `4` of `5 {}` to `a.b,` too."),
        ("What `a`=1 or b.c`d` is.", "What `a=1` or `b.cd` is."),
        ("A lone ` is shown.", "A lone `\\x60` is shown."),
    ],
)
def test_a_sentence_is_shown_with_all_but_its_words_as_code(text: str, shown: str) -> None:
    lines = written(report([required("A-1", text=text)], [failed("A-1")])).splitlines()

    assert lines[lines.index("#### `A-1` (MUST)") + 2] == shown


# --- what a deployment sends ------------------------------------------------------------------------------------------


PLAIN = {render: Shown(render(written(hostile("words")))).elements for render in RENDERERS}


@pytest.mark.parametrize("render", RENDERERS)
def test_whatever_a_deployment_sends_is_shown(render: Render) -> None:
    shown = Shown(render(written(odd())))

    assert "".join(visible(HOSTILE).split()) in "".join(shown.code.split())
    assert set(shown.tags) <= OURS


@pytest.mark.parametrize("render", RENDERERS)
@pytest.mark.parametrize("syntax", SYNTAX)
def test_syntax_of_markdown_is_text(syntax: str, render: Render) -> None:
    shown = Shown(render(written(hostile(f"{syntax}x {syntax} x{syntax}"))))

    assert shown.elements == PLAIN[render]
    assert mistaken(shown) == []


@STEADY
@given(ODD_TEXT, st.sampled_from(RENDERERS))
def test_no_text_makes_a_link_an_image_a_list_or_anything_else(text: str, render: Render) -> None:
    shown = Shown(render(written(hostile(text))))

    assert shown.elements == PLAIN[render]


@STEADY
@given(ODD_TEXT)
def test_outside_of_code_there_are_only_words(text: str) -> None:
    shown = Shown(github(written(hostile(text))))

    assert mistaken(shown) == []


def mistaken(shown: Shown) -> list[str]:
    """Return what GitHub makes links of in whatever is no code, as of `@name` and `#1`, or pictures, as of `:name:`."""
    ours = ("20:04", "12.3")  # when the report was made, and how long it took
    found = re.findall(r"\S*(?:[@#/\\<>&$_*~^=\[\]{}|`]|[.:]\w|\b[0-9a-f]{7}|GH-\d)\S*", shown.plain)
    return [word for word in found if word not in ours]


@STEADY
@given(st.text(min_size=1, max_size=200))
def test_a_value_is_shown_whole(text: str) -> None:
    of = report([required("A-1")], [Result("A-1", Verdict.FAILED, "m", (), "400", text)])

    line = next(line for line in written(of).splitlines() if line.startswith("- seen: "))
    shown = Shown(github(line)).code
    assert unescape(shown).replace("\\x60", "`").strip() == visible(parsed(text)).strip()


def parsed(text: str) -> str:
    """Return a text as results.json keeps it."""
    return text.encode("utf-8", "backslashreplace").decode()


# --- how much it tells ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("char", ["a", "😀", "\U000e0001", "`", "é "])
def test_a_summary_stays_far_below_what_github_takes(char: str) -> None:
    text, names = char * 5_000, [f"{char * 500}-{number}" for number in range(600)]
    results = [
        *(Result(name, Verdict.FAILED, text, (), text, text) for name in names[:300]),
        *(Result(name, Verdict.CANNOT_TELL, text, cause=names[0]) for name in names[300:400]),
        *(Result(name, Verdict.CANNOT_TELL, f"{name} {text}") for name in names[400:]),
    ]
    found = report([replace(required(name, text=text), source=(name,) * 9) for name in names], results)
    lists = dict.fromkeys(("notes", "left_behind", "overlays"), (text,) * 600)
    sources = [replace(FACT, id=name, statement=text) for name in names]

    made = to_markdown(replace(found, **lists, sources=tuple(sources), target=text))  # type: ignore[arg-type]

    assert len(made.encode()) < CUT / 2


def test_it_says_what_it_leaves_out() -> None:
    names = [f"A-{number}" for number in range(50)]
    found = report([required(name) for name in names], [failed(name) for name in names])

    text = written(replace(found, notes=tuple(names)))

    assert text.count("#### ") == 20
    assert text.count("And 30 more, which `results.json` has.\n") == 2


def test_a_long_text_is_cut_and_its_length_is_told() -> None:
    text = written(report([required("A-1")], [failed("A-1", seen="a" * 1_000)]))

    assert f"- seen: `{'a' * 300}… (1000 long)`\n" in text
