"""The message line with Undo, and the status bar with what is really in use."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStatusBar,
    QToolButton,
    QWidget,
)
from shiboken6 import isValid

from bioscan_desktop.ui import icons, wording
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.telling import announce
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import thousands, tr
from bioscan_desktop.ui.widgets.parts import ProgressBar, label
from bioscan_desktop.ui.work import Engine

WORK_ROOM = 200
"""Pixels at the left that chips leave free."""

SHOWN_MS = 12_000
"""A message stays this long; one with Undo stays until the next."""


class MessageBar(QFrame):
    """One sentence of news at a time; when it goes, the keyboard goes back to where it was before.

    Signals:
        undo_asked: the user takes back what the sentence tells of.
    """

    undo_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setProperty("look", "message")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 10, 8)
        row.setSpacing(10)
        self._text = label()
        self._undo = QPushButton(tr("Undo"))
        self._undo.setAccessibleName(tr("Undo"))
        self._undo.clicked.connect(self._on_undo)
        self._close = QToolButton()
        self._close.setAutoRaise(True)
        self._close.setToolTip(tr("Close this message"))
        self._close.setAccessibleName(tr("Close this message"))
        self._close.clicked.connect(self.hide)
        row.addWidget(self._text, 1)
        row.addWidget(self._undo)
        row.addWidget(self._close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self._came_from: QWidget | None = None
        QApplication.instance().focusChanged.connect(self._on_focus)  # type: ignore[union-attr]
        theme.changed.connect(self._paint)
        self._paint()
        self.hide()

    def say(self, text: str, can_undo: bool = False) -> None:
        """Shows a sentence, and tells it to screen readers."""
        self._text.setText(text)
        self._undo.setVisible(can_undo)
        self.setAccessibleName(text)
        self.show()
        announce(self, text)
        if can_undo:
            self._timer.stop()
        else:
            self._timer.start(SHOWN_MS)

    def forget_undo(self) -> None:
        """Something else can be taken back now: a message that offers to take its own back goes."""
        if self._undo.isVisibleTo(self):
            self.hide()

    @property
    def text(self) -> str:
        """What is said, "" while hidden."""
        return self._text.text() if self.isVisible() else ""

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        # Qt would go on to the status bar. Of the window, which knows it while another one is in front.
        has_keyboard = self.isAncestorOf(self.window().focusWidget() or self)
        before = self._came_from
        if event.spontaneous() or not has_keyboard or before is None or not isValid(before):
            return
        if before.isVisible() and before.isEnabled():
            before.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_focus(self, old: QWidget | None, new: QWidget | None) -> None:
        is_other = old is not None and old.window() is self.window() and not self.isAncestorOf(old)
        if is_other and new is not None and self.isAncestorOf(new):
            self._came_from = old

    def _on_undo(self) -> None:
        self.hide()
        self.undo_asked.emit()

    def _paint(self) -> None:
        self._close.setIcon(icons.icon("close", self._theme.colours.muted))


class StatusBar(QStatusBar):
    """Progress on the left, library, model, index and provider on the right.

    Signals:
        stop_asked: the stop button.
        told: (sentence) a chip was pressed and says what is behind it.
    """

    stop_asked = Signal()
    told = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setSizeGripEnabled(False)
        self.setContentsMargins(8, 2, 8, 2)
        work = QWidget()
        row = QHBoxLayout(work)
        row.setContentsMargins(6, 0, 0, 0)
        row.setSpacing(10)
        self._bar = ProgressBar()
        self._bar.setFixedWidth(150)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Progress"))
        self._words = label(tr("Ready"), wrap=False)
        self._stop = QToolButton()
        self._stop.setProperty("look", "chip")
        self._stop.setText(tr("Stop"))
        self._stop.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._stop.setToolTip(tr("Stop; results so far are kept (Shift+Esc)"))
        self._stop.setAccessibleName(tr("Stop"))
        self._stop.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._stop.clicked.connect(self.stop_asked)
        for widget in (self._bar, self._words, self._stop):
            row.addWidget(widget)
        self.addWidget(work)
        # A narrow window leaves out chips, the least telling first, rather than being held open by them.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(1)
        self._work = work
        self._work_room = WORK_ROOM
        self._chips: dict[str, QToolButton] = {}
        self._stories: dict[str, str] = {}
        for name in ("library", "model", "index", "chip"):
            chip = QToolButton()
            chip.setProperty("look", "chip")
            chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            chip.clicked.connect(lambda _=False, which=name: self.told.emit(self._stories.get(which, "")))
            chip.hide()
            self._chips[name] = chip
            self.addPermanentWidget(chip)
        theme.changed.connect(self._paint)
        self._paint()
        self.show_work(0, 0, None, "")

    def show_work(
        self, done: int, total: int, eta_s: float | None, words: str, can_stop: bool = True
    ) -> None:
        """Progress; `words` stand in for the count while there is none, both empty means ready."""
        busy = total > 0 or bool(words)
        self._bar.setVisible(busy)
        self._stop.setVisible(busy and can_stop)
        if not busy:
            self._words.setText(tr("Ready"))
            self._work_room = WORK_ROOM
            self._fit()
            return
        # (0, 0) moves to and fro: nobody knows how much there is.
        self._bar.setRange(0, total or (1 if self._theme.reduced_motion else 0))
        self._bar.setValue(done)
        if total:
            text = tr("{done} of {total} identified").format(done=thousands(done), total=thousands(total))
            if eta_s is not None:
                text += f" · {wording.eta_text(eta_s)}"
        else:
            text = f"{words}…"
        self._words.setText(text)
        if self._work.sizeHint().width() > self._work_room:  # chips do not come and go with each number
            self._work_room = self._work.sizeHint().width()
            self._fit()

    @property
    def words(self) -> str:
        """What is said about the work."""
        return self._words.text()

    def show_engine(self, engine: Engine | None) -> None:
        """What is open and in use."""
        if engine is None:
            self._stories.clear()
            self._fit()
            return
        species = wording.count(engine.n_species, "species")
        keys = wording.count(engine.n_keys, "reference")
        notices = " ".join(translated(notice) for notice in engine.notices)
        calibrated = tr("calibrated") if engine.calibrated else tr("not calibrated")
        self._fill(
            "library",
            f"{engine.library_title} {engine.library_version} · {species}",
            tr(
                "Library {title}, version {version}: {species}, {keys}, {calibrated}. {notices} "
                "Folder: {folder}"
            ).format(
                title=engine.library_title,
                version=engine.library_version,
                species=species,
                keys=keys,
                calibrated=calibrated,
                notices=notices,
                folder=engine.library_folder,
            ),
            bool(notices),
        )
        self._fill(
            "model",
            engine.model_title,
            tr("Model {title}, version {version}. Folder: {folder}").format(
                title=engine.model_title, version=engine.model_version, folder=engine.model_folder
            ),
        )
        kinds = sorted(set(engine.index_kinds.values()))
        names = {"hnsw": "HNSW", "exact": tr("exact")}
        apart = ", ".join(
            (tr("photos {kind}") if m == "image" else tr("barcodes {kind}")).format(kind=names.get(k, k))
            for m, k in engine.index_kinds.items()
        )
        self._fill(
            "index",
            tr("{kind} search").format(kind=" + ".join(names.get(kind, kind) for kind in kinds)),
            tr("Search: {kinds}. HNSW is fast and approximate, exact compares with all.").format(
                kinds=apart or tr("no references")
            ),
            "exact" in kinds and bool(notices),
        )
        reason = engine.provider_reason
        text = (
            tr("{provider} (CUDA failed)").format(provider=engine.provider)
            if reason.startswith("CUDA failed")
            else engine.provider
        )
        self._fill(
            "chip",
            text,
            tr("Computing on {provider}. {reason}")
            .format(provider=engine.provider, reason=translated(reason))
            .strip(),
            bool(reason),
        )
        self._fit()

    def chip(self, name: str) -> QToolButton:
        """`library`, `model`, `index` or `chip`."""
        return self._chips[name]

    def _fit(self) -> None:
        room = self.width() - 60
        room -= self._work_room
        for name in ("library", "chip", "model", "index"):
            chip = self._chips[name]
            room -= chip.sizeHint().width() + 8
            chip.setVisible(bool(self._stories) and (room >= 0 or chip.property("alert") == "true"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fill(self, name: str, text: str, story: str, alert: bool = False) -> None:
        chip = self._chips[name]
        chip.setText(text if len(text) <= 46 else text[:45] + "…")
        chip.setToolTip(" ".join(story.split()))
        chip.setAccessibleName(text)
        chip.setAccessibleDescription(story)
        self._stories[name] = " ".join(story.split())
        chip.setProperty("alert", "true" if alert else "false")
        chip.style().unpolish(chip)
        chip.style().polish(chip)

    def _paint(self) -> None:
        c = self._theme.colours
        for name, chip in self._chips.items():
            icons.put_beside_text(chip, icons.icon(name, c.muted))
        icons.put_beside_text(self._stop, icons.icon("cancel", c.text))
