"""Icons and glyphs: our own SVG drawings, in the colour of the theme.

The files say `currentColor`; it is replaced when a drawing is rendered, so that one file serves
light and dark.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton

from bioscan_desktop import paths

GAP = 5
"""Pixels between an icon and the words beside it, besides the few of the style."""

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


def sharp(folder: str, name: str, size: int, colour: str) -> QPixmap:
    """As `pixmap`, for lists and tables that do not know which screen they are drawn on."""
    return pixmap(folder, name, size, colour, QGuiApplication.primaryScreen().devicePixelRatio())


class _Drawing(QIconEngine):
    """Renders a drawing in the size that is asked for, when it is asked for; at the left of wider room.

    Args:
        disabled: its colour while it cannot be used; paler, if "".
    """

    def __init__(self, name: str, colour: str, disabled: str) -> None:
        super().__init__()
        self._name, self._colour, self._disabled = name, colour, disabled

    def clone(self) -> QIconEngine:
        return _Drawing(self._name, self._colour, self._disabled)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        side = min(rect.width(), rect.height())
        corner = rect.center() - QPoint((side - 1) // 2, (side - 1) // 2)
        if rect.width() > rect.height():
            corner.setX(rect.left())
        ratio = painter.device().devicePixelRatio()
        off = mode == QIcon.Mode.Disabled
        drawing = pixmap(
            "icons", self._name, side, self._disabled or self._colour if off else self._colour, ratio
        )
        painter.setOpacity(0.4 if off and not self._disabled else 1.0)
        painter.drawPixmap(corner, drawing)
        painter.setOpacity(1.0)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        result = QPixmap(size)
        result.fill(Qt.GlobalColor.transparent)
        painter = QPainter(result)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return result


@lru_cache(maxsize=256)
def icon(name: str, colour: str, disabled: str = "") -> QIcon:
    """An icon of `resources/icons` in a colour."""
    return QIcon(_Drawing(name, colour, disabled))


def put_beside_text(button: QAbstractButton, drawing: QIcon, side: int = 16) -> None:
    """Gives a button an icon that keeps away from its words, which styles press against it."""
    button.setIcon(drawing)
    button.setIconSize(QSize(side + GAP, side))


def app_icon() -> QIcon:
    """The program's icon; it keeps its own colours."""
    result = QIcon()
    for size in (16, 24, 32, 48, 64, 128, 256):
        result.addPixmap(pixmap("icons", "app", size, "#ffffff"))
    return result
