"""What is said when there is nothing to review, or nothing any more."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from bioscan_desktop.ui import wording
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.widgets.parts import Drawing, label

TEXT_WIDTH = 640
"""Pixels of its lines at most."""


class ReviewEnd(QWidget):
    """A summary with ways on.

    Signals:
        again_asked: (which) the user wants to go through others, or through all.
        identify_asked: the user wants to go to the page Identify.
    """

    again_asked = Signal(str)
    identify_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("look", "page")
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        sign = Drawing(theme, "icons", 64, "accent", "review")
        outer.addWidget(sign, 0, Qt.AlignmentFlag.AlignHCenter)
        self._title = label(scale=1.8, bold=True)
        self._words = label(look="muted", scale=1.05)
        for words in (self._title, self._words):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            line = QHBoxLayout()
            words.setMaximumWidth(TEXT_WIDTH)
            line.addStretch(1)
            line.addWidget(words, 1000)
            line.addStretch(1)
            outer.addLayout(line)
        outer.addSpacing(10)
        row = QHBoxLayout()
        row.addStretch(1)
        self.later = QPushButton(tr("Go through those put off"))
        self.later.clicked.connect(lambda: self.again_asked.emit("skip"))
        self.all = QPushButton(tr("Go through all"))
        self.all.clicked.connect(lambda: self.again_asked.emit("all"))
        self.identify = QPushButton(tr("Identify specimens"))
        self.identify.clicked.connect(self.identify_asked)
        for button in (self.later, self.all, self.identify):
            row.addWidget(button)
        row.addStretch(1)
        outer.addLayout(row)
        outer.addStretch(3)

    def show_counts(self, which: str, kinds: Counter[str], has_rows: bool) -> None:
        """Sums up what was decided in this go.

        Args:
            which: was gone through, of `review_sources.WHICH`.
            kinds: how many of each decision; `open` for none.
            has_rows: there is anything at all that could be reviewed.
        """
        total = sum(kinds.values())
        self.later.setVisible(kinds["skip"] > 0 and which != "skip")
        self.all.setVisible(has_rows)
        self.identify.setVisible(not has_rows)
        if not has_rows:
            self._title.setText(tr("Nothing to review yet"))
            self._words.setText(
                tr(
                    "Identify photos or barcodes first. Then you can go through the answers here, "
                    "and accept, correct or reject each with one key."
                )
            )
            return
        if not total:
            self._title.setText(tr("Nothing left here"))
            self._words.setText(
                {
                    "open": tr("Every specimen has a decision."),
                    "look": tr("No undecided specimen has a contradiction, a missing name or an error."),
                    "skip": tr("Nothing was put off."),
                }.get(which, "")
            )
            return
        self._title.setText(tr("That was the last one") if kinds["open"] else tr("All decided"))
        said = {
            "open": tr("%n without a decision", "", kinds["open"]),
            "accept": tr("%n accepted", "", kinds["accept"]),
            "reject": tr("%n rejected", "", kinds["reject"]),
            "name": tr("%n named by you", "", kinds["name"]),
            "unknown": tr("%n unknown", "", kinds["unknown"]),
            "skip": tr("%n put off", "", kinds["skip"]),
        }
        # A number is not parted from its words at the end of a line.
        parts = [words.replace(" ", "\u00a0") for kind, words in said.items() if kinds[kind]]
        self._words.setText(wording.labelled(wording.count(total, "specimen"), f"{', '.join(parts)}."))
