"""The head above the references: what their badges compare them with, and what the letters mean."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QComboBox, QSizePolicy, QVBoxLayout, QWidget

from bioscan_desktop.core.agreement import LEVELS
from bioscan_desktop.ui import wording
from bioscan_desktop.ui.comparing import Standard
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import mark, tr
from bioscan_desktop.ui.widgets.flow import FlowLayout
from bioscan_desktop.ui.widgets.parts import Badge, label

NOTHING = mark("There is no name to compare them with, so they have no badges.")


class StandardBar(QWidget):
    """Title, selector and legend.

    Signals:
        chosen: the user wants another kind of `core.agreement.STANDARDS`.
    """

    chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 6, 2, 0)
        column.setSpacing(6)
        top = self._top = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        top.setSpacing(24)
        top.addWidget(label(tr("Nearest references"), bold=True, scale=1.15, wrap=False))
        column.addLayout(top)
        line = self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._gap = 8
        self._caption = label(tr("Badges: agreement with"), "muted", wrap=False)
        self._box = QComboBox()
        self._box.setAccessibleName(tr("Compare the references with"))
        self._box.setToolTip(
            tr("What the badges compare the references with. You can also give your own name (F2).")
        )
        self._box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._box.setMinimumContentsLength(22)
        self._box.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.Fixed)
        self._box.setMaximumWidth(460)
        self._box.activated.connect(lambda place: self.chosen.emit(self._box.itemData(place)))
        self._caption.setBuddy(self._box)
        self._only = label(look="muted")
        self._caption.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        line.addWidget(self._caption)
        line.addWidget(self._box, 3)
        line.addWidget(self._only, 1)
        line.addStretch(1)
        column.addLayout(line)
        self._legend = QWidget()
        flow = FlowLayout(self._legend, 12)
        for level in LEVELS:
            badge = Badge(theme, with_text=False)
            badge.show_level(level)
            flow.add_group(
                badge, label(tr("none") if level == "none" else wording.rank_noun(level), "muted", wrap=False)
            )
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self._legend.setSizePolicy(policy)
        top.addWidget(self._legend, 1)

    @property
    def box(self) -> QComboBox:
        """The selector."""
        return self._box

    def set_slim(self, slim: bool) -> None:
        """Puts legend and selector below what stands before them, where there is little room."""
        down, right = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._line.setDirection(down if slim else right)
        self._top.setDirection(down if slim else right)
        self._top.setSpacing(6 if slim else 24)
        self._gap = 2 if slim else 8
        self._line.setSpacing(self._gap if self._box.count() > 1 else 4)
        self._box.setMinimumContentsLength(10 if slim else 22)

    def show_standards(self, found: list[Standard], used: Standard | None) -> None:
        """What can be chosen, and what the badges show now. A single one is only named."""
        self._box.setVisible(len(found) > 1)
        self._only.setVisible(len(found) <= 1)
        self._caption.setVisible(bool(found))
        self._legend.setVisible(bool(found))
        self._line.setSpacing(self._gap if len(found) > 1 else 4)
        self._only.setText(found[0].title if found else tr(NOTHING))
        self._box.clear()
        for standard in found:
            self._box.addItem(standard.title, standard.kind)
        if used is not None:
            self._box.setCurrentIndex(self._box.findData(used.kind))

    @property
    def titles(self) -> list[str]:
        """What can be chosen, in the user's words."""
        if self._only.isVisibleTo(self):
            return [self._only.text()]
        return [self._box.itemText(place) for place in range(self._box.count())]
