"""Icons and glyphs: our own SVG drawings, in the colour of the theme.

The files say `currentColor`; it is replaced when a drawing is rendered, so that one file serves
light and dark.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from bioscan_desktop import paths

SIZES = (16, 20, 24, 32, 48, 64)

ORDER_GLYPHS: dict[str, str] = {
    "lepidoptera": "lepidoptera",
    "trichoptera": "lepidoptera",
    "diptera": "diptera",
    "coleoptera": "coleoptera",
    "hymenoptera": "hymenoptera",
    "hemiptera": "hemiptera",
    "orthoptera": "orthoptera",
    "odonata": "odonata",
    "neuroptera": "odonata",
    "araneae": "araneae",
}
"""Which drawing stands for an order; the others get a plain insect."""


def glyph_for(order: str | None) -> str:
    """The drawing of an order; `insect` where we have none."""
    return ORDER_GLYPHS.get((order or "").casefold(), "insect")


@lru_cache(maxsize=256)
def _svg(folder: str, name: str) -> bytes:
    try:
        return (paths.resources_dir() / folder / f"{name}.svg").read_bytes()
    except OSError:
        return b""  # a missing drawing must not keep the window from opening


@lru_cache(maxsize=512)
def pixmap(folder: str, name: str, size: int, colour: str, ratio: float = 1.0) -> QPixmap:
    """A drawing of `icons` or `glyphs` as a square pixmap; transparent where the file is missing."""
    result = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    result.fill(Qt.GlobalColor.transparent)
    data = _svg(folder, name).replace(b"currentColor", colour.encode())
    if data:
        renderer = QSvgRenderer(QByteArray(data))
        painter = QPainter(result)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        renderer.render(painter, QRectF(0, 0, result.width(), result.height()))
        painter.end()
    result.setDevicePixelRatio(ratio)
    return result


@lru_cache(maxsize=256)
def icon(name: str, colour: str, disabled: str = "") -> QIcon:
    """An icon of `resources/icons` in a colour."""
    result = QIcon()
    for size in SIZES:
        result.addPixmap(pixmap("icons", name, size, colour))
        if disabled:
            result.addPixmap(pixmap("icons", name, size, disabled), QIcon.Mode.Disabled)
    return result


def app_icon() -> QIcon:
    """The program's icon; it keeps its own colours."""
    result = QIcon()
    for size in (16, 24, 32, 48, 64, 128, 256):
        result.addPixmap(pixmap("icons", "app", size, "#ffffff"))
    return result
