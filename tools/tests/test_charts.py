"""What the pictures of a report show, in numbers."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from handmade import report
from syncano_contract.model import Brief, Coverage, Report
from syncano_contract.report import charts
from syncano_contract.report.charts import HEIGHT, WIDTH, Tally, course, key_matrix, response_times, status_matrix
from syncano_contract.report.order import Sender

ONE = Brief(1, 0.0, 0.001, "KEYS-1", "addUser", 200, "api_key", "none")


def of(*briefs: Brief) -> Report:
    return replace(report(), traffic=briefs)


# Statuses


def test_each_documented_status_has_a_cell_with_what_asked_for_it() -> None:
    machine, generated, preflight = (replace(ONE, sender=sender) for sender in ("LIFE-1", "GENERATED-1", "preflight"))

    cells = status_matrix(of(ONE, ONE, machine, generated, preflight, replace(ONE, status=500)))

    assert [(cell.operation, cell.status, cell.count) for cell in cells] == [
        ("addUser", 200, 3),
        ("addUser", 404, 0),
        ("resetUserKey", 200, 1),
    ]
    assert cells[0].by == ((Sender.DIRECTED, 3), (Sender.MACHINE, 1), (Sender.GENERATED, 1))
    assert cells[1].by == ()


# Keys


def test_each_pair_of_keys_has_a_row_with_what_it_got_of_each_operation() -> None:
    refused = replace(ONE, status=403, api_key="unknown")
    own = replace(ONE, operation="resetUserKey", user_key="the user's own")

    operations, rows = key_matrix(of(refused, ONE, ONE, replace(ONE, status=None), own))

    assert operations == ("addUser", "resetUserKey")
    assert [(row.api_key, row.user_key) for row in rows] == [
        ("api_key", "the user's own"),
        ("api_key", "none"),
        ("unknown", "none"),
    ]
    assert rows[0].cells == ((), (Tally(200, 1),))
    assert rows[1].cells == ((Tally(None, 1), Tally(200, 2)), ())
    assert rows[2].cells == ((Tally(403, 1),), ())


def test_what_addresses_no_operation_says_nothing_of_keys() -> None:
    assert key_matrix(of(replace(ONE, operation=None)))[1] == ()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, "passed") for status in (200, 204)),
        *((status, "refused") for status in (401, 403, 404)),
        *((status, "other") for status in (400, 302, 500, None)),
    ],
)
def test_a_status_says_who_was_let_in_or_refused_or_neither(status: int | None, kind: str) -> None:
    assert Tally(status, 1).kind == kind


# Response times


def test_times_are_told_by_median_95th_percentile_and_longest() -> None:
    briefs = [replace(ONE, seconds=number / 1000) for number in range(1, 101)]

    (times,), _ = response_times(of(*briefs))

    assert (times.operation, times.count) == ("addUser", 100)
    assert (times.median, times.late, times.longest) == (0.0505, 0.095, 0.1)


def test_the_axis_is_logarithmic_and_holds_every_time() -> None:
    briefs = [replace(ONE, seconds=seconds) for seconds in (0.0012, 0.01, 0.95)]

    (times,), ticks = response_times(of(*briefs))

    assert ticks == pytest.approx((0.001, 0.01, 0.1, 1.0))
    assert times.at[0] == pytest.approx(WIDTH / 3)
    assert [round(bar.x / WIDTH * 24) for bar in times.bars] == [0, 8, 23]


def test_the_highest_bar_fills_the_height_and_none_is_outside() -> None:
    briefs = [replace(ONE, seconds=seconds) for seconds in (0.001, 0.001, 0.5, 10.0, 3600.0)]

    (times,), _ = response_times(of(*briefs))

    assert max(bar.height for bar in times.bars) == HEIGHT
    assert all(0 <= bar.x <= WIDTH - bar.width + 1e-9 and bar.y + bar.height == HEIGHT for bar in times.bars)


@pytest.mark.parametrize("seconds", [0.0, -1.0, 1e-9, 1e-4, 1.0, 86_400.0])
def test_a_single_time_however_odd_has_a_place(seconds: float) -> None:
    (times,), ticks = response_times(of(replace(ONE, seconds=seconds)))

    assert len(times.bars) == 1
    assert 0 <= times.at[0] <= WIDTH
    assert len(ticks) >= 2


def test_what_had_no_reply_or_no_operation_has_no_time() -> None:
    assert response_times(of(replace(ONE, status=None), replace(ONE, operation=None))) == ((), ())


# The course of a run


def test_columns_tell_how_many_requests_were_sent_when_and_how_they_went() -> None:
    early = [replace(ONE, status=status, at=0.0, seconds=0.0) for status in (200, 302, 404, 429, 503, None)]

    shown = course(of(*early, replace(ONE, at=6.0, seconds=0.0)))

    assert shown is not None
    assert (shown.seconds, shown.most, shown.throttled) == (6.0, 6, 1)
    assert shown.column_seconds == pytest.approx(0.1)
    assert [(bar.kind, round(bar.height / HEIGHT * 6)) for bar in shown.bars] == [
        ("success", 2),
        ("refusal", 1),
        ("broken", 2),
        ("throttled", 1),
        ("success", 1),
    ]
    assert shown.bars[-1].x == pytest.approx(WIDTH - WIDTH / 60)
    assert shown.ticks == (0.0, 1.5, 3.0, 4.5, 6.0)


def test_stacked_bars_lie_on_each_other_and_end_at_the_top() -> None:
    shown = course(of(ONE, replace(ONE, status=404), replace(ONE, status=500)))

    assert shown is not None
    bottoms = [bar.y + bar.height for bar in shown.bars]
    assert bottoms == pytest.approx([HEIGHT, shown.bars[0].y, shown.bars[1].y])
    assert math.isclose(shown.bars[-1].y, 0.0, abs_tol=1e-9)


def test_a_run_without_requests_has_no_course_and_one_without_time_has_one() -> None:
    assert course(of()) is None
    assert course(of(replace(ONE, seconds=0.0))) is not None


def test_operations_stand_in_the_documents_order_and_those_it_does_not_know_last() -> None:
    unknown = replace(ONE, operation="aardvark")
    covered = replace(of(unknown, ONE), coverage=(Coverage("zebra", 200, 1), Coverage("addUser", 200, 1)))

    assert charts.key_matrix(covered)[0] == ("zebra", "addUser", "aardvark")
