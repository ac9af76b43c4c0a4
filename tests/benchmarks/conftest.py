"""Benchmarks run only when asked for: `pytest tests/benchmarks -m benchmark -s`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bioscan_desktop import paths
from bioscan_desktop.core.errors import BioscanError
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.library.pack import Library


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what measures speed, unless a `-m` expression has chosen already."""
    if config.getoption("-m"):
        return
    measuring = [item for item in items if item.get_closest_marker("benchmark")]
    if measuring:
        config.hook.pytest_deselected(items=measuring)
        items[:] = [item for item in items if item not in measuring]


def _shipped(kind: str, noun: str) -> Path:
    folder = paths.resources_dir() / kind / "starter"
    if not (folder / "manifest.json").is_file():
        pytest.skip(f"needs the starter {noun} in resources/{kind}/starter")
    return folder


@pytest.fixture(scope="session")
def starter_model() -> ModelPack:
    """The shipped encoders, on the CPU, at full precision."""
    return ModelPack(_shipped("models", "model"), "cpu", "fp32")


@pytest.fixture(scope="session")
def starter_library(starter_model: ModelPack) -> Iterator[Library]:
    """The shipped library, searched exactly."""
    library = Library(_shipped("libraries", "library"), exact=True)
    try:
        library.check_model(starter_model.manifest)
    except BioscanError as error:
        pytest.skip(f"the starter model and library are not of one build: {error}")
    yield library
    library.close()
