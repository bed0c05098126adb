"""badge.svg and badge.json: the conclusion of a run as a badge, as a picture and for shields.io.

What shields.io takes: https://shields.io/badges/endpoint-badge
"""

from __future__ import annotations

import json

from syncano_contract.conclusion import conclude, counts
from syncano_contract.model import Conclusion, Level, Report, Verdict

LABEL = "contract"
LABEL_COLOUR = "#444444"
COLOURS = {
    Conclusion.CONFORMANT: "#2e7d32",
    Conclusion.NON_CONFORMANT: "#c62828",
    Conclusion.INCONCLUSIVE: "#8a5a00",
}

# Pixels of a character in wide fonts (Verdana, DejaVu Sans) at 11 px; `textLength` fits others into that room.
WIDTHS = {"il": 3.0, " f": 3.9, "t": 4.3, "r-:": 4.8, "cs": 5.7, "m": 10.7, "M": 9.3}
OTHERS = 6.8
MARGIN = 6  # pixels beside each text

PICTURE = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{label}: {message}">
<title>{label}: {message}</title>
<clipPath id="r"><rect width="{width}" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)">
<rect x="0" width="{left}" height="20" fill="{label_colour}"/>
<rect x="{left}" width="{right}" height="20" fill="{colour}"/>
</g>
<g font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">
<text x="{label_middle:g}" y="14" textLength="{label_length}" text-anchor="middle" fill="#ffffff">{label}</text>
<text x="{middle:g}" y="14" textLength="{length}" text-anchor="middle" fill="#ffffff">{message}</text>
</g>
</svg>
"""


def to_badge_svg(report: Report) -> str:
    """Return a picture that needs nothing else and can be read on light and dark ground."""
    message = _message(report)
    label_length, length = _length(LABEL), _length(message)
    left, right = label_length + 2 * MARGIN, length + 2 * MARGIN
    return PICTURE.format(
        label=LABEL,
        message=message,
        width=left + right,
        left=left,
        right=right,
        label_middle=left / 2,
        middle=left + right / 2,
        label_length=label_length,
        length=length,
        label_colour=LABEL_COLOUR,
        colour=COLOURS[conclude(report)],
    )


def to_badge_json(report: Report) -> str:
    """Return what the endpoint badge of shields.io is made from; an inconclusive run is an error of the badge."""
    conclusion = conclude(report)
    badge = {
        "schemaVersion": 1,
        "label": LABEL,
        "message": _message(report),
        "color": COLOURS[conclusion],
        "labelColor": LABEL_COLOUR,
        "isError": conclusion is Conclusion.INCONCLUSIVE,
    }
    return json.dumps(badge, indent=1) + "\n"


def _message(report: Report) -> str:
    """Return the conclusion, with how many MUSTs failed; it holds nothing that a deployment sent."""
    conclusion = conclude(report)
    if conclusion is Conclusion.NON_CONFORMANT:
        return f"{conclusion}: {counts(report)[Level.MUST][Verdict.FAILED]} {Level.MUST}"
    is_part = conclusion is Conclusion.CONFORMANT and (report.only or report.read_only)
    return f"{conclusion} in part" if is_part else conclusion


def _length(text: str) -> int:
    """Return about how many pixels a text is long."""
    return round(sum(next((width for chars, width in WIDTHS.items() if char in chars), OTHERS) for char in text))
