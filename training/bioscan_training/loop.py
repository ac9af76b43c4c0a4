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
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from bioscan_desktop.core.errors import BioscanError
from bioscan_training.config import ConfigError, Schedule
from bioscan_training.parallel import ALONE, Workers
from bioscan_training.progress import Board, ProgressLine, draw_curves

log = logging.getLogger(__name__)

LossFn = Callable[[nn.Module, Any], tuple[Tensor, dict[str, float]]]
BatchFn = Callable[[int], Any]
ValidateFn = Callable[[nn.Module], dict[str, float]]


class ResumeError(BioscanError):
    """A checkpoint of another recipe; the message is one sentence."""

    code = "other_recipe"


class DivergedError(BioscanError):
    """The loss is no number any more; the message is one sentence."""

    code = "diverged"


class MemoryShortError(BioscanError):
    """A step does not fit into the memory; the message is one sentence."""

    code = "out_of_memory"


AUTOCAST = {"bf16": torch.bfloat16, "fp16": torch.float16}

_ONECYCLE_START, _ONECYCLE_END = 1 / 25, 1 / 25e4
"""PyTorch's `div_factor` and `final_div_factor`."""


def learning_rate(step: int, steps: int, warmup: float, schedule: str = "cosine") -> float:
    """Factor on the peak rate.

    `cosine`: linear up over the first `warmup` of the run, then half a cosine to 0. `onecycle`: half a
    cosine up from 1/25, then one down to 1/250000, as PyTorch's OneCycleLR with `pct_start = warmup`.
    """
    if schedule == "onecycle":
        top = max(warmup * steps - 1.0, 0.0)
        if step <= top and top > 0:
            return _between(_ONECYCLE_START, 1.0, step / top)
        return _between(1.0, _ONECYCLE_END, min(1.0, (step - top) / max(1.0, steps - 1 - top)))
    rise = max(1.0, warmup * steps)
    if step < rise:
        return (step + 1) / rise
    return 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1.0, steps - rise)))


def _between(start: float, end: float, share: float) -> float:
    """Half a cosine from `start` to `end`."""
    return end + (start - end) / 2 * (1 + math.cos(math.pi * share))


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
        basis: of `basis_of`; a checkpoint with another is refused, too.
        fresh: names of modules that start from random weights and get `head_lr`.
        device: where it is trained; batches come from `batch_of` as they are.
        workers: the processes that train together.
        barcode_tower: hash of the one whose embeddings it learns, which `NAME.pt` then tells; "" for none.

    Raises:
        ConfigError: the schedule asks for what is not installed.
    """

    def __init__(
        self,
        model: nn.Module,
        run_dir: Path,
        name: str,
        schedule: Schedule,
        seed: int,
        recipe: dict[str, Any],
        basis: str,
        fresh: tuple[str, ...] = (),
        device: torch.device | str = "cpu",
        workers: Workers = ALONE,
        barcode_tower: str = "",
    ) -> None:
        self.device = torch.device(device)
        self.workers = workers
        self.model = model.to(self.device)
        self.run_dir = run_dir
        self.name = name
        self.schedule = schedule
        self.seed = seed
        self.recipe = recipe
        self.basis = basis
        self.barcode_tower = barcode_tower
        self.optimizer = torch.optim.AdamW(parameter_groups(model, schedule, fresh))
        self.peaks = [group["lr"] for group in self.optimizer.param_groups]
        self.average = copy.deepcopy(model).requires_grad_(False) if schedule.ema > 0 else model
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=schedule.precision == "fp16")
        self.step = 0
        self.seconds = 0.0
        self.sums: dict[str, float] = {}
        self.best: dict[str, Any] = {"value": None, "epoch": 0, "stale": 0, "ended": False}
        self.board = Board(run_dir / "tensorboard" / name) if schedule.tensorboard and workers.first else None

    @property
    def checkpoint(self) -> Path:
        """Where the state of an unfinished run lies."""
        return self.run_dir / f"{self.name}.ckpt"

    def resume(self) -> bool:
        """Takes up the checkpoint if there is one.

        Raises:
            ResumeError: it was made by another recipe, or with other data, or is damaged; or other processes
                that train along find another one, and would wait for this one for ever.
        """
        found, refused = self.checkpoint.exists(), None
        if found:
            try:
                self._take_up()
            except BioscanError as error:
                refused = error  # which the other processes must hear of first
        alike = self.workers.alike((self.step, refused is None))
        if refused is not None:
            raise refused
        if not alike:
            raise ResumeError(
                f"The processes find different {self.checkpoint.name} in {self.run_dir}; give all of them "
                "the same folder."
            )
        return found

    def _take_up(self) -> None:
        state = read_state(self.checkpoint)
        if state["recipe"] != json.dumps(self.recipe, sort_keys=True):
            raise ResumeError(
                f"{self.checkpoint.name} in {self.run_dir} was made with another recipe; "
                "use another --run folder or delete it."
            )
        if state.get("basis", self.basis) != self.basis:  # older ones do not tell
            raise ResumeError(
                f"{self.checkpoint.name} in {self.run_dir} was begun with other data, or with other weights "
                "of an earlier stage; use another --run folder or delete it."
            )
        load_weights(self.model, state["model"], self.checkpoint)
        if self.average is not self.model:
            self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scaler.load_state_dict(state["scaler"])
        self.step, self.seconds = state["step"], state["seconds"]
        self.sums, self.best = state["sums"], state["best"]
        log.info("%s: resuming at step %d", self.name, self.step)

    def save(self) -> None:
        """Writes the checkpoint in one piece: a kill leaves the old one or the new one.

        Of several processes the first one writes; the others hold the same.
        """
        state = {
            "recipe": json.dumps(self.recipe, sort_keys=True),
            "basis": self.basis,
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scaler": self.scaler.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
            "sums": self.sums,
            "best": self.best,
        }
        if self.workers.first:
            write_state(state, self.checkpoint)

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
        row = {"stage": self.name, "step": self.step, "seconds": round(self.seconds, 2), **row}
        with (self.run_dir / "metrics.jsonl").open("a", encoding="utf-8") as handle:
            handle.write(json.dumps(row) + "\n")
        figures = " ".join(f"{k}={v:.4f}" if isinstance(v, float) else f"{k}={v}" for k, v in row.items())
        log.info(figures)
        draw_curves(self.run_dir)
        if self.board is not None:
            self.board.add(row, self.step)

    def _batches(self, batch_of: BatchFn, stop: int) -> Iterator[list[Any]]:
        """The batches of each step; the next one is prepared while the current one is trained on."""
        count = self.schedule.accumulate
        with ThreadPoolExecutor(1) as pool:
            ahead = pool.submit(batch_of, self.step * count)
            for step in range(self.step, stop):
                batches = []
                for number in range(step * count, (step + 1) * count):
                    batches.append(ahead.result())
                    if number + 1 < stop * count:
                        ahead = pool.submit(batch_of, number + 1)
                yield batches

    def _train_step(self, batches: list[Any], loss_of: LossFn) -> dict[str, float]:
        """One step of the optimiser on the mean gradient of the batches; returns mean figures."""
        sums: dict[str, float] = {}
        self.optimizer.zero_grad(set_to_none=True)
        dtype = AUTOCAST.get(self.schedule.precision)
        for batch in batches:
            with torch.autocast(self.device.type, dtype, enabled=dtype is not None):
                loss, figures = loss_of(self.model, batch)
            value = float(loss.detach())
            if not math.isfinite(value):
                raise DivergedError(
                    f"Stage {self.name}: the loss is not finite at step {self.step}; try a lower 'lr'."
                )
            self.scaler.scale(loss / len(batches) if len(batches) > 1 else loss).backward()
            for key, figure in {"loss": value, **figures}.items():
                sums[key] = sums.get(key, 0.0) + figure / len(batches)
        self.workers.average(self.model.parameters())
        if self.schedule.clip > 0:
            self.scaler.unscale_(self.optimizer)
            nn.utils.clip_grad_norm_(self.model.parameters(), self.schedule.clip)
        self.scaler.step(self.optimizer)
        self.scaler.update()
        return sums

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
            steps_per_epoch: batches of an epoch.
            batch_of: gives a batch by its number; must depend on the number alone.
            loss_of: gives the loss and figures to record.

        Raises:
            DivergedError: the loss is not finite.
            MemoryShortError: a step does not fit into the memory.
            ConfigError: `watch` is no figure of the validation.
        """
        steps_per_epoch = max(1, steps_per_epoch // self.schedule.accumulate)
        total = self.schedule.epochs * steps_per_epoch
        stop = total if stop_at is None else min(total, stop_at)
        if self.best["ended"]:
            stop = self.step
        saved = started = time.monotonic()
        before = self.seconds
        line = ProgressLine(self.name, self.step, total)
        self.model.train()
        for batches in self._batches(batch_of, stop) if self.step < stop else ():
            rate = learning_rate(self.step, total, self.schedule.warmup, self.schedule.schedule)
            for group, peak in zip(self.optimizer.param_groups, self.peaks, strict=True):
                group["lr"] = peak * rate
            torch.manual_seed(self.seed * 1_000_003 + self.step + (self.workers.rank << 40))
            try:
                figures = self._train_step(batches, loss_of)
            except (MemoryError, RuntimeError) as error:
                if _lacks_memory(error):
                    raise MemoryShortError(
                        f"Stage {self.name}: the memory does not suffice for step {self.step}; try a smaller "
                        "'batch', or in stage contrast a 'cache_chunk'."
                    ) from error
                raise
            self.step += 1
            self._average()
            for key, value in figures.items():
                self.sums[key] = self.sums.get(key, 0.0) + value / steps_per_epoch
            self.seconds = before + time.monotonic() - started
            if self.workers.first:
                line.step(self.step, figures["loss"])
            if self.step % steps_per_epoch == 0:
                line.clear()
                self._end_epoch(self.step // steps_per_epoch, self.step == total, rate, validate)
                if self.best["ended"]:
                    break
            if time.monotonic() - saved > self.schedule.checkpoint_s:
                self.save()
                saved = time.monotonic()
        self.save()
        if self.step == total or self.best["ended"]:
            self.finish()
        return self.average.eval()

    def _end_epoch(self, epoch: int, last: bool, rate: float, validate: ValidateFn | None) -> None:
        row: dict[str, Any] = {"epoch": epoch, "lr": max(self.peaks) * rate, **self.sums}
        self.sums = {}
        every = self.schedule.eval_every
        if validate is not None and every and (epoch % every == 0 or last):
            if self.workers.first:
                self.average.eval()
                row.update(found := validate(self.average))
                self.average.train()
                self._judge(epoch, found)
            self.best["ended"] = self.workers.decide(self.best["ended"])
        if self.workers.first:
            self._record(row)

    def _judge(self, epoch: int, figures: dict[str, float]) -> None:
        """Keeps the weights if they are the best so far; ends the run if none were for long enough."""
        if not self.schedule.patience:
            return
        watch = self.schedule.watch
        if watch not in figures:
            raise ConfigError(
                f"'{self.name}.schedule.watch' must be one of the figures {', '.join(sorted(figures))}; "
                f"found {watch!r}."
            )
        sign = -1.0 if watch.rpartition("/")[2] in ("loss", "perplexity") else 1.0
        value, best = figures[watch], self.best["value"]
        if best is None or sign * value > sign * best:
            self.best |= {"value": value, "epoch": epoch, "stale": 0}
            write_state(self.average.state_dict(), self._best_file)
            return
        self.best["stale"] += 1
        if self.best["stale"] >= self.schedule.patience:
            self.best["ended"] = True
            log.info(
                "%s: %s was best in epoch %d (%.4f); ending here", self.name, watch, self.best["epoch"], best
            )

    @property
    def _best_file(self) -> Path:
        return self.run_dir / f"{self.name}.best"

    def finish(self) -> None:
        """Takes the best weights, where `patience` kept them, and writes the averaged weights."""
        self.workers.decide(True)  # the first process has written the best weights by now
        if self.schedule.patience and self._best_file.exists():
            state = torch.load(self._best_file, map_location=self.device, weights_only=True)
            self.average.load_state_dict(state)
        if self.workers.first:
            weights = {
                "recipe": json.dumps(self.recipe),
                "barcode_tower": self.barcode_tower,
                "model": self.average.state_dict(),
            }
            write_state(weights, self.run_dir / f"{self.name}.pt")


def _lacks_memory(error: Exception) -> bool:
    """For the CPU torch has no class of its own; the words are those of its allocator, Windows' last."""
    words = ("can't allocate memory", "not enough memory")
    told = any(part in str(error) for part in words)
    return isinstance(error, MemoryError | torch.cuda.OutOfMemoryError) or told


def read_state(path: Path) -> dict[str, Any]:
    """What a run left in `NAME.ckpt` or `NAME.pt`, on the CPU; no code of the file is run.

    Raises:
        ResumeError: the file is damaged, or none of a run.
        OSError: it cannot be read.
    """
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except OSError:
        raise
    except Exception:  # torch raises many kinds for what is one fact
        state = None
    if not isinstance(state, dict) or not {"recipe", "model"} <= state.keys():
        raise ResumeError(
            f"{path.name} in {path.parent} is damaged or not of a run: delete it and run `bioscan-train fit`."
        )
    return state


def load_weights(module: nn.Module, state: dict[str, Tensor], path: Path) -> None:
    """Fills a module with what a run left.

    Args:
        path: where it comes from.

    Raises:
        ResumeError: it has other sizes: the recipe was another, or the data had other species.
    """
    try:
        module.load_state_dict(state)
    except RuntimeError:
        raise ResumeError(
            f"{path.name} in {path.parent} was made with another recipe or other data; use another --run "
            "folder or delete it."
        ) from None


def write_state(state: dict[str, Any], path: Path) -> None:
    """Writes a file in one piece: a kill, a power cut or a full disk leaves the old one or the new one.

    Raises:
        OSError: it cannot be written.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as stream:
            torch.save(state, stream)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except (OSError, RuntimeError) as error:
        part.unlink(missing_ok=True)
        # On a full disk torch adds a complaint of its own about where in the file it is.
        cause = error.__context__ if isinstance(error, RuntimeError) else error
        if isinstance(cause, OSError):
            raise OSError(cause.errno, cause.strerror, str(path)) from None
        raise


def schedule_recipe(**parts: Any) -> dict[str, Any]:
    """The parts of the config that decide a stage, as plain JSON values (tuples as lists)."""
    plain = {k: dataclasses.asdict(v) if dataclasses.is_dataclass(v) else v for k, v in parts.items()}  # type: ignore[arg-type]
    return json.loads(json.dumps(plain))
