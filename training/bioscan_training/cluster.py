"""What all work on a Ray cluster begins with: is Ray there, where is the cluster, how many actors fit."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bioscan_desktop.core.errors import ArgumentError


def require_ray(data: bool = False) -> None:
    """Fails at once where Ray is not installed.

    Args:
        data: Ray Data is needed too.

    Raises:
        ArgumentError: in one sentence.
    """
    # Nothing about the records goes anywhere: Ray reports how it is used unless told not to.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray

        if data:
            import ray.data  # noqa: F401
    except ImportError:
        raise ArgumentError('--ray needs Ray: pip install "bioscan-desktop[cluster]".') from None


@contextmanager
def connected(address: str) -> Iterator[None]:
    """A connection to a cluster, which ends with the block.

    Args:
        address: of the cluster; `auto` for the one that this machine belongs to, `local` to start one.

    Raises:
        ArgumentError: if there is none.
    """
    import ray

    try:
        own = {"include_dashboard": False} if address == "local" else {}
        ray.init(address=address, logging_level="ERROR", log_to_driver=False, **own)
    except (ConnectionError, ValueError, RuntimeError, OSError) as error:
        reason = _lines(error)[0][:160]
        raise ArgumentError(
            f"There is no Ray cluster at '{address}' ({reason}); `--ray local` starts one here."
        ) from None
    try:
        yield
    finally:
        ray.shutdown()


@dataclass(frozen=True)
class Share:
    """How the cluster is shared out.

    Attributes:
        actors: how many.
        threads: of each.
        gpus: of the whole cluster that are used.
    """

    actors: int
    threads: int
    gpus: int

    @property
    def resources(self) -> dict[str, float | None]:
        """What each actor takes of it, for Ray."""
        return {"num_cpus": 1 if self.gpus else self.threads, "num_gpus": 1 if self.gpus else None}


def share_of(provider: str, actors: int | None = None, threads: int | None = None) -> Share:
    """An actor per graphics card, or per core where there are none, unless told otherwise.

    Args:
        provider: `cpu` leaves graphics cards alone.
    """
    import ray

    there = ray.cluster_resources()
    gpus = int(there.get("GPU", 0)) if provider != "cpu" else 0
    cores = int(there.get("CPU", 1))
    threads = threads or (max(1, cores // gpus) if gpus else 1)
    return Share(actors or gpus or max(1, cores // threads), threads, gpus)


def reason_of(error: Exception) -> str:
    """The last line of what Ray says, for a sentence."""
    return _lines(error)[-1][:200]


def _lines(error: Exception) -> list[str]:
    """What an error says, or its kind where it says nothing."""
    return str(error).strip().splitlines() or [type(error).__name__]
