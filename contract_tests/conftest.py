"""What several files of requirements use; the plugin gives the rest."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from syncano_contract.api import ABSENT, Api
from syncano_contract.outcome import CannotTell, Inapplicable
from syncano_contract.plugin import Collector
from syncano_contract.session import Session


def pytest_configure(config: pytest.Config) -> None:
    """Send who calls pytest by hand to the command, which knows the target."""
    if not any(isinstance(plugin, Collector) for plugin in config.pluginmanager.get_plugins()):
        pytest.exit("these are run by `syncano-contract run`, see its --help", returncode=2)


READS: dict[tuple[str, int], Callable[[Api], object]] = {
    ("getUserDetails", 200): lambda api: api.details(
        api.require("user_key") if api.read_only else api.anyone().user_key
    ),
    ("getUserDetails", 403): lambda api: api.details(api.unknown_key),
    ("getUserDetails", 404): lambda api: api.details(api.unknown_key, instance=api.nowhere),
}
WRITES: dict[tuple[str, int], Callable[[Api], object]] = {
    ("addUser", 200): lambda api: api.add(),
    ("addUser", 400): lambda api: api.add(password=ABSENT),
    ("addUser", 403): lambda api: api.add(api_key=api.unknown_key),
    ("addUser", 404): lambda api: api.add(instance=api.nowhere),
    ("updateUser", 200): lambda api: api.update(api.fresh()),
    ("updateUser", 400): lambda api: api.update(api.anyone(), username=ABSENT),
    ("updateUser", 403): lambda api: api.update(api.anyone(), api_key=api.unknown_key),
    ("updateUser", 404): lambda api: api.update(api.anyone(), user_id=api.nobody),
    ("resetUserKey", 200): lambda api: api.reset(api.fresh()),
    ("resetUserKey", 403): lambda api: api.reset(api.anyone(), api_key=api.unknown_key),
    ("resetUserKey", 404): lambda api: api.reset(api.anyone(), user_id=api.nobody),
}


@pytest.fixture(scope="session")
def traffic(api: Api, session: Session) -> Session:
    """The whole run, for requirements that judge every exchange: they run last.

    Asks for each documented reply that the run has not seen yet, so that these requirements can also run alone.
    """
    for reply, ask in (READS if api.read_only else READS | WRITES).items():
        if reply not in session.replies():
            with suppress(CannotTell, Inapplicable):  # what did get a reply is judged all the same
                ask(api)
    return session
