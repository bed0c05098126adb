"""From the value of a body to a username and a password, or to what is wrong with each of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType

from syncano_contract.reference.bodies import Number
from syncano_contract.reference.replies import RefusedError, invalid

REQUIRED = "This field is required."
NULL = "This field may not be null."
BLANK = "This field may not be blank."
NOT_A_STRING = "Not a valid string."
TOO_LONG = "Ensure this field has no more than {} characters."
NOT_UNIQUE = "This field must be unique."
NOT_AN_OBJECT = "Invalid data. Expected a dictionary, but got {}."

_KINDS = {list: "list", str: "str", bool: "bool", NoneType: "NoneType", Number: "number"}


@dataclass(frozen=True, slots=True)
class Credentials:
    """A username and a password that passed every check but uniqueness."""

    username: str
    password: str


class _FieldError(Exception):
    """A field is at fault; its message is the only argument."""


def credentials(value: object) -> Credentials:
    """Take username and password from the value of a body, ignoring all else.

    Raises RefusedError with status 400, which names all faulty fields together (DEPLOYMENTS.md, "Bodies").
    """
    if not isinstance(value, dict):
        raise invalid({"non_field_errors": [NOT_AN_OBJECT.format(_KINDS[type(value)])]})
    good: dict[str, str] = {}
    errors: dict[str, list[str]] = {}
    for name, check in _CHECKS.items():
        try:
            good[name] = check(value, name)
        except _FieldError as error:
            errors[name] = [str(error)]
    if errors:
        raise invalid(errors)
    return Credentials(**good)


def not_unique() -> RefusedError:
    """Make the refusal of a username that another user has."""
    return invalid({"username": [NOT_UNIQUE]})


def _username(body: Mapping[str, object], name: str) -> str:
    return _bounded(_string(body, name).strip(), 64)


def _password(body: Mapping[str, object], name: str) -> str:
    return _bounded(_string(body, name), 128)


def _string(body: Mapping[str, object], name: str) -> str:
    if name not in body:
        raise _FieldError(REQUIRED)
    value = body[name]
    if value is None:
        raise _FieldError(NULL)
    if not isinstance(value, str) or not _storable(value):
        raise _FieldError(NOT_A_STRING)
    return value


def _storable(text: str) -> bool:
    """Tell whether a text is without NUL and without half surrogate pairs, which UTF-8 cannot hold."""
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def _bounded(text: str, maximum: int) -> str:
    if not text:
        raise _FieldError(BLANK)
    if len(text) > maximum:
        raise _FieldError(TOO_LONG.format(maximum))
    return text


_CHECKS = {"username": _username, "password": _password}
