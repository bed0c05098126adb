"""A page opened from its file in a real browser, and all that happens meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page

Colours = Literal["light", "dark"]
COLOURS: tuple[Colours, ...] = ("light", "dark")
LOOKING = (Path(__file__).parent / "looking.js").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Look:
    """How a person looks at a page: at which width of the window in pixels, and in the colours that they like."""

    width: int = 1280
    colours: Colours = "light"

    def __str__(self) -> str:
        """Return a name of it, fit for a file."""
        return f"{self.width}-{self.colours}"


HEIGHT = 800  # pixels
PLAIN = Look()
LOOKS = tuple(Look(width, colours) for width, colours in product((1280, 390), COLOURS))


@dataclass
class Visit:
    """An open page, all addresses that it asked for, and what it complained of or did by itself."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def find(self, what: str) -> Any:
        """Return what a function of looking.js finds."""
        return self.page.evaluate(f"{LOOKING}.{what}()")

    def tabbed(self) -> Iterator[dict[str, Any]]:
        """Yield what the Tab key leads to, one after the other, once."""
        met = {-1}
        while True:
            self.page.keyboard.press("Tab")
            focus = self.find("focus")
            if focus["at"] in met:
                return
            met.add(focus["at"])
            yield focus


@contextmanager
def visit(
    browser: Browser, file: Path, look: Look = PLAIN, *, part: str = "", policy: bool = True, scripts: bool = True
) -> Iterator[Visit]:
    """Open a page without a network, at a `part` such as `#failures`.

    Its Content-Security-Policy is in force and its scripts run, unless they are turned off.
    """
    context = browser.new_context(
        viewport={"width": look.width, "height": HEIGHT},
        color_scheme=look.colours,
        bypass_csp=not policy,
        java_script_enabled=scripts,
        offline=True,
    )
    with context:
        visited = Visit(context.new_page())
        listen(context, visited)
        visited.page.goto(file.as_uri() + part)
        yield visited


def listen(context: BrowserContext, visited: Visit) -> None:
    """Note in a visit what its pages ask for and complain of."""
    context.on("request", lambda request: visited.requests.append(request.url))
    context.on("page", lambda page: visited.complaints.append(f"opened {page.url}"))
    context.on("weberror", lambda error: visited.complaints.append(f"raised {error.error}"))
    context.on("console", lambda message: _told(message, visited))
    context.on("dialog", lambda dialog: _asked(dialog, visited))
    visited.page.on("websocket", lambda socket: visited.requests.append(socket.url))
    visited.page.on("download", lambda download: visited.complaints.append(f"saved {download.url}"))


def _told(message: ConsoleMessage, visited: Visit) -> None:
    if message.type in ("warning", "error"):
        visited.complaints.append(f"{message.type}: {message.text}")


def _asked(dialog: Dialog, visited: Visit) -> None:
    visited.complaints.append(f"asked {dialog.message}")
    dialog.dismiss()
