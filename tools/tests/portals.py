"""The site without npm: a bundle and a Postman collection that stand for those of the real tools."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from syncano_contract import npm
from syncano_contract.portal_files import postman

BUNDLE = b"// as if it were Scalar\n"


@contextmanager
def without_npm() -> Iterator[None]:
    """Let nothing be installed, and stand a bundle and a collection in for what would be."""
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patched:
        package = Path(name) / "@scalar" / "api-reference"
        (package / "dist" / "browser").mkdir(parents=True)
        (package / "package.json").write_text(json.dumps({"version": "1.2.3"}))
        (package / "dist" / "browser" / "standalone.js").write_bytes(BUNDLE)
        patched.setattr(npm, "modules", lambda *_: Path(name))
        patched.setattr(postman, "collection", lambda *_: {"info": {"name": "a collection"}})
        yield
