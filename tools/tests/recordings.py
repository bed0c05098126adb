"""HAR files made by hand: entries of the four operations, and files of them."""

from __future__ import annotations

import io
import json
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from syncano_contract import document, overlay, recorded, run
from syncano_contract.model import Report, Result, Verdict
from syncano_contract.plugin import Collector
from syncano_contract.recorded import archive
from syncano_contract.recorded.report import report

BASE = "https://api.example.test/v1.1"
API_KEY = "a" * 39 + "1"
SAMPLE = Path(__file__).parents[3] / "shared" / "traffic" / "platform-sample.har"
BEGAN = datetime(2026, 11, 21, 12, microsecond=250_000, tzinfo=UTC)  # whole seconds would tell a time less exactly
OVERLAY = Path(__file__).parents[2] / "overlays" / "syncano-platform.yaml"


def key(number: int) -> str:
    """A user key of its own for each number."""
    return f"{number:040x}"


def user(user_id: int, user_key: str, username: str = "", **changes: Any) -> dict[str, Any]:
    """A user as a reply shows it."""
    at = f"/v1.1/instances/rivia/users/{user_id}/"
    profile = f"/v1.1/instances/rivia/classes/user_profile/objects/{user_id}/"
    return {
        "id": user_id,
        "username": username or f"user{user_id}",
        "profile": {
            "id": user_id,
            "created_at": "2026-11-21T18:32:24.408969Z",
            "updated_at": "2026-11-21T18:32:24.408969Z",
            "revision": 1,
            "owner": user_id,
            **{f"{whose}_permissions": "none" for whose in ("owner", "group", "other")},
            **dict.fromkeys(("group", "channel", "channel_room")),
            "links": {"self": profile, "owner": at},
        },
        "groups": [],
        "user_key": user_key,
        "links": {"self": at, "groups": f"{at}groups/", "reset-key": f"{at}reset_key/", "profile": profile},
        **changes,
    }


def entry(method: str, path: str, status: int, body: Any = None, **more: Any) -> dict[str, Any]:
    """One entry; `at` is its second, `user_key` and `sent` what the request carries."""
    headers = {"X-API-KEY": API_KEY, **more.get("headers", {})}
    headers |= {"X-USER-KEY": more["user_key"]} if "user_key" in more else {}
    headers |= {"Content-Type": "application/json"} if "sent" in more else {}
    request = {"method": method, "url": more.get("base", BASE) + path, "headers": records(headers)}
    if "sent" in more:
        request["postData"] = {"mimeType": "application/json", "text": json.dumps(more["sent"])}
    text = body if isinstance(body, str) else json.dumps(body)
    answered = {"Content-Type": "application/json", **more.get("answered", {})}
    started = (BEGAN + timedelta(seconds=more.get("at", 0))).isoformat(timespec="microseconds")
    response = {"status": status, "statusText": "", "headers": records(answered), "content": {"text": text}}
    return {"startedDateTime": started, "time": 5.0, "request": request, "response": response}


def records(headers: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]


def add(user_id: int, user_key: str, **more: Any) -> dict[str, Any]:
    sent = {"username": f"user{user_id}", "password": "a-good-password"}
    shown = more.pop("shown", user(user_id, user_key))
    return entry("POST", "/instances/rivia/users/", more.pop("status", 200), shown, **{"sent": sent, **more})


def look(user_key: str, status: int = 200, shown: Any = None, **more: Any) -> dict[str, Any]:
    body = shown if status == 200 else {"detail": "You do not have permission to perform this action."}
    return entry("GET", more.pop("path", "/instances/rivia/user/"), status, body, **{"user_key": user_key, **more})


def reset(user_id: int, old: str, new: str, **more: Any) -> dict[str, Any]:
    shown = more.pop("shown", user(user_id, new))
    return entry("POST", f"/instances/rivia/users/{user_id}/reset_key/", 200, shown, **{"user_key": old, **more})


def update(user_id: int, user_key: str, status: int = 200, **more: Any) -> dict[str, Any]:
    sent = {"username": f"user{user_id}", "password": "a-good-password"}
    shown = more.pop("shown", user(user_id, user_key))
    given = {"user_key": user_key, "sent": sent, **more}
    return entry("PUT", f"/instances/rivia/users/{user_id}/", status, shown, **given)


def story(number: int = 1) -> list[dict[str, Any]]:
    """Traffic of one user with nothing wrong, ten seconds after that of the one before: each operation succeeds."""
    old, new, at = key(2 * number - 1), key(2 * number), 10 * (number - 1)
    return [
        add(number, old, at=at),
        look(old, shown=user(number, old), at=at + 1),
        update(number, old, at=at + 2),
        reset(number, old, new, at=at + 3),
        look(new, shown=user(number, new), at=at + 4),
        look(old, 403, at=at + 5),
    ]


def har(entries: list[Any], **log: Any) -> str:
    return json.dumps({"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, **log, "entries": entries}})


def judged(tmp_path: Path, entries: list[Any], base_url: str | None = None, *others: str) -> Report:
    """Judge entries in a file, and other files."""
    paths = [tmp_path / f"{number}.har" for number in range(1 + len(others))]
    for path, text in zip(paths, (har(entries), *others), strict=True):
        path.write_text(text, encoding="utf-8")
    return of_files(paths, base_url)


@cache
def suite() -> Collector:
    return run.collected()


def of_files(paths: list[Path], base_url: str | None = None, overlays: tuple[Path, ...] = ()) -> Report:
    with ExitStack() as stack:
        archives = [stack.enter_context(archive.opened(path, io.BytesIO())) for path in paths]
        contract = overlay.amended(overlays) if overlays else document.load()
        return report(recorded.read(archives, contract, base_url), archives, suite())


def of(found: Report, requirement: str) -> Result:
    return next(result for result in found.results if result.requirement == requirement)


def failed(found: Report) -> set[str]:
    return {result.requirement for result in found.results if result.verdict is Verdict.FAILED}
