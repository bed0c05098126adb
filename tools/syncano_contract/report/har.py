"""traffic.har: every exchange of a run, as HTTP Archive 1.2."""

from __future__ import annotations

import io
from datetime import UTC
from urllib.parse import parse_qsl

import harfile

from syncano_contract.model import Exchange, Headers, Report, Request, Response, header
from syncano_contract.text import encoded, inert, sound

HTTP = "HTTP/1.1"


def to_har(report: Report) -> str:
    """Return an archive with one entry for each exchange; its comment is the exchange's number and sender."""
    written = io.StringIO()
    name, _, version = report.tool.partition(" ")
    with harfile.open(written, creator=harfile.Creator(sound(name), sound(version))) as archive:
        for exchange in report.exchanges:
            _add(archive, exchange)
    return inert(written.getvalue()) + "\n"


def _add(archive: harfile.HarFile, exchange: Exchange) -> None:
    milliseconds = round(exchange.seconds * 1000, 3)
    archive.add_entry(
        # To the microsecond: `judge` has to know which of two exchanges came first.
        startedDateTime=exchange.started.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        time=milliseconds,
        request=_request(exchange.request),
        response=_response(exchange.response) if exchange.response else _missing(exchange.error),
        timings=harfile.Timings(send=0, wait=milliseconds, receive=0),
        comment=sound(f"{exchange.number} {exchange.sender}" + (f": {exchange.error}" if exchange.error else "")),
    )


def _request(request: Request) -> harfile.Request:
    return harfile.Request(
        method=sound(request.method),
        url=sound(request.url),
        httpVersion=HTTP,
        headers=_records(request.headers),
        queryString=_records(tuple(_query(request.url))),
        postData=None if request.body is None else _posted(request.body, request.headers),
        bodySize=len(request.body or b""),
    )


def _query(url: str) -> list[tuple[str, str]]:
    return parse_qsl(url.partition("?")[2].partition("#")[0], keep_blank_values=True, errors="backslashreplace")


def _posted(body: bytes, headers: Headers) -> harfile.PostData:
    text, encoding = encoded(body)  # HAR 1.2 has no place for the encoding of what was posted
    comment = encoding if encoding != "utf-8" else None
    return harfile.PostData(mimeType=_media_type(headers), text=text, comment=comment)


def _response(response: Response) -> harfile.Response:
    text, encoding = encoded(response.body)
    size = len(response.body) if response.size is None else response.size
    return harfile.Response(
        status=response.status,
        statusText=sound(response.reason),
        httpVersion=HTTP,
        headers=_records(response.headers),
        content=harfile.Content(
            size=size,
            mimeType=_media_type(response.headers) or "x-unknown",
            text=text,
            encoding=encoding if encoding != "utf-8" else None,
            comment=None if response.size is None else "only its beginning is here",
        ),
        redirectURL=sound(header(response.headers, "Location") or ""),
        bodySize=size,
    )


def _missing(error: str | None) -> harfile.Response:
    """Return what HAR has in the place of a response: the status 0, with the error as its comment."""
    return harfile.Response(
        status=0,
        statusText="",
        httpVersion=HTTP,
        content=harfile.Content(mimeType="x-unknown"),
        comment=sound(error or "no reply"),
    )


def _records(headers: Headers) -> list[harfile.Record]:
    return [harfile.Record(sound(name), sound(value)) for name, value in headers]


def _media_type(headers: Headers) -> str:
    return sound(header(headers, "Content-Type") or "")
