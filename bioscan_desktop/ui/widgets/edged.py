"""Dialogs with an edge of their own.

Not every system frames windows, and with high contrast a dialog has the ground of the window behind it:
without a line around it nobody could tell where it ends.
"""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QDialog, QMessageBox, QWidget


class Dialog(QDialog):
    """All of the program's own dialogs are made from this one."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        _paint_edge(self)


class MessageBox(QMessageBox):
    """As `Dialog`."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        _paint_edge(self)


def _paint_edge(widget: QWidget) -> None:
    painter = QPainter(widget)
    painter.setPen(widget.palette().color(QPalette.ColorRole.Mid))
    painter.drawRect(widget.rect().adjusted(0, 0, -1, -1))
    painter.end()
