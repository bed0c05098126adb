"""How to call the API, to tell its refusals apart, and to wait where it asks for that."""

import os
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from syncano_users import AuthenticatedClient
from syncano_users.api.user import get_user_details
from syncano_users.api.users import add_user, reset_user_key, update_user
from syncano_users.models import Credentials, Error, User, ValidationErrors
from syncano_users.types import Response

INSTANCE = os.environ["SYNCANO_INSTANCE"]


# [authenticate]
def connect(user_key: str = "", api_key: str = os.environ["SYNCANO_API_KEY"]) -> AuthenticatedClient:
    client = AuthenticatedClient(os.environ["SYNCANO_URL"], api_key, prefix="", auth_header_name="X-API-KEY")
    return client.with_headers({"X-USER-KEY": user_key}) if user_key else client


# [calls]
def add(name: str, password: str) -> User:
    return user_of(add_user.sync_detailed(INSTANCE, client=connect(), body=Credentials(name, password)))


def details(user_key: str) -> User:
    return user_of(get_user_details.sync_detailed(INSTANCE, client=connect(user_key)))


def update(user: User, name: str, password: str) -> User:
    client, body = connect(user.user_key), Credentials(name, password)
    return user_of(update_user.sync_detailed(INSTANCE, user.id, client=client, body=body))


def reset_key(user: User) -> User:
    return user_of(reset_user_key.sync_detailed(INSTANCE, user.id, client=connect(user.user_key)))


# [errors]
class Refused(Exception):
    """The API refused a request: `status` tells programs why, and `body` tells people."""

    def __init__(self, status: HTTPStatus, body: Error | ValidationErrors | None) -> None:
        super().__init__(f"{status}: {body}")
        self.status, self.body = status, body


def user_of(response: Response[Any]) -> User:
    match response.parsed:
        case User() as user:
            return user
        case ValidationErrors() | Error() as body:  # ValidationErrors names what is wrong with which member
            raise Refused(response.status_code, body)
        case _:
            raise Refused(response.status_code, None)


# [retry]
Answer = TypeVar("Answer", bound=Response[Any])


def patiently(call: Callable[[], Answer], tries: int = 5) -> Answer:
    """Call, and where there were too many requests (429) wait as long as `Retry-After` says and call again."""
    for _ in range(tries - 1):
        response = call()
        if response.status_code != HTTPStatus.TOO_MANY_REQUESTS:
            return response
        time.sleep(float(response.headers.get("Retry-After", 1)))
    return call()


# [end]
