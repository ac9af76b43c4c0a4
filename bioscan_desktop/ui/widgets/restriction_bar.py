"""The line that says which part of the library may answer, and changes that."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton

from bioscan_desktop.ui import icons
from bioscan_desktop.ui.choosing import open_dialog
from bioscan_desktop.ui.models.specimens import Row
from bioscan_desktop.ui.restricting import ALL
from bioscan_desktop.ui.sentences import title, translated
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.widgets.parts import ElidedLabel, set_look
from bioscan_desktop.ui.workbench import Workbench


class RestrictionBar(QFrame):
    """A chip with what may answer, a button to change that, one to take it away, and one that shows the
    names which the library lacks.

    Args:
        again: offer to identify what was answered under another restriction; such a bar is hidden while the
            whole library may answer and nothing else has to be told.
    """

    def __init__(self, theme: Theme, bench: Workbench, again: bool = True) -> None:
        super().__init__()
        self._theme, self._bench, self._offers_again = theme, bench, again
        row = QHBoxLayout(self)
        row.setContentsMargins(14 if again else 0, 4, 12 if again else 0, 4)
        row.setSpacing(8)
        self._chip = QFrame()
        inside = QHBoxLayout(self._chip)
        inside.setContentsMargins(8, 2, 4, 2)
        inside.setSpacing(6)
        self._sign = QLabel()
        self.words = ElidedLabel()
        self.clear = QToolButton()
        self.clear.setProperty("look", "chip")
        self.clear.setToolTip(tr("Take the restriction away: the whole library may answer"))
        self.clear.setAccessibleName(tr("Take the restriction away"))
        self.clear.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.clear.clicked.connect(lambda: bench.restrict(ALL))
        for widget in (self._sign, self.words, self.clear):
            inside.addWidget(widget)
        self.change = self._button("")
        self.change.setToolTip(
            tr("Let only some countries, taxa or the names of a list answer (Ctrl+Shift+F)")
        )
        self.change.clicked.connect(self.ask)
        self.missing = self._button("")
        self.missing.setToolTip(tr("Show the names of the restriction that the library does not have"))
        self.missing.clicked.connect(self._show_missing)
        self.again = self._button(tr("Identify all again"))
        self.again.setToolTip(tr("Some results were made with another restriction"))
        self.again.clicked.connect(self._on_again)
        row.addWidget(self._chip)
        row.addWidget(self.change)
        row.addWidget(self.missing)
        row.addStretch(1)
        row.addWidget(self.again)
        bench.limits_changed.connect(self.refresh)
        bench.engine_changed.connect(self.refresh)
        bench.model.leaving.connect(self._on_leaving)
        theme.changed.connect(self.refresh)
        self.refresh()

    def _button(self, text: str) -> QToolButton:
        button = QToolButton()
        button.setProperty("look", "small")
        button.setText(text)
        button.setAccessibleName(text)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    def ask(self) -> None:
        """Opens the dialog."""
        from bioscan_desktop.ui.dialogs.restrict import RestrictDialog

        open_dialog(RestrictDialog(self._bench, self.window()))

    def refresh(self) -> None:
        """Shows what is in force now."""
        bench, c = self._bench, self._theme.colours
        limits, restriction = bench.limits, bench.restriction
        if bench.is_restricting:
            words, story = tr("Looking up what may answer…"), ""
        elif not limits:
            words, story = tr("The whole library may answer"), ""
        elif restriction is None:
            words, story = tr("Only {what}, once a library is open").format(what=limits.title), ""
        else:
            words = tr("Only {what} · {size}").format(
                what=limits.title, size=translated(restriction.size.told)
            )
            story = " ".join(
                [
                    tr("Only {what}: {size}.").format(
                        what=title(restriction.title), size=translated(restriction.size.told)
                    ),
                    *(translated(notice) for notice in restriction.notices),
                ]
            )
        self.words.say(words, story)
        set_look(self._chip, "novelty" if limits else "")
        self._sign.setPixmap(
            icons.pixmap("icons", "filter", 16, c.novelty if limits else c.muted, self.devicePixelRatioF())
        )
        self.clear.setVisible(bool(limits))
        self.clear.setIcon(icons.icon("close", c.novelty))
        self.change.setText(tr("Change…") if limits else tr("Restrict…"))
        self.change.setAccessibleName(tr("Change the restriction") if limits else tr("Restrict the answers"))
        self.change.setEnabled(bench.engine is not None)
        lacking = len(restriction.missing) if restriction is not None and limits else 0
        self.missing.setVisible(lacking > 0)
        self.missing.setText(tr("%n names not found…", "", lacking))
        self.missing.setAccessibleName(tr("%n names not found…", "", lacking))
        self._show_again()

    def _show_missing(self) -> None:
        from bioscan_desktop.ui.dialogs.missing_names import MissingNamesDialog

        restriction = self._bench.restriction
        if restriction is not None and restriction.missing:
            open_dialog(MissingNamesDialog(restriction.missing, self.window()))

    def _show_again(self) -> None:
        offered = self._offers_again and not self._bench.is_restricting and bool(self._others())
        self.again.setVisible(offered)
        self._show_bar(offered)

    def _show_bar(self, offered: bool) -> None:
        bench = self._bench
        if self._offers_again:
            self.setVisible(bool(bench.limits) or bench.is_restricting or offered)

    def _on_leaving(self, rows: list[Row]) -> None:
        if len(rows) == self._bench.model.rowCount():
            self._hide_again()

    def _hide_again(self) -> None:
        self.again.hide()
        self._show_bar(False)

    def _others(self) -> list[int]:
        """Keys of the rows whose answers were made under another restriction."""
        restriction = self._bench.restriction
        now = restriction.told if restriction is not None else None
        return [
            row.key
            for row in self._bench.model.rows
            if row.result is not None
            and row.result.verdict is not None
            and (row.result.restricted[0] if row.result.restricted else None) != now
        ]

    def _on_again(self) -> None:
        keys = self._others()
        self._hide_again()
        self._bench.identify_again(keys)
