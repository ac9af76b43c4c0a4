"""Several photos of one specimen through the whole of an identification."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bioscan_desktop.core.calibration import Calibration, PairScale, log_distance
from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.inference.crop import Box
from bioscan_desktop.inference.encoders import ModelPack, mean_row
from bioscan_desktop.inference.images import load_rgb, to_array
from bioscan_desktop.library.pack import Library
from bioscan_desktop.library.restriction import Restriction
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.services.specimens import Specimen, from_sequence, join, join_photos
from tests.conftest import TinyWorld

PRONUBA, COMES, RAPAE, BALTEATUS = "Noctua pronuba", "Noctua comes", "Pieris rapae", "Episyrphus balteatus"


def photos(world: TinyWorld, *species: str) -> Specimen:
    """One specimen of a photo of each."""
    shown = [Specimen(one, world.photos[one].name, world.photos[one]) for one in species]
    return join_photos(shown)


@pytest.fixture
def sure(world: TinyWorld) -> Iterator[Identifier]:
    """Names whatever has a fifth of the evidence; photos are judged by photos."""
    library = Library(world.library)
    library.calibration = Calibration(
        pairs={"image->image": PairScale(60.0, 0.0), "image->dna": PairScale(1.0, 0.0)},
        thresholds={m: dict.fromkeys(RANKS, 0.2) for m in ("image", "dna", "both")},
    )
    yield Identifier(ModelPack(world.model, "cpu"), library)
    library.close()


def test_the_mean_of_the_photos_is_searched(world: TinyWorld, identifier: Identifier) -> None:
    specimen = photos(world, PRONUBA, COMES)
    result = identifier.identify_one(specimen)
    model = identifier.model
    pictures = [load_rgb(world.photos[one], model.preprocessing.min_side).image for one in (PRONUBA, COMES)]
    rows = model.embed_images(pictures)
    (near,) = identifier.library.search("image", mean_row(list(rows))[None], 5, ["image"])
    shown = {hit.key_id: hit.score for hit in result.hits if hit.key_modality == "image"}
    assert shown.keys() <= {hit.key_id for hit in near}
    assert all(shown[hit.key_id] == pytest.approx(hit.score, abs=1e-5) for hit in near if hit.key_id in shown)
    assert [verdict.ranks[3].name for verdict in result.by_photo if verdict] == [PRONUBA, COMES]


def test_several_photos_are_seen_as_firmly_as_they_are_on_average(
    world: TinyWorld, identifier: Identifier
) -> None:
    (found,) = identifier.look_up([photos(world, PRONUBA, COMES)])
    one, other = (photo.hits["image"].views for photo in found.apart)
    assert one is not None and other is not None and one != other
    assert found.hits["image"].views == pytest.approx((one + other) / 2)
    model = identifier.model
    picture = load_rgb(world.photos[PRONUBA], model.preprocessing.min_side).image
    _, cosines = model.embed_views([to_array(picture, model.preprocessing)])
    assert cosines is not None and one == pytest.approx(log_distance(float(cosines[0])), abs=1e-3)


def test_a_photo_twice_is_answered_as_once(world: TinyWorld, sure: Identifier) -> None:
    once = sure.identify_one(photos(world, RAPAE))
    twice = sure.identify_one(photos(world, RAPAE, RAPAE))
    assert once.verdict is not None and twice.verdict is not None
    assert twice.verdict.name == once.verdict.name
    assert twice.verdict.confidence == pytest.approx(once.verdict.confidence, abs=1e-4)
    assert (once.by_photo, len(twice.by_photo)) == ((), 2)


def test_photos_of_two_orders_contradict_each_other(world: TinyWorld, sure: Identifier) -> None:
    result = sure.identify_one(photos(world, RAPAE, BALTEATUS))
    assert result.verdict is not None
    assert result.verdict.name is None
    assert "photos contradict each other" in result.verdict.reason
    assert result.photo_conflict == "order"
    assert set(result.badges) == {"none"}


def test_a_barcode_does_not_hide_that_photos_contradict_each_other(
    world: TinyWorld, sure: Identifier
) -> None:
    barcode = from_sequence(world.barcodes[RAPAE], "barcode")
    result = sure.identify_one(join(photos(world, RAPAE, BALTEATUS), barcode))
    assert result.verdict is not None
    assert result.verdict.name is None
    assert result.by_modality["dna"].name == RAPAE
    assert "photos contradict each other" in result.verdict.reason
    agreeing = sure.identify_one(join(photos(world, RAPAE, RAPAE), barcode))
    assert agreeing.verdict is not None
    assert (agreeing.verdict.name, agreeing.modality_agreement) == (RAPAE, "species")


def test_a_photo_that_cannot_be_read_leaves_the_others(
    world: TinyWorld, sure: Identifier, tmp_path: Path
) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"no photo")
    broken = Specimen("broken", "broken.jpg", tmp_path / "broken.jpg")
    good = photos(world, RAPAE)
    result = sure.identify_one(join_photos([broken, good]))
    alone = sure.identify_one(good)
    assert (result.status, alone.status) == ("partial", "ok")
    assert result.error is not None and "broken.jpg" in result.error.message
    assert result.verdict is not None and alone.verdict is not None
    assert result.verdict.name == alone.verdict.name
    assert [verdict is not None for verdict in result.by_photo] == [False, True]
    (tmp_path / "torn.jpg").write_bytes(b"no photo either")
    torn = Specimen("torn", "torn.jpg", tmp_path / "torn.jpg")
    both_told = sure.identify_one(join_photos([broken, good, torn]))
    assert both_told.status == "partial" and any("torn.jpg" in notice for notice in both_told.notices)
    nothing = sure.identify_one(join_photos([broken, broken]))
    assert (nothing.status, nothing.by_photo) == ("failed", (None, None))


def test_a_broken_barcode_of_any_of_them_is_told(world: TinyWorld) -> None:
    one, other = photos(world, RAPAE), from_sequence("ACGT", "short")
    assert join_photos([one, replace(one, error=other.error)]).error is other.error is not None
    assert join_photos([one, one]).error is None


def test_others_of_the_step_are_answered_as_alone(world: TinyWorld, identifier: Identifier) -> None:
    single, several = photos(world, PRONUBA), photos(world, RAPAE, RAPAE, COMES)
    together = list(identifier.identify([single, several, single], first_step=16, last_step=16))
    assert [one.hits[0].key_id for one in together] == [
        identifier.identify_one(one).hits[0].key_id for one in (single, several, single)
    ]
    assert [len(one.by_photo) for one in together] == [0, 3, 0]


def test_a_restriction_holds_for_each_photo(world: TinyWorld, sure: Identifier) -> None:
    limited = Identifier(sure.model, sure.library, Restriction(sure.library, ["Noctua"]))
    result = limited.identify_one(photos(world, RAPAE, RAPAE))
    assert all(v is not None and v.lineage.family in (None, "Noctuidae") for v in result.by_photo)
    assert any(RAPAE in sentence for sentence in result.restricted)


def test_the_line_of_json_names_all_photos(world: TinyWorld, sure: Identifier) -> None:
    line = json.loads(json.dumps(sure.identify_one(photos(world, RAPAE, BALTEATUS)).to_json()))
    assert line["photo"] == str(world.photos[RAPAE])
    assert line["photos"] == [str(world.photos[RAPAE]), str(world.photos[BALTEATUS])]
    assert [verdict["name"] for verdict in line["by_photo"]] == [RAPAE, BALTEATUS]
    assert line["photo_conflict"] == "order"
    single = sure.identify_one(photos(world, RAPAE)).to_json()
    assert not {"photos", "by_photo", "photo_conflict"} & single.keys()


def test_the_crop_of_each_photo_is_its_own(world: TinyWorld, sure: Identifier) -> None:
    whole, part = photos(world, RAPAE), replace(photos(world, RAPAE), crop=Box(0.0, 0.0, 0.05, 0.05))
    cropped = sure.identify_one(join_photos([whole, part])).by_photo
    for found, alone in zip(cropped, (whole, part), strict=True):
        expected = sure.identify_one(alone).verdict
        assert found is not None and expected is not None
        assert found.confidence == pytest.approx(expected.confidence, abs=1e-4)
    assert cropped[0] != cropped[1]
