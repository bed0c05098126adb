"""results.json: everything that a run found, in the form that results.schema.json publishes."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from syncano_contract.conclusion import conclude, counts
from syncano_contract.model import Exchange, Headers, Report, Request, Requirement, Response, Result, Verdict
from syncano_contract.replay import scripts
from syncano_contract.text import encoded, inert, moment, sound

VERSION = 1
LONGEST_BODY = 20_000  # characters of one body; HAR has it whole
SHOWN = (Verdict.FAILED, Verdict.CANNOT_TELL)  # the verdicts whose evidence is in the file


def to_json(report: Report) -> str:
    """Return results.json, in the same bytes for the same report."""
    return inert(json.dumps(_sound(_results(report)), ensure_ascii=False, indent=2)) + "\n"


def _results(report: Report) -> dict[str, Any]:
    replays = scripts(report)
    return {
        "version": VERSION,
        "conclusion": conclude(report),
        **_circumstances(report),
        "counts": counts(report),
        "requirements": [_requirement(requirement) for requirement in report.requirements],
        "results": [_result(result, replays.get(result.requirement)) for result in report.results],
        "coverage": [asdict(coverage) for coverage in report.coverage],
        "notes": list(report.notes),
        "left_behind": list(report.left_behind),
        "exchanges": [_exchange(exchange, report) for exchange in _cited(report)],
    }


def _circumstances(report: Report) -> dict[str, Any]:
    return {
        "target": report.target,
        "instance": report.instance,
        "document": report.document,
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


def _result(result: Result, replay: str | None) -> dict[str, Any]:
    seconds = None if result.seconds is None else round(result.seconds, 3)
    return {**asdict(result), "evidence": list(result.evidence), "seconds": seconds, "replay": replay}


def _cited(report: Report) -> list[Exchange]:
    cited = {number for result in report.results if result.verdict in SHOWN for number in result.evidence}
    return [exchange for exchange in report.exchanges if exchange.number in cited]


def _exchange(exchange: Exchange, report: Report) -> dict[str, Any]:
    return {
        "number": exchange.number,
        "started": moment(exchange.started),
        "seconds": round(exchange.seconds, 6),
        "sender": exchange.sender,
        "operation": report.operations.get(exchange.number),
        "request": _request(exchange.request),
        "response": exchange.response and _response(exchange.response),
        "error": exchange.error,
    }


def _request(request: Request) -> dict[str, Any]:
    body = None if request.body is None else _body(request.body)
    return {"method": request.method, "url": request.url, "headers": _headers(request.headers), "body": body}


def _response(response: Response) -> dict[str, Any]:
    return {
        "status": response.status,
        "reason": response.reason,
        "headers": _headers(response.headers),
        "body": _body(response.body),
    }


def _headers(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _body(body: bytes) -> dict[str, Any]:
    text, encoding = encoded(body)
    shortened = len(text) > LONGEST_BODY
    return {"text": text[:LONGEST_BODY], "encoding": encoding, "size": len(body), "shortened": shortened}


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
