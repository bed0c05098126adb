"""The command that repeats a run or a judgement, as its report tells it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path

from syncano_contract.output import LATEST
from syncano_contract.settings import Settings


def command(
    url: str | None, file: Path | None, instance: str | None, settings: Settings, options: Iterable[str]
) -> str:
    """Return the command that repeats a run; keys stay where they came from."""
    words = ["syncano-contract", "run"]
    words += [url] if url else []
    words += ["--target", str(file)] if file else []
    words += ["--instance", instance] if instance else []
    words += options
    words += ["--depth", settings.depth.name.lower(), "--seed", str(settings.seed)]
    words += repeated("--only", settings.only)
    words += ["--read-only"] if settings.read_only else []
    words += ["--rate", f"{settings.rate:g}"] if settings.rate else []
    words += ["--timeout", f"{settings.timeout:g}"] if settings.timeout != Settings.timeout else []
    words += ["--jobs", str(settings.jobs)] if settings.jobs != Settings.jobs else []
    words += ["--max-time", f"{settings.max_time:g}"] if settings.max_time else []
    words += ["--max-requests", str(settings.max_requests)] if settings.max_requests else []
    words += ["--cleanup"] if settings.cleanup else []
    return shlex.join(words)


def judging(files: Iterable[Path], base_url: str | None, overlays: Iterable[Path], deviations: Path | None) -> str:
    """Return the command that judges the same traffic again."""
    given = [str(_lasting(file)) for file in files]
    words = ["syncano-contract", "judge", *given]
    words += repeated("--base-url", (base_url,) if base_url else ())
    words += [*repeated("--overlay", overlays), *repeated("--deviations", (deviations,) if deviations else ())]
    return ("... | " if "-" in given else "") + shlex.join(words)


def _lasting(file: Path) -> Path:
    """Return the way to a file that holds when `latest` has moved on."""
    folder = file.parent
    is_link = folder.name == LATEST and folder.is_symlink()
    return folder.parent / folder.readlink() / file.name if is_link else file


def repeated(option: str, values: Iterable[object]) -> list[str]:
    """Return the words that give an option once for each value."""
    return [word for value in values for word in (option, str(value))]
