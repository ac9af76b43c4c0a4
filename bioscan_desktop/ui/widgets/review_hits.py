"""References with the digit that chooses each, in the smallest space that still says enough."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from bioscan_desktop.core.hits import Hit
from bioscan_desktop.ui import wording
from bioscan_desktop.ui.deciding import Decision
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import decimal, tr
from bioscan_desktop.ui.widgets.parts import Badge, label

SHOWN = 9
"""As many as there are digits."""


class _Line(QFrame):
    """One reference.

    Signals:
        chosen: it was pressed.
    """

    chosen = Signal()

    def __init__(self, theme: Theme, number: int) -> None:
        super().__init__()
        self.setProperty("look", "row")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 5, 10, 5)
        row.setSpacing(10)
        self._key = label(str(number), look="key", wrap=False, bold=True)
        self._key.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._key.setFixedWidth(24)
        self._badge = Badge(theme, with_text=False)
        words = QVBoxLayout()
        words.setSpacing(0)
        self._name = label(rich=True)
        self._facts = label(look="muted")
        for widget in (self._name, self._facts):
            # Presses go to the line as a whole.
            widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            words.addWidget(widget)
        row.addWidget(self._key)
        row.addWidget(self._badge)
        row.addLayout(words, 1)

    def show_hit(self, number: int, hit: Hit, level: str | None, chosen: bool) -> None:
        """Fills the line."""
        mark = " ✓" if chosen else ""
        self._name.setText(f"<b>{wording.hit_name(hit).html}</b>{mark}")
        facts = [
            wording.hit_context(hit),
            tr("by photo") if hit.query_modality == "image" else tr("by barcode"),
            tr("similarity {score}").format(score=decimal(hit.score, 2)),
            wording.identity_text(hit),
        ]
        self._facts.setText(" · ".join(fact for fact in facts if fact))
        self._badge.setVisible(level is not None)
        self._badge.show_level(level or "none")
        spoken = wording.hit_spoken(hit, self._badge.words if level is not None else "")
        self.setAccessibleName(
            (
                tr("Choose reference {number}: {spoken}, chosen")
                if chosen
                else tr("Choose reference {number}: {spoken}")
            ).format(number=number, spoken=spoken)
        )
        self.setToolTip(
            tr("Press {number} to say that it is {name}").format(
                number=number, name=wording.hit_name(hit).text
            )
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.chosen.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.hasFocus() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit()
        else:
            super().keyPressEvent(event)


class ReviewHits(QWidget):
    """Up to nine lines, made once and filled again.

    Signals:
        chosen: (number from 1) the user takes the name of a reference.
    """

    chosen = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        self.lines: list[_Line] = []
        for number in range(1, SHOWN + 1):
            line = _Line(theme, number)
            line.chosen.connect(lambda number=number: self.chosen.emit(number))
            column.addWidget(line)
            self.lines.append(line)

    def show_hits(self, hits: list[Hit], levels: list[str | None], decision: Decision | None) -> None:
        """Fills the lines.

        Args:
            levels: agreement of each with the verdict; None where there is no name to agree with.
        """
        chosen = decision if decision is not None and decision.action == "choose" else None
        for number, line in enumerate(self.lines, start=1):
            line.setVisible(number <= len(hits))
            if number <= len(hits):
                hit = hits[number - 1]
                taken = (
                    chosen is not None
                    and hit.processid == chosen.processid
                    and chosen.name in hit.lineage.names()
                )
                line.show_hit(number, hit, levels[number - 1], taken)
