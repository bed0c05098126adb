"""The document as a Postman collection, as openapi-to-postmanv2, Postman's own converter, makes it."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from syncano_contract import npm
from syncano_contract.document import METHODS
from syncano_contract.model import Problem
from syncano_contract.pointer import child

COLLECTION = "postman_collection.json"  # the name that Postman itself gives the ends of such files
GROUP, SCRIPT = "postman", "openapi-to-postmanv2/bin/openapi2postmanv2.js"
OPTIONS = "folderStrategy=Tags,parametersResolution=Example"
SECONDS = 60  # for one conversion
FIX = "`syncano-contract validate` tells if the document is broken"
AGAIN = "try again, with a Node.js of 20 or newer"

# The converter draws lots for what has no example, and counts days from now: the same ones each time.
STEADY = """
let drawn = 1;
Math.random = () => (drawn = (drawn * 48271) % 2147483647) / 2147483647;  // Park and Miller's generator
globalThis.Date = class extends Date {
  constructor(...given) { super(...(given.length ? given : [0])); }
  static now() { return 0; }
};
"""


def collection(tree: Mapping[str, Any], tell: npm.Tell) -> dict[str, Any]:
    """Return the Postman collection (format 2.1.0) of a published form; the same form gives the same collection.

    `tell` is called with a line before the converter is installed, which is done once. Raises Problem where it fails.
    """
    node, script = npm.command(GROUP, SCRIPT, tell)
    with TemporaryDirectory(prefix="syncano-contract-") as name:
        folder = Path(name)
        (folder / "steady.cjs").write_text(STEADY, encoding="utf-8")
        (folder / "openapi.json").write_text(json.dumps(_with_all_keys(tree)), encoding="utf-8")
        words = [node, "--require", "./steady.cjs", script]
        told = _run([*words, "-s", "openapi.json", "-o", "collection.json", "-O", OPTIONS], folder)
        try:
            made: dict[str, Any] = json.loads((folder / "collection.json").read_bytes())
        except (OSError, ValueError) as error:  # the converter exits with 0 where it fails, too
            raise Problem(f"no Postman collection can be made: {told}", FIX) from error
    return _numbered(_with_variables(made))


def _with_all_keys(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form with every key of an operation but the first as a parameter.

    A request of Postman has one kind of authorization, and the converter drops what else is required.
    """
    paths = {
        path: {name: _with_keys(tree, value) if name in METHODS else value for name, value in item.items()}
        for path, item in tree["paths"].items()
    }
    return {**tree, "paths": paths}


def _with_keys(tree: Mapping[str, Any], operation: Mapping[str, Any]) -> dict[str, Any]:
    required: Mapping[str, Any] = next(iter(operation.get("security", tree.get("security", []))), {})
    schemes = [tree["components"]["securitySchemes"][name] for name in required][1:]
    keys = [_parameter(scheme) for scheme in schemes if scheme["type"] == "apiKey"]
    return {**operation, **({"parameters": [*operation.get("parameters", []), *keys]} if keys else {})}


def _parameter(scheme: Mapping[str, Any]) -> dict[str, Any]:
    """Return a key as a parameter whose value is a variable, such as `{{userKey}}` for `X-USER-KEY`."""
    first, *others = re.split(r"[-_]", scheme["name"].lower().removeprefix("x-"))
    variable = f"{{{{{first}{''.join(map(str.capitalize, others))}}}}}"
    place = {"name": scheme["name"], "in": scheme["in"], "required": True}
    return {**place, "schema": {"type": "string"}, "example": variable}


def _with_variables(made: Mapping[str, Any]) -> dict[str, Any]:
    """Return a collection with an empty variable for each key, for whoever imports it to fill in."""
    known = {each["key"] for each in made.get("variable", [])}
    used = dict.fromkeys(re.findall(r"\{\{(\w+)\}\}", json.dumps([made.get("auth"), made["item"]])))
    added = [{"key": name, "value": "", "type": "string"} for name in used if name not in known]
    return {**made, "variable": [*made.get("variable", []), *added]}


def _run(words: list[str], folder: Path) -> str:
    """Run the converter and return the first line that it prints; raises Problem where it cannot be run."""
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and words of our own
            words, cwd=folder, env=npm.environment(), capture_output=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Problem(f"the converter to Postman cannot be run: {error}", AGAIN) from error
    lines = (done.stderr or done.stdout).decode(errors="replace").splitlines()
    return next((line.strip() for line in lines if line.strip()), f"exit code {done.returncode}")


def _numbered(made: dict[str, Any]) -> dict[str, Any]:
    """Give the collection ids that follow from its name and the place in it; the converter draws lots for them."""
    root = uuid5(NAMESPACE_URL, made["info"]["name"])
    info = {**made["info"], "_postman_id": str(root)}
    return {**made, "info": info, "item": [_with_id(each, root, f"/{n}") for n, each in enumerate(made["item"])]}


def _with_id(entry: Mapping[str, Any], root: UUID, at: str) -> dict[str, Any]:
    """Return a folder, request or reply of a collection, and what is in it, with ids of ours."""
    below = {
        name: [_with_id(each, root, child(child(at, name), number)) for number, each in enumerate(entry[name])]
        for name in ("item", "response")
        if name in entry
    }
    return {**entry, **({"id": str(uuid5(root, at))} if "id" in entry else {}), **below}
