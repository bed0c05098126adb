"""The conclusion: computed last and apart, from the verdicts on what a target must do."""

import pytest

from handmade import judged
from syncano_contract.conclusion import conclude, counts
from syncano_contract.model import Conclusion, Level, Verdict

MUST, SHOULD, MAY = Level
PASSED, FAILED, CANNOT_TELL, INAPPLICABLE, UNTESTED = Verdict


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(MUST, PASSED)], Conclusion.CONFORMANT),
        ([(MUST, PASSED), (MUST, FAILED)], Conclusion.NON_CONFORMANT),
        ([(MUST, FAILED), (MUST, CANNOT_TELL)], Conclusion.NON_CONFORMANT),
        ([(MUST, PASSED), (MUST, CANNOT_TELL)], Conclusion.INCONCLUSIVE),
        ([], Conclusion.INCONCLUSIVE),
        ([(MUST, INAPPLICABLE), (MUST, UNTESTED), (SHOULD, PASSED)], Conclusion.INCONCLUSIVE),
        ([(MUST, PASSED), (MUST, INAPPLICABLE), (MUST, UNTESTED)], Conclusion.CONFORMANT),
        ([(MUST, PASSED), (SHOULD, FAILED), (MAY, FAILED)], Conclusion.CONFORMANT),
        ([(MUST, PASSED), (SHOULD, CANNOT_TELL)], Conclusion.CONFORMANT),
    ],
)
def test_only_musts_decide(pairs: list[tuple[Level, Verdict]], expected: Conclusion) -> None:
    assert conclude(judged(*pairs)) is expected


def test_counts_have_every_level_and_verdict_in_order() -> None:
    found = counts(judged((MAY, FAILED), (MUST, PASSED), (MUST, PASSED)))

    assert [(level, list(row)) for level, row in found.items()] == [(level, list(Verdict)) for level in Level]
    assert (found[MUST][PASSED], found[MAY][FAILED]) == (2, 1)
    assert sum(number for row in found.values() for number in row.values()) == 3
