"""The row of controls above the map."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QLabel,
    QToolButton,
    QWidget,
)

from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.ui import icons, wording
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import mark, tr
from bioscan_desktop.ui.widgets.flow import FlowLayout

KINDS = {
    "components": (
        mark("Overview"),
        mark(
            "Principal components: there at once; only coarse groups come apart, since two directions hold "
            "little of the whole"
        ),
    ),
    "neighbourhoods": (
        mark("Neighbourhoods"),
        mark(
            "t-SNE: what is alike stays together, so that genera and species come apart. Distances between "
            "groups mean nothing. Takes a minute or more the first time"
        ),
    ),
}


class MapBar(QWidget):
    """The controls.

    Signals:
        kind_chosen: one of `KINDS`.
        rank_chosen: one of `RANKS`.
        shown_changed: barcodes or photos are shown or hidden.
        lasso_chosen: True while a plain drag selects.
        fit_asked, nearer_asked, farther_asked: buttons.
    """

    kind_chosen = Signal(str)
    rank_chosen = Signal(str)
    shown_changed = Signal()
    lasso_chosen = Signal(bool)
    fit_asked = Signal()
    nearer_asked = Signal()
    farther_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        flow = FlowLayout(self, 16, ends=True)
        flow.setContentsMargins(12, 8, 12, 8)
        self.kinds: dict[str, QToolButton] = {}
        group = QButtonGroup(self)
        for kind, (text, tip) in KINDS.items():
            button = self._button(tr(text), tr(tip), "segment")
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, which=kind: self.kind_chosen.emit(which))
            group.addButton(button)
            self.kinds[kind] = button
        self.kinds["components"].setChecked(True)
        flow.add_group(*self.kinds.values())
        words = QLabel(tr("Colour by"))
        self.ranks = QComboBox()
        for rank in RANKS:
            self.ranks.addItem(wording.rank_noun(rank), rank)
        self.ranks.setAccessibleName(tr("Colour by"))
        words.setBuddy(self.ranks)
        self.ranks.activated.connect(lambda _: self.rank_chosen.emit(self.ranks.currentData()))
        flow.add_group(words, self.ranks)
        self.checks: dict[str, QCheckBox] = {}
        for modality, text, name in (
            ("dna", tr("Barcodes ●"), tr("Show barcodes")),
            ("image", tr("Photos □"), tr("Show photos")),
        ):
            check = QCheckBox(text)
            check.setChecked(True)
            check.setAccessibleName(name)
            check.toggled.connect(lambda _: self.shown_changed.emit())
            self.checks[modality] = check
        flow.add_group(*self.checks.values())
        self.lasso = self._button("", tr("Select with a lasso by dragging (or hold Shift)"), "segment")
        self.lasso.setCheckable(True)
        self.lasso.setAccessibleName(tr("Lasso"))
        self.lasso.toggled.connect(self.lasso_chosen)
        self._tools = {"lasso": self.lasso}
        for icon, tip, signal in (
            ("minus", tr("Farther (−)"), self.farther_asked),
            ("plus", tr("Nearer (+)"), self.nearer_asked),
            ("fit", tr("Show everything (0)"), self.fit_asked),
        ):
            button = self._button("", tip, "segment")
            button.setAccessibleName(tip.split(" (")[0])
            button.clicked.connect(signal)
            self._tools[icon] = button
        for button in self._tools.values():
            button.setIconSize(QSize(18, 18))
        flow.add_group(*self._tools.values())
        theme.changed.connect(self._paint)
        self._paint()

    def _button(self, text: str, tip: str, look: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setProperty("look", look)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if text:
            button.setAccessibleName(text)
            button.setAccessibleDescription(tip)
        return button

    def show_state(self, kind: str, rank: str) -> None:
        """What is on the map."""
        self.kinds[kind].setChecked(True)
        self.ranks.setCurrentIndex(self.ranks.findData(rank))

    def offer(self, modalities: tuple[str, ...], neighbourhoods: str) -> None:
        """What the library has; `neighbourhoods` says why there is no such map, "" if there is."""
        for modality, check in self.checks.items():
            check.setEnabled(modality in modalities and len(modalities) > 1)
            check.setChecked(modality in modalities)
        button = self.kinds["neighbourhoods"]
        button.setEnabled(not neighbourhoods)
        button.setToolTip(neighbourhoods or tr(KINDS["neighbourhoods"][1]))
        button.setAccessibleDescription(button.toolTip())

    @property
    def shown(self) -> set[str]:
        """Modalities whose keys are shown."""
        return {modality for modality, check in self.checks.items() if check.isChecked()}

    def _paint(self) -> None:
        for name, button in self._tools.items():
            button.setIcon(icons.icon(name, self._theme.colours.text))
