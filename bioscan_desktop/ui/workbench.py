"""What the window does with specimens, without any widget: take in, identify, join, remove, undo.

The rows are in a `SpecimenModel`; all work runs in `jobs`. Everything here is called in the
window's thread and returns at once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QUndoStack

from bioscan_desktop.core.names import Determination, NameIndex
from bioscan_desktop.session.limits import KEPT
from bioscan_desktop.settings import Settings
from bioscan_desktop.ui import (
    commands,
    deciding,
    edit_words,
    intake,
    joining,
    regrouping,
    sharing,
    wording,
    work,
)
from bioscan_desktop.ui.collecting import Collecting
from bioscan_desktop.ui.jobs import Job, Jobs, Reporter, Work
from bioscan_desktop.ui.models.evidences import Evidences
from bioscan_desktop.ui.models.specimens import TO_RETRY, UNFINISHED, Row, SpecimenModel, State
from bioscan_desktop.ui.models.thumbnails import Pictures
from bioscan_desktop.ui.restricting import Restricting
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.taking import Numbering, Taking, picture_story
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.turns import Turns, keep_for_good

if TYPE_CHECKING:
    from bioscan_desktop.inference.crop import Box
    from bioscan_desktop.services.identify import Identification
    from bioscan_desktop.services.specimens import Specimen

log = logging.getLogger("bioscan.workbench")

SLICE = 3000
"""Specimens that come into the list in one step."""

URGENT = 8
"""So few specimens at once go before a long queue: someone is waiting for them."""


class Workbench(Restricting):
    """The specimens at hand and the work on them.

    Signals:
        setting_changed: (name) a setting has another value.
        library_asked: (name) a library should be opened, with the model that it was built with.
        page_asked: (name) one of `pages.registry` should be shown.
        review_asked: (path) a session file should be reviewed.
        work_changed: identification began, went on, or ended; see `done`, `total`, `eta`.
        results_changed: keys of rows that have another result.
        added: keys of rows that came in with one drop, once all are there.
        undo_changed: what can be taken back is something else.
        decided: key of a row with another decision or note.
    """

    setting_changed = Signal(str)
    library_asked = Signal(str)
    page_asked = Signal(str)
    review_asked = Signal(object)
    work_changed = Signal()
    results_changed = Signal(list)
    added = Signal(list)
    decided = Signal(int)
    undo_changed = Signal()

    def __init__(self, jobs: Jobs, parent: QObject | None = None, settings: Settings | None = None) -> None:
        super().__init__(jobs, parent)
        self.settings = settings if settings is not None else Settings()
        self.model = SpecimenModel(self)
        self.pictures = Pictures(jobs, self)
        self.evidences = Evidences(jobs, self)
        self.engine_changed.connect(lambda: self.evidences.set_engine(self.engine))
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(KEPT)
        self.undo_stack.indexChanged.connect(lambda _: self.undo_changed.emit())
        self.top_k: int = self.settings.get("top_k")
        self.collecting = Collecting(self)
        self.done = 0
        self._queue = work.Queue()
        self._job: Job | None = None
        self._intakes: set[Job] = set()
        self._working: set[int] = set()
        self._numbering = Numbering()
        self._turns = Turns(self)
        self.edits = Turns(self)  # changes to many rows; what is not done yet is ended before the next
        self._pausing = False
        self._began = 0.0  # time.monotonic() of the first of this run; 0 while idle

    def change_setting(self, name: str, value: object) -> None:
        """Changes a declared setting, saves it and tells of it."""
        if self.settings.get(name) != value:
            self.settings.set(name, value)
            if name == "top_k":
                self.top_k = self.settings.get(name)
            self.setting_changed.emit(name)

    def _before_opening(self) -> None:
        self.pause()

    def _after_opening(self) -> None:
        self._start()

    # -- taking in -----------------------------------------------------------------------------

    def take(self, what: intake.Intake, target: int | None = None) -> None:
        """Takes in what was dropped or pasted.

        Args:
            target: key of the row it was dropped on, to which a single missing part is joined.
        """
        if what.refused:
            self.said.emit(what.refused, None)
        elif what.paths:
            self._collect(partial(work.collect, what.paths), target)
        elif what.text:
            self._collect(partial(work.read_text, what.text, wording.BARCODE), target)
        elif what.picture is not None:
            self._take_picture(what.picture, target)

    def add_sample(self) -> None:
        """Adds a made-up barcode near one of the library's species."""
        if self.engine is None or not self.engine.samples:
            return
        identifier = self.engine.identifier
        self._collect(lambda reporter: reporter.item(work.sample_specimen(identifier)), None)

    def _take_picture(self, picture: QImage, target: int | None) -> None:
        def encode(reporter: Reporter) -> None:
            from bioscan_desktop.services.specimens import Specimen

            story = picture_story(picture.width(), picture.height())
            reporter.item(Specimen(wording.PICTURE, story, intake.encode_picture(picture)))

        self._collect(encode, target)

    def _collect(self, find: Work, target: int | None) -> None:
        taking = Taking(target)
        job = self.jobs.make("intake", "take in", find)
        job.items.connect(partial(self._on_found, taking, job))
        job.ended.connect(partial(self._on_all_found, taking, job))
        self._intakes.add(job)
        self.jobs.run(job)
        self.work_changed.emit()

    def _on_found(self, taking: Taking, job: Job, found: list[Specimen]) -> None:
        if job.is_cancelled:
            return  # found before Stop, delivered after it
        taking.sort(found)
        # A drop on a row is looked at as a whole; a long list shows up as it is found.
        if taking.target is None and taking.seen > URGENT:
            self._add(taking)

    def _on_all_found(self, taking: Taking, job: Job) -> None:
        self._intakes.discard(job)
        if job.is_cancelled:
            self.work_changed.emit()
            return
        if not taking.seen:
            taking.pending, taking.skipped = taking.skipped, []  # nothing usable: say it in rows
        sentences = []
        if taking.target is not None:
            joined, sentence = self._join_dropped(taking)
            if joined:
                self.work_changed.emit()
                return
            sentences.append(sentence)
        self._add(taking, partial(self._on_all_added, taking, sentences))

    def _on_all_added(self, taking: Taking, sentences: list[str]) -> None:
        pairs = self._join_by_name({row.key for row in taking.rows})
        sentences.append(taking.told(pairs))
        text = " ".join(sentence for sentence in sentences if sentence)
        if text:
            self.said.emit(text, self.undo_stack if pairs else None)
        self.added.emit([row.key for row in taking.rows if self.model.find(row.key)])
        self.work_changed.emit()

    def _add(self, taking: Taking, then: Callable[[], None] = lambda: None) -> None:
        pending, first = taking.pending, taking.seen <= URGENT
        taking.pending = []
        self._turns.run(self._add_slices(taking, pending, first), then)

    def _add_slices(self, taking: Taking, pending: list[Specimen], first: bool) -> Iterator[None]:
        for start in range(0, len(pending), SLICE):
            part = pending[start : start + SLICE]
            rows = [self.model.new_row(self._numbering.named(specimen)) for specimen in part]
            taking.photos += sum(specimen.modality == "image" for specimen in part)
            taking.barcodes += sum(specimen.modality == "dna" for specimen in part)
            taking.rows.extend(rows)
            self.model.append(rows)
            self._enqueue(rows, first)
            if len(part) == SLICE:
                keep_for_good()
            yield

    # -- joining, removing ---------------------------------------------------------------------

    def edit(
        self,
        text: str,
        changes: dict[int, commands.Snapshot] | None = None,
        removed: Iterable[int] = (),
        inserted: Sequence[tuple[int, Row]] = (),
    ) -> None:
        """Changes rows, takes rows out and puts rows in, as one step; see `commands.Edit`."""
        self.edits.finish()
        removed = list(removed)
        if len(self._queue):
            self._queue.drop({*removed, *(changes or {})})
        edit = commands.Edit(text, self.model, self.on_edited, self.edits, changes, removed, inserted)
        self.undo_stack.push(edit)

    def on_edited(self, keys: list[int]) -> None:
        """Tells of rows that are there and other than before; those without an answer are identified."""
        if len(self._queue):
            self._queue.drop(set(keys))
        rows = [row for key in keys if (row := self.model.find(key)) is not None]
        unfinished = [row for row in rows if row.state in UNFINISHED]
        self._enqueue(unfinished, first=True)
        self.results_changed.emit(keys)
        self.work_changed.emit()

    def _join_dropped(self, taking: Taking) -> tuple[bool, str]:
        """Joins what was dropped on a row with it: (done, sentence why not)."""
        row = self.model.find(taking.target) if taking.target is not None else None
        if row is None or not taking.pending:
            return False, ""
        new = taking.pending[0]
        if len(taking.pending) == 1 and new.error is not None and new.photo is None:
            self.said.emit(edit_words.not_attached(row.specimen.query_id, new.error), None)
            return True, ""
        parts = joining.fits(row.specimen, new) if len(taking.pending) == 1 else None
        if parts is None:
            return False, joining.why_not(row.specimen, taking.pending)
        edit, said = edit_words.attached(new.barcode is None, row.specimen.query_id)
        apart = joining.parts_of([(row.specimen, row.parts), (new, None)])
        self.edit(edit, {row.key: commands.Snapshot.waiting(joining.join(parts), apart)})
        self.said.emit(said, self.undo_stack)
        self.results_changed.emit([row.key])
        return True, ""

    def _join_by_name(self, fresh: set[int]) -> int:
        pairs = joining.pairs_by_name(self.model.rows, fresh)
        if pairs:
            plans = filter(None, map(joining.plan, pairs))
            changes = {row.key: commands.Snapshot.waiting(one, parts) for row, _, one, parts in plans}
            self.edit(tr("join photos and barcodes"), changes, [barcode.key for _, barcode in pairs])
        return len(pairs)

    def join(self, keys: Sequence[int]) -> None:
        """Joins rows of photos, and of a barcode, to one, or says why they cannot be one."""
        regrouping.join(self, keys)

    def unjoin(self, key: int) -> None:
        """Takes photos and barcode of a row apart again."""
        regrouping.unjoin(self, key)

    def crop(self, key: int, boxes: Sequence[Box], photo: int = 0) -> None:
        """Uses a part of a photo; several parts become several specimens, none is the whole photo.

        Args:
            photo: its number among those of the specimen, from 0.
        """
        regrouping.crop(self, key, boxes, photo)

    def remove(self, keys: Sequence[int]) -> None:
        """Takes rows out of the list; the files are left alone."""
        keys = list(filter(self.model.keys.__contains__, keys))
        if not keys:
            return
        edit, said = edit_words.removed(len(keys))
        self.edit(edit, removed=keys)
        self.said.emit(said, self.undo_stack)

    def undo(self) -> None:
        """Takes the last change back."""
        self.edits.finish()
        self.undo_stack.undo()

    def redo(self) -> None:
        """Makes the change again that was taken back last."""
        self.edits.finish()
        self.undo_stack.redo()

    def undo_text(self) -> str | None:
        """What `undo` would take back; None if nothing."""
        return self.undo_stack.undoText() if self.undo_stack.canUndo() else None

    def redo_text(self) -> str | None:
        """What `redo` would make again; None if nothing."""
        return self.undo_stack.redoText() if self.undo_stack.canRedo() else None

    def name(self, key: int, text: str) -> None:
        """Gives a specimen the user's own name; "" takes it away."""
        row = self.model.find(key)
        if row is not None and row.own_name != text:
            own = (self.names or NameIndex(())).resolve(text)
            self.decide(key, deciding.own(row.result, own.text, own.rank) if own is not None else None)

    def decide(self, key: int, decision: deciding.Decision | None) -> None:
        """What the user decides about a specimen; None takes the decision away."""
        row = self.model.find(key)
        if row is None or row.decision == decision:
            return
        self.edits.finish()
        what = deciding.edit_text(decision, row.specimen.query_id)
        self.undo_stack.push(commands.Deciding(what, self.model, key, row.decision, decision, self.on_said))

    def write_note(self, key: int, note: str) -> None:
        """What the user writes about a specimen."""
        row = self.model.find(key)
        if row is not None and row.note != note:
            self.edits.finish()
            what = tr("write note") if note else tr("delete note")
            self.undo_stack.push(commands.Noting(what, self.model, key, row.note, note, self.on_said))

    def on_said(self, key: int) -> None:
        """Tells of another decision or note."""
        self.model.touch([key])
        self.decided.emit(key)
        self.results_changed.emit([key])

    def own(self, row: Row) -> Determination | None:
        """The user's own name of a row, placed in the library; as it is typed while none is open."""
        return (self.names or NameIndex(())).resolve(row.own_name)

    # -- identifying ---------------------------------------------------------------------------

    def _enqueue(self, rows: Iterable[Row], first: bool = False) -> None:
        rows = list(rows)
        if not rows:
            return
        for row in rows:
            row.state = State.WAITING
        self._queue.put(((row.key, row.specimen) for row in rows), first)
        self._start()

    def _start(self) -> None:
        identifier = self.answering
        if identifier is None or self._job is not None or self.is_opening or not len(self._queue):
            return
        if not self._began:
            self._began, self.done = time.monotonic(), 0
        doing = partial(work.identify, identifier, self._queue, self.top_k)
        job = self.jobs.make("identify", "identify", doing)
        job.items.connect(self._on_results)
        # A pack that turns out to be unusable, or a bug: going on would fail for each specimen anew.
        job.failed.connect(lambda error: self._stop_rest(translated(error.message)))
        job.crashed.connect(lambda _: self._stop_rest(tr("Identifying stopped because of an error.")))
        job.ended.connect(self._on_identify_ended)
        self._job = job
        self.jobs.run(job)
        self.work_changed.emit()

    def _on_results(self, found: list[tuple[int, Identification | None]]) -> None:
        touched = []
        for key, result in found:
            row = self.model.find(key)
            if result is None:
                self._working.add(key)
            else:
                self._working.discard(key)
                self.done += 1
            if row is None:
                continue
            if result is None:
                row.state = State.WORKING
            elif result.specimen is row.specimen:  # it was joined to something else meanwhile
                row.take(result)
            touched.append(key)
        self.model.touch(touched)
        self.results_changed.emit(touched)
        self.work_changed.emit()

    def _on_identify_ended(self) -> None:
        self._job = None
        left = [row for key in self._working if (row := self.model.find(key)) is not None]
        left = [row for row in left if row.state is State.WORKING]
        self._working.clear()
        if self._pausing:
            self._queue.put([(row.key, row.specimen) for row in left], first=True)
        for row in left:
            row.state = State.WAITING if self._pausing else State.STOPPED
        self.model.touch([row.key for row in left])
        self._pausing = False
        if not len(self._queue):
            self._began = 0.0
        self._start()
        self.work_changed.emit()

    @property
    def is_busy(self) -> bool:
        """True while something is taken in or identified."""
        return self._job is not None or bool(self._intakes) or self._turns.is_busy

    @property
    def total(self) -> int:
        """Specimens of this run: done, being worked on, and waiting."""
        return self.done + len(self._working) + len(self._queue)

    @property
    def eta_s(self) -> float | None:
        """Seconds left, as far as can be told yet."""
        elapsed = time.monotonic() - self._began
        if not self._began or self.done < 3 or elapsed < 1.5:
            return None
        return elapsed / self.done * (self.total - self.done)

    def pause(self) -> None:
        """Stops identifying for a moment; what was begun goes back to the queue."""
        if self._job is not None:
            self._pausing = True
            self._job.cancel()

    def cancel(self) -> None:
        """Stops reading folders and identifying; results so far are kept."""
        if not self.is_busy and not len(self._queue):
            return
        left = len(self._queue) + len(self._working)
        told = edit_words.stopped(left, bool(self._intakes) or self._turns.is_busy)
        for job in self._intakes:
            job.cancel()
        self._turns.stop()
        if self._job is not None:
            self._pausing = False
            self._job.cancel()
        self._stop_rest(told)

    def _stop_rest(self, sentence: str) -> None:
        stopped = self._queue.drop()
        for key in stopped:
            row = self.model.find(key)
            if row is not None:
                row.state = State.STOPPED
        self.model.touch(stopped)
        self.results_changed.emit(stopped)
        self.said.emit(sentence, None)
        self.work_changed.emit()

    def identify_again(self, keys: Iterable[int]) -> None:
        """Puts rows back into the queue."""
        rows = [row for key in keys if (row := self.model.find(key)) is not None]
        rows = [row for row in rows if row.state not in UNFINISHED]
        for row in rows:
            row.result = None
            self.pictures.forget(row.key)
        self._enqueue(rows)
        self.model.touch([row.key for row in rows])
        self.results_changed.emit([row.key for row in rows])

    def retry(self) -> None:
        """Identifies again what failed or was stopped."""
        self.identify_again(row.key for row in self.model.rows if row.state in TO_RETRY)

    @property
    def can_retry(self) -> bool:
        """True if anything failed or was stopped."""
        return any(row.state in TO_RETRY for row in self.model.rows)

    @property
    def has_results(self) -> bool:
        """True if there is anything to export."""
        return any(row.result is not None for row in self.model.rows)

    def export(self, target: Path, keys: Sequence[int] | None = None, kind: str = "") -> None:
        """Writes results, all or those of some rows, in a worker; `kind` is that of the name if ""."""
        sharing.export(self, target, keys, kind)
