"""A taxon of the library: its place and size, and what there is of it in three tabs."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QTabWidget, QVBoxLayout, QWidget

from bioscan_desktop.ui import wording
from bioscan_desktop.ui.models.taxonomy import TaxonomySource
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.widgets.parts import label
from bioscan_desktop.ui.widgets.taxon_distances import TaxonDistances
from bioscan_desktop.ui.widgets.taxon_overview import TaxonOverview
from bioscan_desktop.ui.widgets.taxon_records import TaxonRecords
from bioscan_desktop.ui.workbench import Workbench


class TaxonPanel(QWidget):
    """The right side of the library page.

    Signals:
        taxon_asked: (number) another taxon should be shown.
        map_asked: (number) the taxon should be shown on the map.
    """

    taxon_asked = Signal(int)
    map_asked = Signal(int)

    def __init__(self, theme: Theme, bench: Workbench, source: TaxonomySource) -> None:
        super().__init__()
        self._theme, self._source = theme, source
        self.taxon: int | None = None
        self.setProperty("look", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 14, 12, 0)
        column.setSpacing(3)
        self._path = label(rich=True)
        self._path.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self._path.linkActivated.connect(lambda link: self.taxon_asked.emit(int(link)))
        head = QHBoxLayout()
        self._title = label(scale=1.7, bold=True, rich=True)
        self._title.setMinimumWidth(120)
        self.to_map = QPushButton(tr("Show on map"))
        self.to_map.setToolTip(tr("Marks the references of this taxon on the map"))
        self.to_map.clicked.connect(self._ask_map)
        head.addWidget(self._title, 1)
        head.addWidget(self.to_map, 0, Qt.AlignmentFlag.AlignTop)
        head.setContentsMargins(0, 0, 8, 0)  # ends where the cards below it end
        self._facts = label(look="muted")
        self.overview = TaxonOverview(theme)
        self.records = TaxonRecords(theme, bench, source)
        self.distances = TaxonDistances(theme, bench, source)
        self.distances.taxon_asked.connect(self.taxon_asked)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.addTab(self.overview, tr("Overview"))
        self.tabs.addTab(self.records, tr("Records"))
        self.tabs.addTab(self.distances, tr("Distances"))
        self.tabs.tabBar().setAccessibleName(tr("Overview, records or distances"))
        self.tabs.tabBar().setCursor(Qt.CursorShape.PointingHandCursor)
        column.addWidget(self._path)
        column.addLayout(head)
        column.addWidget(self._facts)
        column.addSpacing(4)
        column.addWidget(self.tabs, 1)
        theme.changed.connect(self._show_path)

    def show_taxon(self, number: int | None) -> None:
        """Another taxon; None while there is no library."""
        self.taxon = number
        taxonomy = self._source.taxonomy
        if number is None or taxonomy is None:
            self.records.show_taxon(None)
            return
        taxon, counts = taxonomy.taxon(number), taxonomy.counts(number)
        self._title.setText(wording.taxon(taxon.name, taxon.rank).html)
        self._show_path()
        parts = [wording.rank_title(taxon.rank) if taxon.rank else tr("Whole library")]
        if taxon.interim:
            parts = [tr("Group that nobody has named yet")]
        for rank in ("family", "genus", "species"):
            n = counts.taxa[rank]
            if taxon.rank != "species" and n and rank != taxon.rank:
                parts.append(wording.count(n, rank))
        for modality, noun in (("dna", "barcode"), ("image", "photo")):
            if counts.records[modality]:
                text = wording.count(counts.records[modality], noun)
                if counts.keys[modality] != counts.records[modality]:
                    text = tr("{what} in %n references", "", counts.keys[modality]).format(what=text)
                parts.append(text)
        self._facts.setText(" · ".join(parts))
        engine = self._source.engine
        self.overview.show_taxon(taxonomy, number, engine.identifier.library if engine is not None else None)
        self.records.show_taxon(number)
        self.distances.show_taxon(number)

    def _show_path(self) -> None:
        taxonomy = self._source.taxonomy
        if taxonomy is None or self.taxon is None:
            return
        colour = self._theme.colours.link
        above = [taxonomy.taxon(number) for number in taxonomy.path(self.taxon)[:-1]]
        links = [
            f'<a href="{taxon.number}" style="color:{colour};text-decoration:none">'
            f"{wording.taxon(taxon.name, taxon.rank).html if taxon.rank else escape(taxon.name)}</a>"
            for taxon in above
        ]
        self._path.setText(" › ".join(links) or "&nbsp;")
        self._path.setAccessibleName(
            tr("Above it: {names}").format(names=", ".join(taxon.name for taxon in above))
        )

    def _ask_map(self) -> None:
        if self.taxon is not None:
            self.map_asked.emit(self.taxon)
