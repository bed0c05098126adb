"""One result of a page -> what it says of a response.

Sources: the four pages; ReadMe's explorer, which skips results without a status and takes `1xx` to `5xx` for ranges.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from syncano_contract.pages import strict_json
from syncano_contract.pages.finding import Found, Repair

RANGE = re.compile(r"[1-5]xx", re.IGNORECASE)


def response_of(entry: Mapping[str, Any], pointer: str) -> Found:
    """Return the response that an entry of `codes` shows; one without a status is a repair only."""
    said, language = entry.get("status"), entry.get("language")
    status = status_of(said)
    body, repairs = _body(entry.get("code"))
    if status is None:
        return Found("", pointer, repairs=(Repair("result without status", said, None, "status"),))
    if status != said:
        repairs = (Repair("result status", said, status, "status"), *repairs)
    value = {"status": status, "language": language if isinstance(language, str) else None, "body": body}
    statement = f"{status} is answered, {'with' if body is not None else 'without'} a body that is JSON."
    return Found(f"response/{status}", pointer, statement, value, repairs)


def status_of(said: Any) -> int | str | None:
    """Return a status from 100 to 599, or a range such as `4XX`, or None."""
    written = str(said).strip() if isinstance(said, int | str) else ""
    if RANGE.fullmatch(written):
        return written.upper()
    return int(written) if re.fullmatch("[1-5][0-9][0-9]", written) else None


def _body(code: Any) -> tuple[Any, tuple[Repair, ...]]:
    """Return the JSON that a result shows, or None with the reason; a transcript may hold it unquoted."""
    if isinstance(code, dict | list):
        return code, ()
    if not isinstance(code, str) or not code.strip():
        return None, (Repair("result without body", code, None, "code"),)
    try:
        body, repeated = strict_json.parse_repeated(code)
    except ValueError:
        return None, (Repair("result body", f"{len(code)} characters that are no JSON", None, "code"),)
    if body is None:
        return None, (Repair("result body", "null", None, "code"),)
    return body, tuple(Repair("repeated member", each.before, each.after, "code") for each in repeated)
