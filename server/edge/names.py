"""Lists in settings: words between commas."""

from __future__ import annotations


def listed(text: str | None) -> tuple[str, ...]:
    """The words between commas, without the spaces around them."""
    return tuple(word for word in (part.strip() for part in (text or "").split(",")) if word)
