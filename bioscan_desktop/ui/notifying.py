"""A word from the system when long work has ended, for people who look at something else meanwhile."""

from __future__ import annotations

import shutil
import sys

from PySide6.QtCore import QObject, QProcess, QTimer, Signal
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

SHOWN_MS = 15_000
"""The sign in the tray goes away after so long."""


class Notifier(QObject):
    """Tells of an end through the tray, on Linux without one through `notify-send`, else not at all.

    Args:
        page: of whose window it is known whether somebody looks at it.

    Signals:
        clicked: the user wants to see what was told.
    """

    clicked = Signal()

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self._page = page
        self._tray: QSystemTrayIcon | None = None
        self._gone = QTimer(self)
        self._gone.setSingleShot(True)
        self._gone.setInterval(SHOWN_MS)
        self._gone.timeout.connect(self._hide)

    def tell(self, title: str, text: str) -> bool:
        """Tells, unless the window is in front; returns whether there was a way to."""
        if self._page.window().isActiveWindow():
            return False
        QApplication.alert(self._page.window())
        if QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
            self._tell_by_tray(title, text)
            return True
        return sys.platform.startswith("linux") and _tell_by_command(title, text)

    def _tell_by_tray(self, title: str, text: str) -> None:
        if self._tray is None:
            self._tray = QSystemTrayIcon(QApplication.windowIcon(), self)
            self._tray.setToolTip(QApplication.applicationName())
            self._tray.messageClicked.connect(self._on_clicked)
            self._tray.activated.connect(lambda _: self._on_clicked())
        self._tray.show()
        self._tray.showMessage(title, text, QApplication.windowIcon())
        self._gone.start()

    def _on_clicked(self) -> None:
        window = self._page.window()
        window.setWindowState(window.windowState() & ~window.windowState().WindowMinimized)
        window.raise_()
        window.activateWindow()
        self._hide()
        self.clicked.emit()

    def _hide(self) -> None:
        if self._tray is not None:
            self._tray.hide()


def _tell_by_command(title: str, text: str) -> bool:
    command = shutil.which("notify-send")
    if command is None:
        return False
    words = ["--app-name=BIOSCAN Desktop", "--icon=bioscan-desktop", "--", title, text]
    return bool(QProcess.startDetached(command, words))
