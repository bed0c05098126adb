"""A client is built, and its driver run against a deployment: what each of them tells, step by step."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from syncano_contract.clients.languages import Proof, Words
from syncano_contract.clients.outcome import BUILD, DRIVEN, EXAMPLE, Step, step
from syncano_contract.clients.toolchains import Paths
from syncano_contract.reference.seeds import Seeds

BUILD_SECONDS, DRIVE_SECONDS = 300, 60
MOST = 600  # characters of a complaint
PASSED_ON = ("PATH", "HOME", "TMPDIR", "XDG_CACHE_HOME", "SystemRoot")  # no proxy, and nobody's keys


@dataclass(frozen=True)
class Driver:
    """What a client is driven with: its proof, the tool chain, and the folder that has both client and driver."""

    proof: Proof
    paths: Paths
    folder: Path

    def build(self) -> Step:
        """Build the client or check its types."""
        for words in self.proof.build:
            done = self._run(words, {}, BUILD_SECONDS)
            if done.returncode:
                return step(BUILD, False, _complaint(done))
        return step(BUILD, True)

    def drive(self, url: str, seeds: Seeds) -> tuple[Step, ...]:
        """Run the driver against a deployment, and return what it tells of each step; its own crash fails the rest."""
        done = self._run(self.proof.drive, _settings(url, seeds), DRIVE_SECONDS)
        told = {each.name: each for each in _told(done.stdout)}
        reason = _complaint(done) if done.returncode else "the driver does not tell of it"
        return tuple(told.get(name) or step(name, False, reason) for name in DRIVEN)

    def example(self, url: str, seeds: Seeds) -> Step:
        """Run the short example, which adds a user and tells of it."""
        done = self._run(self.proof.example, _settings(url, seeds), DRIVE_SECONDS)
        works = done.returncode == 0 and "yennefer is user " in done.stdout
        return step(EXAMPLE, works, done.stdout.strip() if works else _complaint(done))

    def _run(self, words: Words, settings: Mapping[str, str], seconds: int) -> subprocess.CompletedProcess[str]:
        command = [word.format_map(self.paths) for word in words]
        passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        environment = {**passed_on, "LANG": "C.UTF-8", **dict(self.proof.environment), **settings}
        try:
            return subprocess.run(  # noqa: S603 - no shell, and words of our own
                command,
                cwd=self.folder,
                env=environment,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(command, 1, "", f"it did not end within {seconds} s")
        except OSError as error:
            return subprocess.CompletedProcess(command, 1, "", f"it cannot be run: {error.strerror}")


def _settings(url: str, seeds: Seeds) -> dict[str, str]:
    """Return what examples and drivers read from the environment, as users of the client would have it there."""
    return {
        "SYNCANO_URL": url,
        "SYNCANO_INSTANCE": seeds.instance,
        "SYNCANO_API_KEY": seeds.api_key,
        "SYNCANO_PASSWORD": "wind's-howling",
        "SYNCANO_OTHER_INSTANCE": seeds.other_instance,
        "SYNCANO_OTHER_API_KEY": seeds.other_api_key,
        "SYNCANO_OTHER_USER_KEY": seeds.other_user_key,
    }


def _told(output: str) -> Iterator[Step]:
    """Yield what the lines of a driver tell; other lines are a program's own."""
    for line in output.splitlines():
        try:
            told = json.loads(line)
            yield step(told["step"], told["passed"] is True, told["seen"])
        except (ValueError, KeyError, TypeError):
            continue


def _complaint(done: subprocess.CompletedProcess[str]) -> str:
    """Return the end of what a program printed."""
    text = "\n".join(part.strip() for part in (done.stdout, done.stderr) if part.strip())
    return (text or f"exit code {done.returncode}")[-MOST:]
