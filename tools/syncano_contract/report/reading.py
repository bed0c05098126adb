"""results.json -> the report that it tells of; what is no such file, or of another version, is refused."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NoReturn

import jsonschema_rs

from syncano_contract.model import (
    Brief,
    Coverage,
    Deviation,
    Exchange,
    Headers,
    Level,
    Problem,
    Report,
    Request,
    Requirement,
    Response,
    Result,
    Source,
    Verdict,
)
from syncano_contract.remains import FIX, RESULTS
from syncano_contract.report.results import VERSION

RUN_AGAIN = "run the suite again, or use the syncano-contract that wrote it"


def read(path: Path) -> Report:
    """Return the report in a results.json, or in the one of a folder; raises Problem for anything else."""
    file = path / RESULTS if path.is_dir() else path
    try:
        content = file.read_bytes()
    except OSError as error:
        raise Problem(f"cannot read {file}: {error.strerror}", FIX) from error
    return parse(content, str(file))


def parse(content: bytes, name: str) -> Report:
    """Return the report that the content of a results.json tells of; `name` is what a Problem calls it."""
    try:
        results = json_of(content)
    except ValueError as error:
        raise Problem(f"{name} is no JSON", FIX) from error
    version = results.get("version") if isinstance(results, dict) else None
    if not isinstance(results, dict) or type(version) is not int:
        raise Problem(f"{name} is no report of a run", FIX)
    if version != VERSION:
        raise Problem(f"{name} has version {version} of the format, and this program reads {VERSION}", RUN_AGAIN)
    try:
        return _checked(results)
    except ValueError as error:
        raise Problem(f"{name} is no report of a run: {error}", FIX) from error


def json_of(content: bytes) -> Any:
    """Return what JSON says, numbers as they are written; raises ValueError for what is none (RFC 8259)."""
    try:
        return json.loads(content.decode("utf-8"), parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _checked(results: Mapping[str, Any]) -> Report:
    """Return the report; raises ValueError for what no run writes."""
    found = next(_schema().iter_errors(results), None)
    if found is not None:
        pointer = "".join(f"/{step}" for step in found.instance_path)
        raise ValueError(f"{pointer or 'the whole'} is not as the schema has it")
    report = _report(results)
    listed = [requirement.id for requirement in report.requirements]
    judged = [result.requirement for result in report.results]
    if len(set(listed)) < len(listed) or len(set(judged)) < len(judged) or not set(judged) <= set(listed):
        raise ValueError("/results and /requirements do not go together")
    return report


@cache
def _schema() -> jsonschema_rs.Validator:
    schema = resources.files("syncano_contract.report") / "results.schema.json"
    return jsonschema_rs.validator_for(json.loads(schema.read_text(encoding="utf-8")))


def _report(results: Mapping[str, Any]) -> Report:
    taken = ("target", "instance", "document", "tool", "seconds", "seed", "depth", "read_only", "command")
    bounds = ("jobs", "max_time", "max_requests")
    return Report(
        **{name: results[name] for name in (*taken, *bounds)},
        started=_moment(results["started"]),
        only=tuple(results["only"]),
        requirements=tuple(map(_requirement, results["requirements"])),
        results=tuple(map(_result, results["results"])),
        exchanges=tuple(map(_exchange, results["exchanges"])),
        traffic=tuple(Brief(*row) for row in results["traffic"]),
        coverage=tuple(Coverage(**each) for each in results["coverage"]),
        notes=tuple(results["notes"]),
        left_behind=tuple(results["left_behind"]),
        sources=tuple(Source(**each) for each in results["sources"]),
        deviations=tuple(Deviation(**each) for each in results["deviations"]),
        overlays=tuple(results["overlays"]),
        was_interrupted=results["interrupted"],
        unlisted=results["requests"] - len(results["traffic"]),
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _requirement(given: Mapping[str, Any]) -> Requirement:
    return Requirement(given["id"], Level(given["level"]), given["text"], tuple(given["source"]))


def _result(given: Mapping[str, Any]) -> Result:
    tuples = {name: tuple(given[name]) for name in ("evidence", "places")}
    return Result(**{**given, **tuples, "verdict": Verdict(given["verdict"])})


def _exchange(given: Mapping[str, Any]) -> Exchange:
    request, response = given["request"], given["response"]
    body = None if request["body"] is None else _body(request["body"])
    return Exchange(
        number=given["number"],
        started=_moment(given["started"]),
        seconds=given["seconds"],
        sender=given["sender"],
        request=Request(request["method"], request["url"], _headers(request["headers"]), body, _size(request["body"])),
        response=response and _response(response),
        error=given["error"],
    )


def _response(given: Mapping[str, Any]) -> Response:
    headers, body = _headers(given["headers"]), given["body"]
    return Response(given["status"], given["reason"], headers, _body(body), _size(body))


def _headers(given: Iterable[Mapping[str, str]]) -> Headers:
    return tuple((each["name"], each["value"]) for each in given)


def _body(given: Mapping[str, Any]) -> bytes:
    text: str = given["text"]
    return base64.b64decode(text, validate=True) if given["encoding"] == "base64" else text.encode()


def _size(given: Mapping[str, Any] | None) -> int | None:
    return int(given["size"]) if given and given["shortened"] else None
