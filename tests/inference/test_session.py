"""Which provider really runs, and packs whose encoders cannot."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from bioscan_desktop.core.errors import ArgumentError, PackError
from bioscan_desktop.inference import session as module
from bioscan_desktop.inference.session import CPU, CUDA, Session, default_threads
from tests.conftest import DIM, TinyWorld

ROOT = Path(__file__).resolve().parents[2]

no_gpu = pytest.mark.skipif(module._nvidia_present(), reason="this machine has an NVIDIA driver")


def tokens() -> np.ndarray:
    return np.arange(3, 33, dtype=np.int64)[None]


@pytest.fixture
def dna(world: TinyWorld) -> Path:
    return world.model / "dna.onnx"


def test_the_cpu_runs_without_a_reason(dna: Path) -> None:
    session = Session(dna, "cpu")
    assert (session.report.requested, session.report.active, session.report.reason) == ("cpu", CPU, "")
    assert session.report.short == "CPU"
    rows = session.run(tokens())
    assert rows.shape == (1, DIM)
    assert session.output_dim == DIM


@no_gpu
def test_cuda_on_a_machine_without_says_why_and_runs_on_the_cpu(
    dna: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    session = Session(dna, "cuda")
    assert session.report.requested == "cuda"
    assert session.report.active == CPU
    assert session.report.reason.startswith("CUDA failed")
    np.testing.assert_array_equal(session.run(tokens()), Session(dna, "cpu").run(tokens()))
    assert capfd.readouterr().out == ""  # standard output is for data


@no_gpu
def test_auto_on_a_machine_without_is_silent(dna: Path, capfd: pytest.CaptureFixture[str]) -> None:
    report = Session(dna, "auto").report
    assert (report.active, report.reason) == (CPU, "")
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows asks the system instead, and leaves no file")
@pytest.mark.parametrize("first", ["bioscan_desktop.inference.session", "bioscan_training.cli"])
def test_onnxruntime_tells_nobody_of_the_models(dna: Path, tmp_path: Path, first: str) -> None:
    """It would keep an id of the machine and what it has to tell among the files of the user."""
    code = (
        f"import sys; from pathlib import Path; import {first}\n"
        "from bioscan_desktop.inference.session import Session\n"
        "Session(Path(sys.argv[1]), 'cpu')"
    )
    kept = {
        n: value for n, value in os.environ.items() if not n.startswith(("ORT_", "XDG_", "CI", "GITHUB_"))
    }
    asked_for = {
        **kept,
        "HOME": str(tmp_path),
        "ORT_DISABLE_TELEMETRY": "0",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "training")]),
    }
    subprocess.run([sys.executable, "-B", "-c", code, str(dna)], env=asked_for, check=True, timeout=120)
    assert list(tmp_path.rglob("*")) == []


def test_an_onnxruntime_that_cannot_be_loaded(dna: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(PackError, match="onnxruntime cannot be loaded"):
        Session(dna, "cpu")


def test_an_onnxruntime_without_cuda(dna: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import onnxruntime as ort

    monkeypatch.setattr(ort, "get_available_providers", lambda: [CPU])
    report = Session(dna, "cuda").report
    assert (report.active, report.short) == (CPU, "CPU")
    assert "no CUDA support" in report.reason


def test_cuda_that_fails_to_start_falls_back(dna: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import onnxruntime as ort

    real = module._open

    def fail(runtime: object, data: bytes, options: object, providers: list[str]) -> object:
        if CUDA in providers:
            raise RuntimeError("CUDA error 35: driver version is insufficient\nat line 7")
        return real(runtime, data, options, providers)

    monkeypatch.setattr(ort, "get_available_providers", lambda: [CUDA, CPU])
    monkeypatch.setattr(module, "_open", fail)
    report = Session(dna, "cuda").report
    assert report.active == CPU
    assert report.reason == "CUDA failed: CUDA error 35: driver version is insufficient"


def test_cuda_that_onnxruntime_drops_in_silence_is_noticed(
    dna: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import onnxruntime as ort

    real = module._open
    monkeypatch.setattr(ort, "get_available_providers", lambda: [CUDA, CPU])
    monkeypatch.setattr(module, "_open", lambda r, d, o, p: real(r, d, o, [CPU]))
    report = Session(dna, "cuda").report
    assert report.active == CPU
    assert "driver are missing" in report.reason


@pytest.mark.skipif(not module._nvidia_present(), reason="needs an NVIDIA GPU")
def test_cuda_gives_what_the_cpu_gives(dna: Path) -> None:
    session = Session(dna, "cuda")
    if session.report.active != CUDA:
        pytest.skip(session.report.reason)
    np.testing.assert_allclose(session.run(tokens()), Session(dna, "cpu").run(tokens()), atol=1e-4)


@pytest.mark.parametrize("provider", ["cpu", "auto", "cuda"])
@pytest.mark.parametrize("damage", ["empty", "cut", "text", "flipped"])
def test_a_damaged_encoder_is_one_sentence(dna: Path, tmp_path: Path, damage: str, provider: str) -> None:
    data = dna.read_bytes()
    broken = {"empty": b"", "cut": data[:200], "text": b"not a model", "flipped": b"\xff" * 64 + data[64:]}[
        damage
    ]
    path = tmp_path / "dna.onnx"
    path.write_bytes(broken)
    with pytest.raises(PackError) as caught:
        Session(path, provider)
    assert "damaged" in caught.value.message
    assert "\n" not in caught.value.message


def test_a_model_that_gives_one_number_is_one_sentence(tmp_path: Path) -> None:
    from onnx import TensorProto, helper, save

    given = helper.make_tensor_value_info("image", TensorProto.FLOAT, [None, 3])
    made = helper.make_tensor_value_info("sum", TensorProto.FLOAT, [])
    node = helper.make_node("ReduceSum", ["image"], ["sum"], keepdims=0)
    graph = helper.make_graph([node], "one", [given], [made])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    save(model, tmp_path / "image.onnx")
    with pytest.raises(PackError, match="it makes no rows of an input"):
        Session(tmp_path / "image.onnx", "cpu")


def test_standard_output_comes_back_when_two_threads_load_cuda_at_once() -> None:
    """The first leaves between the second's coming and leaving, if it is let."""
    calls, second_came, first_left = [], threading.Event(), threading.Event()

    def preload() -> None:
        calls.append(None)
        if len(calls) == 1:
            second_came.wait(0.3)
        else:
            second_came.set()
            first_left.wait(5)

    def load() -> None:
        module._open(runtime, b"", None, [CUDA, CPU])
        first_left.set()

    runtime = SimpleNamespace(preload_dlls=preload, InferenceSession=lambda data, **_: None)
    before = sys.stdout
    threads = [threading.Thread(target=load) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after, sys.stdout = sys.stdout, before
    assert after is before


def test_a_missing_encoder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="cannot be read"):
        Session(tmp_path / "gone.onnx", "cpu")


def test_names_of_every_kind(dna: Path, tmp_path: Path) -> None:
    path = tmp_path / "Ünï 昆虫 🦋.onnx"
    path.write_bytes(dna.read_bytes())
    assert Session(path, "cpu").run(tokens()).shape == (1, DIM)


def test_unknown_providers_are_refused(dna: Path) -> None:
    with pytest.raises(ArgumentError, match="tpu"):
        Session(dna, "tpu")


def test_threads_are_a_sensible_number() -> None:
    assert 1 <= default_threads() <= 8
