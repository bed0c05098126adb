"""Slow proof: `redocly respect` runs the life of a user: green with the reference deployment, red with its faults."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from syncano_contract import npm
from syncano_contract.cli import main
from syncano_contract.differ import QUIET, REDOCLY
from syncano_contract.reference import faults
from syncano_contract.reference.kinds import KINDS
from syncano_contract.reference.server import Embedded
from syncano_contract.resources import DATA

OVERLAY = str((DATA / "overlays" / "syncano-platform.yaml").resolve())


def written(folder: Path, *words: str) -> Path:
    """The workflow beside the published form that it calls."""
    file = folder / "life.arazzo.yaml"
    for command in (["bundle", "-o", str(folder)], ["arazzo", "-o", str(file)]):
        result = CliRunner().invoke(main, [*command, *words])
        assert result.exit_code == 0, result.output
    return file


def lived(file: Path, deployment: Embedded) -> subprocess.CompletedProcess[str]:
    """Run the workflow; its inputs are in the environment alone."""
    inputs = {
        "instance_name": deployment.seeds.instance,
        "api_key": deployment.seeds.api_key,
        "username": "ciri",
        "new_username": "ciri-of-cintra",
        "password": "wind's-howling-1272",
    }
    given = {"REDOCLY_CLI_RESPECT_INPUT": json.dumps(inputs), "REDOCLY_CLI_RESPECT_SERVER": f"users={deployment.url}"}
    command = [*npm.command("redocly", REDOCLY), "respect", file.name]
    environment = {**npm.environment(), **QUIET, **given, "NO_COLOR": "1"}
    return subprocess.run(
        command, cwd=file.parent, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_reference_deployment_lives_it(tmp_path: Path) -> None:
    with Embedded() as deployment:
        done = lived(written(tmp_path), deployment)

    assert done.returncode == 0, done.stdout
    assert "7 passed" in done.stderr + done.stdout
    assert deployment.seeds.api_key not in done.stderr + done.stdout


def test_a_deployment_of_another_kind_lives_it_as_its_overlay_has_it(tmp_path: Path) -> None:
    kind = Embedded(faults.build(map(faults.find, KINDS["syncano-platform"])))
    with kind as deployment:
        done = lived(written(tmp_path, "--overlay", OVERLAY), deployment)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("fault", "step"),
    [
        ("add-answers-201", "add"),
        ("update-shows-the-old-name", "update"),
        ("reset-keeps-the-key", "reset"),
        ("dead-keys-are-cached", "lookByOldKey"),
    ],
)
def test_a_fault_is_noticed_in_its_step(tmp_path: Path, fault: str, step: str) -> None:
    with Embedded(faults.build([faults.find(fault)])) as deployment:
        done = lived(written(tmp_path), deployment)

    assert done.returncode == 1
    assert f"stepId - {step} " in done.stdout + done.stderr
