"""Secrets out of everything that leaves the process: each becomes a stable placeholder."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from urllib.parse import quote, quote_plus

from syncano_contract.model import Exchange, Headers
from syncano_contract.target import KEYS, Target

# A member or a query parameter of one of these names holds a secret, whoever sent it.
MEMBER = re.compile(r'"(user_key|api_key|password)"\s*:\s*"((?:[^"\\]|\\.)*)')
PARAMETER = re.compile(r"\b(user_key|api_key|apikey)=([^&\s\"'<>]+)")
SECRET_HEADERS = frozenset({"x-api-key", "x-user-key", "authorization", "cookie", "set-cookie"})

# Tokens are looked up as a whole and by windows of the known lengths; shorter or odd secrets are searched for.
TOKEN = re.compile(r"[A-Za-z0-9_-]{16,}")
SHORTEST = 6


class Redactor:
    """Learns secrets as they appear and replaces each by the same placeholder everywhere."""

    def __init__(self, target: Target) -> None:
        """Start with the keys and header values of a target."""
        self._tokens: dict[str, str] = {}
        self._odd: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        for name in KEYS:
            self._remember(getattr(target, name) or "", f"<{name}>")
        if target.other is not None:
            self._remember(target.other.api_key, "<other api_key>")
        for name, value in target.headers:
            self._remember(value, f"<header {name}>")

    def learn(self, kind: str, value: str) -> None:
        """Remember a secret of a kind (such as `user_key`); too short a value could be any word and is passed over."""
        if len(value) >= SHORTEST and value not in self._tokens and value not in self._odd:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._remember(value, f"<{kind} {self._counts[kind]}>")

    def learn_from(self, text: str) -> None:
        """Remember every secret that a JSON text, whole or cut off, names as such."""
        for kind, value in MEMBER.findall(text):
            try:
                self.learn(kind, json.loads(f'"{value}"'))
            except ValueError:
                self.learn(kind, value)

    def text(self, text: str) -> str:
        """Return the text with placeholders in the place of secrets, and nothing that UTF-8 cannot hold."""
        text = TOKEN.sub(self._replace_token, text)
        for secret, placeholder in self._odd.items():
            text = text.replace(secret, placeholder)
        text = MEMBER.sub(_hide_unknown, text)
        text = PARAMETER.sub(_hide_unknown, text)
        return text.encode("utf-8", "backslashreplace").decode()

    def exchange(self, exchange: Exchange) -> Exchange:
        """Return the exchange without secrets in URL, headers, bodies and error."""
        request, response = exchange.request, exchange.response
        body = None if request.body is None else self._bytes(request.body)
        return replace(
            exchange,
            request=replace(request, url=self.text(request.url), headers=self._headers(request.headers), body=body),
            response=response
            and replace(response, headers=self._headers(response.headers), body=self._bytes(response.body)),
            error=exchange.error and self.text(exchange.error),
        )

    def _remember(self, value: str, placeholder: str) -> None:
        if not value:
            return
        if TOKEN.fullmatch(value):
            self._tokens[value] = placeholder
            return
        for form in {value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1]}:
            self._odd[form] = placeholder

    def _replace_token(self, match: re.Match[str]) -> str:
        token = match.group()
        if token in self._tokens:
            return self._tokens[token]
        for secret in self._windows(token):
            token = token.replace(secret, self._tokens[secret])
        return token

    def _windows(self, token: str) -> set[str]:
        lengths = {len(secret) for secret in self._tokens}
        windows = {token[at : at + size] for size in lengths for at in range(len(token) - size + 1)}
        return windows & self._tokens.keys()

    def _headers(self, headers: Headers) -> Headers:
        return tuple((name, self._header(name, value)) for name, value in headers)

    def _header(self, name: str, value: str) -> str:
        redacted = self.text(value)
        known = redacted != value or not value
        return "<redacted>" if name.lower() in SECRET_HEADERS and not known else redacted

    def _bytes(self, body: bytes) -> bytes:
        try:
            return self.text(body.decode("utf-8")).encode()
        except UnicodeDecodeError:  # latin-1 keeps every byte as it is
            return self.text(body.decode("latin-1")).encode("latin-1", "replace")


def _hide_unknown(match: re.Match[str]) -> str:
    """Hide what stands in a secret's place but was too short to be learnt; leave placeholders and nothing alone."""
    value = match.group(2)
    if not value or value.startswith(("<", "%3C")):
        return match.group()
    return match.group()[: -len(value)] + "<redacted>"
