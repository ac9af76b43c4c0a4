"""What the data sources give: joined tables, CLIBD's partition, its HDF5 files."""

from pathlib import Path

import numpy as np
import pytest
from bioscan_training.contrast.specimens import SpecimenSource
from bioscan_training.data.records import Record, RecordsError, write_records

from tests.training.contrast.conftest import lineage


def record(name: str, image: str, bases: str, split: str, species: int = 0) -> Record:
    names = lineage(species)
    return Record(name, image, bases, names, names.species or "", split=split)


def test_a_second_photo_of_a_specimen_keeps_its_barcode(tmp_path: Path) -> None:
    write_records(
        tmp_path / "barcodes.tsv.gz", [record("A", "", "ACGT", "train"), record("B", "", "GG", "train")]
    )
    photos = [
        record("A", "a1.jpg", "", "train"),
        record("A", "a2.jpg", "", "train"),
        record("", "c.jpg", "", "train"),
    ]
    write_records(tmp_path / "photos.tsv", photos)
    found = SpecimenSource(tmp_path, tmp_path).read(("train",))
    pairs = sorted((s.photo, s.barcode) for s in found)
    assert pairs == [("", "GG"), ("a1.jpg", "ACGT"), ("a2.jpg", "ACGT"), ("c.jpg", "")]
    without = SpecimenSource(tmp_path, None).read(("train",))
    assert not any(s.photo for s in without)


def test_a_photo_and_a_barcode_in_different_splits_do_not_meet(tmp_path: Path) -> None:
    write_records(tmp_path / "barcodes.tsv.gz", [record("A", "", "ACGT", "test")])
    write_records(tmp_path / "photos.tsv", [record("A", "a.jpg", "", "train")])
    (found,) = SpecimenSource(tmp_path, tmp_path).read(("train",))
    assert (found.photo, found.barcode) == ("a.jpg", "")
    with pytest.raises(RecordsError, match="has no record in the split val or tune"):
        SpecimenSource(tmp_path, tmp_path).read(("val", "tune"))


def test_one_table_for_both_makes_no_record_twice_and_lends_no_photo(tmp_path: Path) -> None:
    """`prepare --barcodes t.tsv --photos t.tsv`: each row stands in both tables, perhaps in another split."""
    write_records(
        tmp_path / "barcodes.tsv.gz",
        [record("A", "a.jpg", "ACGT", "train"), record("B", "b.jpg", "GG", "train")],
    )
    write_records(
        tmp_path / "photos.tsv", [record("A", "a.jpg", "ACGT", "train"), record("B", "b.jpg", "GG", "test")]
    )
    source = SpecimenSource(tmp_path, tmp_path)
    assert [(s.photo, s.barcode) for s in source.read(("train",))] == [("a.jpg", "ACGT"), ("", "GG")]
    assert [(s.photo, s.barcode) for s in source.read(("test",))] == [("b.jpg", "")]


def test_the_folder_of_clibds_partition(tmp_path: Path) -> None:
    rows = {"train": "train_seen", "keys": "seen_keys", "queries-val": "val_seen"}
    for table, split in rows.items():
        write_records(tmp_path / f"{table}.tsv.gz", [record(table, f"{table}.jpg", "ACGT", split)])
    source = SpecimenSource(tmp_path, tmp_path)
    assert [s.photo for s in source.read(("train_seen",))] == ["train.jpg"]
    assert [s.photo for s in source.read(("val_seen", "seen_keys"))] == ["keys.jpg", "queries-val.jpg"]


def test_queries_for_libraries_are_no_further_records(tmp_path: Path) -> None:
    """`prepare` writes held-out records once more, as `test`, for `bioscan evaluate`."""
    write_records(
        tmp_path / "barcodes.tsv.gz", [record("A", "", "ACGT", "test"), record("B", "", "GG", "unseen", 1)]
    )
    write_records(
        tmp_path / "queries-test.tsv.gz", [record("A", "", "ACGT", "test"), record("B", "", "GG", "test", 1)]
    )
    source = SpecimenSource(tmp_path, None)
    assert [s.barcode for s in source.read(("test",))] == list(source.barcodes(("test",))) == ["ACGT"]


def test_a_folder_without_tables_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match="bioscan-train prepare"):
        SpecimenSource(tmp_path, None)


def test_a_records_table_is_a_source_too(tmp_path: Path) -> None:
    from PIL import Image

    write_records(
        tmp_path / "all.tsv", [record("A", "a.png", "ACGT", "train"), record("B", "b.png", "GG", "val")]
    )
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    source = SpecimenSource(tmp_path / "all.tsv", tmp_path)
    (found,) = source.read(("train",))
    assert found.barcode == "ACGT" and found.lineage.species == lineage(0).species
    assert source.read_photo(found) == (tmp_path / "a.png").read_bytes()
    (other,) = source.read(("val",))
    assert source.read_photo(other) is None


def test_training_on_bioscan_5m_as_it_is_published(data: Path, run: Path, tmp_path: Path) -> None:
    """Its table, and photos in the folders of the bioscan-dataset package; positives by BIN."""
    pytest.importorskip("torch", reason="training needs torch")
    from bioscan_training.contrast.batches import Sampler
    from bioscan_training.contrast.stage import make_inputs, train_contrast

    from tests.training.contrast.conftest import RECIPE, with_contrast

    columns = "processid,sampleid,order,family,genus,species,dna_bin,dna_barcode,split,chunk"
    rows = [columns]
    rng = np.random.default_rng(2)
    for i in range(16):
        name, split = f"AA{i:03}-20", "val" if i > 11 else "train"
        names = [getattr(lineage(i % 3), rank) for rank in ("order", "family", "genus", "species")]
        bases = "".join(rng.choice(list("ACGT"), 80))
        rows.append(",".join([name, f"S{i}", *names, f"BOLD:AAA000{i % 2}", bases, split, "a" * (i <= 11)]))
        folder = tmp_path / "bioscan5m/images/cropped_256" / split / ("a" if i <= 11 else "")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.jpg").write_bytes((data / f"{i % 3}-0.png").read_bytes())
    table = tmp_path / "metadata.csv"
    table.write_text("\n".join(rows) + "\n")
    config = with_contrast(RECIPE, positives="bin", pairing="record", epochs=1, eval_every=1)
    source = SpecimenSource(table, tmp_path)
    train = source.read(("train",))
    sampler = Sampler(make_inputs(config, train, train, run, source), np.arange(len(train)), config)
    assert len(train) == 12 and (sampler.inputs.rows["image"] >= 0).all()
    assert sampler.labels.tolist() == [i % 2 for i in range(12)]
    train_contrast(config, table, tmp_path, run)
    assert '"val/mean"' in (run / "metrics.jsonl").read_text()


def test_training_on_clibds_hdf5_file(data: Path, run: Path, tmp_path: Path) -> None:
    """Photos within the file; a record without one, and names that are not classified."""
    h5py = pytest.importorskip("h5py", reason="HDF5 files need h5py")
    pytest.importorskip("torch", reason="training needs torch")
    from bioscan_training.contrast.stage import train_contrast

    from tests.training.contrast.conftest import RECIPE, with_contrast

    path = tmp_path / "clibd.hdf5"
    rng = np.random.default_rng(1)
    with h5py.File(path, "w") as file:
        for group, n in (("train_seen", 18), ("val_seen", 6)):
            files = [(data / f"{i % 6}-{i % 3}.png").read_bytes() for i in range(n)]
            longest = max(map(len, files))
            table = file.create_group(group)
            images = np.zeros((n, longest), np.uint8)
            for row, content in enumerate(files):
                images[row, : len(content)] = np.frombuffer(content, np.uint8)
            masks = [0 if row == 0 else len(content) for row, content in enumerate(files)]
            table["image"], table["image_mask"] = images, np.array(masks)
            table["barcode"] = [("".join(rng.choice(list("ACGT"), 80))).encode() for _ in range(n)]
            for rank in ("order", "family", "genus", "species"):
                names = [getattr(lineage(i % 6), rank) for i in range(n)]
                table[rank] = [
                    (b"not_classified" if i == 1 else name.encode()) for i, name in enumerate(names)
                ]
            table["sampleid"] = [f"{group}{i}".encode() for i in range(n)]
            table["image_file"] = [f"{group}{i}.jpg".encode() for i in range(n)]
    splits = {"train_splits": ("train_seen",), "val_splits": ("val_seen",), "pairing": "record"}
    config = with_contrast(RECIPE, **splits, epochs=1, eval_every=1)
    source = SpecimenSource(path, None)
    found = source.read(("train_seen",))
    assert len(found) == 18 and source.read_photo(found[0]) is None and not found[1].named
    assert source.read_photo(found[2]) == (data / "2-2.png").read_bytes()
    source.close()
    train_contrast(config, path, None, run)
    assert '"val/image-dna/species"' in (run / "metrics.jsonl").read_text()
