"""A batch answered by a Ray cluster: this process plans and keeps, the actors read photos and identify.

The run's folder is that of `bioscan batch`, with one writer, the process that was started. Actors get the
specimens of some steps and give back answers; whatever kills one of them, Ray gives its steps to another.
Steps are cut as without Ray, so that the rows are the same. All machines need the photos and the packs
under the same paths.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from bioscan_desktop.core.errors import BioscanError, SessionError
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.library.pack import Library
from bioscan_desktop.library.restriction import Restriction
from bioscan_desktop.services.batch_answers import Answered, Answers, Step
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.services.tasks import CancelToken
from bioscan_training.cluster import Share, reason_of

STEPS_AT_ONCE = 4
"""Steps that an actor is given at a time: enough to decode the next while one is embedded."""

PER_ACTOR = 2
"""Such portions on their way to each actor, so that it never waits."""

RETRIES = 3
"""How often a portion is given out again whose actor died."""

LOOK_S = 0.2
"""How often the wish to stop is looked for."""


@dataclass(frozen=True)
class Packs:
    """What an actor opens. Plain values: they travel to other machines.

    Attributes:
        library, model: folders.
        precision: as the run has it, never `auto`.
        threads: of the encoder and of decoding.
        limits: names that the answers are restricted to, in the order of `batch_provenance.LIMITS`.
    """

    library: Path
    model: Path
    provider: str
    precision: str
    threads: int
    limits: tuple[tuple[str, ...], ...]

    def open(self) -> Identifier:
        """Opens both, with CUDA if that was asked for by name.

        Raises:
            BioscanError: if they cannot be used, or CUDA cannot be had.
        """
        model = ModelPack(self.model, self.provider, self.precision, self.threads, side_by_side=True)
        report = model.provider_report()
        if self.provider == "cuda" and report.reason:
            raise BioscanError(report.reason, "no_cuda")
        library = Library(self.library)
        limited = Restriction(library, *self.limits) if any(self.limits) else None
        return Identifier(model, library, limited, decoders=self.threads)


class Answerer:
    """An actor: the packs, opened once."""

    def __init__(self, packs: Packs, root: Path, top_k: int) -> None:
        self.error = ""
        try:
            self.answers = Answers(packs.open(), root, top_k)
        except BioscanError as error:  # raised here, Ray would start the actor again and again
            self.error = error.message

    def answer(self, steps: list[Step]) -> tuple[list[Answered], str]:
        """The answers, or a sentence why there are none."""
        if self.error:
            return [], self.error
        try:
            return list(self.answers(iter(steps), CancelToken())), ""
        except BioscanError as error:
            return [], error.message


class RayAnswers:
    """Answers of a cluster that this process is connected to, in the order of the steps.

    Args:
        root: folder that the photos are in.
        top_k: hits to show per key modality.
    """

    def __init__(self, packs: Packs, root: Path, top_k: int, share: Share) -> None:
        import ray

        actor = ray.remote(max_restarts=-1, max_task_retries=RETRIES, **share.resources)(Answerer)
        self._actors = [actor.remote(packs, root, top_k) for _ in range(share.actors)]

    def __call__(self, steps: Iterator[Step], cancel: CancelToken) -> Generator[Answered, None, None]:
        """See `batch_answers.Answering`.

        Raises:
            SessionError: if the packs cannot be used there, or Ray gives up.
        """
        import ray

        order: deque[Any] = deque()  # promises of portions, as they were given out
        busy: dict[Any, int] = {}  # number of the actor by promise that is not kept yet
        more = True
        try:
            while True:
                cancel.check()
                while more and len(order) < 2 * PER_ACTOR * len(self._actors):
                    free = self._freest(busy)
                    if free is None:
                        break
                    portion = list(islice(steps, STEPS_AT_ONCE))
                    more = len(portion) == STEPS_AT_ONCE
                    if portion:
                        promise = self._actors[free].answer.remote(portion)
                        order.append(promise)
                        busy[promise] = free
                if not order:
                    return
                kept, _ = ray.wait(list(busy), timeout=LOOK_S) if busy else ([], [])
                for promise in kept:
                    del busy[promise]
                while order and order[0] not in busy:
                    answers, error = ray.get(order.popleft())
                    if error:
                        raise SessionError(error)
                    yield from answers
        except ray.exceptions.RayError as error:
            raise SessionError(
                f"Ray gave up ({reason_of(error)}); the same command with --resume goes on."
            ) from None

    def _freest(self, busy: dict[Any, int]) -> int | None:
        """The actor with the fewest portions; None if all have enough."""
        loads = [0] * len(self._actors)
        for number in busy.values():
            loads[number] += 1
        least = min(loads)
        return loads.index(least) if least < PER_ACTOR else None
