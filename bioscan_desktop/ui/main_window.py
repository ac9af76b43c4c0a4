"""The main window: menus, tool bar, and the pages in the middle; it connects what they ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QPoint, Qt, QTimer, QUrl
from PySide6.QtGui import (
    QCloseEvent,
    QDesktopServices,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
)
from PySide6.QtWidgets import QMainWindow, QMenu, QVBoxLayout, QWidget

from bioscan_desktop import paths
from bioscan_desktop.settings import Settings
from bioscan_desktop.ui import actions, commands, intake, joining, sharing, wording
from bioscan_desktop.ui.choosing import Choosing, open_dialog
from bioscan_desktop.ui.details import Details
from bioscan_desktop.ui.dialogs import simple
from bioscan_desktop.ui.dropping import Dropping
from bioscan_desktop.ui.jobs import Jobs
from bioscan_desktop.ui.models.specimens import UNFINISHED
from bioscan_desktop.ui.pages.identify import IdentifyPage
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.shell import Shell, Undoes, put_last
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.widgets.bars import MessageBar, StatusBar
from bioscan_desktop.ui.widgets.drop_overlay import DropOverlay
from bioscan_desktop.ui.widgets.parts import size_to_fit
from bioscan_desktop.ui.widgets.restriction_bar import RestrictionBar
from bioscan_desktop.ui.widgets.tool_bar import ToolBar
from bioscan_desktop.ui.workbench import Workbench

if TYPE_CHECKING:
    from bioscan_desktop.ui.pages.review import ReviewPage


class MainWindow(QMainWindow):
    """The window.

    Args:
        settings: read here, and changed when the user does so.
        library, model, provider: what to open; given on the command line, or from the settings.
    """

    def __init__(
        self,
        settings: Settings,
        theme: Theme,
        library: str | None = None,
        model: str | None = None,
        provider: str | None = None,
    ) -> None:
        super().__init__()
        self.setWindowTitle("BIOSCAN Desktop")
        self.setAcceptDrops(True)
        self._settings = settings
        self._theme = theme
        self._library = library or settings.get("library")
        self._model = model if model is not None else settings.get("model")
        self._provider = provider or settings.get("provider")
        self.jobs = Jobs(self)
        self.bench = Workbench(self.jobs, self, settings)
        self._build()
        self._connect()
        self._restore()
        self._repaint_actions()
        self._enable()
        self.page.setFocus()

    # -- building ------------------------------------------------------------------------------

    def _build(self) -> None:
        self.shell = Shell(self._theme, self.bench)
        page = self.shell.page("identify")
        assert isinstance(page, IdentifyPage)
        self.page = page
        self.choosing = Choosing(self, self.bench)
        self.messages = MessageBar(self._theme)
        self.status = StatusBar(self._theme)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.shell, 1)
        column.addWidget(self.messages)
        self.setCentralWidget(middle)
        self.setStatusBar(self.status)
        overlay = DropOverlay(self._theme, middle)
        self._dropping = Dropping(self, self.bench, self.page, overlay, self.messages)
        self.details = Details(self._theme, self.bench, self.page, self)
        self.picture = sharing.PictureCopy(self.bench, self)
        self.page.panel.hits.preferred = self._settings.get("badges")
        self.acts = actions.make(self)
        self.acts["sort"].setMenu(self.page.order.menu_of_orders)
        self.page.list.addAction(self.acts["quick_look"])
        actions.fill_menus(self.menuBar(), self.acts)
        self.shell.add_bar(ToolBar(self.acts), "identify")
        self.restriction = RestrictionBar(self._theme, self.bench)
        self.shell.add_bar(self.restriction, "identify")

    def _connect(self) -> None:
        bench, page, choosing = self.bench, self.page, self.choosing
        slots: dict[str, Callable[[], object]] = {
            "open": choosing.files,
            "open_folder": choosing.folder,
            "sample": bench.add_sample,
            "open_library": choosing.library,
            "open_model": choosing.model,
            "restrict": self.restriction.ask,
            "export": choosing.export,
            "export_selected": lambda: choosing.export(page.selected_keys),
            "quit": self.close,
            "undo": lambda: self._undoer().undo(),
            "redo": lambda: self._undoer().redo(),
            "paste": self.paste,
            "copy": self.copy_results,
            "copy_picture": lambda: self.picture.copy(self.page.current),
            "select_all": page.list.selectAll,
            "remove": self._remove,
            "attach": self._attach,
            "attach_clipboard": self._attach_clipboard,
            "join": lambda: bench.join(page.selected_keys),
            "join_by_name": self.details.join_by_name,
            "unjoin": self._unjoin,
            "retry": bench.retry,
            "again": lambda: bench.identify_again(page.selected_keys),
            "stop": bench.cancel,
            "export_details": partial(sharing.ask_details, bench, self),
            "own_name": self.details.name,
            "note": self.details.note,
            "crop": self.details.crop,
            "show_file": self.details.show_file,
            "accept": partial(self.details.decide, "accept"),
            "reject": partial(self.details.decide, "reject"),
            "undecide": partial(self.details.decide, ""),
            "quick_look": self.details.look,
            "why": self.details.show_why,
            "dna": self.details.show_dna,
            "alignment": self.details.show_alignment,
            "photos": self.details.show_photos,
            "focus": self._switch_focus,
            "find": page.filter.setFocus,
            "sort": page.order.open,
            "clear": self._clear,
            "find_taxon": self._find_taxon,
            "shortcuts": lambda: open_dialog(simple.ShortcutsDialog(self)),
            "log": lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(paths.log_dir()))),
            "about": self._show_about,
        }
        slots |= {f"page_{name}": partial(self.shell.show_page, name) for name in self.shell.names}
        for name, slot in slots.items():
            self.acts[name].triggered.connect(lambda _=False, run=slot: run())
        bench.said.connect(lambda text, undo: self.say(text, undo is not None))
        bench.work_changed.connect(self._on_work)
        bench.opening.connect(lambda _: self._on_work())
        bench.engine_changed.connect(self._on_engine)
        bench.added.connect(self._on_added)
        bench.setting_changed.connect(self._on_setting)
        bench.page_asked.connect(self.shell.show_page)
        bench.review_asked.connect(self._review)
        bench.library_asked.connect(lambda name: self.use_packs(library=name, model=""))
        self.shell.changed.connect(lambda _: self._enable())
        self.shell.created.connect(self._on_page_made)
        choosing.library_chosen.connect(lambda folder: self.use_packs(library=folder, model=""))
        choosing.model_chosen.connect(lambda folder: self.use_packs(model=folder))
        bench.undo_stack.indexChanged.connect(lambda _: self._enable_selected())
        # News of work come often; what they enable may wait for a moment.
        self._enable_soon = QTimer(self)
        self._enable_soon.setSingleShot(True)
        self._enable_soon.setInterval(40)
        self._enable_soon.timeout.connect(self._enable)
        bench.results_changed.connect(lambda _: self._enable_later())
        page.selection_changed.connect(self._enable_selected)
        page.rows_changed.connect(self._enable_later)
        page.menu_asked.connect(self._show_row_menu)
        page.list.doubleClicked.connect(lambda _: self.details.look())
        page.panel.hits.standard_chosen.connect(self._choose_badges)
        page.panel.attach_asked.connect(self._attach)
        page.panel.copy_asked.connect(self.copy_results)
        page.panel.retry_asked.connect(lambda: bench.identify_again([page.panel.key or 0]))
        empty = page.empty
        empty.open_asked.connect(choosing.files)
        empty.folder_asked.connect(choosing.folder)
        empty.paste_asked.connect(self.paste)
        empty.sample_asked.connect(bench.add_sample)
        empty.library_asked.connect(choosing.library)
        self.messages.undo_asked.connect(bench.undo)
        bench.undo_stack.indexChanged.connect(lambda _: self.messages.forget_undo())
        self.status.stop_asked.connect(bench.cancel)
        self.status.told.connect(self.say)
        self._theme.changed.connect(self._repaint_actions)
        self._opening_words = ""
        bench.opening.connect(self._on_opening)

    # -- start and end -------------------------------------------------------------------------

    def open_packs(self) -> None:
        """Opens library and model in a worker; called once the window is shown."""
        self.bench.open_engine(self._library, self._model, self._provider)

    def drop_paths(self, found: Sequence[Path]) -> None:
        """Takes in files and folders, as if they had been dropped."""
        if found:
            self.bench.take(intake.Intake(paths=tuple(found)))

    def closeEvent(self, event: QCloseEvent) -> None:
        self._settings.set("geometry", bytes(self.saveGeometry().toBase64().data()).decode("ascii"))
        width = self.page.splitter.sizes()[0]
        if width >= 160:
            self._settings.set("splitter", min(4000, width))
        if self.shell.is_made("review"):
            self._review_page().close_session()
        self.hide()  # what is still at work may take its time; nobody should have to look at that
        self.jobs.shutdown()
        self.bench.undo_stack.clear()  # its destructor would emit to a half-destroyed window
        if self.bench.engine is not None:
            self.bench.engine.identifier.library.close()
            self.bench.engine = None
        super().closeEvent(event)

    def _restore(self) -> None:
        size_to_fit(self, 1280, 800)
        saved = self._settings.get("geometry")
        if saved:
            self.restoreGeometry(QByteArray.fromBase64(saved.encode("ascii", "ignore")))
        self.page.splitter.setSizes([self._settings.get("splitter"), 10_000])

    # -- news ----------------------------------------------------------------------------------

    def say(self, text: str, can_undo: bool = False) -> None:
        """One sentence of news below the page."""
        if text:
            self.messages.say(text, can_undo)

    def _on_opening(self, words: str) -> None:
        self._opening_words = words
        self._on_engine_state()
        self._on_work()

    def _on_engine(self) -> None:
        engine = self.bench.engine
        self.status.show_engine(engine)
        self._on_engine_state()
        if engine is None:
            if self.bench.model.rowCount():
                self.say(self.bench.engine_error)
            return
        self.say(
            " ".join(translated(notice) for notice in [*engine.notices, engine.provider_reason] if notice)
        )
        self._enable()

    def _on_engine_state(self) -> None:
        engine = self.bench.engine
        samples = engine is not None and engine.samples
        self.page.empty.show_engine(self._opening_words, self.bench.engine_error, samples)
        self._enable()

    def _on_work(self) -> None:
        bench = self.bench
        if self._opening_words:
            self.status.show_work(0, 0, None, self._opening_words, can_stop=False)
        elif bench.is_busy:
            self.status.show_work(bench.done, bench.total, bench.eta_s, tr("Reading"))
        else:
            self.status.show_work(0, 0, None, "")
        self._enable_later()

    def _on_added(self, keys: list[int]) -> None:
        if keys:
            self.shell.show_page("identify")
            self.page.select(keys[0])
            if self.page.empty.isAncestorOf(self.focusWidget() or self):
                self.page.list.setFocus()

    def _enable(self) -> None:
        self._enable_selected()
        self._set("export", self.bench.has_results)
        self._set("retry", self.bench.can_retry)

    def _enable_selected(self) -> None:
        """Without what all rows have to be asked for, which is known already where others are selected."""
        bench, selected = self.bench, self.page.selected
        specimens = [row.specimen for row in selected]
        one = specimens[0] if len(specimens) == 1 else None
        self._set("sample", bench.engine is not None and bench.engine.samples)
        self._set("restrict", bench.engine is not None)
        undoer = self._undoer()
        for name, verb, what in (
            ("undo", tr("&Undo"), undoer.undo_text()),
            ("redo", tr("&Redo"), undoer.redo_text()),
        ):
            self._set(name, what is not None)
            self.acts[name].setText(f"{verb} {what or ''}".strip())
        self._set("export_selected", any(row.result is not None for row in selected))
        self._set("copy", any(row.result is not None for row in selected))
        current = self.page.current
        self._set("copy_picture", current is not None and current.result is not None)
        self._set("select_all", bench.model.rowCount() > 0)
        self._set("remove", bool(selected))
        self._set("attach", one is not None and joining.lacks(one) is not None)
        self._set("attach_clipboard", one is not None and joining.lacks(one) is not None)
        self._set("join", bench.model.rowCount() > 0)  # what cannot be joined is told, not passed over
        self._set("join_by_name", bench.model.rowCount() > 1)
        self._set("unjoin", any(row.parts is not None for row in selected))
        self._set("own_name", self.details.can_name(current))
        self._set("crop", self.details.can_crop(current))
        self._set("show_file", self.details.can_show_file(current))
        self._set("note", self.details.can_name(current))
        self._set("accept", self.details.can_explain(current))
        self._set("reject", self.details.can_explain(current))
        self._set("undecide", current is not None and current.decision is not None)
        self._set("quick_look", current is not None)
        self._set("why", self.details.can_explain(current))
        self._set("dna", self.details.can_align(current))
        self._set("alignment", self.details.can_align(current))
        self._set("photos", self.details.can_show_photos(current))
        self._set("again", any(row.state not in UNFINISHED for row in selected))
        self._set("stop", bench.is_busy)
        for name in ("focus", "find", "clear", "sort"):
            self._set(name, bench.model.rowCount() > 0)

    def _undoer(self) -> Undoes:
        """The page that is shown, if its changes are its own; else the list."""
        page = self.shell.page(self.shell.current)
        return page if isinstance(page, Undoes) else self.bench

    def _on_page_made(self, name: str, page: QWidget) -> None:
        if isinstance(page, Undoes):
            page.undo_changed.connect(self._enable_later)
        put_last(self.messages, self.status)

    def _enable_later(self) -> None:
        if not self._enable_soon.isActive():
            self._enable_soon.start()

    def _set(self, name: str, enabled: bool) -> None:
        self.acts[name].setEnabled(enabled and actions.PAGE_OF[name] in ("", self.shell.current))

    def _repaint_actions(self) -> None:
        actions.paint(self.acts, self._theme.colours)

    # -- what the user does --------------------------------------------------------------------

    def paste(self) -> None:
        """Takes in what is on the clipboard."""
        self.bench.take(intake.clipboard())

    def copy_results(self) -> None:
        """Puts the selected results on the clipboard as text."""
        texts = [
            wording.plain_text(row.result, row.own_name)
            for row in self.page.selected
            if row.result is not None
        ]
        if texts:
            QGuiApplication.clipboard().setText("\n\n".join(texts))
            self.say(tr("%n results copied.", "", len(texts)))

    def _attach(self) -> None:
        self.choosing.attach(self.page.current)

    def _attach_clipboard(self) -> None:
        rows = self.page.selected
        if len(rows) == 1:
            self.bench.take(intake.clipboard(), rows[0].key)

    def _clear(self) -> None:
        """Esc: one thing at a time, the latest that a person would want gone. The work goes on."""
        if self.messages.isVisible():
            self.messages.hide()
        else:
            self.page.clear()

    def _remove(self) -> None:
        keys = self.page.selected_keys
        if len(keys) > commands.SLICE:  # what is selected would be looked through after each slice
            self.page.list.clearSelection()
        self.bench.remove(keys)

    def _choose_badges(self, kind: str) -> None:
        self._settings.set("badges", kind)
        self.page.panel.hits.preferred = kind
        self.page.panel.refresh()

    def _unjoin(self) -> None:
        for row in self.page.selected:
            self.bench.unjoin(row.key)

    def use_packs(
        self, library: str | None = None, model: str | None = None, provider: str | None = None
    ) -> None:
        """Opens other packs; they are remembered once they have been opened."""
        wanted = (
            library if library is not None else self._library,
            model if model is not None else self._model,
            provider if provider is not None else self._provider,
        )
        before = self.bench.engine

        def remember() -> None:
            self.bench.engine_changed.disconnect(remember)
            if self.bench.engine is not before:
                self._library, self._model, self._provider = wanted
                self._settings.set("library", self._library)
                self._settings.set("model", self._model)
                if self.bench.model.rowCount():
                    self.say(
                        tr("Results in the list were made before; Identify again takes what is open now.")
                    )

        self.bench.engine_changed.connect(remember)
        self.bench.open_engine(*wanted)

    def _on_setting(self, name: str) -> None:
        value = self._settings.get(name)
        if name == "theme":
            self._theme.choose(value)
        elif name == "motion":
            self._theme.reduce_motion(value == "reduced")
        elif name == "provider":
            self.use_packs(provider=value)

    def _review(self, session: Path) -> None:
        self.shell.show_page("review")
        self._review_page().open_session(session)

    def _review_page(self) -> ReviewPage:
        from bioscan_desktop.ui.pages.review import ReviewPage

        page = self.shell.page("review")
        assert isinstance(page, ReviewPage)
        return page

    def _find_taxon(self) -> None:
        from bioscan_desktop.ui.pages.library import LibraryPage

        self.shell.show_page("library")
        page = self.shell.page("library")
        assert isinstance(page, LibraryPage)
        page.search()

    def _show_about(self) -> None:
        open_dialog(simple.AboutDialog(sharing.packs_text(self.bench.engine), self))

    def _switch_focus(self) -> None:
        (self.page.panel if self.page.list.hasFocus() else self.page.list).setFocus()

    def _show_row_menu(self, position: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name in actions.ROW_MENU:
            if name == "|":
                menu.addSeparator()
            else:
                menu.addAction(self.acts[name])
        menu.popup(position)

    # -- dropping ------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._dropping.enter(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._dropping.move(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._dropping.leave()

    def dropEvent(self, event: QDropEvent) -> None:
        self._dropping.drop(event)
