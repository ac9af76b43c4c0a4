"""Dialogs: shortcuts, about, barcode to attach."""

from __future__ import annotations

import re
import sys

from PySide6 import __version__ as pyside_version
from PySide6.QtCore import QSize, qVersion
from PySide6.QtGui import QGuiApplication, QIcon, QKeySequence
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from bioscan_desktop import __version__
from bioscan_desktop.ui import actions, icons
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.widgets.edged import Dialog
from bioscan_desktop.ui.widgets.parts import label, room_for, size_to_fit

MARGINS = 60
"""Pixels beside the sheet of shortcuts."""

_KEY_LETTER = re.compile(r" \(&\w\)")
"""Behind a text of a menu that has no letter of its own left."""


class ShortcutsDialog(Dialog):
    """The sheet of shortcuts, made from the declared actions."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keyboard shortcuts"))
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 16)
        column.setSpacing(12)
        rows: dict[str, list[tuple[str, str]]] = {spec.menu: [] for spec in actions.SPECS}
        for spec in actions.SPECS:
            if spec.keys:
                rows[spec.menu].append((_plain(tr(spec.text)), _shown(spec)))
        groups = [(tr(menu).replace("&", ""), found) for menu, found in rows.items()]
        groups += [
            (tr("In lists"), [(tr(what), tr(keys)) for what, keys in actions.BY_HAND]),
            (tr("On the page Review"), [(tr(what), tr(keys)) for what, keys in actions.IN_REVIEW]),
        ]
        room = room_for(self).width() - MARGINS
        sheets = (_sheet(_columns(groups, number)) for number in (3, 2, 1))
        inside = next((sheet for sheet in sheets if sheet.sizeHint().width() <= room), None)
        inside = inside or _sheet(_columns(groups, 1))
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setAccessibleName(tr("Keyboard shortcuts"))
        column.addWidget(label(tr("Keyboard shortcuts"), scale=1.3, bold=True))
        column.addWidget(area, 1)
        buttons = _buttons(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        wanted = inside.sizeHint() + QSize(MARGINS, 126)
        size_to_fit(self, wanted.width(), wanted.height())


def _sheet(columns: list[list[tuple[str, str]]]) -> QWidget:
    sheet = QWidget()
    row = QHBoxLayout(sheet)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(36)
    for part in columns:
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(6)
        for number, (text, keys) in enumerate(part):
            if keys:
                grid.addWidget(label(text, wrap=False), number, 0)
                grid.addWidget(label(keys, "muted", wrap=False, bold=True), number, 1)
            else:
                title = label(text, "caption", wrap=False)
                title.setContentsMargins(0, 8 if number else 0, 0, 0)
                grid.addWidget(title, number, 0, 1, 2)
        grid.setRowStretch(len(part), 1)
        row.addLayout(grid)
    return sheet


def _columns(groups: list[tuple[str, list[tuple[str, str]]]], number: int = 3) -> list[list[tuple[str, str]]]:
    """Lines of columns of about one length, each group whole in one of them, under its caption."""
    columns: list[list[tuple[str, str]]] = [[] for _ in range(number)]
    for title, rows in groups:
        min(columns, key=len).extend([(title, ""), *rows])
    return columns


def _plain(text: str) -> str:
    """The text of a menu without its marks."""
    text = _KEY_LETTER.sub("", text)
    return "&".join(part.replace("&", "") for part in text.split("&&")).rstrip("…")


def _shown(spec: actions.Spec) -> str:
    keys: list[str] = []
    for key in spec.keys:
        found = [QKeySequence(key)] if isinstance(key, str) else QKeySequence.keyBindings(key)[:1]
        for one in found:
            text = one.toString(QKeySequence.SequenceFormat.NativeText)
            if text not in keys:
                keys.append(text)
    return ", ".join(keys)


class AboutDialog(Dialog):
    """Versions and licences."""

    def __init__(self, packs: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("About BIOSCAN Desktop"))
        self._text = about_text(packs)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        head = QHBoxLayout()
        head.setSpacing(16)
        picture = QLabel()
        picture.setPixmap(icons.app_icon().pixmap(64, 64))
        picture.setAccessibleName(tr("The program's icon"))
        head.addWidget(picture)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        words.addWidget(label("BIOSCAN Desktop", scale=1.6, bold=True))
        words.addWidget(label(tr("Version {version}").format(version=__version__), "muted"))
        words.addStretch(1)
        head.addLayout(words, 1)
        column.addLayout(head)
        body = label(self._text)
        body.setMinimumWidth(460)
        column.addWidget(body)
        buttons = _buttons(QDialogButtonBox.StandardButton.Close)
        copy = QPushButton(tr("Copy versions"))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._text))
        buttons.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)


def about_text(packs: str) -> str:
    """Versions and licences as plain text."""
    from importlib.metadata import PackageNotFoundError, version

    found = [tr("BIOSCAN Desktop {version}, MIT licence").format(version=__version__)]
    found.append(f"Python {sys.version.split()[0]}")
    found.append(
        tr("Qt {version} with PySide {pyside}, LGPL 3").format(version=qVersion(), pyside=pyside_version)
    )
    for names, licence in (
        (("onnxruntime-gpu", "onnxruntime"), "MIT"),
        (("numpy",), "BSD"),
        (("pillow",), "MIT-CMU"),
        (("pillow-heif",), tr("BSD, with libheif under LGPL")),
        (("hnswlib",), "Apache 2.0"),
        (("edlib",), "MIT"),
        (("biopython",), tr("Biopython licence")),
    ):
        for name in names:
            try:
                found.append(f"{name} {version(name)}, {licence}")
                break
            except PackageNotFoundError:
                continue
    return "\n".join([*found, "", packs]).strip()


class AttachDialog(Dialog):
    """Asks for the barcode of one specimen: pasted, typed, or from a file."""

    def __init__(self, name: str, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.from_file = False
        self.setWindowTitle(tr("Attach barcode"))
        size_to_fit(self, 560, 340)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 16)
        column.setSpacing(10)
        caption = label(tr("Barcode of {name}: bases or FASTA with one record").format(name=name))
        column.addWidget(caption)
        self._edit = QPlainTextEdit(text)
        self._edit.setAccessibleName(tr("Barcode"))
        self._edit.setPlaceholderText("ACTTTATACTTTATTTTTGGAATTTGAGCAGGAATAGTAGG…")
        self._edit.setTabChangesFocus(True)
        caption.setBuddy(self._edit)
        column.addWidget(self._edit, 1)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._ok.setText(tr("Attach"))
        self._ok.setProperty("look", "primary")
        choose = QPushButton(tr("From a file…"))
        choose.clicked.connect(self._on_file)
        buttons.addButton(choose, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self._edit.textChanged.connect(self._on_text)
        self._on_text()

    @property
    def text(self) -> str:
        """The barcode as it was given."""
        return self._edit.toPlainText()

    def _on_text(self) -> None:
        self._ok.setEnabled(bool(self.text.strip()))

    def _on_file(self) -> None:
        self.from_file = True
        self.accept()


def _buttons(*standard: QDialogButtonBox.StandardButton) -> QDialogButtonBox:
    """Buttons without the icons that some styles put on them."""
    box = QDialogButtonBox()
    for one in standard:
        box.addButton(one).setIcon(QIcon())
    return box
