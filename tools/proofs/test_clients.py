"""Slow proof: clients are the same bytes each time, and their drivers notice what deployments do wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from syncano_contract import document, overlay
from syncano_contract.clients import generating, recording, verifying
from syncano_contract.clients.driving import Driver
from syncano_contract.clients.languages import PROVEN, Language
from syncano_contract.clients.outcome import DRIVEN, State
from syncano_contract.clients.recording import Recording
from syncano_contract.document import Document
from syncano_contract.model import Problem
from syncano_contract.reference.server import Embedded
from syncano_contract.resources import DATA

DOCUMENTED = document.load()

# What a deployment does wrong, and the steps that fail by that in every language.
FAULTS: Mapping[str, set[str]] = {
    "add-shows-another-name": {"add"},
    "reset-keeps-the-key": {"reset", "old key"},
    "old-key-still-valid": {"old key"},
    "update-keeps-the-name": {"update", "unicode"},
    "403-as-404-by-details": {"old key", "403"},
    "error-names-the-first-field": {"400"},
}


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deployment that asks for patience, and for no time."""
    monkeypatch.setattr(recording, "WAIT", 0)


def generated(language: Language, folder: Path, of: Document = DOCUMENTED) -> dict[str, bytes]:
    """The files of a client by name."""
    generating.generate(language, of, folder, print)
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture(scope="module", params=PROVEN.values(), ids=lambda each: each.name)
def language(request: pytest.FixtureRequest) -> Language:
    wanted: Language = request.param
    return wanted


@pytest.fixture(scope="module")
def driver(language: Language, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    """What drives a client that was built."""
    found = verifying.find(language, print)
    assert not isinstance(found, Problem), found
    client = tmp_path_factory.mktemp("client") / language.name
    generated(language, client)
    with verifying.driver(client, language, found) as ready:
        assert ready.build().state is State.PASSED
        yield ready


def test_a_client_is_the_same_bytes_each_time(language: Language, tmp_path: Path) -> None:
    one, other = (generated(language, tmp_path / name) for name in ("one", "other"))

    assert one == other
    assert {"README.md", "LICENSE"} <= one.keys()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_driver_notices_what_a_deployment_does_wrong(driver: Driver, fault: str) -> None:
    with Embedded(Recording().build([fault])) as deployment:
        steps = driver.drive(deployment.url, deployment.seeds)

    assert [step.name for step in steps] == [*DRIVEN]
    assert {step.name for step in steps if step.state is State.FAILED} >= FAULTS[fault]
    assert {step.name for step in steps if step.state is State.PASSED}


def test_the_same_driver_fails_nothing_where_nothing_is_wrong(driver: Driver) -> None:
    with Embedded(Recording().build([])) as deployment:
        steps = driver.drive(deployment.url, deployment.seeds)

    assert [step for step in steps if step.state is not State.PASSED] == []


def test_a_client_of_an_amended_document_passes_at_that_kind_of_deployment(language: Language, tmp_path: Path) -> None:
    amended = overlay.amended([DATA / "overlays" / "syncano-platform.yaml"])
    found = verifying.find(language, print)
    generated(language, tmp_path / "client", amended)

    steps = verifying.verify(tmp_path / "client", language, amended, found)

    assert [step for step in steps if step.state is not State.PASSED] == []


def test_a_language_that_is_not_proven_is_generated_the_same_each_time(tmp_path: Path) -> None:
    (kotlin,) = generating.languages(("kotlin",), print)
    one, other = (generated(kotlin, tmp_path / name) for name in ("one", "other"))

    assert one == other
    assert b"**Not proven:**" in one["README.md"]
    assert any(name.endswith("/UsersApi.kt") for name in one)
