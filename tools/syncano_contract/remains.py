"""What a report says that its run left behind: outside data, so that only what a run writes is taken."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from syncano_contract.ledger import NOBODY
from syncano_contract.model import Problem
from syncano_contract.target import Target

RESULTS = "results.json"
PERHAPS = "perhaps a user "  # begins the line on a user whose id no reply told
PATH = re.compile(r"/instances/(?P<instance>[A-Za-z0-9_.~%-]{1,600})/users/(?P<id>[1-9][0-9]{0,18})/")
FIX = "give a results.json that `syncano-contract run` wrote, or its folder"


@dataclass(frozen=True)
class Remains:
    """The users that a run left at a target: by path, and the lines on those of whom no id is known."""

    target: str
    paths: tuple[str, ...]
    unknown: tuple[str, ...]


def read(report: Path) -> Remains:
    """Read a results.json or the one in a folder; raises Problem when it is none, or names what no run could make."""
    file = report / RESULTS if report.is_dir() else report
    try:
        results = json.loads(file.read_bytes())
    except OSError as error:
        raise Problem(f"cannot read {file}: {error.strerror}", FIX) from error
    except (ValueError, RecursionError) as error:
        raise Problem(f"{file} is no JSON", FIX) from error
    target, lines = _member(results, "target"), _member(results, "left_behind")
    if not isinstance(target, str) or not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise Problem(f"{file} is no report of a run", FIX)
    paths = tuple(dict.fromkeys(line for line in lines if not line.startswith(PERHAPS)))
    for path in paths:
        if _instance(path) is None:
            raise Problem(f"{file}: left_behind names what is no user of a run: {path}", FIX)
    return Remains(target, paths, tuple(line for line in lines if line.startswith(PERHAPS)))


def check(remains: Remains, target: Target) -> None:
    """Raise Problem unless everything is at this target and in its instances, and it gives the key to remove it."""
    if remains.target != target.url:
        raise Problem(f"the report is on {remains.target}, and not on {target.url}", "give the target of that run")
    if target.account_key is None:
        raise Problem("the target gives no account_key, with which users are removed", "set it, or SYNCANO_ACCOUNT_KEY")
    known = {target.instance, target.other.instance} if target.other else {target.instance}
    for instance in sorted(_instances(remains.paths) - known):
        raise Problem(f"the report is on instance {instance}, and the target is not", "give the target of that run")


def _instances(paths: Iterable[str]) -> set[str]:
    return {instance for path in paths if (instance := _instance(path)) is not None}


def _instance(path: str) -> str | None:
    """Return the instance of a path that is written as a run writes the path of a user."""
    found = PATH.fullmatch(path)
    if found is None or int(found["id"]) == NOBODY:
        return None
    instance = unquote(found["instance"])
    is_step = instance not in (".", "..") and quote(instance, safe="") == found["instance"]
    return instance if is_step else None


def _member(results: Any, name: str) -> Any:
    return results.get(name) if isinstance(results, dict) else None
