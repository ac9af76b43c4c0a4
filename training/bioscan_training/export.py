"""From trained weights to a model pack: ONNX, int8 variants, parity, manifest.

Nothing is written that was not compared: fp32 ONNX with torch, int8 with fp32 ONNX, both on held-out
inputs. A file under its floor is dropped (int8) or refuses the export (fp32).
"""

from __future__ import annotations

import json
import logging
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from bioscan_desktop.core.errors import BioscanError
from bioscan_desktop.inference.kin_file import write_kin
from bioscan_desktop.inference.manifest import EncoderCard, KinCard, ModelManifest, Variant, sha256_of
from bioscan_desktop.inference.tokens import FrameTokenizer
from bioscan_training.config import Config, ExportConfig, to_dict
from bioscan_training.data.barcodes import unique_haplotypes
from bioscan_training.data.photos import model_inputs
from bioscan_training.data.records import Record, read_records
from bioscan_training.data.splits import CALIBRATE, TEST, TRAIN, UNSEEN, VAL, VAL_UNSEEN
from bioscan_training.dna_stage import load_dna_encoder
from bioscan_training.kin import learned_kin
from bioscan_training.photo_stage import (
    finished_stage,
    leaning_of,
    load_image_encoder,
    preprocessing_of,
    trained_splits,
)

log = logging.getLogger(__name__)

INPUT_NAMES = {"image": "image", "dna": "tokens"}
OPSET = 17
KIN_FILE = "kin.npz"


class ParityError(BioscanError):
    """An exported file does not reproduce its source; the message is one sentence."""

    code = "parity"


def to_onnx(
    module: nn.Module,
    names: tuple[str, ...],
    inputs: tuple[np.ndarray, ...],
    path: Path,
    opset: int = OPSET,
) -> None:
    """Writes one self-contained ONNX file with a dynamic batch and the output `embedding`.

    Args:
        names: of the inputs, in the module's order.
        inputs: an array per input, two rows or more of which the module is traced with.
    """
    import onnx

    module = module.eval().to(memory_format=torch.contiguous_format)
    with warnings.catch_warnings():
        # The TorchScript exporter is deprecated but needs no further package, and writes one file.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module,
            tuple(torch.from_numpy(array[:2]) for array in inputs),
            str(path),
            input_names=list(names),
            output_names=["embedding"],
            dynamic_axes={name: {0: "n"} for name in (*names, "embedding")},
            opset_version=opset,
            dynamo=False,
        )
    onnx.checker.check_model(str(path))


def store_half(source: Path, target: Path, least: int = 4096) -> None:
    """Stores large float32 weights as float16 with a cast behind each: half the file, the same graph.

    onnxruntime folds the casts when it loads the file, so computing stays in float32 and as fast.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load(str(source))
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < least:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], f"{name}.cast", to=TensorProto.FLOAT))
    nodes = casts + list(graph.node)
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, str(target))


def run_onnx(path: Path, name: str, inputs: np.ndarray, batch: int = 16) -> np.ndarray:
    """(n, d) embeddings of an ONNX file on the CPU."""
    import onnxruntime as ort

    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return np.concatenate(
        [session.run(None, {name: inputs[i : i + batch]})[0] for i in range(0, len(inputs), batch)]
    )


def milliseconds(path: Path, name: str, inputs: np.ndarray, repeats: int = 30, threads: int = 2) -> float:
    """Median time of one input on `threads` cores, ms."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    times = []
    for i in range(repeats):
        one = inputs[i % len(inputs)][None]
        start = time.perf_counter()
        session.run(None, {name: one})
        times.append(time.perf_counter() - start)
    return 1000 * float(np.median(times[repeats // 5 :]))


def parity(a: np.ndarray, b: np.ndarray, keys: np.ndarray | None = None) -> dict[str, float]:
    """Agreement of two embeddings of the same inputs.

    Args:
        a, b: (n, d) unit rows; `a` is the reference.
        keys: (m, d) rows to look both up in; by default the reference rows of the other inputs.

    Returns:
        cosine_min, cosine_mean, top1_agreement (share with the same nearest key), n.
    """
    cosine = (a * b).sum(1) / np.maximum(np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1), 1e-12)
    keys = a if keys is None else keys
    left, right = a @ keys.T, b @ keys.T
    if keys is a:
        np.fill_diagonal(left, -np.inf)
        np.fill_diagonal(right, -np.inf)
    return {
        "cosine_min": round(float(cosine.min()), 6),
        "cosine_mean": round(float(cosine.mean()), 6),
        "top1_agreement": round(float((left.argmax(1) == right.argmax(1)).mean()), 4),
        "n": len(a),
    }


def quantise_static(
    source: Path, target: Path, name: str, calibration: np.ndarray, float_layers: int
) -> None:
    """int8 by calibrated QDQ, per channel: the form for convolutional networks.

    Weights keep 7 bits so that CPUs without VNNI do not overflow. The first `float_layers` convolutions
    stay in float, as their errors pass through all the others; so do pooling, projection and the final
    normalisation, which cost nothing and carry the metric.
    """
    import onnx
    from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.calibrate import CalibrationDataReader
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Reader(CalibrationDataReader):
        def __init__(self) -> None:
            self.rows: Iterator[np.ndarray] = iter(calibration)

        def get_next(self) -> dict[str, np.ndarray] | None:
            row = next(self.rows, None)
            return None if row is None else {name: row[None]}

    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
        graph = onnx.load(str(prepared)).graph
        kept = [
            n.name for n in graph.node if n.op_type in ("Gemm", "MatMul", "ReduceMean", "ReduceL2", "Div")
        ]
        kept += [n.name for n in graph.node if n.op_type == "Conv"][:float_layers]
        quantize_static(
            str(prepared),
            str(target),
            Reader(),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
            nodes_to_exclude=kept,
        )


def quantise_dynamic(source: Path, target: Path) -> None:
    """int8 weights with ranges taken per input: the form for matrix products."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        str(source),
        str(target),
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        op_types_to_quantize=["MatMul", "Gemm"],
    )


def _variant(
    target: Path, source: Path, name: str, inputs: np.ndarray, settings: ExportConfig
) -> Variant | None:
    """The card of an int8 file, or None (and no file) where it is too far off or not faster."""
    measured = parity(run_onnx(source, name, inputs), run_onnx(target, name, inputs))
    ms, ms_fp32 = milliseconds(target, name, inputs), milliseconds(source, name, inputs)
    log.info("%s: %s, %.2f ms against %.2f ms", target.name, measured, ms, ms_fp32)
    near = measured["cosine_mean"] >= settings.min_parity_int8  # False for NaN, too
    if not near or ms >= ms_fp32:
        log.info("%s is left out: it is %s.", target.name, "not faster" if near else "too far off")
        target.unlink()
        return None
    measured |= {"ms_per_input_2_threads": round(ms, 2), "ms_per_input_2_threads_fp32": round(ms_fp32, 2)}
    return Variant(target.name, sha256_of(target), measured)


def export_encoder(
    encoder: nn.Module, name: str, inputs: np.ndarray, out: Path, settings: ExportConfig
) -> dict[str, float]:
    """Writes `NAME.onnx` and compares it with torch. Leaves `NAME.full.onnx` as source for variants.

    Args:
        name: `image` or `dna`.
        inputs: (n, …) held-out inputs.

    Raises:
        ParityError: the file is under the floor; it is removed.
    """
    path, full = out / f"{name}.onnx", out / f"{name}.full.onnx"
    to_onnx(encoder, (INPUT_NAMES[name],), (inputs,), full, settings.opset)
    store_half(full, path)
    with torch.no_grad():
        reference = torch.cat(
            [encoder(torch.from_numpy(inputs[i : i + 32])) for i in range(0, len(inputs), 32)]
        )
    measured = parity(reference.numpy(), run_onnx(path, INPUT_NAMES[name], inputs))
    if not measured["cosine_min"] >= settings.min_parity_fp32:  # NaN, too
        path.unlink()
        full.unlink()
        raise ParityError(
            f"{path.name} was not written: its smallest cosine to the trained tower is "
            f"{measured['cosine_min']:.5f}, the floor is {settings.min_parity_fp32}."
        )
    return measured


_HELD_OUT = (TEST, VAL, UNSEEN, VAL_UNSEEN, CALIBRATE, TRAIN)
"""Splits that inputs to compare on are taken from: the first that has any, for photos without official
folds are never `test`."""


def _held_out(records: list[Record], n: int) -> list[Record]:
    """At most `n` records to compare files on, spread evenly over a split."""
    splits = ([r for r in records if r.split == split] for split in _HELD_OUT)
    return _spread(next((rows for rows in splits if rows), []), n)


def _spread(rows: list[Record], n: int) -> list[Record]:
    """`n` rows spread evenly over the list."""
    return [rows[i] for i in np.linspace(0, len(rows) - 1, min(n, len(rows))).astype(int)]


def export_pack(config: Config, data: Path, images: Path | None, run_dir: Path, out: Path) -> dict[str, Any]:
    """Writes a model pack and returns its manifest as plain values.

    Files are compared on held-out photos and haplotypes; calibration photos are training photos. What
    is in the folder already stays as it is until all of the new pack is there.

    Raises:
        ParityError: an fp32 file does not reproduce its tower.
    """
    load_dna_encoder(config, run_dir)  # before a folder is made: it may be the wrong run
    if images is not None:
        load_image_encoder(config, run_dir)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".export-", dir=out) as folder:
        part = Path(folder)
        manifest = _write_pack(config, data, images, run_dir, part)
        # An int8 file that the new pack does without, above all.
        for file in (*(f"{name}{end}" for name in INPUT_NAMES for end in (".onnx", ".int8.onnx")), KIN_FILE):
            if not (part / file).exists():
                (out / file).unlink(missing_ok=True)
        for file in manifest.files():
            (part / file).replace(out / file)
    manifest.save(out)
    return json.loads((out / "manifest.json").read_text(encoding="utf-8"))


def _write_pack(config: Config, data: Path, images: Path | None, run_dir: Path, out: Path) -> ModelManifest:
    """Writes the files of the encoders; gives the manifest, which is not written yet."""
    settings = config.export
    cards: dict[str, EncoderCard] = {}

    tokenizer = FrameTokenizer()
    barcodes = unique_haplotypes(read_records(data / "barcodes.tsv.gz"))
    asked = _held_out(barcodes, settings.parity_inputs)
    tokens = tokenizer.encode_batch([r.nucleotides for r in asked])
    measured = export_encoder(load_dna_encoder(config, run_dir), "dna", tokens, out, settings)
    cards["dna"] = EncoderCard(
        "dna.onnx",
        sha256_of(out / "dna.onnx"),
        architecture=f"linear and hidden view of the codons of placed barcodes, {config.dim}-d",
        tokenizer=tokenizer,
        parity=measured,
    )

    provenance: dict[str, Any] = {"recipe": to_dict(config), "seed": config.seed, "card": "MODEL_CARD.md"}
    if images is not None:
        trained_on = trained_splits(run_dir)
        provenance["trained_splits"] = sorted(trained_on)
        stage = finished_stage(config, run_dir)
        prep = preprocessing_of(stage)
        photos = read_records(data / "photos.tsv")
        train = _spread([r for r in photos if r.split == TRAIN], settings.calibration)
        inputs = model_inputs(
            [images / r.image_file for r in _held_out(photos, settings.parity_inputs)], prep
        )
        measured = export_encoder(load_image_encoder(config, run_dir), "image", inputs, out, settings)
        calibration = model_inputs([images / r.image_file for r in train], prep)
        quantise_static(
            out / "image.full.onnx", out / "image.int8.onnx", "image", calibration, settings.int8_float_layers
        )
        kin = learned_kin(config, run_dir, photos, trained_on, images)
        if kin:
            write_kin(out / KIN_FILE, kin)
        variant = _variant(out / "image.int8.onnx", out / "image.onnx", "image", inputs, settings)
        cards["image"] = EncoderCard(
            "image.onnx",
            sha256_of(out / "image.onnx"),
            architecture=f"EfficientNet-Lite0, {config.dim}-d",
            preprocessing=prep,
            parity=measured,
            variants={"int8": variant} if variant else {},
            leaning=leaning_of(settings, trained_on, photos, kin),
            kin=KinCard(KIN_FILE, sha256_of(out / KIN_FILE), {k.rank: k.share for k in kin}) if kin else None,
        )

    return ModelManifest(
        id=settings.pack_id,
        version=settings.version,
        title=settings.title,
        dim=config.dim,
        encoders=cards,
        licence=settings.licence,
        provenance=provenance,
    )
