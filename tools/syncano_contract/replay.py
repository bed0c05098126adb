"""The replay of a failure: a script of its own that sends the evidence again, with users and keys of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from syncano_contract.model import Exchange, Report, Request, Result, Verdict
from syncano_contract.origins import Origins

MOST = 20  # exchanges of the evidence that a script repeats, and what they need; of more, the last ones
LONGEST_COMMENT = 300
QUOTED = "quote({}, safe='')"

# What the redactor and the ledger leave in requests that another run has to find anew.
ANEW = re.compile(
    r"<(?P<kind>user_key|password|api_?key|plain_key|account_key|(?:other|altered) api_key|header [^<>]*?)"
    r"(?: (?P<number>\d+))?>"
    r"|contract-[0-9a-f]{8}(?![0-9a-f])"
)
LEFT_OUT = frozenset({"host", "content-length", "connection", "transfer-encoding", "accept-encoding"})  # http.client's

PRELUDE = """\
import http.client, json, os, secrets, sys
from urllib.parse import quote, urlsplit

BASE = urlsplit(sys.argv[1] if len(sys.argv) > 1 else {target})
RUN = "replay-" + secrets.token_hex(5)  # begins every user name
SECRETS = {{}}  # each by what is printed in its place
sys.stdout.reconfigure(errors="backslashreplace")

def key(variable):
    return SECRETS.setdefault(variable, os.environ.get(variable) or sys.exit("Set " + variable + " first."))

def show(text):
    for name, value in SECRETS.items():
        text = text.replace(value, "<" + name + ">")
    print("".join(c if c.isprintable() else ascii(c)[1:-1] for c in text))

def send(method, path, headers, body=None):
    headers = {{"Accept": "application/json", "User-Agent": "syncano-contract replay", **headers}}
    connect = http.client.HTTPSConnection if BASE.scheme == "https" else http.client.HTTPConnection
    try:
        connection = connect(BASE.netloc, timeout=30)
        connection.request(method, quote(BASE.path + path, safe="%/:?#[]@!$&'()*+,;=~"), body, headers)
        response = connection.getresponse()
        status, text = str(response.status), response.read(5_000_000).decode("utf-8", "replace")
    except (OSError, ValueError, http.client.HTTPException) as error:
        status, text = "no reply:", str(error)
    try:
        members = dict(json.loads(text))
    except (TypeError, ValueError, RecursionError):
        members = {{}}
    user_key = members.get("user_key")
    if isinstance(user_key, str) and len(user_key) > 5 and user_key not in SECRETS.values():
        SECRETS["user_key " + str(len(SECRETS))] = user_key
    show(method + " " + path)
    show("  " + status + " " + text[:2000])
    return members

def member(reply, name, kind):
    value = reply.get(name)
    return value if type(value) is kind else sys.exit("The next step needs the " + name + " of this reply.")
"""


def replayable(report: Report, origins: Origins) -> Report:
    """Return the report with a script for each failed result that has evidence; `origins` has learnt its exchanges.

    A script is Python that replays the evidence; it needs Python 3 alone, and holds no secret.
    """
    return replace(report, results=tuple(_with_script(origins, report, result) for result in report.results))


def _with_script(origins: Origins, report: Report, result: Result) -> Result:
    if result.verdict is not Verdict.FAILED or not result.evidence:
        return result
    return replace(result, replay=_script(origins, report, result))


def _script(origins: Origins, report: Report, result: Result) -> str:
    steps, chain = _Steps(origins), origins.chain(result.evidence[-MOST:])
    requests = [steps.request(exchange) for exchange in chain]
    lines = [*_title(report, result), PRELUDE.format(target=repr(report.target)), "", *steps.before()]
    for exchange, request in zip(chain, requests, strict=True):
        kept = steps.kept(exchange.number)
        decides = ", which decided" if exchange.number == result.evidence[-1] else ""
        lines += ["", f"# exchange {exchange.number} of the run: {_answer(exchange)}{decides}"]
        lines += [f"reply = {request}" if kept else request, *kept]
    return "\n".join(lines) + "\n"


def _title(report: Report, result: Result) -> Iterator[str]:
    sentence = next((each.text for each in report.requirements if each.id == result.requirement), "")
    for line in (f"{result.requirement}: {sentence}", f"expected {result.expected}", f"saw {result.seen}"):
        yield f"# {_comment(line)}"
    yield "# Run it with python3, and with another base URL as its argument if need be."


def _comment(text: str) -> str:
    """Return the text as one line that can neither end the comment nor be acted on by a viewer."""
    shown = ascii(text)[1:-1]
    return shown if len(shown) <= LONGEST_COMMENT else shown[:LONGEST_COMMENT] + " ..."


def _parts(text: str, literal: Callable[[str], str]) -> Iterator[str | re.Match[str]]:
    """Yield the text piece by piece: literals as source, and between them what is to be found anew."""
    at = 0
    for found in ANEW.finditer(text):
        if found.start() > at:
            yield literal(text[at : found.start()])
        yield found
        at = found.end()
    if text[at:]:
        yield literal(text[at:])


def _answer(exchange: Exchange) -> str:
    return f"answered with {exchange.response.status:d}" if exchange.response else "no reply"


class _Steps:
    """Writes requests as calls, and remembers which values they have to be given before."""

    def __init__(self, origins: Origins) -> None:
        """Start with no value."""
        self._origins = origins
        self._values: dict[str, str] = {}  # variable: expression
        self._kept: dict[int, dict[str, str]] = {}  # exchange: variable: expression

    def before(self) -> list[str]:
        """Return the lines that come before the first call."""
        return [f"{name} = {expression}" for name, expression in self._values.items()]

    def kept(self, number: int) -> list[str]:
        """Return the lines that keep what later calls need of a reply."""
        return [f"{name} = {expression}" for name, expression in self._kept.get(number, {}).items()]

    def request(self, exchange: Exchange) -> str:
        """Return the call that sends one request."""
        request, number = exchange.request, exchange.number
        headers = ", ".join(
            f"{name!r}: {self._text(value, number)}" for name, value in request.headers if name.lower() not in LEFT_OUT
        )
        arguments = [repr(request.method), self._path(request, number), f"{{{headers}}}"]
        if request.body is not None:
            arguments.append(self._body(request.body, number))
        return "send(" + ", ".join(arguments[:2]) + ",\n     " + ",\n     ".join(arguments[2:]) + ")"

    def _path(self, request: Request, number: int) -> str:
        path, addressed = self._origins.path(request), self._origins.addressed(request)
        added = self._origins.adds.get(addressed[0], number) if addressed else number
        if addressed is None or added >= number:
            return self._text(path, number, QUOTED)
        self._kept.setdefault(added, {})[f"id_{added}"] = "member(reply, 'id', int)"
        before, after = path[: addressed[1].start], path[addressed[1].stop :]
        return f"{before!r} + str(id_{added}) + {self._text(after, number, QUOTED)}"

    def _text(self, text: str, number: int, form: str = "{}") -> str:
        pieces = [
            part if isinstance(part, str) else form.format(self._value(part, number)) for part in _parts(text, repr)
        ]
        return " + ".join(pieces) or "''"

    def _body(self, body: bytes, number: int) -> str:
        parts = _parts(body.decode("latin-1"), lambda text: repr(text.encode("latin-1")))
        return (
            " + ".join(part if isinstance(part, str) else f"{self._value(part, number)}.encode()" for part in parts)
            or "b''"
        )

    def _value(self, found: re.Match[str], number: int) -> str:
        """Return the variable that stands for what is to be found anew."""
        kind, count = found["kind"], found["number"]
        if kind is None:
            return "RUN"
        name = re.sub(r"\W", "_", kind if count is None else f"{kind} {count}", flags=re.ASCII)
        origin = self._origins.keys.get(count, number) if kind == "user_key" and count else number
        if origin < number:
            self._kept.setdefault(origin, {})[name] = "member(reply, 'user_key', str)"
        elif kind == "altered api_key":
            altered = "key('SYNCANO_API_KEY')[:-8] + secrets.token_hex(4)"
            self._values[name] = f"SECRETS.setdefault({name!r}, {altered})"
        elif kind == "password":
            self._values[name] = f"SECRETS.setdefault({name!r}, 'pw-' + secrets.token_hex(8))"
        else:
            self._values[name] = f"key({f'SYNCANO_{name.upper()}'!r})"
        return name
