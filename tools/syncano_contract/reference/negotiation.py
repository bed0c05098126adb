"""Whether a client that names what it accepts would take JSON (RFC 9110, section 12.5.1)."""

# From the most to the least specific: the first that the client names decides.
_RANGES = ("application/json", "application/*", "*/*")


def accepts_json(accept: str) -> bool:
    """Tell whether the value of an `Accept` header allows JSON; an empty one allows everything."""
    if not accept.strip():
        return True
    qualities = dict(_range_and_quality(part) for part in accept.lower().split(","))
    return next((qualities[name] > 0 for name in _RANGES if name in qualities), False)


def _range_and_quality(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip() for piece in part.split(";"))
    quality = next((text[2:] for text in parameters if text.startswith("q=")), "1")
    try:
        return name, float(quality)
    except ValueError:
        return name, 0.0
