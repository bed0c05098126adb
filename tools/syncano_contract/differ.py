"""Two versions of an OpenAPI document: what breaks whom, as `redocly diff` rates it, asked in both directions.

A client of the old version breaks where going from old to new is a major change to `redocly diff`, which looks from
where a client stands. A server built to the old version breaks where going back, from new to old, is one: what a client
of the new version may rely on, that server does not give.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from syncano_contract import npm
from syncano_contract.document import LOADER
from syncano_contract.model import Problem

CLIENTS, SERVERS = "clients", "servers"
OPENAPI = "openapi.yaml"  # the file of a revision that names none
SECONDS = 120  # for one comparison
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
REDOCLY = "@redocly/cli/bin/cli.js"
UNCOMPARED = "`syncano-contract validate FILE` tells if one is broken"

# What clients see of a change, while no server has to do anything for it.
OF_CLIENTS_ALONE = frozenset({"operation-id-changed", "server-removed"})
# About replies these bind a server that still sends what was listed; what is listed anew it need not send.
OF_REPLIES = frozenset({"response-removed", "media-type-removed"})

# What going back would take away, by the differ's rule, as what the new version asks of a server.
ASKED = {
    "path-removed": "a path is new",
    "operation-removed": "an operation is new",
    "parameter-removed": "a parameter is new",
    "parameter-became-required": "a parameter may be left out",
    "parameter-serialization-changed": "a parameter is written in another way",
    "request-body-removed": "a body is new",
    "request-body-became-required": "a body may be left out",
    "required-properties-added": "a member may be left out of a request",
    "required-properties-removed": "a reply has to have a member",
    "property-removed": "a reply has a further member",
    "enum-values-added": "a reply may have fewer values",
    "enum-values-removed": "a request may have further values",
    "schema-type-changed": "a request may have further types, or a reply fewer",
    "schema-constraint-changed": "a limit of a request was loosened, or one of a reply tightened",
    "schema-combinator-changed": "a request may have further forms, or a reply fewer",
    "media-type-removed": "a request may have a further media type",
    "response-header-removed": "a reply has to have a header",
    "security-requirement-changed": "other keys are enough",
    "security-scheme-changed": "a key is sent in another way",
}


@dataclass(frozen=True)
class Version:
    """One version of a document, by the name that it was asked for with."""

    name: str
    content: bytes


@dataclass(frozen=True, order=True)
class Break:
    """A change that breaks clients or servers: what it is, and in which line of which version it stands."""

    whom: str
    version: str
    line: int
    what: str


def read(name: str) -> Version:
    """Read a file, or a revision of git such as `HEAD~1` or `v1:openapi.yaml`; raises Problem for what is neither."""
    file = Path(name)
    version = Version(name, _of_file(file)) if file.is_file() else _of_revision(name)
    _check(version)
    return version


def _of_file(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Problem(f"cannot read {file}: {error.strerror}", "name a file or a revision of git") from error


def _of_revision(name: str) -> Version:
    spec = name if ":" in name else f"{name}:{OPENAPI}"
    git, fix = shutil.which("git"), "name a file, or a revision such as HEAD~1 or v1:openapi.yaml"
    if git is None:
        raise Problem(f"there is no file {name}, and no git that could know a revision", fix)
    found = subprocess.run([git, "cat-file", "blob", spec], capture_output=True, check=False)  # noqa: S603 - no shell
    if found.returncode:
        raise Problem(f"{name} is neither a file nor a revision that git finds here", fix)
    return Version(spec, found.stdout)


def _check(version: Version) -> None:
    """Raise Problem for what cannot be compared: the differ would crash, or fetch what a reference leads to."""
    fix = "name two OpenAPI documents, each in one file"
    try:
        tree = yaml.load(version.content, Loader=LOADER)  # noqa: S506 - the loader is a safe one
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise Problem(f"{version.name} is not YAML: {' '.join(str(error).split())}", fix) from error
    if not isinstance(tree, dict) or not str(tree.get("openapi", "")).startswith("3.") or "paths" not in tree:
        raise Problem(f"{version.name} is no OpenAPI document of version 3", fix)
    for reference in _references(tree):
        if not reference.startswith("#"):
            raise Problem(f"{version.name} refers to another file: {reference}", fix)


def _references(tree: Any) -> Iterator[str]:
    waiting, met = [tree], set[int]()
    while waiting:
        node = waiting.pop()
        if id(node) in met:
            continue  # an alias of YAML
        met.add(id(node))
        if isinstance(node, dict):
            yield from (str(value) for name, value in node.items() if name == "$ref" and not isinstance(value, dict))
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def breaks(old: Version, new: Version, tell: npm.Tell) -> list[Break]:
    """Return what in the new version breaks clients or servers of the old one; raises Problem where that fails.

    `tell` is called with a line before the differ is installed, which is done once.
    """
    command = npm.command("redocly", REDOCLY, tell)
    with TemporaryDirectory(prefix="syncano-contract-") as folder:
        names = {"old.yaml": old.name, "new.yaml": new.name}
        for name, version in zip(names, (old, new), strict=True):
            (Path(folder) / name).write_bytes(version.content)
        forth = _majors(command, folder, "old.yaml", "new.yaml")
        back = _majors(command, folder, "new.yaml", "old.yaml")
        return sorted({*_of_clients(forth, names), *_of_servers(back, names)})


def _majors(command: Sequence[str], folder: str, base: str, revision: str) -> list[Mapping[str, Any]]:
    """Return the major verdicts on a change, each with the path of what changed."""
    words = [*command, "diff", base, revision, "--format", "json", "--fail-on", "none"]
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and names of our own
            words, cwd=folder, env={**npm.environment(), **QUIET}, capture_output=True, timeout=SECONDS, check=False
        )
        changes = json.loads(done.stdout)["changes"]
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Problem(f"the differ cannot be run: {error}", "try again, with a Node.js of 20 or newer") from error
    except (ValueError, KeyError) as error:
        raise Problem("the differ cannot compare these versions", UNCOMPARED) from error
    return [{**change, **each} for change in changes for each in change["verdicts"] if _is_major(each)]


def _is_major(verdict: Mapping[str, Any]) -> bool:
    return bool(verdict["impact"] == "major")


def _of_clients(forth: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> Iterator[Break]:
    for each in forth:
        yield _break(CLIENTS, each["location"], names, _said(each))
        if _is_of_replies(each):
            yield _break(SERVERS, each["location"], names, _said(each))


def _of_servers(back: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> Iterator[Break]:
    for each in back:
        if each["ruleId"] not in OF_CLIENTS_ALONE and not _is_of_replies(each):
            asked = ASKED.get(each["ruleId"], "something is new")
            yield _break(SERVERS, each.get("base", each["location"]), names, f"{asked}; going back: {_said(each)}")


def _is_of_replies(verdict: Mapping[str, Any]) -> bool:
    return verdict["ruleId"] in OF_REPLIES and "/responses/" in verdict["path"]


def _said(verdict: Mapping[str, Any]) -> str:
    return f"{verdict['message'].rstrip('.')} ({verdict['ruleId']})"


def _break(whom: str, location: Mapping[str, Any], names: Mapping[str, str], what: str) -> Break:
    return Break(whom, names[Path(location["file"]).name], location["line"], what)
