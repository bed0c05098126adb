"""The wheel: what a run needs travels inside it, away from any checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(CHECKOUT)], check=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_the_document_the_requirements_and_the_templates(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())

    assert {
        "syncano_contract/data/openapi.yaml",
        "syncano_contract/data/contract_tests/test_users_add.py",
        "syncano_contract/data/contract_tests/pages/users-add.json",
        "syncano_contract/report/report.html.j2",
        "syncano_contract/report/trace.html.j2",
        "syncano_contract/report/results.schema.json",
    } <= names
    assert not [name for name in names if "tests/altered" in name or "__pycache__" in name]


def test_an_installed_wheel_runs_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"]
    subprocess.run([*install, "--target", str(site), str(wheel)], check=True)
    environment = {**os.environ, "PYTHONPATH": str(site)}
    script = "import syncano_contract as s, runpy; print(s.__file__); runpy.run_module(s.__name__, run_name='__main__')"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    done = subprocess.run(
        [sys.executable, "-c", script, "run", "--only", "USERS-*", "--only", "GENERATED-1"],
        cwd=elsewhere, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[0].startswith(str(site))
    assert "CONFORMANT: " in done.stdout
    assert (elsewhere / "reports" / "latest" / "results.json").is_file()
