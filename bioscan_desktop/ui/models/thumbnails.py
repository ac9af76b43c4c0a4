"""Thumbnails and previews, decoded in workers and kept in a bounded cache.

The delegate asks while it paints and gets what is there; what is missing is asked for, newest
first, so that what the user scrolled past does not delay what is on the screen.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from bioscan_desktop.ui import work
from bioscan_desktop.ui.jobs import Job, Jobs, Reporter

if TYPE_CHECKING:
    from bioscan_desktop.inference.crop import Box
    from bioscan_desktop.ui.models.specimens import Row

    Source = tuple[Path | bytes, Box | None]

THUMB_SIDE = 112
"""Pixels: 56 on the screen at 200 %."""

PREVIEW_SIDE = 1400
THUMBS_KEPT = 1500
PREVIEWS_KEPT = 6
READING_MAX = 5
"""Previews that are read or wait for it; those of rows that were only passed over are given up."""

WANTED_MAX = 60
"""Requests that wait; more than a screenful is of no use."""

BATCH = 6


class Pictures(QObject):
    """The cache.

    Signals:
        thumbs_ready: keys of rows whose thumbnail is there now.
        preview_ready: key of the row whose preview is there now, or cannot be had.
    """

    thumbs_ready = Signal(list)
    preview_ready = Signal(int)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._thumbs: OrderedDict[int, QPixmap | None] = OrderedDict()
        self._previews: OrderedDict[int, QPixmap | None] = OrderedDict()
        self._wanted: OrderedDict[int, Source] = OrderedDict()
        self._sources: dict[int, Source] = {}  # by row key: of which photo the pictures are
        self._asked: set[int] = set()
        self._reading: OrderedDict[int, Job] = OrderedDict()  # previews by row key
        self._busy = False

    def thumb(self, row: Row) -> QPixmap | None:
        """The thumbnail, or None for now; it is asked for then."""
        if row.specimen.photo is None:
            return None
        self._check(row)
        if row.key in self._thumbs:
            self._thumbs.move_to_end(row.key)
            return self._thumbs[row.key]
        if row.key not in self._asked:
            self._wanted[row.key] = (row.specimen.photo, row.specimen.crop)
            self._wanted.move_to_end(row.key)
            while len(self._wanted) > WANTED_MAX:
                self._wanted.popitem(last=False)
            self._next()
        return None

    def preview(self, row: Row) -> QPixmap | None:
        """The large picture, or None for now."""
        if row.specimen.photo is None:
            return None
        self._check(row)
        if row.key in self._previews:
            self._previews.move_to_end(row.key)
            return self._previews[row.key]
        if row.key not in self._reading:
            source: Source = (row.specimen.photo, row.specimen.crop)
            job = self._jobs.make("pictures", "preview", lambda _: _load(*source, PREVIEW_SIDE))
            job.done.connect(partial(self._on_preview, row.key, source))
            job.ended.connect(partial(self._on_read, row.key, job))
            self._reading[row.key] = job
            while len(self._reading) > READING_MAX:
                _, passed_over = self._reading.popitem(last=False)
                passed_over.cancel()
            self._jobs.run(job)
        return None

    def load(
        self,
        source: Path | bytes,
        side: int,
        show: Callable[[QPixmap | None], None],
        owner: QObject,
        crop: Box | None = None,
    ) -> None:
        """Reads a picture that belongs to no row, or is needed only once.

        Args:
            show: gets it, or None where there is none.
            owner: nothing is shown once it is gone, as a dialog that was closed.
            crop: the part that is wanted.
        """
        job = self._jobs.make("pictures", "picture", lambda _: _load(source, crop, side))

        def hand_over(image: QImage | None) -> None:
            if not job.is_cancelled:
                show(QPixmap.fromImage(image) if image is not None else None)

        job.done.connect(hand_over)
        owner.destroyed.connect(job.cancel)
        self._jobs.run(job)

    def preview_known(self, key: int) -> bool:
        """True once the preview was tried, whether or not it could be had."""
        return key in self._previews

    def _check(self, row: Row) -> None:
        """Forgets the pictures of a row that has another photo now, or another part of it."""
        photo, crop = row.specimen.photo, row.specimen.crop
        known = self._sources.get(row.key)
        if photo is not None and (known is None or known[0] is not photo or known[1] != crop):
            self.forget(row.key)
            self._sources[row.key] = (photo, crop)

    def _is_of(self, key: int, source: Source) -> bool:
        """False for a picture that was cropped otherwise, or replaced, while it was read."""
        known = self._sources.get(key)
        return known is not None and known[0] is source[0] and known[1] == source[1]

    def forget(self, key: int) -> None:
        """Pictures of the row are to be read anew: its file may have been repaired."""
        self._thumbs.pop(key, None)
        self._previews.pop(key, None)

    def _next(self) -> None:
        if self._busy or not self._wanted:
            return
        self._busy = True
        batch = [self._wanted.popitem() for _ in range(min(BATCH, len(self._wanted)))]
        self._asked.update(key for key, _ in batch)
        job = self._jobs.make("pictures", "thumbnails", partial(_load_batch, batch))
        job.items.connect(self._on_thumbs)
        job.ended.connect(self._on_batch_ended)
        self._jobs.run(job)

    def _on_thumbs(self, found: list[tuple[int, Source, QImage | None]]) -> None:
        for key, source, image in found:
            self._asked.discard(key)
            if self._is_of(key, source):
                self._thumbs[key] = QPixmap.fromImage(image) if image is not None else None
        while len(self._thumbs) > THUMBS_KEPT:
            self._thumbs.popitem(last=False)
        self.thumbs_ready.emit([key for key, _, _ in found])

    def _on_batch_ended(self) -> None:
        self._busy = False
        self._next()

    def _on_read(self, key: int, job: Job) -> None:
        if self._reading.get(key) is job:
            del self._reading[key]
        elif job.is_cancelled:
            self.preview_ready.emit(key)  # who still waits for it asks again

    def _on_preview(self, key: int, source: Source, image: QImage | None) -> None:
        if self._is_of(key, source):
            self._previews[key] = QPixmap.fromImage(image) if image is not None else None
        while len(self._previews) > PREVIEWS_KEPT:
            self._previews.popitem(last=False)
        self.preview_ready.emit(key)


def _load(source: Path | bytes, crop: Box | None, side: int) -> QImage | None:
    """Runs in a worker. QImage, unlike QPixmap, may be made there."""
    found = work.load_picture(source, side, crop)
    if found is None:
        return None
    width, height, data = found
    return QImage(data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def _load_batch(batch: list[tuple[int, Source]], reporter: Reporter) -> None:
    for key, source in batch:
        reporter.cancel.check()
        reporter.item((key, source, _load(*source, THUMB_SIDE)))
