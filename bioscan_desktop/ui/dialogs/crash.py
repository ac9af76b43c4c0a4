"""What is said when the program meets a bug: that nothing is lost, what happened, and what to send."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from bioscan_desktop import logs, paths
from bioscan_desktop.ui import icons
from bioscan_desktop.ui.theme import LIGHT, THEMES
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.widgets.edged import Dialog
from bioscan_desktop.ui.widgets.parts import breakable, label, size_to_fit

WIDTH, PLAIN_HEIGHT, WHOLE_HEIGHT = 560, 200, 480
"""Pixels, without and with the details."""


class CrashDialog(Dialog):
    """Does not block the window, so that work can be exported before the program is started again."""

    def __init__(self, error: BaseException, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("BIOSCAN Desktop")
        details = logs.details(error)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        head = QHBoxLayout()
        head.setSpacing(16)
        sign = QLabel()
        window = self.palette().window().color().name()
        colour = next((c.error for c in THEMES if c.window == window), LIGHT.error)
        sign.setPixmap(icons.pixmap("icons", "error", 40, colour, self.devicePixelRatioF()))
        sign.setAccessibleName(tr("Error"))
        head.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(6)
        self.title = label(tr("Something went wrong in the program"), scale=1.3, bold=True)
        self.words = label(
            tr(
                "Your list and results are still here. If it happens again, start the program anew, and put "
                "the details into a report: they say where in the program it happened."
            )
        )
        self.kind = label(breakable(f"{type(error).__name__}: {str(error)[:300]}"), look="muted")
        for widget in (self.title, self.words, self.kind):
            words.addWidget(widget)
        head.addLayout(words, 1)
        column.addLayout(head)
        self.details = QPlainTextEdit(details)
        self.details.setReadOnly(True)
        self.details.setTabChangesFocus(True)
        self.details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.details.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.details.setAccessibleName(tr("Details of the error"))
        self.details.hide()
        column.addWidget(self.details, 1)
        column.addStretch(0)
        buttons = QDialogButtonBox()
        action = QDialogButtonBox.ButtonRole.ActionRole
        self.show_details = QPushButton(tr("Show details"))
        self.show_details.clicked.connect(self._on_details)
        self.copy = QPushButton(tr("Copy details"))
        self.copy.clicked.connect(lambda: self._on_copy(details))
        log = QPushButton(tr("Open log folder"))
        log.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(paths.log_dir()))))
        self.close_button = QPushButton(tr("Close"))
        for button in (self.show_details, self.copy, log):
            button.setAutoDefault(False)
            buttons.addButton(button, action)
        buttons.addButton(self.close_button, QDialogButtonBox.ButtonRole.RejectRole)
        self.close_button.setDefault(True)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        size_to_fit(self, WIDTH, PLAIN_HEIGHT)
        self.close_button.setFocus()

    def _on_details(self) -> None:
        shown = self.details.isHidden()
        self.details.setVisible(shown)
        self.show_details.setText(tr("Hide details") if shown else tr("Show details"))
        size_to_fit(self, max(self.width(), WIDTH), WHOLE_HEIGHT if shown else PLAIN_HEIGHT)

    def _on_copy(self, details: str) -> None:
        QGuiApplication.clipboard().setText(details)
        self.copy.setText(tr("Copied"))


def show_crash(error: BaseException, parent: QWidget | None = None) -> CrashDialog:
    """Tells of a bug, with details to copy. Returns the open, non-blocking dialog."""
    dialog = CrashDialog(error, parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    return dialog
