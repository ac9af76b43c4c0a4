"""The user's own name for a specimen, completed from the names of the library."""

from __future__ import annotations

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView

from bioscan_desktop.core.names import NameIndex
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.widgets.escape import OwnEscape


class OwnNameEdit(QLineEdit):
    """A line in which a name is typed.

    Enter, leaving the line, or choosing a completion takes the name; Esc takes the typing back.

    Signals:
        named: the name as it was typed, other than before; "" where it was deleted.
        left: Enter or Esc was pressed; the focus may go back to the list.
    """

    named = Signal(str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._names: NameIndex | None = None
        self._shown = ""
        OwnEscape(self).pressed.connect(self._take_back)
        self._found = QStringListModel(self)
        self._completer = QCompleter(self._found, self)
        # What is found is sorted already, and by epithets too, which Qt would filter out again.
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setWidget(self)
        self._completer.setMaxVisibleItems(12)
        popup = QListView()
        popup.setProperty("look", "popup")
        popup.setAccessibleName(tr("Names of the library"))
        self._completer.setPopup(popup)
        self._completer.activated.connect(self._on_chosen)
        self.setPlaceholderText(tr("Genus, species, family …"))
        self.setAccessibleName(tr("Your own name for this specimen"))
        self.setClearButtonEnabled(True)
        self.textEdited.connect(self._on_edited)
        self.editingFinished.connect(self._take)

    def set_names(self, names: NameIndex | None) -> None:
        """The names to complete from; None while there are none."""
        self._names = names

    def show_name(self, name: str) -> None:
        """The name of another specimen, or the same one placed in the library."""
        if name != self._shown or not self.hasFocus():
            self._shown = name
            self.setText(name)

    def _on_edited(self, text: str) -> None:
        found = self._names.complete(text) if self._names is not None else []
        if not found or found == [text]:
            self._hide_popup()
            return
        self._found.setStringList(found)
        self._completer.complete()

    def _hide_popup(self) -> None:
        popup = self._completer.popup()
        if popup is not None:
            popup.hide()

    def _on_chosen(self, name: str) -> None:
        self.setText(name)
        self._take()

    def _take(self) -> None:
        text = self.text().strip()
        if text != self._shown:
            self._shown = text
            self.named.emit(text)

    def _take_back(self) -> None:
        self.setText(self._shown)
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        takes = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        popup = self._completer.popup()
        if takes and popup is not None and popup.isVisible():
            if popup.currentIndex().isValid():
                event.ignore()  # the completer takes the name that is chosen in its list
                return
            popup.hide()
        super().keyPressEvent(event)
        if takes:
            event.accept()  # what is around the line may have another use for it
            self.left.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        # Names need not be read from their ends.
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.setCursorPosition(0)
