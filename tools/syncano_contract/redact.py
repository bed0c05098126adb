"""Secrets out of everything that leaves the process: each becomes a stable placeholder."""

from __future__ import annotations

import html
import json
import re
import threading
from dataclasses import replace
from functools import cache

from syncano_contract.model import Exchange, Headers
from syncano_contract.proxies import credentials
from syncano_contract.target import KEYS, Target

# What stands behind one of these names is a secret, whoever sent it: in JSON (also cut off, and in a JSON string), in
# what Python prints of it, in XML and in a query. A number as a password is a test's own choice and stays.
QUOTED = re.compile(
    r"""(?P<name>user_key|api_?key|password)(?P<between>(?:\\*["'])?\s*[:=]\s*(?P<quote>\\*["']))"""
    r"""(?P<value>(?:[^\\"']++|(?!(?P=quote))(?:\\.|["'\\]))*)""",
    re.DOTALL,
)
BARE = re.compile(
    r"""(?P<name>user_key|api_?key|password)(?P<between>[=>]|(?<=_key)\\*["']\s*:\s*)"""
    r"""(?P<value>(?<=[=>])[^\s"'\\&<>]+|-?[0-9][0-9.eE+-]*)"""
)
SECRET_HEADERS = frozenset({"x-api-key", "x-user-key", "authorization", "proxy-authorization", "cookie", "set-cookie"})

# Headers whose value is no secret though a target file sets it: to hide it would hide it in every reply too.
OPEN_HEADERS = frozenset({"accept", "accept-encoding", "accept-language", "cache-control", "pragma", "user-agent"})

# Tokens are looked up as a whole and by windows of the known lengths; shorter or odd secrets are searched for.
LONG = 16
TOKEN = re.compile(rf"[A-Za-z0-9_-]{{{LONG},}}")
SHORTEST = 6
ESCAPED = re.compile(r"[%\\&+]")
CUT = re.compile(r"[!-~]{6,200}(?=…)")  # what `judge.shorten` leaves may end in the middle of a secret

# While a text is worked on, one character of this plane for private use stands for each placeholder.
PRIVATE = 0xF0000
SHOWN = r"<(?:redacted|(?:proxy )?password|(?:other |altered )?[a-z]+_key|header [^<>]+)(?: \d+)?>"
PLACEHOLDER = re.compile(rf"[\U000f0000-\U000ffffd]|{SHOWN}")
ALONE = re.compile(rf"(?:[A-Za-z]+ )?{SHOWN}")


class Redactor:
    """Learns secrets as they appear, in any thread, and replaces each by the same placeholder everywhere."""

    def __init__(self, target: Target) -> None:
        """Start with the keys and header values of a target."""
        self._tokens: dict[str, str] = {}
        self._lengths: set[int] = set()
        self._odd: dict[str, str] = {}
        self._heads: dict[str, list[str]] = {}
        self._placeholders: dict[int, str] = {}
        self._counts: dict[str, int] = {}
        self._learning = threading.Lock()
        self._own_headers = {name.lower() for name, _ in target.headers} - OPEN_HEADERS
        for name in KEYS:
            self._remember(getattr(target, name) or "", f"<{name}>")
        if target.other is not None:
            self._remember(target.other.api_key, "<other api_key>")
        for secret in credentials(target.proxy):
            self._remember(secret, "<proxy password>")
        for name, value in target.headers:
            if name.lower() in self._own_headers:
                self._remember(value, f"<header {name}>")

    def learn(self, kind: str, value: str) -> None:
        """Remember a secret of a kind (such as `user_key`); too short a value could be any word and is passed over."""
        with self._learning:
            if len(value) >= SHORTEST and value not in self._tokens and value not in self._odd:
                self._counts[kind] = self._counts.get(kind, 0) + 1
                self._remember(value, f"<{kind} {self._counts[kind]}>")

    def learn_from(self, text: str) -> None:
        """Remember every secret that a text, whole or cut off, names as such; what holds blanks is a message."""
        for found in (*QUOTED.finditer(text), *BARE.finditer(text)):
            value = _unescaped(found["value"])
            if not re.search(r"\s", value):
                self.learn(found["name"].replace("apikey", "api_key"), value)

    def text(self, text: str) -> str:
        """Return the text with placeholders in the place of secrets, and nothing that UTF-8 cannot hold."""
        hidden = self._hidden(CUT.sub(self._replace_cut, text) if "…" in text else text)
        return hidden.encode("utf-8", "backslashreplace").decode()

    def exchange(self, exchange: Exchange) -> Exchange:
        """Return the exchange without secrets in URL, headers, bodies, reason and error."""
        request, response = exchange.request, exchange.response
        body = None if request.body is None else self._bytes(request.body)
        headers = tuple((name, self._sent(name, value)) for name, value in request.headers)
        return replace(
            exchange,
            request=replace(request, url=self.text(request.url), headers=headers, body=body),
            response=response
            and replace(
                response,
                reason=self.text(response.reason),
                headers=self._headers(response.headers),
                body=self._bytes(response.body),
            ),
            error=exchange.error and self.text(exchange.error),
        )

    def _remember(self, value: str, placeholder: str) -> None:
        """Keep a secret, unless it is so short that any text may hold it: then only its places are hidden."""
        if len(value) < SHORTEST or value in self._tokens or value in self._odd:
            return
        mark = PRIVATE + len(self._placeholders)
        self._placeholders[mark] = placeholder
        self._heads.setdefault(value[:SHORTEST], []).append(value)
        if TOKEN.fullmatch(value):
            self._tokens[value] = chr(mark)
            self._lengths.add(len(value))
        else:  # the longest first: one secret may be a part of another
            self._odd[value] = chr(mark)
            self._odd = dict(sorted(self._odd.items(), key=lambda item: -len(item[0])))

    def _hidden(self, text: str) -> str:
        text = self._replace_odd(text, [secret for secret in self._odd if len(secret) >= LONG])
        text = TOKEN.sub(self._replace_token, text)
        text = self._replace_odd(text, [secret for secret in self._odd if len(secret) < LONG])
        return BARE.sub(_hide_unknown, QUOTED.sub(_hide_unknown, text)).translate(self._placeholders)

    def _replace_odd(self, text: str, secrets: list[str]) -> str:
        for secret in secrets:
            text = text.replace(secret, self._odd[secret])
            if all(part in text for part in _parts(secret)) and ESCAPED.search(text):
                text = _spellings(secret).sub(self._odd[secret], text)
        return text

    def _replace_token(self, match: re.Match[str]) -> str:
        token = match.group()
        if token in self._tokens:
            return self._tokens[token]
        for secret in sorted(self._windows(token), key=lambda window: (-len(window), window)):
            token = token.replace(secret, self._tokens[secret])
        return token

    def _windows(self, token: str) -> set[str]:
        return {
            window
            for size in self._lengths
            for at in range(len(token) - size + 1)
            if (window := token[at : at + size]) in self._tokens
        }

    def _replace_cut(self, match: re.Match[str]) -> str:
        """Hide the beginning of a secret at the end of what was cut off."""
        run = match.group()
        for at in range(len(run) - SHORTEST + 1):
            for secret in self._heads.get(run[at : at + SHORTEST], ()):
                if secret.startswith(run[at:]):
                    return run[:at] + (self._tokens.get(secret) or self._odd[secret])
        return run

    def _headers(self, headers: Headers) -> Headers:
        return tuple((name, self._header(name, value)) for name, value in headers)

    def _sent(self, name: str, value: str) -> str:
        return f"<header {name}>" if name.lower() in self._own_headers else self._header(name, value)

    def _header(self, name: str, value: str) -> str:
        redacted = self.text(value)
        if name.lower() in SECRET_HEADERS and redacted and not ALONE.fullmatch(redacted):
            return "<redacted>"
        return redacted

    def _bytes(self, body: bytes) -> bytes:
        encoding = json.detect_encoding(body) if b"\0" in body else "utf-8"
        for name, errors in ((encoding, "strict"), ("utf-8", "surrogateescape")):
            try:
                return self._hidden(body.decode(name, errors)).encode(name, errors)
            except UnicodeError:
                continue
        raise AssertionError("surrogateescape takes every byte")


@cache
def _parts(secret: str) -> tuple[str, ...]:
    """Return the parts of a secret that no encoder writes in another way; thousands of secrets may share some."""
    return tuple(sorted(set(re.findall(r"[A-Za-z0-9_-]+", secret)), key=len, reverse=True))


@cache
def _spellings(secret: str) -> re.Pattern[str]:
    """Return what finds a secret in JSON, in a URL and in HTML, by whatever encoder, each maybe in JSON once more."""
    return re.compile("".join(_spelling(char) for char in secret))


def _spelling(char: str) -> str:
    units = re.findall("....", char.encode("utf-16-be", "surrogatepass").hex())
    ways = {
        *(rf"\\*{re.escape(form)}" for form in (char, json.dumps(char)[1:-1].lstrip("\\") or "\\")),
        "".join(rf"\\+u{unit}" for unit in units),
        "".join(f"%(?:25)*{byte:02x}" for byte in char.encode("utf-8", "surrogatepass")),
        re.escape(html.escape(char)),
        rf"&#(?:0*{ord(char)}|x0*{ord(char):x});",
        r"\+" if char == " " else re.escape(char),
    }
    return f"(?i:{'|'.join(sorted(ways))})"


def _unescaped(value: str) -> str:
    try:
        unescaped: str = json.loads(f'"{value}"')
    except ValueError:
        return value
    return unescaped


def _hide_unknown(match: re.Match[str]) -> str:
    """Hide what stands in a secret's place but was not learnt; leave placeholders and nothing alone."""
    value = match["value"]
    if not value or PLACEHOLDER.match(value):
        return match.group()
    return f"{match['name']}{match['between']}<redacted>"
