"""How fast it goes and how long it takes, in words that do not jump about."""

from __future__ import annotations

import pytest

from bioscan_desktop.services.pace import Pace, duration_text


def test_the_rate_of_the_last_minute() -> None:
    clock = [0.0]
    pace = Pace(lambda: clock[0])
    assert pace.rate is None
    done = 0
    for second in range(100):
        clock[0] = float(second)
        pace.note(done)
        done += 2
    assert pace.rate == pytest.approx(2.0)
    for second in range(100, 200):  # ten times as fast: an hour of slowness is not held against it
        clock[0] = float(second)
        pace.note(done)
        done += 20
    assert pace.rate == pytest.approx(20.0)


def test_nothing_is_said_too_early() -> None:
    clock = [0.0]
    pace = Pace(lambda: clock[0])
    for at in (0.0, 0.1, 0.5, 0.9):
        clock[0] = at
        pace.note(int(at * 100))
        assert pace.rate is None
    clock[0] = 2.0
    pace.note(200)
    assert pace.rate == pytest.approx(100.0)


def test_nothing_is_said_while_nothing_gets_done() -> None:
    clock = [0.0]
    pace = Pace(lambda: clock[0])
    for second in range(10):
        clock[0] = float(second)
        pace.note(5)
    assert pace.rate is None


def test_marks_do_not_pile_up() -> None:
    clock = [0.0]
    pace = Pace(lambda: clock[0])
    for n in range(100_000):
        clock[0] = n / 1000
        pace.note(n)
    assert len(pace._marks) < 70
    assert pace.rate == pytest.approx(1000, rel=0.02)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "1 second"),
        (42.4, "42 seconds"),
        (60, "about 1 minute"),
        (59 * 60, "about 59 minutes"),
        (3600, "about 1 h"),
        (2 * 3600 + 610, "about 2 h 10 min"),
        (60 * 3600, "about 2 days"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text
