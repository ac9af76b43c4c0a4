"""Whole identifications with the tiny world: right answers, and bad input that stays a row."""

from __future__ import annotations

import dataclasses
import io
import shutil
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bioscan_desktop.core.barcode import reverse_complement
from bioscan_desktop.core.calibration import Calibration, NoveltyModel
from bioscan_desktop.core.errors import Cancelled, PackError
from bioscan_desktop.core.leaning import Leaning
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.inference.manifest import KinCard, sha256_of
from bioscan_desktop.library.pack import Library
from bioscan_desktop.services.identify import Identification, Identifier
from bioscan_desktop.services.specimens import Specimen, collect, from_sequence, from_text, in_steps, join
from bioscan_desktop.services.tasks import CancelToken, Progress
from tests.conftest import TinyWorld, draw_insect, make_model, random_barcode

PRONUBA, RAPAE, BALTEATUS = "Noctua pronuba", "Pieris rapae", "Episyrphus balteatus"


def photo(world: TinyWorld, species: str) -> Specimen:
    return Specimen("photo", world.photos[species].name, world.photos[species])


def barcode(world: TinyWorld, species: str) -> Specimen:
    return from_sequence(world.barcodes[species], "barcode")


def check(result: Identification) -> Identification:
    """What holds for every answer."""
    assert (result.status == "failed") == (result.verdict is None)
    assert (result.status == "ok") == (result.error is None)
    if result.error is not None:
        assert result.error.message.endswith(".")
        assert "\n" not in result.error.message
    assert len(result.badges) == len(result.hits)
    assert result.elapsed_ms >= 0
    return result


class TestAnswers:
    @pytest.mark.parametrize("species", [PRONUBA, "Noctua comes", RAPAE, BALTEATUS])
    def test_the_nearest_key_is_of_the_right_species(
        self, world: TinyWorld, identifier: Identifier, species: str
    ) -> None:
        for specimen in (photo(world, species), barcode(world, species)):
            result = check(identifier.identify_one(specimen))
            assert result.status == "ok"
            same = [h for h in result.hits if h.query_modality == h.key_modality]
            assert same[0].lineage.species == species
        assert result.hits[0].percent_identity is not None
        assert result.hits[0].percent_identity > 98
        assert result.hits[0].overlap_bp == pytest.approx(657, abs=3)

    def test_photo_and_barcode_of_one_species_agree(self, world: TinyWorld, library: Library) -> None:
        library.calibration = Calibration(
            thresholds={m: dict.fromkeys(_RANKS, 0.2) for m in ("image", "dna", "both")}
        )
        both = join(photo(world, RAPAE), barcode(world, RAPAE))
        result = check(Identifier(ModelPack(world.model, "cpu"), library).identify_one(both))
        assert set(result.by_modality) == {"image", "dna"}
        assert result.verdict is not None
        assert result.verdict.name == RAPAE
        assert result.modality_agreement == "species"
        assert result.badges[0] == "species"

    def test_photo_and_barcode_of_two_orders_contradict_each_other(
        self, world: TinyWorld, library: Library
    ) -> None:
        library.calibration = Calibration(
            thresholds={m: dict.fromkeys(_RANKS, 0.2) for m in ("image", "dna", "both")}
        )
        both = join(photo(world, RAPAE), barcode(world, BALTEATUS))
        result = check(Identifier(ModelPack(world.model, "cpu"), library).identify_one(both))
        assert result.verdict is not None
        assert result.verdict.name is None
        assert "contradict" in result.verdict.reason
        assert result.modality_agreement == "none"
        assert set(result.badges) == {"none"}

    @pytest.mark.parametrize("species", [PRONUBA, BALTEATUS])
    def test_the_other_strand_gives_the_same_answer(
        self, world: TinyWorld, identifier: Identifier, species: str
    ) -> None:
        forward = identifier.identify_one(barcode(world, species))
        turned = identifier.identify_one(from_sequence(reverse_complement(world.barcodes[species])))
        assert any("reversed" in notice for notice in turned.notices)
        assert [h.key_id for h in turned.hits] == [h.key_id for h in forward.hits]
        assert turned.verdict == forward.verdict

    def test_a_strand_that_only_the_library_can_tell_is_turned(
        self, world: TinyWorld, identifier: Identifier
    ) -> None:
        # A stop codon in the middle: neither strand is open, so the bases alone do not tell.
        bases = world.barcodes[PRONUBA]
        stopped = bases[:300] + "TAACTAATTAA" + bases[311:]
        forward = identifier.identify_one(from_sequence(stopped))
        turned = identifier.identify_one(from_sequence(reverse_complement(stopped)))
        assert [h.key_id for h in turned.hits] == [h.key_id for h in forward.hits]
        assert any("reversed" in notice for notice in turned.notices)

    def test_a_pasted_picture(self, world: TinyWorld, identifier: Identifier) -> None:
        buffer = io.BytesIO()
        Image.open(world.photos[RAPAE]).save(buffer, "PNG")
        result = check(identifier.identify_one(Specimen("pasted", "clipboard", buffer.getvalue())))
        assert result.status == "ok"

    @pytest.mark.parametrize("top_k", [1, 3, 60])
    def test_what_is_shown_does_not_change_what_is_decided(
        self, world: TinyWorld, identifier: Identifier, top_k: int
    ) -> None:
        both = join(photo(world, RAPAE), barcode(world, RAPAE))
        result, usual = identifier.identify_one(both, top_k), identifier.identify_one(both)
        assert result.verdict == usual.verdict
        assert len(result.hits) <= 2 * top_k
        for modality in ("image", "dna"):
            shown = [h for h in result.hits if h.query_modality == modality]
            assert len(shown) == min(top_k, identifier.library.records.count())

    def test_only_the_keys_asked_for(self, world: TinyWorld, identifier: Identifier) -> None:
        (result,) = identifier.identify([photo(world, RAPAE)], keys=["dna"])
        assert {h.key_modality for h in result.hits} == {"dna"}

    def test_a_specimen_unlike_the_library(self, world: TinyWorld, library: Library) -> None:
        near = tuple(np.linspace(0.9999, 1, 300).tolist())
        library.calibration = Calibration(
            novelty={f"dna->{key}": NoveltyModel(near, near) for key in ("dna", "image")}, fitted=True
        )
        identifier = Identifier(ModelPack(world.model, "cpu"), library)
        result = identifier.identify_one(from_sequence(random_barcode(77)))
        assert result.verdict is not None
        assert (result.verdict.novelty, result.verdict.name) == ("unlike_library", None)

    def test_provenance(self, world: TinyWorld, identifier: Identifier) -> None:
        p = identifier.identify_one(barcode(world, RAPAE)).provenance
        assert (p.library_id, p.model_id, p.provider) == ("tiny", "tiny", "CPUExecutionProvider")
        assert p.model_sha256 == ModelPack(world.model).manifest.fingerprint


_RANKS = ("order", "family", "genus", "species")


@pytest.fixture
def library(world: TinyWorld) -> Iterator[Library]:
    opened = Library(world.library)
    yield opened
    opened.close()


class TestBadInput:
    def test_every_bad_item_stays_a_row_and_the_good_ones_are_answered(
        self, world: TinyWorld, identifier: Identifier, tmp_path: Path
    ) -> None:
        folder = tmp_path / "in"
        folder.mkdir()
        good = world.photos[RAPAE].read_bytes()
        shutil.copy(world.photos[RAPAE], folder / "01_good.jpg")
        (folder / "02_empty.jpg").touch()
        (folder / "03_text.jpg").write_text("not a photo\n" * 100)
        (folder / "04_cut.jpg").write_bytes(good[: len(good) * 4 // 5])
        (folder / "05_stub.jpg").write_bytes(good[:300])
        (folder / "06.fasta").write_text(
            f">whole\n{world.barcodes[RAPAE]}\n>broken\nMFSLIVWEFILPQ\n"
            f">short\n{'ACGT' * 5}\n>last\n{world.barcodes[PRONUBA]}\n"
        )
        (folder / "07_empty.fasta").touch()
        draw_insect((150, 90, 40), (8, 8)).save(folder / "08_tiny.png")
        shutil.copy(world.photos[PRONUBA], folder / "09_good.jpg")
        given = [folder, tmp_path / "gone.jpg", tmp_path / "gone.fasta"]
        results = [check(r) for r in identifier.identify(collect(given))]
        assert [(r.specimen.query_id, r.status, r.error.code if r.error else None) for r in results] == [
            ("01_good", "ok", None),
            ("02_empty", "failed", "empty_file"),
            ("03_text", "failed", "not_a_photo"),
            ("04_cut", "partial", "truncated_photo"),
            ("05_stub", "failed", "damaged_photo"),
            ("whole", "ok", None),
            ("broken", "failed", "not_dna"),
            ("short", "failed", "too_short"),
            ("last", "ok", None),
            ("07_empty", "failed", "empty_file"),
            ("08_tiny", "failed", "too_small"),
            ("09_good", "ok", None),
            ("gone", "failed", "file_missing"),
            ("gone", "failed", "file_missing"),
        ]

    def test_an_item_beside_bad_ones_is_answered_as_alone(
        self, world: TinyWorld, identifier: Identifier, tmp_path: Path
    ) -> None:
        (tmp_path / "bad.jpg").write_text("x")
        bad = Specimen("bad", "bad.jpg", tmp_path / "bad.jpg")
        mixed = [bad, photo(world, RAPAE), bad, barcode(world, RAPAE), photo(world, PRONUBA), bad]
        results = list(identifier.identify(mixed))
        for specimen, result in zip(mixed, results, strict=True):
            alone = identifier.identify_one(specimen)
            assert [h.key_id for h in result.hits] == [h.key_id for h in alone.hits]
            np.testing.assert_allclose(
                [h.score for h in result.hits], [h.score for h in alone.hits], atol=1e-5
            )

    def test_a_bad_barcode_leaves_the_photo(self, world: TinyWorld, identifier: Identifier) -> None:
        specimen = dataclasses.replace(photo(world, RAPAE), error=from_sequence("ACGT").error)
        result = check(identifier.identify_one(specimen))
        assert (result.status, list(result.by_modality)) == ("partial", ["image"])
        assert result.error is not None
        assert result.error.code == "too_short"

    def test_a_bad_photo_leaves_the_barcode(
        self, world: TinyWorld, identifier: Identifier, tmp_path: Path
    ) -> None:
        specimen = dataclasses.replace(barcode(world, RAPAE), photo=tmp_path / "gone.jpg")
        result = check(identifier.identify_one(specimen))
        assert (result.status, list(result.by_modality)) == ("partial", ["dna"])
        assert result.modality_agreement is None

    def test_the_sentence_of_a_cut_photo_is_its_own(
        self, world: TinyWorld, identifier: Identifier, tmp_path: Path
    ) -> None:
        data = world.photos[RAPAE].read_bytes()
        (tmp_path / "cut.jpg").write_bytes(data[: len(data) * 4 // 5])
        specimen = dataclasses.replace(
            from_sequence(world.barcodes[RAPAE][:300]), photo=tmp_path / "cut.jpg", input="cut.jpg"
        )
        result = check(identifier.identify_one(specimen))
        assert (result.status, set(result.by_modality)) == ("partial", {"image", "dna"})
        assert result.error is not None
        assert "cut short" in result.error.message  # and not the notice of the short barcode
        assert any("Short barcode" in notice for notice in result.notices)

    def test_one_unusable_embedding_harms_no_other(
        self, world: TinyWorld, identifier: Identifier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session = identifier.model.session("dna")
        real, marked = session.run, identifier.model.tokenizer.encode(random_barcode(99))

        def run(batch: np.ndarray) -> np.ndarray:
            rows = real(batch).copy()
            rows[(batch == marked).all(axis=1)] = np.nan
            return rows

        monkeypatch.setattr(session, "run", run)
        given = [barcode(world, RAPAE), from_sequence(random_barcode(99), "bad"), barcode(world, PRONUBA)]
        results = [check(r) for r in identifier.identify([*given, *given, *given])]
        assert [r.status for r in results] == ["ok", "failed", "ok"] * 3

    def test_nothing_to_do(self, identifier: Identifier) -> None:
        assert list(identifier.identify([])) == []

    def test_text_without_a_sequence(self, identifier: Identifier) -> None:
        (result,) = identifier.identify(from_text([], "clipboard"))
        assert check(result).status == "failed"


class TestPacks:
    @pytest.fixture
    def copy(self, world: TinyWorld, tmp_path: Path) -> TinyWorld:
        model, packed = tmp_path / "model", tmp_path / "library"
        shutil.copytree(world.model, model)
        shutil.copytree(world.library, packed)
        return dataclasses.replace(world, model=model, library=packed)

    @pytest.mark.parametrize("file", ["dna.onnx", "keys.dna.npy", "keys.image.npy"])
    def test_a_damaged_pack_stops_the_run(self, copy: TinyWorld, file: str) -> None:
        path = (copy.model if file.endswith("onnx") else copy.library) / file
        path.write_bytes(path.read_bytes()[:150])
        library = Library(copy.library)
        identifier = Identifier(ModelPack(copy.model, "cpu"), library)
        with pytest.raises(PackError) as caught:
            list(identifier.identify([barcode(copy, RAPAE), barcode(copy, PRONUBA)]))
        assert caught.value.message.endswith(".")
        library.close()

    def test_damaged_kin_of_photos_stops_the_run(self, copy: TinyWorld) -> None:
        (copy.model / "kin.npz").write_bytes(b"no archive")
        manifest = ModelPack(copy.model).manifest
        card = KinCard("kin.npz", "0" * 64, {"genus": 0.5})
        image = dataclasses.replace(
            manifest.encoders["image"], leaning=Leaning(frozenset(), {"dna": 0.1}), kin=card
        )
        dataclasses.replace(manifest, encoders={**manifest.encoders, "image": image}).save(copy.model)
        library = Library(copy.library)
        identifier = Identifier(ModelPack(copy.model, "cpu"), library)
        with pytest.raises(PackError, match="install the model again"):
            list(identifier.identify([photo(copy, RAPAE), photo(copy, PRONUBA)]))
        (result,) = identifier.identify([barcode(copy, RAPAE)])
        assert result.status == "ok", "barcodes ask for no kin"
        library.close()

    def test_swapped_encoders_are_refused(self, copy: TinyWorld) -> None:
        shutil.copy(copy.model / "image.onnx", copy.model / "dna.onnx")
        library = Library(copy.library)
        identifier = Identifier(ModelPack(copy.model, "cpu"), library)
        with pytest.raises(PackError):
            list(identifier.identify([barcode(copy, RAPAE)]))
        library.close()

    def test_a_model_without_the_encoder_fails_the_item_only(self, copy: TinyWorld) -> None:
        manifest = ModelPack(copy.model).manifest
        dataclasses.replace(manifest, encoders={"dna": manifest.encoders["dna"]}).save(copy.model)
        model = ModelPack(copy.model, "cpu")
        library = Library(copy.library)
        library.manifest.model["fingerprint"] = model.manifest.fingerprint
        results = list(Identifier(model, library).identify([photo(copy, RAPAE), barcode(copy, RAPAE)]))
        assert [r.status for r in results] == ["failed", "ok"]
        assert results[0].error is not None
        assert "no encoder for image" in results[0].error.message
        library.close()

    def test_another_model_is_refused(self, world: TinyWorld, library: Library, tmp_path: Path) -> None:
        make_model(tmp_path / "other", seed=8)
        with pytest.raises(PackError):
            Identifier(ModelPack(tmp_path / "other", "cpu"), library)

    def test_the_model_of_the_fixture_is_whole(self, world: TinyWorld) -> None:
        manifest = ModelPack(world.model).manifest
        assert sha256_of(world.model / "dna.onnx") == manifest.encoders["dna"].sha256


class TestRunning:
    def test_order_progress_and_total(self, world: TinyWorld, identifier: Identifier) -> None:
        given = [dataclasses.replace(photo(world, s), query_id=s) for s in world.photos] * 9
        told: list[Progress] = []
        results = list(identifier.identify(given, progress=told.append, total=36))
        assert [r.specimen.query_id for r in results] == [s.query_id for s in given]
        assert [(p.done, p.total, p.label) for p in told] == [
            (n, 36, s.query_id) for n, s in enumerate(given, start=1)
        ]

    def test_a_generator_is_read_a_little_ahead_only(self, world: TinyWorld, identifier: Identifier) -> None:
        read = 0

        def endless() -> Iterator[Specimen]:
            nonlocal read
            while True:
                read += 1
                assert read < 1000
                yield barcode(world, RAPAE)

        answers = identifier.identify(endless())
        for _ in range(3):
            next(answers)
        assert read <= 64
        answers.close()

    def test_photos_are_decoded_while_answers_are_used(
        self, world: TinyWorld, identifier: Identifier
    ) -> None:
        decoded, enough = 0, threading.Event()

        def seen(_: Specimen, __: bytes) -> None:
            nonlocal decoded
            decoded += 1
            if decoded == 48:
                enough.set()

        answers = identifier.identify([photo(world, RAPAE)] * 80, first_step=16, last_step=16, seen=seen)
        next(answers)
        assert enough.wait(30), "the third step waits until the answers of the first have been used"
        assert decoded == 48
        assert len(list(answers)) == 79

    def test_equal_barcodes_are_searched_once_and_answered_each(
        self, world: TinyWorld, identifier: Identifier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[int] = []
        embed = identifier.model.embed_barcodes

        def count(sequences: Sequence[str], placed: np.ndarray | None = None) -> np.ndarray:
            asked.append(len(sequences))
            return embed(sequences, placed)

        monkeypatch.setattr(identifier.model, "embed_barcodes", count)
        given = [barcode(world, RAPAE), barcode(world, PRONUBA), barcode(world, RAPAE), photo(world, RAPAE)]
        results = [check(r) for r in identifier.identify(given, first_step=4)]
        assert asked == [2]
        assert results[0].hits == results[2].hits != results[1].hits
        assert [list(r.by_modality) for r in results] == [["dna"], ["dna"], ["dna"], ["image"]]

    def test_steps_grow_farther_with_barcodes_than_with_photos(self, world: TinyWorld) -> None:
        barcodes, photos = [barcode(world, RAPAE)] * 200, [photo(world, RAPAE)] * 60
        assert [len(step) for step in in_steps(barcodes, 1, 64)] == [1, 2, 4, 8, 16, 32, 64, 64, 9]
        assert [len(step) for step in in_steps(photos, 1, 64)] == [1, 2, 4, 8, 16, 16, 13]
        mixed = in_steps([*barcodes[:20], *photos[:20]], 64, 64)
        assert [len(step) for step in mixed] == [36, 4]
        assert [len(step) for step in in_steps(barcodes, 16, 16)] == [16] * 12 + [8]

    def test_cancelling_keeps_what_is_done(self, world: TinyWorld, identifier: Identifier) -> None:
        token, results = CancelToken(), []
        with pytest.raises(Cancelled):
            for result in identifier.identify([photo(world, RAPAE)] * 100, cancel=token):
                results.append(result)
                if len(results) == 5:
                    token.cancel()
        assert len(results) == 5

    def test_cancelled_before_the_start(self, world: TinyWorld, identifier: Identifier) -> None:
        token = CancelToken()
        token.cancel()
        with pytest.raises(Cancelled):
            next(identifier.identify([photo(world, RAPAE)], cancel=token))

    def test_no_thread_is_left_behind(self, world: TinyWorld, identifier: Identifier) -> None:
        def decoders() -> list[str]:
            return [t.name for t in threading.enumerate() if t.name.startswith("decode")]

        answers = identifier.identify([photo(world, RAPAE)] * 20)
        next(answers)
        answers.close()
        assert decoders() == []
        identifier.identify_one(photo(world, RAPAE))
        assert decoders() == []

    def test_a_bug_in_the_input_is_not_swallowed(self, world: TinyWorld, identifier: Identifier) -> None:
        def broken() -> Iterator[Specimen]:
            yield photo(world, RAPAE)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            list(identifier.identify(broken()))

    def test_two_threads_may_ask_at_once(self, world: TinyWorld, identifier: Identifier) -> None:
        expected = [h.key_id for h in identifier.identify_one(barcode(world, RAPAE)).hits]
        found: list[list[int]] = []

        def ask() -> None:
            for result in identifier.identify([barcode(world, RAPAE)] * 20):
                found.append([h.key_id for h in result.hits])

        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert found == [expected] * 40


def test_a_short_piece_of_a_known_barcode_is_no_new_species(identifier: Identifier, world: TinyWorld) -> None:
    """Its embedding lies far away; its bases are those of the reference."""
    strict = NoveltyModel(tuple(0.999 + i / 1e6 for i in range(100)), (0.0,) * 100)
    identifier.library.calibration = Calibration(novelty={"dna->dna": strict}, fitted=True)
    whole = world.barcodes["Noctua pronuba"]
    piece, stranger = whole[150:330], random_barcode(99)[:180]
    answers = [identifier.identify_one(from_sequence(s)).verdict for s in (whole, piece, stranger)]
    assert [a.novelty for a in answers if a is not None] == ["new_species", "none", "unlike_library"]
