"""Settings survive damage: only what is bad is reset, and the old file is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bioscan_desktop import settings as declared
from bioscan_desktop.settings import SETTINGS, Settings


def test_values_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "config" / "settings.json"
    Settings(path).set("top_k", 12)
    assert Settings(path).get("top_k") == 12
    assert Settings(path).get("theme") == "system"
    assert json.loads(path.read_text())["format_version"] == declared.FORMAT_VERSION
    assert [p.name for p in path.parent.iterdir()] == ["settings.json"]


@pytest.mark.parametrize("value", ["5", 0, 51, 5.0, None, True, [5]])
def test_a_bad_key_resets_only_itself(tmp_path: Path, value: object) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"top_k": value, "theme": "dark", "from_the_future": 1}))
    settings = Settings(path)
    assert settings.get("top_k") == 5
    assert settings.get("theme") == "dark"
    assert "top_k" in settings.notices[0] and "theme" not in settings.notices[0]
    assert json.loads((tmp_path / "settings.json.BAK").read_text())["top_k"] == value
    settings.set("theme", "light")
    assert json.loads(path.read_text())["from_the_future"] == 1


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe\x00", b"null"])
def test_a_damaged_file_gives_defaults_and_a_notice(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    settings = Settings(path)
    assert [settings.get(s.name) for s in SETTINGS] == [s.default for s in SETTINGS]
    assert len(settings.notices) == 1
    assert (tmp_path / "settings.json.BAK").read_bytes() == content


def test_a_value_that_is_not_allowed_is_refused() -> None:
    with pytest.raises(ValueError, match="theme"):
        Settings().set("theme", "purple")


def test_defaults_are_allowed_and_described() -> None:
    for setting in SETTINGS:
        assert setting.problem(setting.default) == ""
        assert setting.title and setting.description.endswith(".")


def test_a_folder_that_cannot_be_written_does_not_stop_the_program(tmp_path: Path, expects_log: None) -> None:
    (tmp_path / "file").write_text("in the way")
    Settings(tmp_path / "file" / "settings.json").set("top_k", 7)
