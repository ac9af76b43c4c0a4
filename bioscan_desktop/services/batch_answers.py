"""Answers to the specimens of a run, step after step; here, or on the machine of a cluster.

A step is embedded as a whole, so that its answers are the same whichever process computes them, and
whether or not it was broken off before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path

from bioscan_desktop.core.errors import InputError
from bioscan_desktop.services.identify import Identification, Identifier
from bioscan_desktop.services.recorded import answer_of, specimen_of
from bioscan_desktop.services.specimens import Specimen
from bioscan_desktop.services.tasks import CancelToken
from bioscan_desktop.session import photos
from bioscan_desktop.session.specimens import STEP, Answer, FileFacts, StoredSpecimen

AHEAD = 2
"""Steps whose photos are read while the step before them is embedded; they bound the memory."""

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
        gone: the photo is no longer where it was.
    """

    number: int
    answer: Answer
    facts: FileFacts | None
    gone: bool


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
        with ThreadPoolExecutor(1, thread_name_prefix="read") as reader:
            stream = self._specimens(steps, order, reader)
            results = self._identifier.identify(
                stream, self._top_k, cancel=cancel, first_step=STEP, last_step=STEP
            )
            for result in results:
                expected = order.popleft()
                if expected.wanted:
                    yield self._answered(expected, result)

    def _specimens(
        self, steps: Iterator[Step], order: deque[_Expected], reader: ThreadPoolExecutor
    ) -> Iterator[Specimen]:
        """The specimens of the steps, their photos being read ahead."""
        ahead: deque[list[_Expected]] = deque()
        last = False
        while True:
            while not last and len(ahead) <= AHEAD:
                found = next(steps, None)
                if found is None:
                    last = True
                    break
                step, wanted = found
                ahead.append([self._expect(one, one.specimen_id in wanted, reader) for one in step])
            if not ahead:
                return
            for expected in ahead.popleft():
                if expected.facts is not None:
                    wait([expected.facts])  # looked at before it is decoded, to notice a change in between
                order.append(expected)
                yield specimen_of(expected.stored, self._root)

    def _expect(self, stored: StoredSpecimen, wanted: bool, reader: ThreadPoolExecutor) -> _Expected:
        if stored.photo is None or not wanted:
            return _Expected(stored, wanted, None)
        path = photos.absolute(stored.photo, self._root)
        return _Expected(stored, wanted, reader.submit(_facts_or_none, path))

    def _answered(self, expected: _Expected, result: Identification) -> Answered:
        stored = expected.stored
        assert stored.specimen_id is not None
        facts = expected.facts.result() if expected.facts is not None else None
        gone = False
        if stored.photo is not None:
            path = photos.absolute(stored.photo, self._root)
            after = _look_or_none(path)
            gone = after is None
            if result.error is not None and result.error.code in _UNREADABLE:
                pass  # told already
            elif after is None or facts is None or not photos.same_file(facts, after):
                result = _changed(result, path, gone)
        return Answered(stored.specimen_id, answer_of(result), facts, gone)


@dataclass(frozen=True, slots=True)
class _Expected:
    """What the next answer is about.

    Attributes:
        wanted: False for a specimen that is only there to complete its step.
        facts: of the photo, being read.
    """

    stored: StoredSpecimen
    wanted: bool
    facts: Future[FileFacts | None] | None


def _changed(result: Identification, path: Path, gone: bool) -> Identification:
    """In the place of an answer about a file that was not the same before and after."""
    if gone:
        error = InputError(f"{path.name}: the file vanished while it was read.", "file_missing")
    else:
        error = InputError(
            f"{path.name}: the file was changed while it was read; retry it when it is complete.",
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
    )


def _facts_or_none(path: Path) -> FileFacts | None:
    try:
        return photos.read_facts(path)
    except OSError:
        return None


def _look_or_none(path: Path) -> FileFacts | None:
    try:
        return photos.look(path)
    except OSError:
        return None
