"""How far colours stand out from each other, by WCAG 2.2. Pure rules, no Qt."""

from __future__ import annotations


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb by WCAG."""
    channels = [channel / 255 for channel in _channels(colour)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    """Contrast ratio, 1 to 21."""
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def fainter(ink: str, ground: str, least: float) -> str:
    """An ink faded towards its ground as far as that leaves `least` contrast; as it is if it has less."""
    found = ink
    for percent in range(1, 100):
        mixed = (
            round(one + (other - one) * percent / 100)
            for one, other in zip(_channels(ink), _channels(ground), strict=True)
        )
        faded = "#" + "".join(f"{channel:02x}" for channel in mixed)
        if contrast(faded, ground) < least:
            break
        found = faded
    return found


def _channels(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
