"""The real openapi.yaml with one place changed, for tests of what notices."""

from __future__ import annotations

from pathlib import Path

TEXT = (Path(__file__).parents[2] / "openapi.yaml").read_text(encoding="utf-8")

PATHS = "/paths/~1instances~1{instance_name}"
ADD = f"{PATHS}~1users~1/post"
UPDATE = f"{PATHS}~1users~1{{user_id}}~1/put"
RESET = f"{PATHS}~1users~1{{user_id}}~1reset_key~1/post"
DETAILS = f"{PATHS}~1user~1/get"
SCHEMAS = "/components/schemas"


def replaced(old: str, new: str, after: str = "") -> str:
    """Return the document with the first `old` behind `after` replaced."""
    start = TEXT.index(after)
    place = TEXT.index(old, start)
    return TEXT[:place] + new + TEXT[place + len(old) :]


def line_of(text: str, mark: str) -> int:
    """Return the line (from 1) that a mark stands on."""
    return text[: text.index(mark)].count("\n") + 1
