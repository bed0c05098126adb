"""A portal's own command line, called in a bare environment and for a limited time; what it tells holds no secret."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from syncano_contract import npm, proxies
from syncano_contract.model import Problem
from syncano_contract.publishing.portals import Command, Portal
from syncano_contract.publishing.publication import Outcome, Publication
from syncano_contract.redact import Redactor
from syncano_contract.target import Target

SECONDS = 600  # for one call
LONGEST = 300  # characters of a reason
PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
# Nothing else is passed on: a tool may read other settings, and in CI there are other secrets.
PASSED = (*PROXIES, "NO_PROXY", "no_proxy", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR", "TMPDIR", "LANG")
# One line stays one line, without colours, and nobody is asked.
PLAIN = {"CI": "true", "NO_COLOR": "1", "OCLIF_COLUMNS": "10000", "COLUMNS": "10000"}
MARK = "\u203a"  # stands before each line of an error


@dataclass(frozen=True)
class Said:
    """How a call ended, and what it printed."""

    code: int
    out: str
    err: str


def send(publication: Publication, token: str, tell: npm.Tell) -> Outcome:
    """Send a publication, and return what became of it; raises Problem for everything that is not surely done.

    `tell` is called with a line before the tool is installed, which is done once.
    """
    portal = publication.portal
    tool = npm.command(portal.group, portal.script, tell)
    with TemporaryDirectory(prefix="syncano-contract-") as name:
        work, home = Path(name) / "work", Path(name) / "home"
        work.mkdir()
        home.mkdir()
        (work / publication.file).write_text(publication.text, encoding="utf-8")
        environment = _environment(portal, token, home)
        for command, words in zip(portal.commands, publication.calls(), strict=True):
            said = run([*tool, *words], work, environment, portal.title)
            outcome = _outcome(command, said, publication.text)
            if outcome is not None:
                return outcome
            if not _goes_on(command, said):
                break
    raise failed(portal, said, token)


def _environment(portal: Portal, token: str, home: Path) -> dict[str, str]:
    """Return what a tool sees: its token, its portal, the way out, and a home of its own that is thrown away."""
    passed = {name: os.environ[name] for name in (*PASSED, portal.address) if os.environ.get(name)}
    places = {"PATH": npm.environment()["PATH"], "HOME": str(home), "USERPROFILE": str(home)}
    return {**passed, **places, **PLAIN, **portal.quiet, portal.token: token}


def run(words: Sequence[str], work: Path, environment: Mapping[str, str], title: str) -> Said:
    """Run a command in a folder; raises Problem where it does not end in time, after which none of it runs any more."""
    pipe = subprocess.PIPE
    with subprocess.Popen(  # noqa: S603 - no shell
        words, cwd=work, env=environment, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, start_new_session=True
    ) as process:
        try:
            out, err = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired as error:
            raise Problem(
                f"{title} did not answer within {SECONDS} s; whether the document is there is not known",
                "look there, and send it again: that changes nothing of what is there already",
            ) from error
        finally:
            with suppress(ProcessLookupError, PermissionError):  # what it has started ends with it
                os.killpg(process.pid, signal.SIGKILL)
    return Said(process.returncode, out.decode(errors="replace"), err.decode(errors="replace"))


def _outcome(command: Command, said: Said, sent: str) -> Outcome | None:
    """Return what became of it, where the tool says so and ends with 0."""
    text = said.out + said.err
    if said.code:
        return None
    if command.published and re.search(command.published, text):
        return Outcome.PUBLISHED
    if command.unchanged and re.search(command.unchanged, text):
        return Outcome.UNCHANGED
    return Outcome.UNCHANGED if command.shows and _shown(said.out) == json.loads(sent) else None


def _goes_on(command: Command, said: Said) -> bool:
    """Tell if the next command is to be called: after what is found out, or where what is there is another."""
    if command.shows:
        return said.code == 0 and _shown(said.out) is not None
    return bool(command.goes_on and re.search(command.goes_on, said.err))


def _shown(out: str) -> Any:
    with suppress(ValueError):
        return json.loads(out)
    return None


def failed(portal: Portal, said: Said, token: str) -> Problem:
    """Return what to tell of a call that did not surely publish: its reason, in one line and without secrets."""
    redactor = _redactor(token)
    texts = [redactor.text(text) for text in (said.err, said.out)]
    found = [text for each in texts if (match := re.search(portal.reason, each)) for text in match.groups() if text]
    last = [line for text in texts for line in text.splitlines()[::-1] if line.strip() and said.code]
    words = (*found, *last, "it does not say that it has the document")[0].split()
    why = " ".join(word for word in words if word != MARK)
    short = why if len(why) <= LONGEST else f"{why[: LONGEST - 1]}…"
    return Problem(f"publishing on {portal.title} failed: {short}", portal.fix(why))


def _redactor(token: str) -> Redactor:
    """Return what hides the token, and the passwords of proxies."""
    redactor = Redactor(Target(url="", instance=""))
    redactor.learn("token", token)
    for name in PROXIES:
        for secret in proxies.credentials(os.environ.get(name)):
            redactor.learn("proxy password", secret)
    return redactor
