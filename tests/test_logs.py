"""The log file: where it cannot be written, the program starts without."""

from __future__ import annotations

from pathlib import Path

import pytest

from bioscan_desktop import logs


def test_a_log_that_cannot_be_written_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / logs.FILE_NAME).mkdir()
    assert logs.start(tmp_path) is None
    assert (
        logs.start(tmp_path / logs.FILE_NAME / "deeper")
        == tmp_path / logs.FILE_NAME / "deeper" / logs.FILE_NAME
    )
    logs.stop()
    assert capsys.readouterr().err == ""
