"""The training loop: deterministic, resumable, and the same for every stage.

Whatever a step needs at random comes from (seed, step), never from a generator that runs along. So a
run that was killed and resumed takes exactly the steps that it would have taken otherwise.
"""

from __future__ import annotations

import copy
import dataclasses
import json
import logging
import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from bioscan_desktop.core.errors import BioscanError
from bioscan_training.config import Schedule

log = logging.getLogger(__name__)

LossFn = Callable[[nn.Module, Any], tuple[Tensor, dict[str, float]]]
BatchFn = Callable[[int], Any]
ValidateFn = Callable[[nn.Module], dict[str, float]]


class ResumeError(BioscanError):
    """A checkpoint of another recipe; the message is one sentence."""

    code = "other_recipe"


def learning_rate(step: int, steps: int, warmup: float) -> float:
    """Factor on the peak rate: linear up over the first `warmup` of the run, then half a cosine to 0."""
    rise = max(1.0, warmup * steps)
    if step < rise:
        return (step + 1) / rise
    return 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1.0, steps - rise)))


def parameter_groups(model: nn.Module, schedule: Schedule, fresh: tuple[str, ...]) -> list[dict[str, Any]]:
    """AdamW groups: no decay on vectors (norms, biases), `head_lr` on modules named in `fresh`."""
    groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            key = (
                name.split(".")[0] in fresh or any(f".{f}." in f".{name}." for f in fresh),
                parameter.ndim > 1,
            )
            groups.setdefault(key, []).append(parameter)
    return [
        {
            "params": parameters,
            "lr": schedule.head_lr if is_fresh and schedule.head_lr > 0 else schedule.lr,
            "weight_decay": schedule.weight_decay if decays else 0.0,
        }
        for (is_fresh, decays), parameters in sorted(groups.items())
    ]


class Trainer:
    """Runs one stage and keeps `NAME.ckpt` (to resume) and `NAME.pt` (averaged weights) in `run_dir`.

    Args:
        model: everything that is trained, losses with prototypes included.
        name: the stage.
        recipe: the plain config; a checkpoint of another recipe is refused.
        fresh: names of modules that start from random weights and get `head_lr`.
    """

    def __init__(
        self,
        model: nn.Module,
        run_dir: Path,
        name: str,
        schedule: Schedule,
        seed: int,
        recipe: dict[str, Any],
        fresh: tuple[str, ...] = (),
    ) -> None:
        self.model = model
        self.run_dir = run_dir
        self.name = name
        self.schedule = schedule
        self.seed = seed
        self.recipe = recipe
        self.optimizer = torch.optim.AdamW(parameter_groups(model, schedule, fresh))
        self.peaks = [group["lr"] for group in self.optimizer.param_groups]
        self.average = copy.deepcopy(model).requires_grad_(False) if schedule.ema > 0 else model
        self.step = 0
        self.seconds = 0.0

    @property
    def checkpoint(self) -> Path:
        """Where the state of an unfinished run lies."""
        return self.run_dir / f"{self.name}.ckpt"

    def resume(self) -> bool:
        """Takes up the checkpoint if there is one.

        Raises:
            ResumeError: it was made by another recipe.
        """
        if not self.checkpoint.exists():
            return False
        state = torch.load(self.checkpoint, map_location="cpu", weights_only=True)
        if state["recipe"] != json.dumps(self.recipe, sort_keys=True):
            raise ResumeError(
                f"{self.checkpoint.name} in {self.run_dir} was made with another recipe; "
                "use another --run folder or delete it."
            )
        self.model.load_state_dict(state["model"])
        if self.average is not self.model:
            self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds = state["step"], state["seconds"]
        log.info("%s: resuming at step %d", self.name, self.step)
        return True

    def save(self) -> None:
        """Writes the checkpoint in one piece: a kill leaves the old one or the new one."""
        state = {
            "recipe": json.dumps(self.recipe, sort_keys=True),
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
        }
        part = self.checkpoint.with_suffix(".part")
        torch.save(state, part)
        part.replace(self.checkpoint)

    def _average(self) -> None:
        if self.average is self.model:
            return
        # A young average must not remember the random start, so its memory grows with the run.
        decay = min(self.schedule.ema, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            ours, theirs = self.average.state_dict(), self.model.state_dict()
            for key, value in ours.items():
                if value.is_floating_point():
                    value.lerp_(theirs[key], 1 - decay)
                else:
                    value.copy_(theirs[key])

    def _record(self, row: dict[str, Any]) -> None:
        row = {"stage": self.name, "step": self.step, "seconds": round(self.seconds, 1), **row}
        with (self.run_dir / "metrics.jsonl").open("a", encoding="utf-8") as handle:
            handle.write(json.dumps(row) + "\n")
        figures = " ".join(f"{k}={v:.4f}" if isinstance(v, float) else f"{k}={v}" for k, v in row.items())
        log.info(figures)

    def _batches(self, batch_of: BatchFn, stop: int) -> Iterator[Any]:
        """Prepares the next batch while the current one is trained on."""
        with ThreadPoolExecutor(1) as pool:
            ahead = pool.submit(batch_of, self.step)
            for step in range(self.step, stop):
                batch = ahead.result()
                if step + 1 < stop:
                    ahead = pool.submit(batch_of, step + 1)
                yield batch

    def fit(
        self,
        steps_per_epoch: int,
        batch_of: BatchFn,
        loss_of: LossFn,
        validate: ValidateFn | None = None,
        stop_at: int | None = None,
    ) -> nn.Module:
        """Trains to the end of the schedule, or to step `stop_at`, and returns the averaged model.

        Args:
            batch_of: gives the batch of a step; must depend on the step number alone.
            loss_of: gives the loss and figures to record.
        """
        total = self.schedule.epochs * steps_per_epoch
        stop = total if stop_at is None else min(total, stop_at)
        saved = started = time.monotonic()
        before = self.seconds
        sums: dict[str, float] = {}
        self.model.train()
        for batch in self._batches(batch_of, stop):
            for group, peak in zip(self.optimizer.param_groups, self.peaks, strict=True):
                group["lr"] = peak * learning_rate(self.step, total, self.schedule.warmup)
            torch.manual_seed(self.seed * 1_000_003 + self.step)
            self.optimizer.zero_grad(set_to_none=True)
            with torch.autocast("cpu", torch.bfloat16, enabled=self.schedule.bf16):
                loss, figures = loss_of(self.model, batch)
            if not math.isfinite(float(loss.detach())):
                raise FloatingPointError(f"{self.name}: the loss is not finite at step {self.step}.")
            loss.backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), self.schedule.clip)
            self.optimizer.step()
            self.step += 1
            self._average()
            for key, value in {"loss": float(loss.detach()), **figures}.items():
                sums[key] = sums.get(key, 0.0) + value / steps_per_epoch
            self.seconds = before + time.monotonic() - started
            if self.step % steps_per_epoch == 0:
                epoch = self.step // steps_per_epoch
                row: dict[str, Any] = {"epoch": epoch, **sums}
                sums = {}
                every = self.schedule.eval_every
                if validate is not None and every and (epoch % every == 0 or self.step == total):
                    self.average.eval()
                    row.update(validate(self.average))
                    self.average.train()
                self._record(row)
            if time.monotonic() - saved > self.schedule.checkpoint_s:
                self.save()
                saved = time.monotonic()
        self.save()
        if self.step == total:
            self.finish()
        return self.average.eval()

    def finish(self) -> None:
        """Writes the averaged weights."""
        part = self.run_dir / f"{self.name}.pt.part"
        torch.save({"recipe": json.dumps(self.recipe), "model": self.average.state_dict()}, part)
        part.replace(self.run_dir / f"{self.name}.pt")


def schedule_recipe(**parts: Any) -> dict[str, Any]:
    """The parts of the config that decide a stage, as plain JSON values (tuples as lists)."""
    plain = {k: dataclasses.asdict(v) if dataclasses.is_dataclass(v) else v for k, v in parts.items()}  # type: ignore[arg-type]
    return json.loads(json.dumps(plain))
