"""A batch follows from (seed, step); what a record lacks is borrowed or left out."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch", reason="training needs torch")

from bioscan_training.config import Config, ConfigError  # noqa: E402
from bioscan_training.contrast.batches import Sampler, TokenTable  # noqa: E402
from bioscan_training.contrast.model import barcode_tokenizer  # noqa: E402
from bioscan_training.contrast.specimens import SpecimenSource  # noqa: E402
from bioscan_training.contrast.stage import make_inputs  # noqa: E402
from bioscan_training.data.photos import PhotoCache, small_photo  # noqa: E402
from bioscan_training.parallel import Workers  # noqa: E402

from tests.training.contrast.conftest import RECIPE, with_contrast  # noqa: E402


def sampler(config: Config, data: Path, run: Path, workers: Workers | None = None, **given: Any) -> Sampler:
    source = SpecimenSource(data, data)
    train = source.read(("train",))
    inputs = make_inputs(config, train, train, run, source)
    return Sampler(inputs, np.arange(len(train)), config, workers or Workers(), **given)


def test_photo_and_barcode_of_one_id_are_one_record(data: Path, run: Path) -> None:
    alone = sampler(with_contrast(RECIPE, pairing="record"), data, run)
    specimens = alone.inputs.specimens
    assert len(specimens) == 6 * 5  # P0 once, two further barcodes, two further photos
    assert sum(bool(s.photo and s.barcode) for s in specimens) == 6
    assert len(alone.items) == 30  # names stand beside what each has
    both = sampler(with_contrast(RECIPE, pairing="record", modalities=("image", "dna")), data, run)
    assert len(both.items) == 6


def test_what_is_lacking_is_borrowed_within_the_species_anew_each_epoch(data: Path, run: Path) -> None:
    drawn = sampler(with_contrast(RECIPE, modalities=("image", "dna")), data, run)
    assert len(drawn.items) == 30
    partners: dict[int, set[int]] = {}
    for step in range(12):
        batch = drawn.batch_of(step)
        assert all(bool(flags.all()) for flags in batch.present.values())
        owners = drawn.items[drawn._chosen(step)]
        for m in ("image", "dna"):
            rows = drawn._rows(m, owners, step)
            table = drawn.inputs.rows[m]
            for owner, row in zip(owners, rows, strict=True):
                lender = int(np.flatnonzero(table == row)[0])
                names = [drawn.inputs.specimens[i].lineage.species for i in (owner, lender)]
                assert names[0] == names[1]
                if table[owner] >= 0:
                    assert row == table[owner]
                elif m == "dna":
                    partners.setdefault(int(owner), set()).add(int(row))
    assert max(len(rows) for rows in partners.values()) > 1


def test_a_batch_depends_on_seed_and_step_alone(data: Path, run: Path) -> None:
    one = sampler(RECIPE, data, run)
    two = sampler(RECIPE, data, run, threads=3)
    one.batch_of(0)
    for step in (7, 2):
        a, b = one.batch_of(step), two.batch_of(step)
        for m in ("image", "dna", "text"):
            assert all(torch.equal(x, y) for x, y in zip(a.inputs[m], b.inputs[m], strict=True))
    assert not torch.equal(one.batch_of(0).inputs["dna"][0], one.batch_of(1).inputs["dna"][0])


def test_shares_of_processes_make_up_the_batch_of_one(data: Path, run: Path) -> None:
    config = with_contrast(RECIPE, pairing="record")  # so that shares lack modalities here and there
    whole = sampler(config, data, run).batch_of(3)
    parts = [sampler(config, data, run, Workers(rank, 2)).batch_of(3) for rank in range(2)]
    for m in ("image", "dna", "text"):
        assert all(torch.equal(part.present[m], whole.present[m]) for part in parts)
        for number, x in enumerate(whole.inputs[m]):
            assert torch.equal(torch.cat([part.inputs[m][number] for part in parts]), x)
        assert torch.equal(torch.cat([parts[0].places[m], parts[1].places[m] + 4]), whole.places[m])
    assert not bool(whole.present["image"].all())


def test_every_record_comes_once_an_epoch(data: Path, run: Path) -> None:
    drawn = sampler(with_contrast(RECIPE, batch=10), data, run)
    assert drawn.steps_per_epoch == 3
    for epoch in range(2):
        seen = np.concatenate([drawn._chosen(3 * epoch + i) for i in range(3)])
        assert sorted(seen) == list(range(30))


def test_a_cap_draws_so_many_of_each_species_anew(data: Path, run: Path) -> None:
    drawn = sampler(with_contrast(RECIPE, cap=2, batch=4), data, run)
    assert drawn.steps_per_epoch == 3
    epochs = [np.concatenate([drawn._chosen(3 * epoch + i) for i in range(3)]) for epoch in range(4)]
    for chosen in epochs:
        names = [drawn.inputs.specimens[i].lineage.species for i in drawn.items[chosen]]
        assert sorted(names.count(name) for name in set(names)) == [2] * 6
    assert len({tuple(sorted(chosen)) for chosen in epochs}) > 1


def test_labels_of_species_and_bins(data: Path, run: Path) -> None:
    species = sampler(with_contrast(RECIPE, positives="species"), data, run)
    assert species.labels is not None and sorted(set(species.labels.tolist())) == list(range(6))
    bins = sampler(with_contrast(RECIPE, positives="bin"), data, run)
    # Two species share a BIN here; photos alone have none.
    assert bins.labels is not None and sorted(set(bins.labels.tolist())) == [-1, 0, 1, 2]
    assert sampler(RECIPE, data, run).labels is None


def test_batches_that_cannot_be_shared_out_are_refused(data: Path, run: Path) -> None:
    with pytest.raises(ConfigError, match=r"'contrast.schedule.batch' must be a multiple of the 3.*found 8"):
        sampler(RECIPE, data, run, Workers(0, 3))
    with pytest.raises(ConfigError, match=r"'contrast\.modalities' names image"):
        source = SpecimenSource(data, None)
        train = source.read(("train",))
        Sampler(make_inputs(RECIPE, train, train, run, source), np.arange(len(train)), RECIPE)


def test_tokens_are_those_of_the_app(data: Path) -> None:
    tokenizer = barcode_tokenizer(RECIPE.towers.dna)
    barcodes = ["ACGT" * 20, "", "ACGT" * 20, "ACGNNT" * 30, "acgt"]
    table = TokenTable(barcodes, tokenizer)
    assert table.rows.tolist() == [0, -1, 0, 1, 2] and table.ids.dtype == np.int16
    expected = tokenizer.encode_batch([b for b in dict.fromkeys(barcodes) if b])
    assert np.array_equal(table.take(np.arange(3)).numpy(), expected)


@pytest.mark.parametrize("threads", [1, 3])
def test_decoded_photos_keep_their_order(threads: int, tmp_path: Path) -> None:
    colours = [(10 * n, 20, 30) for n in range(20)]
    data: list[bytes | None] = []
    for n, colour in enumerate(colours):
        stream = BytesIO()
        Image.new("RGB", (200 if n % 2 else 60, 40 + n), colour).save(stream, "PNG")
        data.append(stream.getvalue())
    data[3], data[7] = None, b"no photo"
    names = [str(n) for n in range(20)]
    cache = PhotoCache(names, tmp_path, 100, data.__getitem__, threads)
    assert np.flatnonzero(~cache.present).tolist() == [3, 7]
    for n in np.flatnonzero(cache.present):
        picture = cache.picture(int(n))
        assert picture.getpixel((5, 5)) == colours[n]
        assert picture.size == small_photo(data[n], 100).size


def test_photos_that_were_missing_are_looked_for_again(tmp_path: Path) -> None:
    from io import BytesIO

    from bioscan_training.data.photos import PhotoCache
    from PIL import Image

    stream = BytesIO()
    Image.new("RGB", (48, 40), (10, 200, 30)).save(stream, "PNG")
    there: list[bytes | None] = [None, None]
    assert not PhotoCache(["a", "b"], tmp_path, 32, there.__getitem__).present.any()
    there[1] = stream.getvalue()  # the right folder this time
    cache = PhotoCache(["a", "b"], tmp_path, 32, there.__getitem__)
    assert cache.present.tolist() == [False, True]
    assert cache.picture(1).getpixel((3, 3)) == (10, 200, 30)


def test_damaged_and_missing_photos_are_left_out(data: Path, run: Path, tmp_path: Path) -> None:
    import shutil

    broken = tmp_path / "broken"
    shutil.copytree(data, broken)
    (broken / "0-0.png").unlink()
    (broken / "1-1.png").write_bytes(b"no photo")
    drawn = sampler(with_contrast(RECIPE, pairing="record"), broken, run)
    assert int((drawn.inputs.rows["image"] >= 0).sum()) == 18 - 2
    live = sampler(with_contrast(RECIPE, cache_photos=False), broken, run)
    with pytest.raises(Exception, match=r"0-0\.png|1-1\.png"):
        for step in range(6):
            live.batch_of(step)
