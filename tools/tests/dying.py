"""Trials that end in all the wrong ways; in a module of its own, as other processes load it."""

from __future__ import annotations

import os
import time

from syncano_contract import trials
from syncano_contract.proof import Trial
from syncano_contract.settings import Depth


def attempt(name: str, depth: Depth) -> Trial:
    """Do what the name says, and a good trial otherwise."""
    if name == "dies":
        os._exit(3)
    if name == "sleeps":
        time.sleep(600)
    if name == "hangs":
        with trials.bounded(1):
            time.sleep(600)
    return Trial(name, requests=os.getpid())
