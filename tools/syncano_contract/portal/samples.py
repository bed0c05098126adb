"""The programs of the tutorial: files that run as they are, in sections that comments such as `# [add]` begin."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from markupsafe import Markup
from pygments import highlight  # type: ignore[import-untyped]  # no types come with it
from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]  # as above
from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]  # as above

SECTION = re.compile(r"^(?:#|//) \[(?P<name>\w+)\]\n", re.MULTILINE)


@dataclass(frozen=True)
class Sample:
    """A program in one language: its title, its file in this package, and what Pygments calls the language."""

    title: str
    file: str
    lexer: str

    @property
    def name(self) -> str:
        """The name of the file alone."""
        return self.file.rpartition("/")[2]

    def text(self) -> str:
        """Return the whole program."""
        return (resources.files("syncano_contract") / self.file).read_text(encoding="utf-8")

    def sections(self) -> Mapping[str, str]:
        """Return the code of each section by its name; what stands before the first has the name ``."""
        parts = SECTION.split(self.text())
        return dict(zip(["", *parts[1::2]], [part.strip("\n") for part in parts[::2]], strict=True))

    def markup(self, code: str) -> Markup:
        """Return a part of the program as markup, each kind of word in a class of its own."""
        return coloured(code, self.lexer)


def coloured(code: str, lexer: str) -> Markup:
    """Return code as markup; `lexer` is what Pygments calls the language."""
    shown: str = highlight(code, get_lexer_by_name(lexer), HtmlFormatter(nowrap=True))
    return Markup(shown.rstrip("\n"))  # noqa: S704 - Pygments escapes what it shows


SETTING = Sample("Shell", "portal/examples/setting.sh", "bash")
SAMPLES = (
    Sample("curl", "portal/examples/life.sh", "bash"),
    Sample("Python", "portal/examples/life.py", "python"),
)
