"""What a deployment or a page may send in order to run in a report, and the same values with it in every text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

from handmade import HOSTILE

ACT = "alert(document.title=window.ran=1)"
SCRIPT = f"<script>{ACT}</script>"
IMAGE = f"<img src=x onerror={ACT}>"
# Texts by the place, in a page that does not escape them, where each would run, ask for something or wait for a click.
TEXTS: Mapping[str, tuple[str, ...]] = {
    "<p>{}</p>": (
        HOSTILE,
        SCRIPT,
        IMAGE,
        f"<img src=x onerror={ACT} ",
        f"<svg/onload={ACT}>",
        f"<details open ontoggle={ACT}>",
        f"<math><mtext><table><mglyph><style><!--</style>{IMAGE}",
        "<iframe srcdoc='<script>parent.ran=1</script>'>",
        "<base href=//evil.test/><link rel=stylesheet href=a>",
    ),
    '<p title="{}">': (f'">{IMAGE}', f'" autofocus tabindex=0 onfocus={ACT} x="'),
    "<p title='{}'>": (f"'>{IMAGE}", f"' autofocus tabindex=0 onfocus={ACT} x='"),
    '<a href="{}">it</a>': (f"javascript:{ACT}", f"\x01java\tscript:{ACT}"),
    "<textarea>{}</textarea>": (f"</title></style></textarea></template></noscript></pre></script>{IMAGE}",),
    "<style>{}</style>": ("@import '//evil.test/';*{background:url(//evil.test/)}",),
    "<!-- {} -->": (f"--!>-->{IMAGE}<!--",),
    "<svg><![CDATA[{}]]></svg>": (f"]]>{IMAGE}",),
    '<script>it = "{}"</script>': (f'";{ACT}//', f"</script>{IMAGE}"),
    "<script>it = '{}'</script>": (f"';{ACT}//",),
    "<script>it = '\\{}'</script>": (f"\\';{ACT}//",),
    "<script>it = `{}`</script>": (f"${{{ACT}}}",),
    "<script>// {}\n</script>": (f"\u2028{ACT}\u2029//", f"\r\n{ACT}//"),
    "<b></b><script>document.querySelector('b').innerHTML = '{}'</script>": (f"\\u003cimg src=x onerror={ACT}\\u003e",),
    "<b>{}</b><script>it = document.querySelector('b'); it.innerHTML = it.textContent</script>": (
        f"&lt;img src=x onerror={ACT}&gt;",
    ),
}
# Texts that would do harm in a template, to a script that looks up a name, or by leading elsewhere.
OTHERS = (
    "<meta http-equiv=refresh content='0;url=//evil.test/'>",
    "{{ cycler.__init__.__globals__.os.abort() }}{% raw %}",
    "<form name=body id=documentElement><input name=children id=main></form>",
    "__proto__",
)
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
    if isinstance(value, dict):
        return {key: everywhere(each, payload) for key, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: _member(value, each.name, payload) for each in fields(value)})
    return value


def _member(holder: Any, name: str, payload: str) -> Any:
    value = getattr(holder, name)
    if name in CLOSED or (name in REFERENCES and value is None):
        return value
    return f"{value} {payload}" if name in REFERENCES else everywhere(value, payload)
