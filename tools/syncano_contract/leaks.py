"""What no reply may show, and where a reply shows it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable

from syncano_contract.model import Headers

LEAST = 16  # characters of a key that no text holds by chance

# The first lines with which common runtimes begin what they print of a crash. Blanks are bounded, and of one line, so
# that no text takes more time than its length.
STACK_TRACE = re.compile(
    r"Traceback \(most recent call last\)|^[ \t]{1,200}+at [\w.$<>]+\([\w. :/\\-]*\)|\bFile \"[^\"]+\", line \d+, in |"
    r"^goroutine \d+ \[|\.rb:\d+:in [`']|#\d+ /[^\s(]+\.php\(\d+\)",
    re.MULTILINE,
)

# The second of one of these pairs stands in every one of them, and never without the first, which is found much sooner.
MARKS = (
    *(("(", "Traceback "), ("(", "at "), ("(", ".php("), ("F", 'File "'), ("[", "goroutine ")),
    *(("`", ".rb:"), ("'", ".rb:")),
)

# What is expected of a reply and what is seen in its place, as `Failed` has it.
PASSWORD = ("no password in a reply", "one that was sent")
PASSWORD_MEMBER = ("no password in a reply", "a member `password` with a value")
API_KEY = ("no API key in a reply", "one that was sent")
USER_KEY = ("a user key in `user_key` only", "one elsewhere in the reply")
NO_STACK_TRACE = "no stack trace in a reply"


def text_of(headers: Headers, body: bytes) -> str:
    """Return all that a reply shows."""
    lines = [f"{name}: {value}" for name, value in headers]
    return "\n".join([*lines, body.decode("utf-8", "replace")])


def shows_password(text: str, sent: Iterable[str]) -> bool:
    """Whether a reply shows a password that was sent, or how all of them begin; in Base64 too."""
    for password in sent:
        # Three bytes are four characters of Base64: without what is left over they are the same whatever follows.
        spelled = password.encode("utf-8", "replace")
        if password in text or base64.b64encode(spelled[: len(spelled) // 3 * 3]).decode() in text:
            return True
    return False


def shows_api_key(text: str, sent: Iterable[str]) -> bool:
    """Whether a reply shows an API key that was sent."""
    return any(key in text for key in sent if len(key) >= LEAST)


def shows_user_key(text: str, shown: str, known: Iterable[str]) -> bool:
    """Whether a reply shows one of the known user keys beside the one that it has to show."""
    elsewhere = text.replace(shown, "", 1) if shown else text
    return any(key in elsewhere for key in known)


def stack_trace(text: str) -> str:
    """Return the beginning of the stack trace that a reply shows, or an empty string."""
    is_marked = any(mark in text for sign, mark in MARKS if sign in text)
    found = STACK_TRACE.search(text) if is_marked else None
    return found.group().strip() if found else ""
