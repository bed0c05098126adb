"""What a deployment or a page may send in order to run in a report, and the same values with it in every text."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

from handmade import HOSTILE

ACT = "alert(document.title=window.ran=1)"
IMAGE = f"<img src=x onerror={ACT}>"
PAYLOADS = {
    "handmade": HOSTILE,
    "script": f"<script>{ACT}</script>",
    "handler": IMAGE,
    "svg": f"<svg/onload={ACT}>",
    "details": f"<details open ontoggle={ACT}>",
    "frame": "<iframe srcdoc='<script>parent.ran=1</script>'>",
    "out of an attribute": f'">{IMAGE}',
    "out of a quoted attribute": f"'>{IMAGE}",
    "another attribute": f'" autofocus tabindex=0 onfocus={ACT} x="',
    "another quoted attribute": f"' autofocus tabindex=0 onfocus={ACT} x='",
    "out of what holds text": f"</title></style></textarea></template></noscript></pre></script>{IMAGE}",
    "out of a comment": f"--!>-->{IMAGE}<!--",
    "out of character data": f"]]>{IMAGE}",
    "out of other namespaces": f"<math><mtext><table><mglyph><style><!--</style>{IMAGE}",
    "a tag without an end": f"<img src=x onerror={ACT} ",
    "entities": f"&lt;img src=x onerror={ACT}&gt;",
    "escapes of a string": f"\\u003cimg src=x onerror={ACT}\\u003e",
    "out of a string": f'";{ACT}//\\";{ACT}//',
    "out of a quoted string": f"';{ACT}//\\';{ACT}//",
    "in a template literal": f"`+{ACT}+`${{{ACT}}}",
    "in a template": "{{ cycler.__init__.__globals__.os.abort() }}{% raw %}",
    "a line of its own": f"\u2028\r\n\x0b\x0c{ACT}\u2029//",
    "an address": f"javascript:{ACT}",
    "an address with a tab": f"\x01java\tscript:{ACT}",
    "another base": "<base href=//evil.test/><link rel=stylesheet href=a><link rel=prefetch href=b>",
    "another page": "<meta http-equiv=refresh content='0;url=//evil.test/'>",
    "a style": "</style><style>@import '//evil.test/';*{background:url(//evil.test/)}</style>",
    "a name of the document": "<form name=body id=documentElement><input name=children id=main></form>",
    "a name of every object": "__proto__",
}
REFERENCES = ("id", "requirement", "cause", "operation", "name")  # what leads from one thing to another
CLOSED = ("api_key", "user_key")  # what has no other values than ours


def everywhere(value: Any, payload: str) -> Any:
    """Return the same with a payload in the place of every text, and behind what leads from one thing to another."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return payload
    if isinstance(value, bytes):
        return payload.encode("utf-8", "surrogatepass")
    if isinstance(value, tuple):
        return tuple(everywhere(each, payload) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: _member(value, each.name, payload) for each in fields(value)})
    return value


def _member(holder: Any, name: str, payload: str) -> Any:
    value = getattr(holder, name)
    if name in CLOSED or (name in REFERENCES and value is None):
        return value
    return f"{value} {payload}" if name in REFERENCES else everywhere(value, payload)
