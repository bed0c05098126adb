"""clients.html: what is known of each client, as one page that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from syncano_contract.clients.outcome import STEPS, Outcome, State
from syncano_contract.document import Document
from syncano_contract.report.page import template
from syncano_contract.text import visible


def to_html(document: Document, outcomes: Sequence[Outcome]) -> str:
    """Return the page, which has no script."""
    page = template("clients.html.j2", {"shown": lambda text: visible(text, keep="\n")}, {})
    return page.render(
        document=document,
        outcomes=outcomes,
        steps=STEPS,
        numbers={state: sum(outcome.state is state for outcome in outcomes) for state in State},
        state=next(
            (state for state in (State.FAILED, State.UNTESTED) if any(each.state is state for each in outcomes)),
            State.PASSED,
        ),
    )
