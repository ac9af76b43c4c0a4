"""CLIBD's DNA encoder, 12 layers of width 768: an imported pack's ONNX file against torch.

The weights are random: speed does not depend on them. All run on the same number of threads. A second
test embeds many barcodes (`BIOSCAN_MANY_BARCODES`, 256 by default), batch by batch in turns.
"""

from __future__ import annotations

import os
import time
import warnings
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

from bioscan_desktop.inference.session import default_threads
from tests.benchmarks.timing import by_turns, show

torch = pytest.importorskip("torch", reason="training needs torch")

from bioscan_training.export import to_onnx  # noqa: E402
from bioscan_training.import_weights.clibd import TOKENIZER  # noqa: E402
from bioscan_training.import_weights.pack import compare  # noqa: E402
from bioscan_training.towers import BarcodeShape, BarcodeTower, BertShape  # noqa: E402

pytestmark = pytest.mark.benchmark

BARCODES = 16
MANY = int(os.environ.get("BIOSCAN_MANY_BARCODES", "256"))


def original() -> torch.nn.Module:
    """The network as its authors build it, of transformers' parts."""
    transformers = pytest.importorskip("transformers")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = transformers.BertForMaskedLM(transformers.BertConfig(vocab_size=TOKENIZER.vocab_size))
    model.cls.predictions.decoder = torch.nn.Linear(768, 768)
    return model.eval()


@pytest.mark.timeout(900)
@torch.inference_mode()
def test_onnxruntime_against_torch(tmp_path: Path) -> None:
    threads = default_threads()
    torch.set_num_threads(threads)
    theirs = original()
    tower = BarcodeTower(BarcodeShape(BertShape(TOKENIZER.vocab_size))).eval()
    weights = {n: t for n, t in theirs.state_dict().items() if n != "cls.predictions.bias"}
    tower.load_state_dict({n.replace("cls.predictions.", "head."): t for n, t in weights.items()})
    rng = np.random.default_rng(0)
    tokens = TOKENIZER.encode_batch(["".join(rng.choice(list("ACGT"), 658)) for _ in range(BARCODES)])
    path = tmp_path / "dna.onnx"
    to_onnx(tower, ("tokens",), (tokens,), path)
    parity = compare(tower, path, ("tokens",), (tokens,))
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    ids = torch.from_numpy(tokens)
    times = by_turns(
        {
            "onnxruntime": lambda: session.run(None, {"tokens": tokens}),
            "torch, the imported tower": lambda: tower(ids),
            "torch, transformers": lambda: theirs(input_ids=ids).logits.softmax(dim=-1).mean(dim=1),
        },
        rounds=3,
        warm=1,
    )
    best = times["onnxruntime"].best
    notes = {name: f"{1000 * BARCODES / t.best:.1f} barcodes/s" for name, t in times.items()}
    for name in ("torch, the imported tower", "torch, transformers"):
        notes[name] += f"; onnxruntime is {times[name].best / best:.2f} x as fast"
    show(f"{BARCODES} barcodes, {threads} threads, parity {parity}", times, notes)
    assert parity["centred_cosine_min"] >= 0.9999


@pytest.mark.timeout(7200)
@torch.inference_mode()
def test_many_barcodes(tmp_path: Path) -> None:
    threads = default_threads()
    torch.set_num_threads(threads)
    tower = BarcodeTower(BarcodeShape(BertShape(TOKENIZER.vocab_size))).eval()
    rng = np.random.default_rng(0)
    tokens = TOKENIZER.encode_batch(["".join(rng.choice(list("ACGT"), 658)) for _ in range(MANY)])
    path = tmp_path / "dna.onnx"
    to_onnx(tower, ("tokens",), (tokens[:2],), path)
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    seconds = {"onnxruntime": 0.0, "torch": 0.0}
    for first in range(0, MANY, BARCODES):
        part = tokens[first : first + BARCODES]
        for name in seconds:
            start = time.perf_counter()
            session.run(None, {"tokens": part}) if name == "onnxruntime" else tower(torch.from_numpy(part))
            seconds[name] += time.perf_counter() - start
    ratio = seconds["torch"] / seconds["onnxruntime"]
    print(f"\n{MANY} barcodes, {threads} threads: " + ", ".join(f"{n} {s:.1f} s" for n, s in seconds.items()))
    print(f"  onnxruntime is {ratio:.2f} x as fast as torch")
    assert ratio >= 1
