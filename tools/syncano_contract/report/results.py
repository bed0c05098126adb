"""results.json: everything that a run found, in the form that results.schema.json publishes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from syncano_contract.conclusion import conclude, counts
from syncano_contract.model import Brief, Exchange, Headers, Report, Request, Requirement, Response, Result, Verdict
from syncano_contract.text import encoded, inert, moment, sound

VERSION = 2
LONGEST_BODY = 20_000  # characters of one body; HAR has it whole
SHOWN = (Verdict.FAILED, Verdict.CANNOT_TELL)  # the verdicts whose evidence is in the file


def to_json(report: Report) -> str:
    """Return results.json, in the same bytes for the same report."""
    return inert("".join(_lines(_sound(_results(report)))))


def _lines(members: dict[str, Any]) -> Iterator[str]:
    """Yield a line for each member, and for each item of a list: that is quick, and good to compare and to search."""
    opening = "{\n"
    for name, value in members.items():
        if isinstance(value, list) and value:
            items = ",\n".join(f"  {_compact(item)}" for item in value)
            yield f"{opening} {_compact(name)}: [\n{items}\n ]"
        else:
            yield f"{opening} {_compact(name)}: {_compact(value)}"
        opening = ",\n"
    yield "\n}\n"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _results(report: Report) -> dict[str, Any]:
    return {
        "version": VERSION,
        "conclusion": conclude(report),
        **_circumstances(report),
        "counts": counts(report),
        "requirements": [_requirement(requirement) for requirement in report.requirements],
        "results": [_result(result) for result in report.results],
        "sources": [asdict(source) for source in report.sources],
        "deviations": [asdict(deviation) for deviation in report.deviations],
        "coverage": [asdict(coverage) for coverage in report.coverage],
        "notes": list(report.notes),
        "left_behind": list(report.left_behind),
        "exchanges": [_exchange(exchange) for exchange in _cited(report)],
        "traffic": [_brief(brief) for brief in report.traffic],
    }


def _circumstances(report: Report) -> dict[str, Any]:
    return {
        "target": report.target,
        "instance": report.instance,
        "document": report.document,
        "overlays": list(report.overlays),
        "tool": report.tool,
        "started": moment(report.started),
        "seconds": round(report.seconds, 3),
        "seed": report.seed,
        "depth": report.depth,
        "read_only": report.read_only,
        "only": list(report.only),
        "jobs": report.jobs,
        "max_time": report.max_time,
        "max_requests": report.max_requests,
        "interrupted": report.was_interrupted,
        "command": report.command,
        "requests": report.requests,
    }


def _requirement(requirement: Requirement) -> dict[str, Any]:
    return {**asdict(requirement), "source": list(requirement.source)}


def _result(result: Result) -> dict[str, Any]:
    seconds = None if result.seconds is None else round(result.seconds, 3)
    lists = {"evidence": list(result.evidence), "places": list(result.places)}
    return {**asdict(result), **lists, "seconds": seconds}


def _cited(report: Report) -> list[Exchange]:
    cited = {number for result in report.results if result.verdict in SHOWN for number in result.evidence}
    return [exchange for exchange in report.exchanges if exchange.number in cited]


def _brief(brief: Brief) -> list[Any]:
    """Return a row: there may be thousands."""
    times = round(brief.at, 3), round(brief.seconds, 6)
    return [brief.number, *times, brief.sender, brief.operation, brief.status, brief.api_key, brief.user_key]


def _exchange(exchange: Exchange) -> dict[str, Any]:
    return {
        "number": exchange.number,
        "started": moment(exchange.started),
        "seconds": round(exchange.seconds, 6),
        "sender": exchange.sender,
        "request": _request(exchange.request),
        "response": exchange.response and _response(exchange.response),
        "error": exchange.error,
    }


def _request(request: Request) -> dict[str, Any]:
    body = None if request.body is None else _body(request.body, request.size)
    return {"method": request.method, "url": request.url, "headers": _headers(request.headers), "body": body}


def _response(response: Response) -> dict[str, Any]:
    return {
        "status": response.status,
        "reason": response.reason,
        "headers": _headers(response.headers),
        "body": _body(response.body, response.size),
    }


def _headers(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _body(body: bytes, size: int | None) -> dict[str, Any]:
    text, encoding = encoded(body)
    shortened = size is not None or len(text) > LONGEST_BODY
    size = len(body) if size is None else size
    return {"text": text[:LONGEST_BODY], "encoding": encoding, "size": size, "shortened": shortened}


def _sound(value: Any) -> Any:
    """Return the value without lone surrogates in any of its strings."""
    match value:
        case str():
            return sound(value)
        case dict():
            return {_sound(key): _sound(member) for key, member in value.items()}
        case list():
            return [_sound(item) for item in value]
        case _:
            return value
