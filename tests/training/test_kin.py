"""What a photo tower learned of genera and families, where there is nothing to learn from."""

from __future__ import annotations

from pathlib import Path

from bioscan_training.config import Config, ExportConfig
from bioscan_training.data.records import Record
from bioscan_training.kin import learned_kin

from bioscan_desktop.core.taxonomy import Lineage


def test_photos_without_a_named_species_tell_nothing_of_genera(tmp_path: Path) -> None:
    config = Config(export=ExportConfig(kin_genus=0.5))
    unnamed = Record("", "a.jpg", "", Lineage("Diptera", "Muscidae"), split="train")
    assert learned_kin(config, tmp_path, [unnamed], {"train"}, tmp_path) == ()
