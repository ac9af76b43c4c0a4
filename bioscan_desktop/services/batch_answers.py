"""Answers to the specimens of a run, step after step; here, or on the machine of a cluster.

A step is embedded as a whole, so that its answers are the same whichever process computes them, and
whether or not it was broken off before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bioscan_desktop.core.errors import InputError
from bioscan_desktop.files import shown
from bioscan_desktop.services.identify import Identification, Identifier
from bioscan_desktop.services.recorded import answer_of, specimen_of
from bioscan_desktop.services.specimens import Specimen
from bioscan_desktop.services.tasks import CancelToken
from bioscan_desktop.session import photos
from bioscan_desktop.session.specimens import STEP, Answer, FileFacts, StoredSpecimen

_UNREADABLE = ("file_missing", "file_unreadable")

Step = tuple[list[StoredSpecimen], set[int]]
"""The specimens that are embedded together, and the numbers of those whose answers are wanted."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer about one specimen, ready to be kept. Plain values: it travels between machines.

    Attributes:
        number: of the specimen in the session.
        answer: the machine's.
        facts: of the photo, as it was when it was read.
        gone: a photo is no longer where it was.
        more: facts of further photos.
    """

    number: int
    answer: Answer
    facts: FileFacts | None
    gone: bool
    more: tuple[FileFacts | None, ...] = ()


Answering = Callable[[Iterator[Step], CancelToken], Generator[Answered, None, None]]
"""Turns steps into answers, in order; of the steps given to it only the last has fewer than `STEP`
specimens. Raises Cancelled soon after the token is set."""


class Answers:
    """Answers of this process.

    Args:
        root: folder that the photos are in.
        top_k: hits to show per key modality.
    """

    def __init__(self, identifier: Identifier, root: Path, top_k: int) -> None:
        self._identifier, self._root, self._top_k = identifier, root, top_k

    def __call__(self, steps: Iterator[Step], cancel: CancelToken) -> Generator[Answered, None, None]:
        """See `Answering`."""
        order: deque[_Expected] = deque()
        hashes: dict[tuple[str, object], str] = {}  # by id and photo

        def seen(specimen: Specimen, photo: bytes) -> None:
            hashes[specimen.query_id, specimen.photo] = photos.hash_of(photo)

        stream = self._specimens(steps, order)
        results = self._identifier.identify(
            stream, self._top_k, cancel=cancel, first_step=STEP, last_step=STEP, seen=seen
        )
        for result in results:
            expected = order.popleft()
            read = [hashes.pop((one.query_id, one.photo), None) for one in result.specimen.photos]
            if expected.wanted:
                yield self._answered(expected, result, read)

    def _specimens(self, steps: Iterator[Step], order: deque[_Expected]) -> Iterator[Specimen]:
        """The specimens of the steps. Photos are looked at before they are read, to notice a change."""
        for step, wanted in steps:
            for stored in step:
                names = [stored.photo, *(one.photo for one in stored.more)]
                paths = [None if one is None else photos.absolute(one, self._root) for one in names]
                before = [None if path is None else _look_or_none(path) for path in paths]
                order.append(_Expected(stored, stored.specimen_id in wanted, paths, before))
                yield specimen_of(stored, self._root)

    def _answered(self, expected: _Expected, result: Identification, read: Sequence[str | None]) -> Answered:
        stored = expected.stored
        assert stored.specimen_id is not None
        gone = False
        told = result.error is not None and result.error.code in _UNREADABLE
        for path, before in zip(expected.paths, expected.before, strict=True):
            if path is None:
                continue
            after = _look_or_none(path)
            gone = gone or after is None
            if not told and (after is None or before is None or not photos.same_file(before, after)):
                result = _changed(result, path, after is None)
        facts = [
            replace(before, hash=content) if before is not None and content is not None else None
            for before, content in zip(expected.before, [*read, None], strict=False)
        ]
        return Answered(stored.specimen_id, answer_of(result), facts[0], gone, tuple(facts[1:]))


@dataclass(frozen=True, slots=True)
class _Expected:
    """What the next answer is about.

    Attributes:
        wanted: False for a specimen that is only there to complete its step.
        paths: of its photos, the first one first; None without one.
        before: their size and time before they were read; None for what was not there.
    """

    stored: StoredSpecimen
    wanted: bool
    paths: list[Path | None]
    before: list[FileFacts | None]


def _changed(result: Identification, path: Path, gone: bool) -> Identification:
    """In the place of an answer about a file that was not the same before and after."""
    name = shown(path.name)
    if gone:
        error = InputError(f"{name}: the file vanished while it was read.", "file_missing")
    else:
        error = InputError(
            f"{name}: the file was changed while it was read; retry it when it is complete.",
            "file_changed",
        )
    return replace(
        result,
        status="failed",
        error=error,
        verdict=None,
        by_modality={},
        modality_agreement=None,
        hits=(),
        badges=(),
        by_photo=(None,) * len(result.by_photo),
    )


def _look_or_none(path: Path) -> FileFacts | None:
    try:
        return photos.look(path)
    except OSError:
        return None
