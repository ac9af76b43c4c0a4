"""The page of models and libraries: install, check, choose, remove, download."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QFocusEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QMessageBox,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from bioscan_desktop.core.errors import BioscanError
from bioscan_desktop.services.tasks import Progress
from bioscan_desktop.ui import library_work, wording
from bioscan_desktop.ui.intake import accept_copy
from bioscan_desktop.ui.jobs import Job, Work
from bioscan_desktop.ui.models.found import Found, FoundModel
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import mark, tr
from bioscan_desktop.ui.widgets.edged import MessageBox
from bioscan_desktop.ui.widgets.finder import FoundDelegate
from bioscan_desktop.ui.widgets.flow import FlowLayout
from bioscan_desktop.ui.widgets.pack_details import PackDetails, size_text
from bioscan_desktop.ui.widgets.parts import label
from bioscan_desktop.ui.workbench import Workbench

if TYPE_CHECKING:
    from bioscan_desktop.services.download import Offer
    from bioscan_desktop.services.pack_facts import PackFacts

DETAILS_WIDTH = 312
"""Least pixels for the right side, so that the list gives way before its texts are cut."""

OFFER = "offer"
HEADINGS = {"libraries": mark("Libraries"), "models": mark("Models")}


class PacksPage(QWidget):
    """List on the left, one pack on the right."""

    def __init__(self, theme: Theme, bench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self.packs: list[PackFacts] = []
        self.offers: list[Offer] = []
        self._names: list[tuple[str, str] | None] = []  # of the rows
        self._wanted: tuple[str, str] | None = None  # kind and name of the pack to choose next
        self._job: Job | None = None
        self.setAcceptDrops(True)
        self.setProperty("look", "page")
        side = QWidget()
        side.setProperty("look", "side")
        side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 10, 0, 10)
        column.setSpacing(8)
        self.found = FoundModel(self)
        self.list = QListView()
        self.list.setModel(self.found)
        self.list.setItemDelegate(FoundDelegate(theme, self.list))
        self.list.setProperty("look", "list-frame")
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setAccessibleName(tr("Models and libraries"))
        self.list.selectionModel().currentChanged.connect(lambda *_: self._show_current())
        column.addWidget(self.list, 1)
        column.addWidget(self._make_buttons())
        column.addLayout(self._make_index())
        self.details = PackDetails(theme)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(side)
        room = QScrollArea()  # for long facts in a low window
        room.setWidgetResizable(True)
        room.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        room.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        room.setMinimumWidth(DETAILS_WIDTH)
        room.setWidget(self.details)
        self.splitter.addWidget(room)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        self.splitter.setSizes([360, 10_000])
        side.setMinimumWidth(230)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.splitter)
        details = self.details
        details.use_asked.connect(self._use)
        details.check_asked.connect(self._check)
        details.remove_asked.connect(self._ask_remove)
        details.download_asked.connect(self._download)
        details.stop_asked.connect(self._stop)
        bench.engine_changed.connect(self._fill)
        theme.changed.connect(self.list.viewport().update)
        self.details.show_nothing(tr("Looking for packs…"))
        self.refresh()

    def _make_buttons(self) -> QWidget:
        buttons = QWidget()
        row = FlowLayout(buttons, 8)
        row.setContentsMargins(12, 0, 12, 0)  # in a narrow window they stand below each other
        self._file = QPushButton(tr("Install from file…"))
        self._file.setToolTip(tr("A model or library pack as a zip file; it can also be dropped here"))
        self._file.clicked.connect(self._choose_file)
        self._folder = QPushButton(tr("From folder…"))
        self._folder.setToolTip(tr("A model or library pack as a folder"))
        self._folder.clicked.connect(self._choose_folder)
        row.addWidget(self._file)
        row.addWidget(self._folder)
        return buttons

    def _make_index(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setContentsMargins(12, 4, 12, 0)
        column.setSpacing(4)
        words = label(tr("Download from a list of packs"), "caption")
        self.address = QLineEdit(self._bench.settings.get("pack_index"))
        self.address.setPlaceholderText(tr("https://… or a file of a mirror"))
        self.address.setAccessibleName(tr("Address of a list of packs"))
        self.address.setToolTip(tr("The address that the maker of the packs gave you. It is asked only now."))
        self.address.returnPressed.connect(self.look)
        words.setBuddy(self.address)
        self._look = QPushButton(tr("Look"))
        self._look.setAccessibleName(tr("Look for packs at this address"))
        self._look.clicked.connect(self.look)
        row = QHBoxLayout()
        row.addWidget(self.address, 1)
        row.addWidget(self._look)
        column.addWidget(words)
        column.addLayout(row)
        return column

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The page was shown."""
        super().focusInEvent(event)
        self.list.setFocus(event.reason())

    # -- the list ------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Looks at what is installed, in a worker."""
        job = self._bench.jobs.make("library", "packs", library_work.pack_facts)
        job.done.connect(self._on_packs)
        job.failed.connect(lambda error: self._bench.said.emit(translated(error.message), None))
        self._bench.jobs.run(job)

    def _on_packs(self, packs: list[PackFacts]) -> None:
        self.packs = packs
        self._fill()

    def _fill(self) -> None:
        """The list anew, with the same pack chosen."""
        kept = self._wanted or self._chosen_name()
        lines: list[Found] = []
        self._names = []
        for kind, heading in HEADINGS.items():
            own = [(n, facts) for n, facts in enumerate(self.packs) if facts.kind == kind]
            if own:
                lines.append(Found(None, tr(heading)))
                lines += [self._line(number, facts) for number, facts in own]
                self._names += [None, *((facts.kind, facts.name) for _, facts in own)]
        if self.offers:
            lines.append(Found(None, tr("Can be downloaded")))
            lines += [self._offer_line(number, offer) for number, offer in enumerate(self.offers)]
            self._names += [None, *((OFFER, offer.sha256) for offer in self.offers)]
        self.found.show_lines(lines)
        row = self.found.first
        if kept is not None and kept in self._names:
            row, self._wanted = self._names.index(kept), None
        if row >= 0:
            self.list.setCurrentIndex(self.found.index(row))
        self._show_current()

    def _offer_line(self, number: int, offer: Offer) -> Found:
        noun = tr("Library") if offer.kind == "libraries" else tr("Model")
        detail = f"{noun} {offer.version} · {size_text(offer.size)}"
        return Found(len(self.packs) + number, offer.title, False, detail, "download", "icons")

    def _line(self, number: int, facts: PackFacts) -> Found:
        parts = [facts.version] if facts.version else []
        glyph = "library" if facts.kind == "libraries" else "model"
        if facts.error:
            return Found(number, facts.title, detail=tr("Cannot be used"), glyph="error", folder="icons")
        if self._in_use(facts):
            parts.insert(0, tr("In use"))
            glyph = "check"
        if facts.kind == "libraries":
            parts.append(wording.count(facts.counts.get("species", 0), "species"))
            if not facts.model_there:
                parts.append(tr("model missing"))
                glyph = "warning"
        parts.append(size_text(facts.size))
        return Found(number, facts.title, detail=" · ".join(parts), glyph=glyph, folder="icons")

    def _in_use(self, facts: PackFacts) -> bool:
        engine = self._bench.engine
        if engine is None:
            return False
        folder = engine.library_folder if facts.kind == "libraries" else engine.model_folder
        return facts.folder == folder

    def name_at(self, row: int) -> tuple[str, str] | None:
        """Kind and name of the pack in a row, `OFFER` and hash of one on offer; None for a heading."""
        return self._names[row] if 0 <= row < len(self._names) else None

    def _chosen_name(self) -> tuple[str, str] | None:
        return self.name_at(self.list.currentIndex().row())

    @property
    def current(self) -> PackFacts | None:
        """The installed pack that is chosen."""
        chosen = self._chosen_name()
        return next((facts for facts in self.packs if (facts.kind, facts.name) == chosen), None)

    @property
    def current_offer(self) -> Offer | None:
        """The pack to download that is chosen."""
        chosen = self._chosen_name()
        return next((offer for offer in self.offers if (OFFER, offer.sha256) == chosen), None)

    def _show_current(self) -> None:
        facts, offer = self.current, self.current_offer
        if facts is not None:
            self.details.show_facts(facts, self._in_use(facts))
        elif offer is not None:
            there = [p.version for p in self.packs if (p.kind, p.name) == (offer.kind, offer.id)]
            self.details.show_offer(offer, there[0] if there else "")
        else:
            self.details.show_nothing(tr("No pack was found."))

    # -- work ----------------------------------------------------------------------------------

    def _run(self, name: str, run: Work, can_stop: bool = True) -> Job | None:
        """Starts one piece of work at a time."""
        if self._job is not None:
            self._bench.said.emit(tr("One thing at a time: wait for what is going on, or stop it."), None)
            return None
        job = self._bench.jobs.make("packs", name, run)
        job.progressed.connect(lambda progress: self._on_progress(progress, can_stop))
        job.failed.connect(self._on_failed)
        job.cancelled.connect(lambda: self._bench.said.emit(tr("Stopped. What has arrived is kept."), None))
        job.ended.connect(self._on_ended)
        self._job = job
        self.details.show_work(f"{name}…", 0, 0, can_stop)
        return job

    def _on_progress(self, progress: Progress, can_stop: bool) -> None:
        words = translated(progress.label)
        if progress.label == "Downloading" and progress.total:
            words = tr("Downloading: {done} of {total}").format(
                done=size_text(progress.done), total=size_text(progress.total)
            )
        self.details.show_work(f"{words}…", progress.done, progress.total, can_stop)

    def _on_failed(self, error: BioscanError) -> None:
        self.details.banner.show_text("error", translated(error.message))

    def _on_ended(self) -> None:
        self._job = None
        self.details.show_work("", 0, None)

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _use(self) -> None:
        if self.current is not None:
            self._bench.library_asked.emit(self.current.name)

    def _check(self) -> None:
        facts = self.current
        if facts is None:
            return
        job = self._run(tr("Checking"), partial(library_work.check_pack, facts.kind, facts.folder))
        if job is not None:
            job.done.connect(partial(self._on_checked, facts))
            self._bench.jobs.run(job)

    def _on_checked(self, facts: PackFacts, count: int) -> None:
        if facts is self.current:
            self.details.banner.show_text(
                "good", tr("%n files are as their hash says: the pack is whole.", "", count)
            )

    def _ask_remove(self) -> None:
        facts = self.current
        if facts is None:
            return
        box = MessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(tr("Remove pack"))
        box.setText(tr("Remove {title} {version}?").format(title=facts.title, version=facts.version))
        box.setInformativeText(
            tr("Its folder of {size} is deleted. Results made with it stay in the list.").format(
                size=size_text(facts.size)
            )
        )
        box.setStandardButtons(QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.Cancel)
        box.button(QMessageBox.StandardButton.Yes).setText(tr("Remove"))
        box.setDefaultButton(QMessageBox.StandardButton.Cancel)
        box.accepted.connect(partial(self._remove, facts))
        box.open()

    def _remove(self, facts: PackFacts) -> None:
        job = self._run(tr("Removing"), partial(library_work.remove_pack, facts.kind, facts.name), False)
        if job is not None:
            job.done.connect(
                lambda _: self._bench.said.emit(tr("{title} was removed.").format(title=facts.title), None)
            )
            job.ended.connect(self.refresh)
            self._bench.jobs.run(job)

    # -- installing ----------------------------------------------------------------------------

    def _choose_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self, tr("Install a pack"), self._start(), tr("Packs (*.zip);;All files (*)")
        )
        if chosen:
            self._bench.change_setting("last_folder", str(Path(chosen).parent))
            self.install(Path(chosen))

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, tr("Install the pack of a folder"), self._start())
        if chosen:
            self.install(Path(chosen))

    def _start(self) -> str:
        last = self._bench.settings.get("last_folder")
        return last if last and Path(last).is_dir() else str(Path.home())

    def install(self, source: Path) -> None:
        """Installs the pack of a file or folder."""
        job = self._run(
            tr("Installing {name}").format(name=source.name),
            partial(library_work.install_pack, source),
            False,
        )
        if job is not None:
            job.done.connect(self._on_installed)
            self._bench.jobs.run(job)

    def _on_installed(self, folder: Path) -> None:
        self._wanted = (folder.parent.name, folder.name)
        self._bench.said.emit(tr("{name} was installed.").format(name=folder.name), None)
        self.refresh()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._dropped(event) is not None:
            accept_copy(event)

    def dropEvent(self, event: QDropEvent) -> None:
        source = self._dropped(event)
        if source is not None:
            accept_copy(event)
            self.install(source)

    @staticmethod
    def _dropped(event: QDropEvent) -> Path | None:
        """The one pack that is dragged; anything else is the window's."""
        urls = [url for url in event.mimeData().urls() if url.isLocalFile()]
        path = Path(urls[0].toLocalFile()) if len(urls) == 1 else None
        if path is None or not (path.suffix.lower() == ".zip" or (path / "manifest.json").is_file()):
            return None
        return path

    # -- downloading ---------------------------------------------------------------------------

    def look(self) -> None:
        """Reads the list of packs at the address."""
        address = self.address.text().strip()
        self._bench.change_setting("pack_index", address)
        if not address:
            self.offers = []
            self._fill()
            return
        job = self._run(tr("Looking for packs"), partial(library_work.read_index, address))
        if job is not None:
            job.done.connect(self._on_offers)
            self._bench.jobs.run(job)

    def _on_offers(self, offers: list[Offer]) -> None:
        self.offers = offers
        if offers:
            self._wanted = (OFFER, offers[0].sha256)
        else:
            self._bench.said.emit(tr("The list holds no packs."), None)
        self._fill()

    def _download(self) -> None:
        offer = self.current_offer
        if offer is None:
            return
        job = self._run(
            tr("Downloading {name}").format(name=offer.title), partial(library_work.download_pack, offer)
        )
        if job is not None:
            job.done.connect(self._on_installed)
            self._bench.jobs.run(job)
