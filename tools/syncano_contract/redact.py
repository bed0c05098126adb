"""Secrets out of everything that leaves the process: each becomes a stable placeholder."""

from __future__ import annotations

import html
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import chain, groupby, islice

from syncano_contract.model import Exchange, Headers
from syncano_contract.proxies import credentials
from syncano_contract.target import KEYS, Target

# What stands behind one of these names is a secret, whoever sent it: in JSON (also cut off, and in a JSON string), in
# what Python prints of it, in XML and in a query. A number as a password is a test's own choice and stays. Each pattern
# is bounded (see LEVELS), or gives nothing back, so that no text takes more time than its length.
QUOTED = re.compile(
    r"""(?P<name>user_key|api_?key|password)(?P<between>(?:\\{0,31}+["'])?\s*+[:=]\s*+(?P<quote>\\{0,31}+["']))"""
    r"""(?P<value>(?:[^\\"']++|(?!(?P=quote))(?:\\.|["'\\]))*+)""",
    re.DOTALL,
)
BARE = re.compile(
    r"""(?P<name>user_key|api_?key|password)(?P<between>[=>]|(?<=_key)\\{0,31}+["']\s*+:\s*+)"""
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
PLAIN = re.compile(r"[A-Za-z0-9_-]+")  # what no encoder writes in another way
ENCODED = re.compile(r"(?i:(?P<percent>%)(?:25)+|(?P<and>&)(?:amp;|#0*38;|#x0*26;)+|(?P<slash>\\)(?:u005c)+)")

# What hostile replies may cost: what is over these is hidden in its places alone, or with the text that it may be in.
LONGEST = 4096  # characters of a secret that a reply names
MOST_OF_A_REPLY = 200  # secrets that one reply names
MOST_ODD = 1000  # odd secrets, each of which every text is searched for
WORK = 100_000_000  # characters that are compared with secrets, beside one look at each text for each
COMPILED = 10_000  # characters: what it costs to be ready for one of a secret
LEVELS = 31  # backslashes before a quote, or for each one, after five levels of JSON in JSON
WITHHELD = "<redacted>"
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
        self._lengths: dict[str, set[int]] = {}  # of the tokens, by their first LONG characters
        self._spelled: dict[str, re.Pattern[str]] = {}
        self._work_left = WORK
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
        """Remember the secrets that a text, whole or cut off, names as such; what holds blanks is a message."""
        for found in islice(chain(QUOTED.finditer(text), BARE.finditer(text)), MOST_OF_A_REPLY):
            value = _unescaped(found["value"])
            is_odd = not TOKEN.fullmatch(value)
            if len(value) <= LONGEST and not re.search(r"\s", value) and not (is_odd and len(self._odd) >= MOST_ODD):
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
            self._lengths.setdefault(value[:LONG], set()).add(len(value))
        else:  # the longest first: one secret may be a part of another
            self._odd[value] = chr(mark)
            self._odd = dict(sorted(self._odd.items(), key=lambda item: -len(item[0])))

    def _hidden(self, text: str) -> str:
        try:
            text = self._replace_odd(text, [secret for secret in self._odd if len(secret) >= LONG])
            text = TOKEN.sub(self._replace_token, text)
            text = self._replace_odd(text, [secret for secret in self._odd if len(secret) < LONG])
        except _TooMuchWork:
            return WITHHELD
        return BARE.sub(_hide_unknown, QUOTED.sub(_hide_unknown, text)).translate(self._placeholders)

    def _replace_odd(self, text: str, secrets: list[str]) -> str:
        for secret in secrets:
            text = text.replace(secret, self._odd[secret])
            if all(part in text for part in _parts(secret)) and ESCAPED.search(text) and not PLAIN.fullmatch(secret):
                text = self._spelling_of(secret, text).sub(self._odd[secret], text)
        return text

    def _spelling_of(self, secret: str, text: str) -> re.Pattern[str]:
        is_new = secret not in self._spelled
        self._work((len(secret) + LEVELS * secret.count("\\")) * (len(text) + COMPILED * is_new))
        if is_new:
            self._spelled[secret] = _spellings(secret)
        return self._spelled[secret]

    def _replace_token(self, match: re.Match[str]) -> str:
        token = match.group()
        if token in self._tokens:
            return self._tokens[token]
        for secret in sorted({*self._windows(token)}, key=lambda window: (-len(window), window)):
            token = token.replace(secret, self._tokens[secret])
        return token

    def _windows(self, token: str) -> Iterator[str]:
        """Yield each secret in a token that is longer than it."""
        for at in range(len(token) - LONG + 1):
            for size in self._lengths.get(token[at : at + LONG], ()):
                self._work(size)
                window = token[at : at + size]
                if window in self._tokens:
                    yield window

    def _work(self, characters: int) -> None:
        """Count characters that are compared with secrets; raises _TooMuchWork, so that no reply can take for ever."""
        if characters > self._work_left:
            raise _TooMuchWork
        self._work_left -= characters

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


class _TooMuchWork(Exception):
    """A text that cannot be searched for all secrets within what a run may take."""


@cache
def _parts(secret: str) -> tuple[str, ...]:
    """Return the plain parts of a secret, the longest first; thousands of secrets may share some."""
    return tuple(sorted(set(PLAIN.findall(_once(secret))), key=len, reverse=True))


def _spellings(secret: str) -> re.Pattern[str]:
    """Return what finds a secret in JSON, in a URL and in HTML, by whatever encoder, each maybe in JSON once more.

    Each group is bounded and gives nothing back, so that a search takes no more steps than text times secret.
    """
    return re.compile("".join(_spelling(char, len([*run])) for char, run in groupby(_once(secret))))


def _once(secret: str) -> str:
    """Return a secret without what an encoder may have done to its %, & and backslashes: no text tells that apart."""
    return ENCODED.sub(lambda found: found["percent"] or found["and"] or found["slash"], secret)


def _spelling(char: str, count: int) -> str:
    """Return what finds so many of a character; backslashes may be any number more, for each level of JSON."""
    if PLAIN.match(char):
        return re.escape(char) * count
    units = re.findall("....", char.encode("utf-16-be", "surrogatepass").hex())
    ways = [
        rf"&#(?:0{{0,8}}+{ord(char)}|x0{{0,8}}+{ord(char):x});",
        r"\\(?:u005c)?" if char == "\\" else "".join(rf"\\{{1,31}}+u{unit}" for unit in units),
        "".join(f"%(?:25){{0,4}}{byte:02x}" for byte in char.encode("utf-8", "surrogatepass")),
        {"%": "%(?:25){0,4}+", "&": "&(?:amp;){1,4}+", " ": r"\+"}.get(char, re.escape(html.escape(char))),
        *(rf"\\{{0,31}}+{re.escape(form)}" for form in {char, json.dumps(char)[1:-1].lstrip("\\")} - {"\\", ""}),
    ]
    most = LEVELS * count if char == "\\" else count
    return f"(?>(?i:{'|'.join(ways)}){{{count},{most}}}+)"


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
