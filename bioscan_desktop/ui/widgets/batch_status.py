"""How far a batch is: counts by state that filter the rows, progress, pace, and what can be done now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from bioscan_desktop.ui import icons, wording
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.telling import announce
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import decimal, mark, thousands, tr
from bioscan_desktop.ui.widgets.flow import FlowLayout
from bioscan_desktop.ui.widgets.parts import Banner, ElidedLabel, ProgressBar, frame, label

if TYPE_CHECKING:
    from bioscan_desktop.services.batch_work import BatchProgress
    from bioscan_desktop.session.queries import Counts
    from bioscan_desktop.ui.batch_control import BatchControl

TILES: tuple[tuple[str, str, str, str], ...] = (
    ("all", mark("All"), "", "muted"),
    ("ok", mark("Answered"), "check", "good"),
    ("novelty", mark("New to the library"), "novelty", "novelty"),
    ("conflict", mark("Contradictions"), "conflict", "error"),
    ("partial", mark("Partly"), "partial", "warning"),
    ("failed", mark("Failed"), "error", "error"),
    ("waiting", mark("Waiting"), "clock", "muted"),
)
"""Name, words, icon and colour of each count."""


class BatchStatus(QWidget):
    """The upper part of the page while there is a run.

    Signals:
        filter_asked: the name of a tile.
        pause_asked, go_on_asked, stop_asked, retry_asked, folder_asked, leave_asked: buttons.
    """

    filter_asked = Signal(str)
    pause_asked = Signal()
    go_on_asked = Signal()
    stop_asked = Signal()
    retry_asked = Signal()
    folder_asked = Signal()
    leave_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._failed = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        card = frame("card")
        inner = QVBoxLayout(card)
        inner.setContentsMargins(18, 14, 18, 14)
        inner.setSpacing(8)
        self._title = label(bold=True, scale=1.15)
        self._place = label(look="muted")
        inner.addWidget(self._title)
        inner.addWidget(self._place)
        self._bar = ProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Progress of the batch"))
        inner.addWidget(self._bar)
        line = QHBoxLayout()
        self._pace = label(wrap=False)
        self._now = ElidedLabel()
        self._now.setProperty("look", "muted")
        line.addWidget(self._pace)
        line.addStretch(1)
        line.addWidget(self._now, 1)
        inner.addLayout(line)
        inner.addWidget(self._make_buttons())
        column.addWidget(card)
        self._banner = Banner(theme, aloud=True)
        self._banner.show_text("error", "")
        column.addWidget(self._banner)
        column.addWidget(self._make_tiles())
        theme.changed.connect(self._paint)
        self._paint()

    def _make_buttons(self) -> QWidget:
        row = QWidget()
        flow = FlowLayout(row, 8, ends=True)

        def button(text: str, tip: str, signal) -> QPushButton:  # type: ignore[no-untyped-def]
            made = QPushButton(text)
            made.setToolTip(tip)
            made.setAccessibleName(text.replace("&", ""))
            made.clicked.connect(signal)
            flow.addWidget(made)
            return made

        self.pause = button(tr("&Pause"), tr("Finishes the specimens at hand and rests"), self.pause_asked)
        self.go_on = button(tr("&Go on"), tr("Takes the work up where it was"), self.go_on_asked)
        self.go_on.setProperty("look", "primary")
        self.stop = button(tr("St&op"), tr("Ends the work; everything so far is kept"), self.stop_asked)
        self.retry = button(tr("&Retry failed"), tr("Tries again what failed"), self.retry_asked)
        self.folder = button(tr("Open res&ults"), tr("Opens the folder with results.csv"), self.folder_asked)
        self.leave = button(
            tr("&New batch"), tr("Chooses another folder; this run is kept"), self.leave_asked
        )
        return row

    def _make_tiles(self) -> QWidget:
        row = QWidget()
        flow = FlowLayout(row, 8)
        self.tiles: dict[str, QToolButton] = {}
        for name, words, _, _ in TILES:
            tile = QToolButton()
            tile.setProperty("look", "tile")
            tile.setCheckable(True)
            tile.setAutoExclusive(True)
            tile.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            tile.setToolTip(tr("Shows these rows: {what}").format(what=wording.lower_first(tr(words))))
            tile.clicked.connect(lambda _=False, name=name: self.filter_asked.emit(name))
            flow.addWidget(tile)
            self.tiles[name] = tile
        self.tiles["all"].setChecked(True)
        self.show_counts(None)
        return row

    # -- what is shown -------------------------------------------------------------------------

    def show_state(self, control: BatchControl) -> None:
        """What can be done now, and what is going on."""
        setup, state = control.setup, control.state
        if setup is None:
            return
        name = tr("“{name}”").format(name=(setup.folder or setup.out).name)
        self._say({
            "running": tr("Identifying {name}").format(name=name),
            "paused": tr("{name} is paused").format(name=name),
            "stopping": tr("Stopping {name}…").format(name=name),
            "stopped": tr("{name} is stopped").format(name=name),
            "done": tr("{name} is done").format(name=name),
        }.get(state, name))  # fmt: skip
        self._place.setText(tr("Results in {path}").format(path=setup.out))
        self.pause.setVisible(state == "running")
        self.go_on.setVisible(state in ("paused", "stopped"))
        self.stop.setVisible(state in ("running", "paused", "stopping"))
        self.stop.setEnabled(state != "stopping")
        self._show_retry(not control.is_busy)
        self.leave.setVisible(not control.is_busy)
        self._banner.show_text("error", control.trouble)
        if state == "running" and control.progress is None:
            self._bar.setRange(0, 0)
            self._pace.setText(tr("Opening the library"))
            self._now.say("")
        elif state in ("stopped", "done"):
            self._pace.setText(
                "" if state == "done" else tr("Nothing is lost; it can be taken up at any time.")
            )
            self._now.say("")
        elif state == "paused":
            self._pace.setText(tr("The specimens at hand are finished first."))

    def _say(self, title: str) -> None:
        if title != self._title.text():
            self._title.setText(title)
            announce(self, title)

    def show_progress(self, progress: BatchProgress, state: str) -> None:
        """How far it is, how fast, how long still."""
        from bioscan_desktop.services.pace import duration_text

        if state not in ("running", "paused"):
            return
        if progress.total is None:
            self._bar.setRange(0, 0)
            self._pace.setText(tr("Looking through the folder: %n files", "", progress.done))
            return
        self._bar.setRange(0, max(1, progress.total))
        self._bar.setValue(progress.done)
        parts = [
            tr("{done} of {total}").format(done=thousands(progress.done), total=thousands(progress.total))
        ]
        if progress.phase == "identify" and progress.rate:
            parts.append(tr("{number} a second").format(number=decimal(progress.rate, 1)))
            if progress.eta_s:
                parts.append(tr("{duration} left").format(duration=translated(duration_text(progress.eta_s))))
        self._pace.setText("  ·  ".join(parts))
        # That it rests says the title.
        self._now.say(translated(progress.label) if progress.phase != "pause" else "")

    def show_counts(self, counts: Counts | None) -> None:
        """The numbers on the tiles."""
        for name, words, _, _ in TILES:
            number = 0
            if counts is not None:
                number = {
                    "all": counts.total,
                    "novelty": sum(n for kind, n in counts.by_novelty.items() if kind != "none"),
                    "conflict": counts.conflicts,
                }.get(name, counts.state(name))
            tile = self.tiles[name]
            what = wording.lower_first(tr(words)) if name != "all" else tr("in all")
            tile.setText(f"{thousands(number)} {what}")
            tile.setAccessibleName(tile.text())
            tile.setVisible(bool(number) or name in ("all", "ok", "failed") or tile.isChecked())
        if counts is not None:
            self._failed = counts.state("failed")
            if self._bar.maximum() == 0 or not self.pause.isVisible():
                done = counts.total - counts.state("waiting")
                self._bar.setRange(0, max(1, counts.total))
                self._bar.setValue(done)

    def show_restriction(self, control: BatchControl, title: str) -> None:
        """Which part of the library answers in this run; "" for all of it."""
        if control.setup is not None:
            only = "  ·  " + tr("Only {what} could answer").format(what=title) if title else ""
            self._place.setText(tr("Results in {path}").format(path=control.setup.out) + only)

    def settle(self, control: BatchControl) -> None:
        """After counts came: what depends on them."""
        self._show_retry(not control.is_busy)
        if control.state == "done" and self._bar.maximum() > 0:
            done = wording.count(self._bar.value(), "specimen")
            if self._failed:
                done = tr("{specimens}, %n of them failed", "", self._failed).format(specimens=done)
            complete = tr("The tables results.csv and hits.csv are complete.")
            words = f"{done}. {complete}"
            if words != self._pace.text():
                self._pace.setText(words)
                announce(self, words)

    def _show_retry(self, idle: bool) -> None:
        self.retry.setVisible(idle and self._failed > 0)
        self.retry.setText(tr("&Retry %n failed", "", self._failed))

    def _paint(self) -> None:
        c = self._theme.colours
        for name, _, icon, colour in TILES:
            if icon:
                icons.put_beside_text(self.tiles[name], icons.icon(icon, getattr(c, colour)), 18)
        for button, icon in (
            (self.pause, "pause"),
            (self.stop, "stopped"),
            (self.retry, "retry"),
            (self.folder, "folder"),
            (self.leave, "plus"),
        ):
            icons.put_beside_text(button, icons.icon(icon, c.text, c.muted))
