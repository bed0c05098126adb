"""Kinds of deployment that differ from the pages in known ways; each has an overlay of the same name."""

from collections.abc import Mapping

# By the names of the faults and variants that make the reference deployment one of them.
KINDS: Mapping[str, tuple[str, ...]] = {
    "syncano-platform": ("add-answers-201", "groups-with-names", "full-stop", "throttled"),
}
