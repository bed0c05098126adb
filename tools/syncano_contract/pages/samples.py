"""Code samples -> records: what a sample says of a request, in whatever language, without the sample itself.

From curl and raw HTTP are taken method, URL, header names and the names of the body's members. From any other language
`members` are the names that the sample passes along: keyword arguments and keys of object literals at any depth, in
order, each once. Method, URL and headers are taken only where the sample has them written out, as in
`requests.put("https://…")` or `{method: "PUT", headers: {…}}`. Nothing is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from syncano_contract.pages import strict_json
from syncano_contract.pages.finding import Repair

METHOD = "get|put|post|delete|options|head|patch"
WORD = re.compile(r"""(?:\\\r?\n|\s)+|\#[^\n]*|((?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s\\'"])+)|.""", re.DOTALL)
QUOTED = re.compile(r"""'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\\'"]+)""", re.DOTALL)
SKIP = r"(?>\s|(?://|\#)[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z))"
STRING = r"""(?>'(?:[^'\\\n]|\\.)*['\\]?|"(?:[^"\\\n]|\\.)*["\\]?|`(?:[^`\\]|\\.)*[`\\]?)"""
TOKEN = re.compile(
    rf"""(?P<open>[(\[{{,]){SKIP}*+(?:(?P<key>{STRING}|:?[A-Za-z_$@][\w$-]*+)\s*(?P<mark>=>|=(?!=)|:(?!:)))?
    |(?P<close>[)\]}}])|{SKIP}++|{STRING}""",
    re.VERBOSE | re.DOTALL,
)
PASSES = {"(": ("=", ":", "=>"), "{": (":", "=>"), "[": ("=>",)}
HEADERS = re.compile(r"headers['\"]?\s*(?:=>|[=:])\s*\Z", re.IGNORECASE)
NO_CALL = re.compile(r"\b(?:for|while|if|switch|catch)\s*\Z")
PLAIN = re.compile(r"[\w.@-]{1,80}")
LOOK_BACK = 40
HTTP = re.compile(r"\s*([A-Z]+) +(\S+) +HTTP/[\d.]+[^\n]*\n?")
CALL = re.compile(rf"\.({METHOD})\s*\(\s*[fr]?['\"`](https?://[^'\"`\s]+)", re.IGNORECASE)
URL = re.compile(r"['\"`](https?://[^'\"`\s]+)['\"`]")
NAMED_METHOD = re.compile(
    rf"\b(?:method|type|CURLOPT_CUSTOMREQUEST)['\"]?\s*(?::|=>?|,)\s*['\"]({METHOD})['\"]", re.IGNORECASE
)
DATA = frozenset({"-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--data-urlencode", "--json"})
FORM = frozenset({"-F", "--form", "--form-string"})
WITH_VALUE = DATA | FORM | {"-X", "--request", "-H", "--header", "--url", "-u", "--user"}
PASSED = frozenset(
    {"-A", "--user-agent", "-b", "--cookie", "-c", "--cookie-jar", "-e", "--referer", "-E", "--cert", "--key"}
    | {"--cacert", "-K", "--config", "-m", "--max-time", "-o", "--output", "--retry", "-T", "--upload-file"}
    | {"-w", "--write-out", "-x", "--proxy"}
)
ENDS = frozenset({"|", ";", "&&", "||", ">", ">>"})


@dataclass(frozen=True)
class Sample:
    """What one sample says of a request; `headers` and `members` are names, `repairs` what was read otherwise."""

    method: str | None = None
    url: str | None = None
    headers: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()

    @property
    def record(self) -> dict[str, Any]:
        """Return the sample as JSON."""
        names = {"headers": list(self.headers), "members": list(self.members)}
        return {"method": self.method, "url": self.url, **names}


def sample_of(code: str) -> Sample:
    """Return what a sample says, whatever its language is called; what it does not say is left out."""
    words = _words(code) if "curl" in code else []
    if "curl" in words[:3]:
        return _curl(words[words.index("curl") + 1 :])
    raw = HTTP.match(code)
    if raw:
        return _http(code, raw)
    return _program(code)


def recorded(record: Any) -> Sample | None:
    """Return the sample that a transcript holds in place of its code, or None where it is none."""
    if not isinstance(record, dict) or set(record) != {"method", "url", "headers", "members"}:
        return None
    texts = [record["method"], record["url"]]
    names = [record["headers"], record["members"]]
    if not all(each is None or isinstance(each, str) for each in texts) or not all(_is_names(each) for each in names):
        return None
    return Sample(record["method"], record["url"], tuple(record["headers"]), tuple(record["members"]))


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _words(command: str) -> list[str]:
    """Split a shell command; an unclosed quote is an ordinary character."""
    return [_unquoted(word) for word in WORD.findall(command) if word]


def _unquoted(word: str) -> str:
    if not ("'" in word or '"' in word or "\\" in word):
        return word
    return "".join(
        single or re.sub(r'\\(["\\$`\n])', r"\1", double) or escaped or plain
        for single, double, escaped, plain in QUOTED.findall(word)
    )


def _curl(words: list[str]) -> Sample:
    """Read a curl command as curl does: data makes it a POST, else it is a GET (curl's manual)."""
    method, urls, headers, bodies = None, [], [], []
    is_get = False
    for option, value in _options(words):
        if option in ("-X", "--request"):
            method = value.upper()
        elif option in ("-H", "--header"):
            headers.append(value.partition(":")[0].strip())
        elif option in ("-u", "--user"):
            headers.append("Authorization")
        elif option in DATA | FORM:
            bodies.append(value)
        elif option in ("-G", "--get", "-I", "--head"):
            is_get, method = True, method or {"-I": "HEAD", "--head": "HEAD"}.get(option, "GET")
        elif option in ("", "--url"):
            urls.append(value)
    members = [name for body in bodies for name in members_of(body)]
    repairs = [repair for body in bodies for repair in _repairs_of(body)]
    if is_get and members:
        repairs, members = [Repair("sample query", members, None, "code")], []
    if len(urls) > 1:
        repairs.append(Repair("sample urls", urls, urls[0], "code"))
    implied = "POST" if bodies else "GET"
    return Sample(method or implied, next(iter(urls), None), _once(headers), _once(members), tuple(repairs))


def _options(words: list[str]) -> Iterator[tuple[str, str]]:
    """Yield each option with its value; what stands alone has an empty option."""
    rest = iter(words)
    for word in rest:
        if word in ENDS:
            return
        name, _, glued = word.partition("=") if word.startswith("--") else (word[:2], "", word[2:])
        if not word.startswith("-"):
            yield "", word
        elif name not in WITH_VALUE | PASSED:
            yield word, ""
        else:
            yield name, glued or next(rest, "")


def members_of(body: str) -> tuple[str, ...]:
    """Return the names of a body's members: the keys of a JSON object, strict or not, or the names of a form."""
    text = body.strip()
    if text.startswith("{"):
        return tuple(key.name for key in _keys(text) if key.depth == 1)
    if text.startswith(("[", "@", "<")) or "=" not in text:
        return ()
    return tuple(name for name, _ in parse_qsl(text, keep_blank_values=True))


def _repairs_of(body: str) -> Iterator[Repair]:
    """Yield what is no strict JSON and is read all the same, and what is read for no member."""
    text = body.strip()
    if text.startswith("{"):
        if not _is_json(text):
            members = list(members_of(body))
            yield Repair("sample body", f"{len(text)} characters that are no JSON", members, "code")
    elif text and not members_of(body):
        yield Repair("sample body", f"{len(text)} characters that name no member", None, "code")


def _is_json(text: str) -> bool:
    try:
        strict_json.parse(text)
    except ValueError:
        return False
    return True


def _http(code: str, opening: re.Match[str]) -> Sample:
    """Read a request as HTTP/1.1 writes it (RFC 9112), its URL as it stands there."""
    head, _, body = f"\n{code[opening.end() :]}".replace("\r\n", "\n").partition("\n\n")
    lines = [line.partition(":") for line in head.split("\n") if ":" in line]
    headers, members = _once(name.strip() for name, _, _ in lines), _once(members_of(body))
    return Sample(opening[1], opening[2], headers, members, tuple(_repairs_of(body)))


def _program(code: str) -> Sample:
    called, written, named = CALL.search(code), URL.search(code), NAMED_METHOD.search(code)
    method = named[1] if named else called[1] if called else None
    url = called[2] if called else written[1] if written else None
    keys = [key for key in _keys(code) if PLAIN.fullmatch(key.name)]
    headers, members = (_once(key.name for key in keys if key.is_header is wanted) for wanted in (True, False))
    return Sample(method and method.upper(), url, headers, members)


@dataclass(frozen=True)
class _Key:
    """A name that stands before a value in brackets, and how deep; `is_header` where the brackets are headers."""

    name: str
    depth: int
    is_header: bool


def _keys(code: str) -> Iterator[_Key]:
    """Yield keyword arguments and keys of object literals in order."""
    brackets: list[str] = []
    for token in TOKEN.finditer(code):
        if token.lastgroup is None:  # blanks, a comment or a string
            continue
        opening, key, mark, closing = token.group("open", "key", "mark", "close")
        if closing:
            del brackets[-1:]
        if opening and opening != ",":
            brackets.append(_bracket(opening, code[max(0, token.start() - LOOK_BACK) : token.start()]))
        if key and brackets and mark in PASSES.get(brackets[-1], PASSES["{"]):
            yield _Key(key.strip("'\":$` "), len(brackets), brackets[-1] == "headers")


def _bracket(bracket: str, before: str) -> str:
    """Return what an opening bracket opens, told by what stands before it."""
    if bracket == "(":
        return "block" if NO_CALL.search(before) else bracket
    return "headers" if HEADERS.search(before) else bracket


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))
