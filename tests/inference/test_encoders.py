"""Photos and barcodes to unit rows."""

from __future__ import annotations

import dataclasses
import json
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from bioscan_desktop.core.errors import PackError
from bioscan_desktop.inference import encoders
from bioscan_desktop.inference.encoders import ModelPack, mean_row
from bioscan_desktop.inference.images import to_array
from bioscan_desktop.inference.manifest import ModelManifest
from bioscan_desktop.inference.session import Session
from tests.conftest import DIM, SPECIES, TinyWorld, draw_insect, make_model, random_barcode


@pytest.fixture
def model(world: TinyWorld) -> ModelPack:
    return ModelPack(world.model, "cpu")


def pictures() -> list[Image.Image]:
    return [draw_insect(colour, seed=n) for n, (*_, colour) in enumerate(SPECIES)]


def barcodes() -> list[str]:
    return [random_barcode(n, 180 + 13 * n) for n in range(5)]


def test_rows_are_unit_and_float32(model: ModelPack) -> None:
    for rows in (model.embed_images(pictures()), model.embed_barcodes(barcodes())):
        assert rows.dtype == np.float32
        assert rows.shape[1] == model.dim == DIM
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)


def test_a_batch_is_its_single_items(model: ModelPack) -> None:
    singles = np.vstack([model.embed_images([picture]) for picture in pictures()])
    np.testing.assert_allclose(model.embed_images(pictures()), singles, atol=1e-6)
    singles = np.vstack([model.embed_barcodes([barcode]) for barcode in barcodes()])
    np.testing.assert_allclose(model.embed_barcodes(barcodes()), singles, atol=1e-6)


def test_rows_of_many_parts_stay_in_order(model: ModelPack, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [random_barcode(n, 180 + n) for n in range(23)]
    whole = model.embed_barcodes(many)
    monkeypatch.setitem(encoders.ROWS_AT_ONCE, "dna", 2)
    np.testing.assert_allclose(model.embed_barcodes(many), whole, atol=1e-6)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_side_by_side_gives_the_same_rows(model: ModelPack, threads: int) -> None:
    pack = ModelPack(model.folder, "cpu", "fp32", threads, side_by_side=True)
    many = [random_barcode(n, 180 + n) for n in range(23)]
    np.testing.assert_array_equal(pack.embed_images(pictures()), model.embed_images(pictures()))
    np.testing.assert_allclose(pack.embed_barcodes(many), model.embed_barcodes(many), atol=1e-6)
    np.testing.assert_array_equal(pack.embed_images(pictures()[:1]), model.embed_images(pictures()[:1]))


def test_side_by_side_holds_cores_while_it_computes(
    model: ModelPack, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = ModelPack(model.folder, "cpu", "fp32", 2, side_by_side=True)
    assert pack.cores is not None and model.cores is None
    free: list[int] = []
    run = pack.session("image").run

    def told(*batch: np.ndarray) -> np.ndarray:
        free.append(pack.cores._free)  # type: ignore[union-attr]
        return run(*batch)

    before = pack.cores._free
    monkeypatch.setattr(pack.session("image"), "run", told)
    pack.embed_images(pictures())
    assert len(free) == 2 * len(pictures())
    assert max(free) < before == pack.cores._free


def test_an_error_in_one_part_is_told(model: ModelPack, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: np.ndarray) -> np.ndarray:
        raise PackError("The encoder failed.")

    pack = ModelPack(model.folder, "cpu", "fp32", 2, side_by_side=True)
    monkeypatch.setattr(pack.session("image"), "run", broken)
    with pytest.raises(PackError, match="failed"):
        pack.embed_images(pictures())
    monkeypatch.undo()
    assert pack.embed_images(pictures()).shape == (len(pictures()), DIM)  # no core was lost


def test_an_insect_and_its_mirror_image_are_one(model: ModelPack) -> None:
    picture = draw_insect((150, 90, 40)).crop((0, 0, 200, 240))
    rows = model.embed_images([picture, ImageOps.mirror(picture)])
    np.testing.assert_allclose(rows[0], rows[1], atol=1e-5)


def test_views_are_as_far_apart_as_a_photo_and_its_mirror_image(model: ModelPack) -> None:
    inputs = [to_array(picture, model.preprocessing) for picture in pictures()]
    rows, cosines = model.embed_views(inputs)
    alone = model.embed_arrays("image", np.stack(inputs))
    mirrored = model.embed_arrays("image", np.stack(inputs)[:, :, :, ::-1].copy())
    assert cosines is not None
    np.testing.assert_allclose(cosines, (alone * mirrored).sum(axis=1), atol=1e-5)
    np.testing.assert_array_equal(rows, model.embed_pixels(inputs))


def test_a_pack_may_do_without_the_mirror_image(tmp_path: Path, model: ModelPack) -> None:
    folder = tmp_path / "pack"
    manifest = make_model(folder)
    image = dataclasses.replace(manifest.encoders["image"], mirror=False)
    plain = dataclasses.replace(manifest, encoders={**manifest.encoders, "image": image})
    plain.save(folder)
    picture = draw_insect((150, 90, 40)).crop((0, 0, 200, 240))
    pack = ModelPack(folder, "cpu")
    assert pack.manifest == plain and pack.manifest.fingerprint != manifest.fingerprint
    np.testing.assert_array_equal(
        pack.embed_images([picture]),
        model.embed_arrays("image", to_array(picture, model.preprocessing)[None]),
    )
    assert not np.allclose(pack.embed_images([picture]), model.embed_images([picture]), atol=1e-4)
    assert pack.embed_views([to_array(picture, pack.preprocessing)])[1] is None


@pytest.mark.parametrize(("precision", "seed"), [("fp32", 7), ("int8", 8)])
def test_the_precision_asked_for_is_opened(
    with_variant: Path, tmp_path: Path, precision: str, seed: int
) -> None:
    make_model(tmp_path / "plain", seed)
    plain = ModelPack(tmp_path / "plain", "cpu")
    chosen = ModelPack(with_variant, "cpu", precision)
    np.testing.assert_array_equal(chosen.embed_barcodes(barcodes()), plain.embed_barcodes(barcodes()))
    np.testing.assert_array_equal(chosen.embed_images(pictures()), plain.embed_images(pictures()))


def test_without_a_variant_int8_means_fp32(world: TinyWorld, model: ModelPack) -> None:
    rows = ModelPack(world.model, "cpu", "int8").embed_barcodes(barcodes())
    np.testing.assert_array_equal(rows, model.embed_barcodes(barcodes()))


def test_encoders_are_opened_once_and_only_when_used(model: ModelPack) -> None:
    assert not model._sessions
    model.embed_barcodes(barcodes())
    assert list(model._sessions) == ["dna"]
    assert model.session("dna") is model.session("dna")
    assert model.provider_report().short == "CPU"
    assert list(model._sessions) == ["dna"]


def test_two_threads_open_an_encoder_once(model: ModelPack, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, second_came = [], threading.Event()

    def slow(path: Path, *settings: object) -> Session:
        opened.append(path)
        (second_came.set() if len(opened) > 1 else second_came.wait(0.3))
        return Session(path, *settings)  # type: ignore[arg-type]

    monkeypatch.setattr(encoders, "Session", slow)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(model.session, ["dna", "dna"])
    assert first is second and len(opened) == 1


def test_an_encoder_of_another_length_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    manifest = make_model(folder)
    dataclasses.replace(manifest, dim=DIM + 1).save(folder)
    with pytest.raises(PackError, match=rf"not \(n, {DIM + 1}\)"):
        ModelPack(folder, "cpu").embed_barcodes(barcodes())


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0])
def test_unusable_numbers_are_refused(
    model: ModelPack, monkeypatch: pytest.MonkeyPatch, value: float
) -> None:
    session = model.session("dna")
    monkeypatch.setattr(session, "run", lambda batch: np.full((len(batch), DIM), value, np.float32))
    with pytest.raises(PackError, match="unusable numbers"):
        model.embed_barcodes(barcodes())


def test_rows_that_are_not_unit_are_made_so(model: ModelPack, monkeypatch: pytest.MonkeyPatch) -> None:
    session = model.session("dna")
    real = session.run
    expected = model.embed_barcodes(barcodes())
    monkeypatch.setattr(session, "run", lambda batch: 5 * real(batch))
    np.testing.assert_allclose(model.embed_barcodes(barcodes()), expected, atol=1e-6)


def test_an_encoder_that_the_pack_lacks_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    manifest = make_model(folder)
    only_dna = {"dna": manifest.encoders["dna"]}
    dataclasses.replace(manifest, encoders=only_dna).save(folder)
    pack = ModelPack(folder, "cpu")
    assert pack.has("dna")
    assert not pack.has("image")
    with pytest.raises(PackError, match="no encoder for image"):
        pack.embed_images(pictures())


class TestManifest:
    def test_round_trip(self, with_variant: Path) -> None:
        manifest = ModelManifest.load(with_variant)
        manifest.save(with_variant)
        assert ModelManifest.load(with_variant) == manifest
        manifest.verify(with_variant)

    def test_the_fingerprint_is_that_of_the_embedding_space(self, with_variant: Path) -> None:
        manifest = ModelManifest.load(with_variant)
        same = dataclasses.replace(manifest, title="Another title", version="9", metrics={"a": 1})
        assert same.fingerprint == manifest.fingerprint
        image = manifest.encoders["image"]
        assert image.preprocessing is not None
        for changed in (
            dataclasses.replace(image, sha256="0" * 64),
            dataclasses.replace(image, preprocessing=dataclasses.replace(image.preprocessing, size=33)),
        ):
            other = dataclasses.replace(manifest, encoders={**manifest.encoders, "image": changed})
            assert other.fingerprint != manifest.fingerprint

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"format": "bioscan-library"}, "not a model pack"),
            ({"format_version": "2.0"}, "newer"),
            ({"format_version": "new"}, "unreadable format version"),
            ({"format_version": "²"}, "unreadable format version"),
            ({"format_version": "1" * 5000}, "unreadable format version"),
            ({"dim": "many"}, "damaged manifest"),
            ({"dim": float("inf")}, "damaged manifest"),
            ({"dim": 0}, "damaged manifest"),
            ({"encoders": {}}, "damaged manifest"),
            ({"encoders": None}, "damaged manifest"),
            ({"encoders": {"dna": {"file": 7, "sha256": "0"}}}, "damaged manifest"),
            ({"id": None}, "damaged manifest"),
            ({"encoders": {"dna": {"file": "dna.onnx", "sha256": "0"}}}, "does not say how input"),
        ],
    )
    def test_unusable_manifests_are_one_sentence(
        self, with_variant: Path, change: dict[str, object], words: str
    ) -> None:
        path = with_variant / "manifest.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
        with pytest.raises(PackError, match=words) as caught:
            ModelManifest.load(with_variant)
        assert caught.value.message.endswith(".")

    def test_a_newer_minor_version_is_read(self, with_variant: Path) -> None:
        path = with_variant / "manifest.json"
        values = {**json.loads(path.read_text()), "format_version": "1.9", "something_new": 1}
        path.write_text(json.dumps(values))
        assert ModelManifest.load(with_variant).id == "tiny"

    @pytest.mark.parametrize("text", ["", "{", "[]", "null", "\udcff"])
    def test_what_is_no_manifest(self, with_variant: Path, text: str) -> None:
        (with_variant / "manifest.json").write_bytes(text.encode("utf-8", "surrogateescape"))
        with pytest.raises(PackError):
            ModelManifest.load(with_variant)

    def test_an_empty_folder(self, tmp_path: Path) -> None:
        with pytest.raises(PackError, match="no manifest"):
            ModelPack(tmp_path)

    def test_changed_missing_and_outside_files_are_found(self, with_variant: Path) -> None:
        manifest = ModelManifest.load(with_variant)
        variant = with_variant / "dna.int8.onnx"
        data = variant.read_bytes()
        variant.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        with pytest.raises(PackError, match="hash mismatch"):
            manifest.verify(with_variant)
        variant.unlink()
        with pytest.raises(PackError, match=r"lacks its file dna\.int8\.onnx"):
            manifest.verify(with_variant)
        card = dataclasses.replace(manifest.encoders["dna"], file="../dna.onnx")
        with pytest.raises(PackError, match="outside of itself"):
            dataclasses.replace(manifest, encoders={"dna": card}).verify(with_variant)


def test_swapped_encoders_are_refused(with_variant: Path) -> None:
    shutil.copy(with_variant / "image.onnx", with_variant / "dna.onnx")
    with pytest.raises(PackError, match="mixed up"):
        ModelPack(with_variant, "cpu", "fp32").embed_barcodes(barcodes())


def test_a_batch_that_the_encoder_cannot_take_is_one_sentence(model: ModelPack) -> None:
    with pytest.raises(PackError) as caught:
        model.embed_arrays("image", np.zeros((1, 3, 7, 7), np.float32))
    assert "failed" in caught.value.message
    assert "\n" not in caught.value.message


def test_the_mean_of_one_row_is_the_row_itself() -> None:
    row = np.array([0.6, 0.8], dtype=np.float32)
    assert mean_row([row]) is row
    mean = mean_row([row, np.array([1.0, 0.0], dtype=np.float32)])
    assert np.linalg.norm(mean) == pytest.approx(1.0)
    assert mean @ row > 0.8 and mean[0] > row[0]
