"""Names that may be wanted twice and can be given once."""

from __future__ import annotations

from collections.abc import Iterable


class Names:
    """Names given out once: the second `a` becomes `a~2`."""

    def __init__(self, joint: str = "~", taken: Iterable[str] = ()) -> None:
        """Begin with those that are `taken`; `joint` stands before the number."""
        self._joint = joint
        self._next = dict.fromkeys(taken, 2)

    def unique(self, name: str) -> str:
        """Return the name, with the first number that makes it another than all before."""
        given = name
        while given in self._next:
            given = f"{name}{self._joint}{self._next[name]}"
            self._next[name] += 1
        self._next[given] = 2
        return given


def distinct(wanted: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """Return the names, each made another than all before it; the second `a` becomes `a_2`."""
    names = Names("_", taken)
    return [names.unique(name) for name in wanted]
