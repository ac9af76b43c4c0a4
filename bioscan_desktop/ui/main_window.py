"""The main window: menus, tool bar, drop and paste, and the page in the middle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

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
from PySide6.QtWidgets import QFileDialog, QMainWindow, QMenu, QToolBar, QVBoxLayout, QWidget

from bioscan_desktop import paths
from bioscan_desktop.settings import Settings
from bioscan_desktop.ui import actions, intake, joining, sharing, wording
from bioscan_desktop.ui.details import Details
from bioscan_desktop.ui.dialogs import simple
from bioscan_desktop.ui.jobs import Jobs
from bioscan_desktop.ui.models.specimens import State
from bioscan_desktop.ui.pages.identify import IdentifyPage
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.widgets.bars import MessageBar, StatusBar
from bioscan_desktop.ui.widgets.drop_overlay import DropOverlay
from bioscan_desktop.ui.workbench import Workbench

FILE_FILTER = (
    "Photos and sequences (*.jpg *.jpeg *.png *.tif *.tiff *.webp *.bmp *.gif *.heic *.heif *.avif "
    "*.fasta *.fa *.fna *.fas *.fsa *.seq *.fastq *.fq *.gz *.ab1);;All files (*)"
)


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
        self.bench = Workbench(self.jobs, self)
        self.bench.top_k = settings.get("top_k")
        self._build()
        self._connect()
        self._restore()
        self._repaint_actions()
        self._enable()

    # -- building ------------------------------------------------------------------------------

    def _build(self) -> None:
        self.page = IdentifyPage(self._theme, self.bench)
        self.messages = MessageBar(self._theme)
        self.status = StatusBar(self._theme)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.page, 1)
        column.addWidget(self.messages)
        self.setCentralWidget(middle)
        self.setStatusBar(self.status)
        self._overlay = DropOverlay(self._theme, middle)
        self.details = Details(self._theme, self.bench, self.page, self)
        self.picture = sharing.PictureCopy(self.bench, self)
        self.page.panel.hits.preferred = self._settings.get("badges")
        self.acts = actions.make(self)
        menus: dict[str, QMenu] = {}
        groups: dict[str, int] = {}
        bar = QToolBar("Main")
        bar.setObjectName("main")
        bar.setMovable(False)
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        for spec in actions.SPECS:
            if spec.menu not in menus:
                menus[spec.menu] = self.menuBar().addMenu(spec.menu)
            elif groups[spec.menu] != spec.group:
                menus[spec.menu].addSeparator()
            groups[spec.menu] = spec.group
            menus[spec.menu].addAction(self.acts[spec.name])
        order = ("open", "folder", "open_folder", "paste", "|", "attach", "retry", "|", "export")
        for name in order:
            if name == "|":
                bar.addSeparator()
            elif name in self.acts:
                bar.addAction(self.acts[name])
        self.acts["attach"].setIconText("Attach barcode")
        self.acts["retry"].setIconText("Retry")
        self.addToolBar(bar)
        for button in bar.findChildren(QWidget):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _connect(self) -> None:
        bench, page = self.bench, self.page
        slots: dict[str, Callable[[], object]] = {
            "open": self._choose_files,
            "open_folder": self._choose_folder,
            "sample": bench.add_sample,
            "open_library": self._choose_library,
            "open_model": self._choose_model,
            "export": self._choose_export,
            "export_selected": lambda: self._choose_export([row.key for row in page.selected]),
            "quit": self.close,
            "undo": bench.undo_stack.undo,
            "redo": bench.undo_stack.redo,
            "paste": self.paste,
            "copy": self.copy_results,
            "copy_picture": lambda: self.picture.copy(self.page.current),
            "select_all": page.list.selectAll,
            "remove": lambda: bench.remove([row.key for row in page.selected]),
            "attach": self._ask_attach,
            "attach_clipboard": self._attach_clipboard,
            "join": lambda: bench.join([row.key for row in page.selected]),
            "unjoin": self._unjoin,
            "retry": bench.retry,
            "again": lambda: bench.identify_again([row.key for row in page.selected]),
            "stop": bench.cancel,
            "settings": self._show_settings,
            "own_name": self.details.name,
            "why": self.details.show_why,
            "dna": self.details.show_dna,
            "alignment": self.details.show_alignment,
            "focus": self._switch_focus,
            "shortcuts": lambda: self._open_dialog(simple.ShortcutsDialog(self)),
            "log": lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(paths.log_dir()))),
            "about": self._show_about,
        }
        for name, slot in slots.items():
            self.acts[name].triggered.connect(lambda _=False, run=slot: run())
        bench.said.connect(lambda text, undo: self.say(text, undo is not None))
        bench.work_changed.connect(self._on_work)
        bench.opening.connect(lambda _: self._on_work())
        bench.engine_changed.connect(self._on_engine)
        bench.added.connect(self._on_added)
        bench.undo_stack.indexChanged.connect(lambda _: self._enable())
        # News of work come often; what they enable may wait for a moment.
        self._enable_soon = QTimer(self)
        self._enable_soon.setSingleShot(True)
        self._enable_soon.setInterval(40)
        self._enable_soon.timeout.connect(self._enable)
        bench.results_changed.connect(lambda _: self._enable_later())
        page.selection_changed.connect(self._enable)
        page.menu_asked.connect(self._show_row_menu)
        page.panel.hits.standard_chosen.connect(self._choose_badges)
        page.panel.attach_asked.connect(self._ask_attach)
        page.panel.copy_asked.connect(self.copy_results)
        page.panel.retry_asked.connect(lambda: bench.identify_again([page.panel.key or 0]))
        empty = page.empty
        empty.open_asked.connect(self._choose_files)
        empty.folder_asked.connect(self._choose_folder)
        empty.paste_asked.connect(self.paste)
        empty.sample_asked.connect(bench.add_sample)
        empty.library_asked.connect(self._choose_library)
        self.messages.undo_asked.connect(bench.undo_stack.undo)
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
        self.jobs.shutdown()
        self.bench.undo_stack.clear()  # its destructor would emit to a half-destroyed window
        if self.bench.engine is not None:
            self.bench.engine.identifier.library.close()
            self.bench.engine = None
        super().closeEvent(event)

    def _restore(self) -> None:
        self.resize(1280, 800)
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
        self.say(" ".join(notice for notice in [*engine.notices, engine.provider_reason] if notice))
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
            self.status.show_work(bench.done, bench.total, bench.eta_s, "Reading")
        else:
            self.status.show_work(0, 0, None, "")
        self._enable_later()

    def _on_added(self, keys: list[int]) -> None:
        if keys:
            self.page.select(keys[0])
            if self.page.empty.isAncestorOf(self.focusWidget() or self):
                self.page.list.setFocus()

    def _enable(self) -> None:
        bench, selected = self.bench, self.page.selected
        specimens = [row.specimen for row in selected]
        one = specimens[0] if len(specimens) == 1 else None
        self._set("sample", bench.engine is not None and bench.engine.samples)
        self._set("export", bench.has_results)
        self._set("undo", bench.undo_stack.canUndo())
        self._set("redo", bench.undo_stack.canRedo())
        for name, verb in (("undo", "&Undo"), ("redo", "&Redo")):
            stack = bench.undo_stack
            what = stack.undoText() if name == "undo" else stack.redoText()
            self.acts[name].setText(f"{verb} {what}".strip())
        self._set("export_selected", any(row.result is not None for row in selected))
        self._set("copy", any(row.result is not None for row in selected))
        current = self.page.current
        self._set("copy_picture", current is not None and current.result is not None)
        self._set("select_all", bench.model.rowCount() > 0)
        self._set("remove", bool(selected))
        self._set("attach", one is not None and joining.lacks(one) is not None)
        self._set("attach_clipboard", one is not None and joining.lacks(one) is not None)
        self._set("join", len(specimens) == 2 and joining.fits(*specimens) is not None)
        self._set("unjoin", any(row.parts is not None for row in selected))
        self._set("own_name", self.details.can_explain(current))
        self._set("why", self.details.can_explain(current))
        self._set("dna", self.details.can_align(current))
        self._set("alignment", self.details.can_align(current))
        self._set("retry", bench.can_retry)
        self._set("again", any(row.state not in (State.WAITING, State.WORKING) for row in selected))
        self._set("stop", bench.is_busy)

    def _enable_later(self) -> None:
        if not self._enable_soon.isActive():
            self._enable_soon.start()

    def _set(self, name: str, enabled: bool) -> None:
        self.acts[name].setEnabled(enabled)

    def _repaint_actions(self) -> None:
        actions.paint(self.acts, self._theme.colours)

    # -- what the user does --------------------------------------------------------------------

    def paste(self) -> None:
        """Takes in what is on the clipboard."""
        self.bench.take(intake.read_mime(QGuiApplication.clipboard().mimeData()))

    def copy_results(self) -> None:
        """Puts the selected results on the clipboard as text."""
        texts = [
            wording.plain_text(row.result, row.own_name)
            for row in self.page.selected
            if row.result is not None
        ]
        if texts:
            QGuiApplication.clipboard().setText("\n\n".join(texts))
            self.say(f"{wording.count(len(texts), 'result')} copied.")

    def _choose_badges(self, kind: str) -> None:
        self._settings.set("badges", kind)
        self.page.panel.hits.preferred = kind
        self.page.panel.refresh()

    def _unjoin(self) -> None:
        for row in self.page.selected:
            self.bench.unjoin(row.key)

    def _attach_clipboard(self) -> None:
        rows = self.page.selected
        if len(rows) == 1:
            self.bench.take(intake.read_mime(QGuiApplication.clipboard().mimeData()), rows[0].key)

    def _ask_attach(self) -> None:
        row = self.page.current
        missing = joining.lacks(row.specimen) if row is not None else None
        if row is None or missing is None:
            return
        if missing == "image":
            chosen, _ = QFileDialog.getOpenFileName(self, "Attach photo", self._folder(), FILE_FILTER)
            if chosen:
                self.bench.take(intake.Intake(paths=(Path(chosen),)), row.key)
            return
        clipboard = intake.read_mime(QGuiApplication.clipboard().mimeData())
        dialog = simple.AttachDialog(row.specimen.query_id, clipboard.text, self)
        dialog.accepted.connect(lambda: self._attach(dialog, row.key))
        self._open_dialog(dialog)

    def _attach(self, dialog: simple.AttachDialog, key: int) -> None:
        if not dialog.from_file:
            self.bench.take(intake.Intake(text=dialog.text), key)
            return
        chosen, _ = QFileDialog.getOpenFileName(self, "Attach barcode", self._folder(), FILE_FILTER)
        if chosen:
            self.bench.take(intake.Intake(paths=(Path(chosen),)), key)

    def _choose_files(self) -> None:
        chosen, _ = QFileDialog.getOpenFileNames(self, "Open photos or barcodes", self._folder(), FILE_FILTER)
        if chosen:
            self._settings.set("last_folder", str(Path(chosen[0]).parent))
            self.drop_paths([Path(name) for name in chosen])

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Open folder", self._folder())
        if chosen:
            self._settings.set("last_folder", chosen)
            self.drop_paths([Path(chosen)])

    def _choose_library(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Choose the folder of a library pack", self._folder())
        if chosen:
            self.use_packs(library=chosen, model="")

    def _choose_model(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Choose the folder of a model pack", self._folder())
        if chosen:
            self.use_packs(model=chosen)

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
                    self.say("Results in the list were made before; Identify again takes what is open now.")

        self.bench.engine_changed.connect(remember)
        self.bench.open_engine(*wanted)

    def _choose_export(self, keys: Sequence[int] | None = None) -> None:
        target, kind = sharing.ask(self, self._folder())
        if target is not None:
            self.bench.export(target, keys, kind)

    def _folder(self) -> str:
        last = self._settings.get("last_folder")
        return last if last and Path(last).is_dir() else str(Path.home())

    def _show_settings(self) -> None:
        before = self._settings.get("provider")
        dialog = simple.SettingsDialog(self._settings, self)
        dialog.accepted.connect(lambda: self._on_settings(before))
        self._open_dialog(dialog)

    def _on_settings(self, provider_before: str) -> None:
        self._theme.choose(self._settings.get("theme"))
        self.bench.top_k = self._settings.get("top_k")
        provider = self._settings.get("provider")
        if provider != provider_before:
            self.use_packs(provider=provider)

    def _show_about(self) -> None:
        engine = self.bench.engine
        packs = "No library is open."
        if engine is not None:
            library = engine.identifier.library.manifest
            model = engine.identifier.model.manifest
            packs = (
                f"Library {library.title} {library.version}: {library.licence or 'no licence stated'}. "
                f"{library.attribution}\nModel {model.title} {model.version}: {model.licence}"
            )
        self._open_dialog(simple.AboutDialog(packs, self))

    def _open_dialog(self, dialog: simple.QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _switch_focus(self) -> None:
        (self.page.panel if self.page.list.hasFocus() else self.page.list).setFocus()

    def _show_row_menu(self, position: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        names = "copy copy_picture export_selected | attach attach_clipboard join unjoin | again remove"
        for name in names.split():
            if name == "|":
                menu.addSeparator()
            else:
                menu.addAction(self.acts[name])
        menu.popup(position)

    # -- dropping ------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if intake.can_take(event.mimeData()):
            event.acceptProposedAction()
            self._hint(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.acceptProposedAction()
        self._hint(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._end_hint()

    def dropEvent(self, event: QDropEvent) -> None:
        self._end_hint()
        event.acceptProposedAction()
        what = intake.read_mime(event.mimeData())
        target = self.page.drop_target(self.page.mapFrom(self, event.position().toPoint()))
        row = self.bench.model.find(target) if target is not None else None
        if row is not None and not self._could_join(what, row.specimen):
            target = None
        self.messages.hide()
        # Reading starts after the drop has ended, so that the program dragged from is not held up.
        QTimer.singleShot(0, self, lambda: self.bench.take(what, target))

    def _could_join(self, what: intake.Intake, specimen: object) -> bool:
        missing = joining.lacks(specimen)  # type: ignore[arg-type]
        return (missing == "dna" and what.may_be_barcode) or (missing == "image" and what.may_be_photo)

    def _hint(self, event: QDropEvent) -> None:
        target = self.page.drop_target(self.page.mapFrom(self, event.position().toPoint()))
        row = self.bench.model.find(target) if target is not None else None
        what = intake.read_mime(event.mimeData()) if row is not None else None
        if row is not None and what is not None and self._could_join(what, row.specimen):
            noun = "photo" if joining.lacks(row.specimen) == "image" else "barcode"
            self.page.mark_target(row.key)
            self._overlay.show_words(f"Drop to attach the {noun} to {row.specimen.query_id}")
        else:
            self.page.mark_target(None)
            self._overlay.show_words("Drop to identify")

    def _end_hint(self) -> None:
        self._overlay.hide()
        self.page.mark_target(None)
