"""Passwords are kept as Argon2id hashes only, made beside the event loop."""

from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher

_AT_ONCE = 2
_HASHERS = {
    # 19 MiB, two passes, one lane: OWASP's advice for Argon2id.
    False: PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1),
    # The least that Argon2 allows, for a database that is thrown away.
    True: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1),
}


class Passwords:
    """A hasher that works on two passwords at a time and lets the others wait."""

    def __init__(self, *, cheap: bool = False) -> None:
        """Hash at full cost, or at the lowest there is when `cheap`."""
        self._hasher = _HASHERS[cheap]
        self._limiter = CapacityLimiter(_AT_ONCE)

    async def hash(self, password: str) -> str:
        """Hash a password that can be encoded in UTF-8."""
        return await to_thread.run_sync(self._hasher.hash, password, limiter=self._limiter)
