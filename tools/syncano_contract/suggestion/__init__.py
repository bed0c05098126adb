"""An overlay from what was seen: the document, amended so that it describes what a deployment sent.

What is about rights, keys or lost data is never loosened. A server error and a success without the user's id, name or
key are no evidence of anything. That an operation refuses keys with an undocumented status such as 401 is described: it
still refuses, and the requirements on keys go on asking for the documented status, whatever the document lists.
"""

from syncano_contract.suggestion.seen import Seen, note, seen_in
from syncano_contract.suggestion.suggesting import Suggestion, suggest
from syncano_contract.suggestion.written import to_yaml

__all__ = ["Seen", "Suggestion", "note", "seen_in", "suggest", "to_yaml"]
