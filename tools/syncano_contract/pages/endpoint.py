"""The `api` block of an endpoint page -> what it says of the operation, in the order of the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from syncano_contract.pages import METHOD_ALIASES, METHODS, URLS
from syncano_contract.pages.finding import Found, Repair, named, shown
from syncano_contract.pages.members import place_of
from syncano_contract.pages.parameters import Parameter, Place, parameter_of, statement_of
from syncano_contract.pages.responses import response_of
from syncano_contract.pages.samples import Sample, recorded, sample_of
from syncano_contract.pages.templates import Template, base_of, query_placeholder, template_of

AUTH = frozenset({"required", "optional", "never"})
NO_PATH = Template("", (), (), ())


def found(data: Mapping[str, Any]) -> Iterator[Found]:
    """Yield method, path, auth, parameters, results and samples; an unfinished page may have no path."""
    api = data["api"]
    url, at = place_of(data, "url")
    entries = list(_entries(api, "params"))
    template = template_of(url, _in_path(entries)) if url else NO_PATH
    method = _method(api)
    yield method
    yield _path(template, at) if url else _no_path(api)
    yield from _auth(api)
    yield from _parameters(entries, template, at)
    for pointer, entry in _entries(api, "results", "codes"):
        yield response_of(entry, pointer)
    for pointer, entry in _entries(api, "examples", "codes"):
        yield _sample(entry, pointer, method.value, template.path)


def _entries(api: Mapping[str, Any], *names: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the objects of a list with their pointers; anything else that stands there is no entry."""
    value: Any = api
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    for number, entry in enumerate(value if isinstance(value, list) else ()):
        if isinstance(entry, dict):
            yield f"/api/{'/'.join(names)}/{number}", entry


def _is_named(entry: Mapping[str, Any]) -> bool:
    return isinstance(entry.get("name"), str) and bool(entry["name"].strip())


def _method(api: Mapping[str, Any]) -> Found:
    said = api["method"]
    word = said.strip().lower()
    method = METHODS.get(word) or METHOD_ALIASES[word]
    repairs = () if said in (word, method) and word in METHODS else (Repair("method", said, method),)
    return Found("method", "/api/method", f"The method is {method}.", method, repairs)


def _path(template: Template, at: str) -> Found:
    repairs = tuple(Repair(step.what, step.before, step.after) for step in template.steps)
    return Found("path", at, f"The path is `{template.path}`.", template.path, repairs)


def _no_path(api: Mapping[str, Any]) -> Found:
    """Return what stands in the place of a path on a page that is not finished."""
    member = next(name for name in URLS if isinstance(api.get(name), str))
    return Found("", f"/api/{member}", repairs=(Repair("endpoint without path", api[member], None),))


def _auth(api: Mapping[str, Any]) -> Iterator[Found]:
    said = api.get("auth")
    if not isinstance(said, str) or not said:
        return
    auth = said.strip().lower()
    if auth not in AUTH:
        yield Found("", "/api/auth", repairs=(Repair("unknown value", said, None),))
        return
    repairs = () if auth == said else (Repair("auth", said, auth),)
    yield Found("auth", "/api/auth", f"Authentication is {shown(auth)}.", auth, repairs)


def _parameters(entries: list[tuple[str, Mapping[str, Any]]], template: Template, at: str) -> Iterator[Found]:
    """Yield the listed parameters, then those that the URL alone has."""
    place = Place(template.names, set(template.names) - set(_in_path(entries)), _query_names(template))
    placed = []
    for pointer, entry in entries:
        if not _is_named(entry):
            yield Found("", pointer, repairs=(Repair("parameter without name", entry.get("name"), None, "name"),))
            continue
        parameter = parameter_of(entry, entry["name"].strip(), place)
        placed.append((parameter.value["in"], parameter.value["name"]))
        yield _parameter(parameter, pointer)
    for parameter in _undeclared(template, placed):
        yield _parameter(parameter, at)


def _in_path(entries: list[tuple[str, Mapping[str, Any]]]) -> list[str]:
    return [entry["name"].strip() for _, entry in entries if _is_named(entry) and entry.get("in") == "path"]


def _query_names(template: Template) -> dict[str, str]:
    """Return what a parameter is called in the query, by that name and by the name of its placeholder."""
    return {each: name for name, value in template.query for each in (name, query_placeholder(value) or name)}


def _parameter(parameter: Parameter, pointer: str) -> Found:
    value = parameter.value
    return Found(f"param/{value['name']}", pointer, statement_of(value), value, parameter.repairs)


def _undeclared(template: Template, placed: list[tuple[str | None, str]]) -> Iterator[Parameter]:
    """Yield the parameters of the URL that are not among `placed`, the places and names of the listed ones."""
    for name in template.names:
        if ("path", name) not in placed:
            value = {"name": name, "in": "path", "type": None, "required": True}
            yield Parameter(value, (Repair("parameter undeclared", None, "path"),))
    for name, given in dict(template.query).items():
        if ("query", name) not in placed:
            default = {"default": given} if given and not query_placeholder(given) else {}
            value = {"name": name, "in": "query", "type": None, "required": False, **default}
            every = [each for other, each in template.query if other == name]
            several = (Repair("repeated member", {name: every}, {name: given}),) if len(every) > 1 else ()
            yield Parameter(value, (Repair("parameter undeclared", None, "query"), *several))


def _sample(entry: Mapping[str, Any], pointer: str, method: str, path: str) -> Found:
    """Return a sample as its record; a transcript has the record in place of the code."""
    code, language = entry.get("code"), entry.get("language")
    sample = sample_of(code) if isinstance(code, str) and code.strip() else recorded(code)
    name = f"sample/{language.strip()}" if isinstance(language, str) and language.strip() else "sample/unnamed"
    if sample is None:
        return Found("", pointer, repairs=(Repair("sample without code", code, None, "code"),))
    said = " ".join(each for each in (sample.method, sample.url) if each) or "what it calls"
    statement = f"The sample shows {said} with {named((*sample.headers, *sample.members))}."
    return Found(name, pointer, statement, sample.record, (*sample.repairs, *_contradictions(sample, method, path)))


def _contradictions(sample: Sample, method: str, path: str) -> Iterator[Repair]:
    """Yield where a sample calls another operation than that of its page; the page is followed."""
    if sample.method and sample.method != method:
        yield Repair("sample method", sample.method, method, "code")
    if sample.url and path and base_of(sample.url, path) is None:
        yield Repair("sample path", sample.url, path, "code")
