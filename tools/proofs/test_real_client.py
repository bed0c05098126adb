"""Slow proof: `syncano@1.0.30`, which the service itself once gave to its users, lives with the reference deployment.

Its update is no part of this: it sends PATCH, for which there is no page.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from syncano_contract import npm
from syncano_contract.reference import faults
from syncano_contract.reference.server import Embedded

GROUPS = Path(__file__).parent / "npm"
REFUSED = {"status": 403, "detail": "You do not have permission to perform this action."}


@pytest.fixture(scope="module", autouse=True)
def client() -> Path:
    """The folder with the client, installed from a lock file of the proofs' own."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(npm, "GROUPS", GROUPS)
        return npm.modules("syncano")


def lived(client: Path, deployment: Embedded) -> subprocess.CompletedProcess[str]:
    """Let the client add a user, look them up, reset their key, and look them up by both keys."""
    given = {
        "NODE_PATH": str(client),
        "BASE_URL": deployment.url.removesuffix("/v1.1"),
        "INSTANCE": deployment.seeds.instance,
        "API_KEY": deployment.seeds.api_key,
        "USERNAME": "geralt-of-rivia",
    }
    command = ["node", str(GROUPS / "syncano" / "life.js")]
    environment = {**npm.environment(), **given}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_it_adds_a_user_and_resets_their_key(client: Path) -> None:
    with Embedded() as deployment:
        done = lived(client, deployment)

    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    added, reset = seen["added"], seen["reset"]
    assert added["username"] == "geralt-of-rivia"
    assert seen["details"] == added
    assert (reset["id"], reset["username"]) == (added["id"], added["username"])
    assert reset["user_key"] != added["user_key"]
    assert (seen["later"], seen["refused"]) == (reset, REFUSED)


def test_it_notices_a_key_that_outlives_its_reset(client: Path) -> None:
    with Embedded(faults.build([faults.find("dead-keys-are-cached")])) as deployment:
        done = lived(client, deployment)

    assert json.loads(done.stdout)["refused"] is None
