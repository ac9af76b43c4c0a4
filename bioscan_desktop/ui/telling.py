"""What is told to a screen reader without being asked: news, and the row that gets the keyboard.

Names and roles of what stands still belong to the widgets; here is what happens while nobody looks. Qt
before 6.8 knows no announcements: there an alert is raised, which Windows and macOS hand on and Linux
does not.
"""

from __future__ import annotations

from PySide6 import QtGui
from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget


def announce(widget: QWidget, text: str, urgent: bool = False) -> None:
    """Has a screen reader say a sentence.

    Args:
        widget: where it belongs to.
        urgent: it may break off what is being said; for errors.
    """
    if not text:
        return
    if not hasattr(QtGui, "QAccessibleAnnouncementEvent"):
        QAccessible.updateAccessibility(QAccessibleEvent(widget, QAccessible.Event.Alert))
        return
    event = QtGui.QAccessibleAnnouncementEvent(widget, text)
    politeness = QAccessible.AnnouncementPoliteness
    event.setPoliteness(politeness.Assertive if urgent else politeness.Polite)
    QAccessible.updateAccessibility(event)


class RowTeller(QObject):
    """Tells which row a list or table stands on when it gets the keyboard: Qt names the list alone."""

    def __init__(self, app: QApplication, parent: QObject) -> None:
        super().__init__(parent)
        app.focusChanged.connect(self._on_focus)

    def _on_focus(self, _: QWidget | None, now: QWidget | None) -> None:
        if isinstance(now, QAbstractItemView) and now.currentIndex().isValid():
            QTimer.singleShot(0, now, lambda: tell_row(now))  # after Qt has told of the list


def tell_row(view: QAbstractItemView) -> bool:
    """Says that the current row has the keyboard. Returns False where there is none."""
    whole = QAccessible.queryAccessibleInterface(view)
    part = whole.focusChild() if whole is not None and view.hasFocus() else None
    number = whole.indexOfChild(part) if part is not None else -1
    if number < 0:
        return False
    event = QAccessibleEvent(view, QAccessible.Event.Focus)
    event.setChild(number)
    QAccessible.updateAccessibility(event)
    return True
