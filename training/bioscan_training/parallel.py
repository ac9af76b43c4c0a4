"""Several processes that train one model, started by `torchrun`.

Every process embeds its share of a batch, gathers the shares of the others, and computes the loss of the
whole batch. Gradients of the weights are then averaged, which gives what one process would have found
on the whole batch. Weights, random numbers and decisions are the same everywhere; only the first
process writes.
"""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

from bioscan_desktop.core.errors import BioscanError

_PATIENCE = timedelta(hours=6)
"""How long processes wait for the first one, which decodes photos and validates for all."""

_BUCKET = 2**24
"""Numbers that travel together when gradients are averaged; 64 MB."""


class FirstStoppedError(BioscanError):
    """The process that goes ahead has stopped."""

    code = "first_stopped"


@dataclass(frozen=True)
class Workers:
    """This process among those that train together.

    Attributes:
        rank: its number, from 0.
        world: how many there are.
    """

    rank: int = 0
    world: int = 1

    @property
    def first(self) -> bool:
        """True for the process that writes and validates."""
        return self.rank == 0

    def gather(self, rows: Tensor) -> Tensor:
        """(n, d) of each process, n alike -> (world · n, d) in the order of their ranks.

        Each process must go on to compute the same loss of all rows: the gradient that comes back to
        its own rows is then `world` times that of the loss, so that the mean over processes is right.
        """
        return rows if self.world == 1 else _Gather.apply(rows, self.rank, self.world)

    def average(self, parameters: Iterable[nn.Parameter]) -> None:
        """Replaces the gradients by their means over the processes; none counts as zero.

        A weight without a gradient anywhere stays without: the optimiser must leave it alone.
        """
        if self.world == 1:
            return
        learning = [p for p in parameters if p.requires_grad]
        if not learning:
            return
        has = torch.tensor([p.grad is not None for p in learning], dtype=torch.int32)
        has = has.to(learning[0].device)
        dist.all_reduce(has, dist.ReduceOp.MAX)
        wanted = [p for p, one in zip(learning, has.tolist(), strict=True) if one]
        while wanted:
            bucket, size = [wanted.pop(0)], 0
            size = bucket[0].numel()
            while wanted and size + wanted[0].numel() <= _BUCKET:
                size += wanted[0].numel()
                bucket.append(wanted.pop(0))
            flat = torch.cat(
                [(torch.zeros_like(p) if p.grad is None else p.grad).reshape(-1) for p in bucket]
            )
            dist.all_reduce(flat)
            flat /= self.world
            for p, part in zip(bucket, flat.split([p.numel() for p in bucket]), strict=True):
                p.grad = part.view_as(p).clone()

    def mean(self, value: float) -> float:
        """The mean of the processes' values."""
        if self.world == 1:
            return value
        return sum(self._said(value)) / self.world

    def alike(self, value: Hashable) -> bool:
        """True if all processes say the same."""
        return self.world == 1 or len(set(self._said(value))) == 1

    def _said(self, value: Any) -> list[Any]:
        said: list[Any] = [None] * self.world
        dist.all_gather_object(said, value)
        return said

    def decide(self, flag: bool) -> bool:
        """What the first process says."""
        if self.world == 1:
            return flag
        said: list[Any] = [flag]
        dist.broadcast_object_list(said, src=0)
        return bool(said[0])

    @contextmanager
    def first_alone(self) -> Iterator[None]:
        """The first process goes ahead, the others follow when it is done: for files that all read.

        Raises:
            FirstStoppedError: in the others, if the first one cannot go on.
        """
        if not self.first and not self.decide(True):
            raise FirstStoppedError("The first process has stopped; its own message says why.")
        try:
            yield
        except BaseException:
            if self.first:
                self.decide(False)
            raise
        if self.first:
            self.decide(True)


ALONE = Workers()
"""One process, as without `torchrun`."""


class _Gather(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, rows: Tensor, rank: int, world: int) -> Tensor:
        ctx.mine = slice(rank * len(rows), (rank + 1) * len(rows))
        ctx.world = world
        parts = [torch.empty_like(rows) for _ in range(world)]
        dist.all_gather(parts, rows.contiguous())
        return torch.cat(parts)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        return grads[0][ctx.mine] * ctx.world, None, None


def started_in_parallel() -> bool:
    """True if `torchrun` started this process beside others."""
    return int(os.environ.get("WORLD_SIZE", "1")) > 1


def local_processes() -> int:
    """Processes of this run on this machine, which share its cores."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", "1"))


def device_of(wish: str) -> torch.device:
    """`auto`, `cpu` or `cuda` as a device; of several GPUs each process takes its own."""
    if wish == "cpu" or (wish == "auto" and not torch.cuda.is_available()):
        return torch.device("cpu")
    return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))


@contextmanager
def joined(device: torch.device) -> Iterator[Workers]:
    """Joins the other processes that `torchrun` started, if any, and leaves them at the end."""
    if not started_in_parallel():
        yield ALONE
        return
    # Default arguments of its functions are the process group of when it is loaded, as every optimizer does:
    # that would live on behind the end, and its threads abort the program while Python ends.
    import torch.distributed.nn

    if device.type == "cuda":
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=_PATIENCE)
    try:
        yield Workers(dist.get_rank(), dist.get_world_size())
        dist.barrier()  # a process that leaves while another still talks to it can end in an abort
    finally:
        dist.destroy_process_group()
