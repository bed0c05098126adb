"""The wheel: what each command needs travels inside it, away from any checkout."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncano_contract.cli import COMMANDS
from syncano_contract.report import RENDERERS

CHECKOUT = Path(__file__).parents[2]
PACKAGE = CHECKOUT / "tools" / "syncano_contract"
PAGE = "data/contract_tests/pages/users-add.json"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(CHECKOUT)], check=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that has the wheel and our dependencies, and knows of no checkout."""
    folder = tmp_path_factory.mktemp("machine") / "venv"
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*command, str(wheel)], check=True)
    # Of a folder that a .pth file names, no .pth file is read: the editable install is not there.
    site = next(folder.glob("lib/python3*/site-packages"))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return folder / "bin"


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith(("PYTHON", "SYNCANO_", "GITHUB_"))]:
        monkeypatch.delenv(name)
    return tmp_path


def call(programs: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [str(programs / "syncano-contract"), *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def installed(programs: Path) -> Path:
    return next(programs.parent.glob("lib/python3*/site-packages/syncano_contract"))


# --- the file ---------------------------------------------------------------------------------------------------------


def test_the_wheel_holds_every_file_of_the_package_and_nothing_else(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    assert names == set(_tracked())
    assert {
        "syncano_contract/data/openapi.yaml",
        "syncano_contract/data/contract_tests/test_users_add.py",
        f"syncano_contract/{PAGE}",
        "syncano_contract/report/report.html.j2",
        "syncano_contract/report/results.schema.json",
    } <= names


def _tracked() -> Iterator[str]:
    """Yield the files below the package, those behind links too, but for what running them has made."""
    for folder, folders, files in os.walk(PACKAGE, followlinks=True):
        folders[:] = [name for name in folders if not name.startswith((".", "__"))]
        for name in files:
            yield (Path(folder) / name).relative_to(PACKAGE.parent).as_posix()


def test_the_wheel_depends_on_what_the_project_names(wheel: Path) -> None:
    metadata = zipfile.ZipFile(wheel).read(f"{'-'.join(wheel.stem.split('-')[:2])}.dist-info/METADATA").decode()
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    named = re.findall(r"^Requires-Dist: ([^;\n]*)$", metadata, re.M)

    assert sorted(named) == sorted(project["dependencies"])


# --- installed --------------------------------------------------------------------------------------------------------


def test_it_is_the_wheel_that_runs(programs: Path, elsewhere: Path) -> None:
    command = [str(programs / "python"), "-c", "import sys, syncano_contract as s; print(s.__file__, *sys.path)"]

    said = subprocess.run(command, cwd=elsewhere, capture_output=True, text=True, check=True).stdout

    assert said.startswith(str(installed(programs)))
    assert str(CHECKOUT / "tools") not in said.split()


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_its_help(command: str, programs: Path, elsewhere: Path) -> None:
    done = call(programs, elsewhere, command, "--help")

    assert (done.returncode, done.stderr) == (0, "")


def test_a_whole_run_is_conformant_and_writes_its_report(programs: Path, elsewhere: Path) -> None:
    done = call(programs, elsewhere, "run")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "CONFORMANT: " in done.stdout
    assert {path.name for path in (elsewhere / "reports" / "latest").iterdir()} == {
        *("results.json", "traffic.har"),
        *RENDERERS,
    }


def test_a_fault_is_given_and_annotated(programs: Path, elsewhere: Path) -> None:
    words = ("run", "--depth", "quick", "--only", "USERS-ADD-1", "--fault", "add-answers-201", "--format", "github")

    done = call(programs, elsewhere, *words)

    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout.startswith("::error file=openapi.yaml,line=")


def test_the_lists_are_whole(programs: Path, elsewhere: Path) -> None:
    faults, requirements, target = (call(programs, elsewhere, name) for name in ("faults", "requirements", "target"))

    assert "add-answers-201" in faults.stdout
    assert "USERS-ADD-1 " in requirements.stdout
    assert "api_key" in tomllib.loads(target.stdout)


def test_facts_are_extracted(programs: Path, elsewhere: Path) -> None:
    done = call(programs, elsewhere, "extract", str(installed(programs) / PAGE))

    facts = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert "users-add#method" in {fact["id"] for fact in facts}


def test_a_draft_is_made(programs: Path, elsewhere: Path) -> None:
    done = call(programs, elsewhere, "extract", "--format", "openapi", str(installed(programs) / PAGE))

    assert done.stdout.startswith("openapi: "), done.stderr


def test_facts_are_traced(programs: Path, elsewhere: Path) -> None:
    done = call(programs, elsewhere, "trace")

    assert done.returncode == 0, done.stdout + done.stderr
    assert {path.name for path in (elsewhere / "reports" / "trace").iterdir()} == {"trace.json", "trace.html"}


def test_the_document_is_validated(programs: Path, elsewhere: Path) -> None:
    done = call(programs, elsewhere, "validate")

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith(": 0 findings\n")


def test_the_reference_deployment_is_served(programs: Path, elsewhere: Path) -> None:
    command = [str(programs / "syncano-contract"), "serve", "--port", "0", "--print-target"]
    serving = subprocess.Popen(command, cwd=elsewhere, stdout=subprocess.PIPE, text=True)
    assert serving.stdout is not None
    lines = list(iter(serving.stdout.readline, "\n"))  # a blank line comes before the second tenant
    (elsewhere / "target.toml").write_text("".join(lines), encoding="utf-8")

    try:
        done = call(programs, elsewhere, "run", "--target", "target.toml", "--depth", "quick", "--only", "KEYS-1")
    finally:
        serving.send_signal(signal.SIGINT)
        serving.communicate(timeout=30)

    assert done.returncode == 0, done.stdout + done.stderr
