"""A folder scan as a whole: killed again and again, its speed, and its memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import TinyWorld
from tests.services.test_batch_kill import killed_again_and_again

pytestmark = pytest.mark.benchmark


def test_killed_twenty_times(world: TinyWorld, tmp_path: Path) -> None:
    killed = killed_again_and_again(world, tmp_path, photos=1500, kills=20, seed=1)
    print(f"\nkilled {killed} times of 20; no row lost, none doubled, none different")
    assert killed >= 15
