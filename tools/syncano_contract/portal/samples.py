"""The programs of the tutorial: files that are run in tests as they are, cut at comments such as `# [add]`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from syncano_contract.clients.readme import part

STEPS = {
    "begin": "Begin",
    "add": "Add a user",
    "look": "Look them up",
    "update": "Rename them",
    "reset": "Reset their key",
    "old": "Meet a refusal",
    "wait": "Wait when asked to",
}
# Where the example of a client has each step: behind a mark, and there in a function.
OF_CLIENTS = {
    "begin": "authenticate",
    "add": "calls/add",
    "look": "calls/details",
    "update": "calls/update",
    "reset": "calls/resetkey",
    "old": "errors",
    "wait": "retry",
}
DEFINITION = re.compile(r"^(?:export )?(?:async )?(?:def|func|function) (?P<name>\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Sample:
    """A program in one language, which is also what Pygments calls it; `places` are where it has the steps."""

    title: str
    language: str
    file: str
    places: Mapping[str, str]

    @property
    def name(self) -> str:
        """The name of the file alone."""
        return self.file.rpartition("/")[2]

    def text(self) -> str:
        """Return the whole program."""
        return (resources.files("syncano_contract") / self.file).read_text(encoding="utf-8")

    def step(self, step: str) -> Markup:
        """Return the code of a step as markup; raises KeyError where the program has none."""
        mark, _, function = self.places[step].partition("/")
        found = part(self.text(), mark)
        return coloured(dict(_functions(found))[function] if function else found, self.language)


def _functions(code: str) -> Iterator[tuple[str, str]]:
    """Yield each function with what stands between it and the one before, by its name in lower case."""
    waiting: list[str] = []
    for paragraph in re.split(r"\n\n+", code):
        waiting.append(paragraph)
        if found := DEFINITION.search(paragraph):
            yield found["name"].lower().replace("_", ""), "\n\n".join(waiting)
            waiting = []


def coloured(code: str, language: str) -> Markup:
    """Return code as markup, each kind of word in a class of its own."""
    shown: str = highlight(code, get_lexer_by_name(language), HtmlFormatter(nowrap=True))
    return Markup(shown.rstrip("\n"))  # noqa: S704 - Pygments escapes what it shows


def _of_client(title: str, language: str, file: str) -> Sample:
    return Sample(title, language, f"clients/{language}/client/examples/{file}", OF_CLIENTS)


SETTING = Sample("Shell", "bash", "portal/examples/setting.sh", {})
SAMPLES = (
    Sample("curl", "bash", "portal/examples/life.sh", {step: step for step in STEPS}),
    _of_client("Python", "python", "usage.py"),
    _of_client("TypeScript", "typescript", "usage.ts"),
    _of_client("Go", "go", "usage/usage.go"),
)
