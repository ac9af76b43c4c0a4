"""The line that says that no reference of a species is from the country of the specimen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLabel

from bioscan_desktop.ui.models.country_hints import CountryHints, Origin
from bioscan_desktop.ui.models.specimens import Row
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.translating import mark, tr

if TYPE_CHECKING:
    from bioscan_desktop.ui.workbench import Workbench

NO_MAP = mark(
    "The records of a library show where specimens were collected for it. They are no map of where a species "
    "lives, so this changes neither the name nor the shares."
)


class CountryNote(QLabel):
    """Shows itself where there is something to say, as soon as it is looked up."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__()
        self._hints = CountryHints(bench, self)
        self._row: Row | None = None
        self._origin: Origin | None = None
        self.setWordWrap(True)
        self.setProperty("look", "muted")
        self.setToolTip(tr(NO_MAP))
        self.setAccessibleDescription(tr(NO_MAP))
        self._hints.ready.connect(lambda _: self._show())
        self._hints.forgotten.connect(self._show)
        self._show()

    def show_row(self, row: Row | None, origin: Origin | None = None) -> None:
        """Looks the hint for a row up.

        Args:
            origin: where its specimens are from; None for those of the window's list.
        """
        self._row, self._origin = row, origin
        self._show()

    def _show(self) -> None:
        sentence = self._hints.of(self._row, self._origin) if self._row is not None else ""
        hint = tr("Hint: {sentence}").format(sentence=translated(sentence)) if sentence else ""
        self.setText(hint)
        self.setVisible(bool(hint))
