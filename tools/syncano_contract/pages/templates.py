"""`api.url` as found in the wild -> a path template of OpenAPI, with every step of the way kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

from syncano_contract.pages.names import Names

ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#]*", re.IGNORECASE)
QUERY_EXPRESSION = re.compile(r"\{[?&]([^{}]*)\}")  # RFC 6570
PLACEHOLDER = re.compile(
    r"\{\{(?P<twice>[^{}/]*)\}\}|\$\{(?P<dollar>[^{}/]*)\}|\$\((?P<round>[^()/]*)\)|%7B(?P<coded>.*?)%7D"
    r"|\{(?P<curly>[^{}/]*)\}|<(?P<angle>[^<>/]*)>|(?<![\w\])}>:]):(?P<colon>[A-Za-z_]\w*(?:-\w+)*)",
    re.IGNORECASE,
)
BARE = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True)
class Step:
    """One change on the way from what the page says to what is taken."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class Template:
    """A path template, the names of its placeholders, the (name, value) pairs of a glued query, and the changes."""

    path: str
    names: tuple[str, ...]
    query: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]


def template_of(url: str, declared: Sequence[str]) -> Template:
    """Return the template that a URL means; `declared` are the parameters that the page puts into its path."""
    bare_url = url.strip()
    local = ORIGIN.sub("", bare_url, count=1)
    bare, query = _split(local)
    path, names = _braced(bare, declared)
    in_query = {each for name, value in query for each in (name, query_placeholder(value))}
    renamed, names = _renamed(path, names, [name for name in declared if name not in in_query])
    stages = (
        ("url notation", url, bare_url),
        ("full url", bare_url, local),
        ("query in url", local, bare),
        ("url notation", bare, path),
        ("placeholder name", path, renamed),
    )
    steps = [Step(what, before, after) for what, before, after in stages]
    return Template(renamed, names, query, tuple(step for step in steps if step.before != step.after))


def _renamed(path: str, names: tuple[str, ...], declared: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Call the one placeholder that is not declared by the one declared name that has no placeholder."""
    strange, unused = [name for name in names if name not in declared], [name for name in declared if name not in names]
    if len(strange) != 1 or len(unused) != 1:
        return path, names
    new = tuple(unused[0] if name == strange[0] else name for name in names)
    return path.replace(f"{{{strange[0]}}}", f"{{{unused[0]}}}"), new


def base_of(url: str, path: str) -> tuple[str, str] | None:
    """Return origin and base path of a sample's URL, where the rest of it is that path template, else None."""
    origin = ORIGIN.match(url)
    if not origin:
        return None
    wanted = [None if "{" in segment else segment for segment in path.strip("/").split("/")]
    given = re.split("[?#]", url[origin.end() :])[0].strip("/").split("/")
    cut = len(given) - len(wanted)
    if cut < 0 or any(part not in (None, found) for part, found in zip(wanted, given[cut:], strict=True)):
        return None
    return origin.group().lower(), "".join(f"/{segment}" for segment in given[:cut])


def _split(url: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Take the query and the fragment off."""
    expressions = [name for found in QUERY_EXPRESSION.findall(url) for name in found.split(",")]
    url = QUERY_EXPRESSION.sub("", url)
    path, _, query = url.partition("#")[0].partition("?")
    pairs = [(name.strip(), "") for name in expressions] + parse_qsl(query.replace("?", "&"), keep_blank_values=True)
    return path, tuple((name, value) for name, value in pairs if name)


def _braced(path: str, declared: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Write every placeholder as `{name}` and everything else so that it can stand in a path."""
    names: list[str] = []
    parts: list[str] = []
    unique = Names("_")
    for literal, name in _parts(path):
        parts.append(quote(literal, safe="/%:@!$&'()*+,;=~-._"))
        if name is not None:
            names.append(unique.unique(_declared_name(name, declared)))
            parts.append(f"{{{names[-1]}}}")
    joined = "".join(parts)
    return joined if joined.startswith("/") else f"/{joined}", tuple(names)


def _parts(path: str) -> Iterator[tuple[str, str | None]]:
    """Yield each stretch of plain text with the name of the placeholder that follows it."""
    at = 0
    for found in PLACEHOLDER.finditer(path):
        yield path[at : found.start()], found.group(found.lastgroup or 0)
        at = found.end()
    yield path[at:], None


def _declared_name(name: str, declared: Sequence[str]) -> str:
    """Return the declared parameter that a placeholder means, whatever its spacing and case, else its own name."""
    if name.strip() in declared:
        return name.strip()
    bare = BARE.sub("", name).lower()
    alike = [each for each in declared if bare and BARE.sub("", each).lower() == bare]
    return alike[0] if len(alike) == 1 else BARE.sub("_", name).strip("_") or "value"


def query_placeholder(value: str) -> str | None:
    """Return the name that a query's value stands for, such as `user_key` in `:user_key`, or None."""
    found = PLACEHOLDER.fullmatch(value.strip())
    return found.group(found.lastgroup or 0).strip() if found else None
