"""Cores are lent to one thread each, and embedding comes first."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from bioscan_desktop.inference.cores import DECODE, EMBED, HELP_EMBED, Cores, usable_cores


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.001)
    assert condition()


def test_no_more_threads_than_cores_compute() -> None:
    cores, guard = Cores(2), threading.Lock()
    now, most = 0, 0

    def work(number: int) -> None:
        nonlocal now, most
        with cores.one(number % 3):
            with guard:
                now += 1
                most = max(most, now)
            time.sleep(0.002)
            with guard:
                now -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(40)))
    assert (now, most) == (0, 2)


def test_embedding_comes_first_and_help_with_it_last() -> None:
    cores = Cores(1)
    order: list[int] = []
    held, go = threading.Event(), threading.Event()

    def hold() -> None:
        with cores.one(DECODE):
            held.set()
            go.wait(10)

    def work(use: int) -> None:
        with cores.one(use):
            order.append(use)

    uses = [HELP_EMBED, DECODE, HELP_EMBED, DECODE, EMBED]
    with ThreadPoolExecutor(1 + len(uses)) as pool:
        pool.submit(hold)
        assert held.wait(10)
        for use in uses:
            pool.submit(work, use)
        until(lambda: sum(cores._waiting) == len(uses))
        go.set()
    assert order == sorted(uses)


@pytest.mark.parametrize("use", [EMBED, DECODE, HELP_EMBED])
def test_others_get_the_cores_that_are_left(use: int) -> None:
    cores, done = Cores(2), threading.Event()

    def work() -> None:
        with cores.one(use):
            done.set()

    with cores.one(EMBED), ThreadPoolExecutor(1) as pool:
        pool.submit(work)
        assert done.wait(10)


def test_all_that_wait_are_woken_when_several_cores_are_free() -> None:
    cores, together = Cores(3), threading.Barrier(3, timeout=10)
    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(_meet, cores, use, together) for use in (HELP_EMBED, DECODE, EMBED)]:
            done.result()


def _meet(cores: Cores, use: int, together: threading.Barrier) -> None:
    with cores.one(use):
        together.wait()


@pytest.mark.parametrize("use", [EMBED, DECODE, HELP_EMBED])
def test_a_core_is_given_back_after_an_error(use: int) -> None:
    cores = Cores(1)
    with pytest.raises(ZeroDivisionError), cores.one(use):
        1 / 0  # noqa: B018
    with cores.one(HELP_EMBED):
        pass


def test_there_is_a_core() -> None:
    assert usable_cores() >= 1
