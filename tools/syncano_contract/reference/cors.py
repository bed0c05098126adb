"""A deployment that pages of any origin may call from a browser (the Fetch Standard's CORS protocol)."""

from dataclasses import replace

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from syncano_contract.reference.passwords import Passwords
from syncano_contract.reference.server import Build
from syncano_contract.reference.store import Store

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
HEADERS = ("Authorization", "Content-Type", "X-API-KEY", "X-USER-KEY")
SHOWN = ("Allow", "Retry-After")  # to scripts, beside the few headers that they always see


def with_cors(build: Build) -> Build:
    """Return how to make the same deployment with leave for every origin, `null` of a page in a file among them.

    Keys go in headers and never in cookies, so a page can do no more than who has the keys. A page of the public web
    may call it too, though it listens on this machine alone (Private Network Access).
    """

    def make_app(store: Store, passwords: Passwords) -> ASGIApp:
        return CORSMiddleware(
            build.make_app(store, passwords),
            allow_origins=["*"],
            allow_methods=METHODS,
            allow_headers=HEADERS,
            expose_headers=SHOWN,
            allow_private_network=True,
        )

    return replace(build, make_app=make_app)
