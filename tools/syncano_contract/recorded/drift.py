"""What recorded traffic shows beside the document -> the overlay that describes it."""

from __future__ import annotations

from syncano_contract.recorded import Recording
from syncano_contract.redact import Redactor
from syncano_contract.suggestion import Suggestion, suggest
from syncano_contract.target import Target


def suggestion(recording: Recording) -> Suggestion:
    """Return the overlay that makes the document describe what was recorded; no secret of the traffic gets into it.

    Raises Problem where nothing of this API was recorded.
    """
    judging = recording.judging
    redactor = Redactor(Target(judging.base_url, ""))
    recording.secrets.teach(redactor, (), [change.name for _, change in judging.drift.changes])
    return suggest(judging.drift, redactor.text)
