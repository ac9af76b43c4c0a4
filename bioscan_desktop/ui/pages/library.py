"""The page on which a library is browsed: names on the left, one taxon on the right."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QFocusEvent, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QSplitter,
    QStackedWidget,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from bioscan_desktop.ui.dialogs.add_specimens import TABLES
from bioscan_desktop.ui.intake import accept_copy
from bioscan_desktop.ui.models.taxa import TaxonModel
from bioscan_desktop.ui.models.taxonomy import TaxonomySource
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.widgets.adding import Adding
from bioscan_desktop.ui.widgets.finder import Finder
from bioscan_desktop.ui.widgets.parts import Drawing, label
from bioscan_desktop.ui.widgets.tables import set_widths
from bioscan_desktop.ui.widgets.taxon_panel import TaxonPanel
from bioscan_desktop.ui.workbench import Workbench


def _may_be_sequences(path: Path | None) -> bool:
    """`barcodes.fasta.gz` and its like are identified, wherever they are dropped."""
    return path is not None and path.suffix.lower() == ".gz" and Path(path.stem).suffix.lower() not in TABLES


TREE_WIDTHS = (410, 560)
"""Least and most pixels of the tree, which takes a quarter of the page, or what its names need."""

TREE_SHARE = 0.47
"""Of a narrow page that it takes at most."""

SCROLL_BAR = 12
"""Pixels of the bar beside the tree."""


class LibraryPage(QStackedWidget):
    """Browse, search, and look at what there is."""

    def __init__(self, theme: Theme, bench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._bench = theme, bench
        self.source = TaxonomySource.of(bench)
        self.model = TaxonModel(theme, self)
        self.tree = QTreeView()
        self._set_up_tree()
        self.finder = Finder(theme, bench, self.source)
        self.panel = TaxonPanel(theme, bench, self.source)
        self._left = QStackedWidget()
        self._left.addWidget(self.tree)
        self._left.addWidget(self.finder)
        side = QWidget()
        side.setProperty("look", "side")
        side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setContentsMargins(12, 10, 12, 8)
        row.addWidget(self.finder.field)
        column.addLayout(row)
        column.addWidget(self._left, 1)
        self.adding = Adding(bench, self.source)
        column.addWidget(self.adding)
        side.setMinimumWidth(200)
        self.panel.setMinimumWidth(325)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(side)
        self.splitter.addWidget(self.panel)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        self._moved = False
        self.splitter.splitterMoved.connect(self._on_moved)
        self.setAcceptDrops(True)
        self._waiting = self._make_waiting()
        self.addWidget(self._waiting)
        self.addWidget(self.splitter)
        self.finder.searching.connect(self._on_searching)
        self.finder.chosen.connect(self.show_taxon)
        self.panel.taxon_asked.connect(self.show_taxon)
        self.panel.map_asked.connect(self._ask_map)
        self.source.changed.connect(self._on_source)
        theme.changed.connect(self.tree.viewport().update)
        self._on_source()

    def _set_up_tree(self) -> None:
        tree = self.tree
        tree.setModel(self.model)
        tree.setUniformRowHeights(True)
        tree.setAllColumnsShowFocus(True)
        tree.setAnimated(False)
        tree.setIndentation(13)
        tree.setVerticalScrollMode(QTreeView.ScrollMode.ScrollPerPixel)
        tree.setAccessibleName(tr("Taxa of the library"))
        header = tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for section in (1, 2, 3):
            header.setSectionResizeMode(section, QHeaderView.ResizeMode.Fixed)
        set_widths(tree, {1: 62, 2: 74, 3: 60})
        tree.selectionModel().currentChanged.connect(self._on_current)

    def _make_waiting(self) -> QWidget:
        page = QWidget()
        page.setProperty("look", "page")
        column = QVBoxLayout(page)
        column.setContentsMargins(40, 40, 40, 40)
        column.addStretch(1)
        column.addWidget(
            Drawing(self._theme, "icons", 64, "muted", "library"), 0, Qt.AlignmentFlag.AlignHCenter
        )
        self.words = label(scale=1.15)
        self.words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.words)
        column.addStretch(2)
        return page

    # -- what is shown -------------------------------------------------------------------------

    def search(self) -> None:
        """Gives the keyboard to the search field."""
        self.finder.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.finder.field.selectAll()

    def show_taxon(self, number: int) -> None:
        """Opens the tree down to a taxon and shows it."""
        taxonomy = self.source.taxonomy
        if taxonomy is None:
            return
        for above in taxonomy.path(number)[:-1]:
            self.tree.expand(self.model.index_of(above))
        index = self.model.index_of(number)
        if self.tree.currentIndex() == index:
            self.panel.show_taxon(number)
        self.tree.setCurrentIndex(index)
        self.tree.scrollTo(index, QTreeView.ScrollHint.PositionAtCenter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_tree()

    def _fit_tree(self) -> None:
        """Names that can be seen are not cut where there is room, until someone moves the handle."""
        if not self._moved:
            least, most = TREE_WIDTHS
            names = self.tree.sizeHintForColumn(0) + 2 * self.tree.frameWidth() + SCROLL_BAR
            named = names + sum(self.tree.header().sectionSize(section) for section in (1, 2, 3))
            width = min(most, max(least, named, self.width() // 4), int(self.width() * TREE_SHARE))
            self.splitter.setSizes([width, self.width()])
        self._fit_columns()

    def _on_moved(self) -> None:
        self._moved = True
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Names need their room more than the numbers beside them."""
        width = self.tree.width()
        for section, least in ((1, 230), (2, 380), (3, 320)):
            self.tree.setColumnHidden(section, width < least)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The page was shown: the keyboard goes where it is of use."""
        super().focusInEvent(event)
        self._pass_keyboard_on()

    def _pass_keyboard_on(self) -> None:
        shown = self._left.currentWidget()
        if self.currentWidget() is self.splitter and shown is not None:
            shown.setFocus(Qt.FocusReason.OtherFocusReason)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._dropped(event) is not None and self.source.engine is not None:
            accept_copy(event)

    def dropEvent(self, event: QDropEvent) -> None:
        table = self._dropped(event)
        if table is not None:
            accept_copy(event)
            self.adding.ask(table)

    @staticmethod
    def _dropped(event: QDropEvent) -> Path | None:
        """The one table that is dragged; anything else is the window's."""
        urls = [url for url in event.mimeData().urls() if url.isLocalFile()]
        path = Path(urls[0].toLocalFile()) if len(urls) == 1 else None
        fits = path is not None and path.suffix.lower() in TABLES and path.is_file()
        return path if fits and not _may_be_sequences(path) else None

    def _on_source(self) -> None:
        taxonomy = self.source.taxonomy
        self.panel.show_taxon(None)
        self.model.show_taxonomy(taxonomy)
        if taxonomy is not None:
            self.setCurrentWidget(self.splitter)
            self.tree.expand(self.model.index_of(0))
            self.show_taxon(0)
            self._fit_tree()
            if self.hasFocus():  # since the page was shown, while there was nothing to go to
                self._pass_keyboard_on()
            return
        self.setCurrentWidget(self._waiting)
        if self.source.error:
            self.words.setText(
                f"{self.source.error}\n" + tr("Choose a library on the page “Models & libraries”.")
            )
        elif self.source.engine is not None:
            self.words.setText(tr("Counting the library…"))
        else:
            self.words.setText(tr("The library is being opened…"))

    def _on_searching(self, searching: bool) -> None:
        self._left.setCurrentWidget(self.finder if searching else self.tree)
        if not searching and self.panel.taxon is not None:
            self.tree.scrollTo(self.tree.currentIndex())

    def _on_current(self, new: QModelIndex, _: QModelIndex) -> None:
        number = self.model.taxon_at(new)
        if number is not None and number != self.panel.taxon:
            self.panel.show_taxon(number)

    def _ask_map(self, number: int) -> None:
        self.source.ask_for(number)
        self._bench.page_asked.emit("map")
