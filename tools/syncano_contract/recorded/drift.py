"""What recorded traffic shows beside the document -> the overlay that describes it."""

from __future__ import annotations

import re

from syncano_contract.recorded.discreet import MEDIA_TYPES
from syncano_contract.recorded.recording import Recording
from syncano_contract.recorded.vocabulary import Vocabulary
from syncano_contract.suggestion import Suggestion, suggest

SMALL = re.compile(r"-?[0-9]{1,3}")


def suggestion(recording: Recording) -> Suggestion:
    """Return the overlay that makes the document describe what was recorded, without names that may be somebody's.

    Raises Problem where nothing of this API was recorded.
    """
    judging = recording.judging
    return suggest(judging.drift, lambda name: name if _is_offered(name, judging.vocabulary) else "")


def _is_offered(name: str, vocabulary: Vocabulary) -> bool:
    """Whether what a change names, a name, a media type or the JSON of a value, tells nothing of anybody."""
    if name in MEDIA_TYPES or SMALL.fullmatch(name):
        return True
    return vocabulary.knows(name.strip('"')) if name.startswith('"') else not name or vocabulary.offers(name)
