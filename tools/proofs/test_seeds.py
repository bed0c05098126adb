"""A slow proof, run by `make seeds`: whatever the seed, the reference deployment fails no requirement."""

from __future__ import annotations

import pytest

from altered import run_against, with_verdict
from syncano_contract.conclusion import conclude
from syncano_contract.model import Conclusion, Verdict
from syncano_contract.reference.server import Embedded
from syncano_contract.settings import Depth, Settings


@pytest.mark.parametrize("seed", range(1, 21))
def test_the_reference_deployment_is_conformant(seed: int) -> None:
    report = run_against(Embedded(), Settings(depth=Depth.STANDARD, seed=seed))

    assert with_verdict(report, Verdict.FAILED) == set()
    assert conclude(report) is Conclusion.CONFORMANT
    assert [pair for pair in report.coverage if not pair.exchanges] == []
