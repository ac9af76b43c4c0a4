"""Readers of public data sets, against small files made in exactly the published layouts."""

from __future__ import annotations

import csv
import gc
import gzip
import io
import sys
import tracemalloc
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from bioscan_training.data import images
from bioscan_training.data.bioscan import (
    BIOSCAN_1M,
    BIOSCAN_5M,
    CLIBD_1M,
    in_splits,
    read_bioscan_1m,
    read_bioscan_5m,
    read_clibd_partition,
)
from bioscan_training.data.bold import names_in_header, names_of, read_bcdm, read_fasta
from bioscan_training.data.clibd_hdf5 import ROWS_AT_ONCE, ClibdFile
from bioscan_training.data.convert import entries_of
from bioscan_training.data.entries import Entry, unique_barcodes
from bioscan_training.data.folders import names_of_folders, read_image_folder
from bioscan_training.data.images import PhotoFolder, PhotoZip, chunk_of, image_paths, open_photos
from bioscan_training.data.records import RecordsError
from PIL import Image

COLUMNS_1M = """sampleid processid uri name phylum class order family subfamily tribe genus species
subspecies nucraw image_file large_diptera_family medium_diptera_family small_diptera_family
large_insect_order medium_insect_order small_insect_order chunk_number copyright_license
copyright_holder copyright_institution copyright_contact photographer author""".split()

COLUMNS_5M = """processid sampleid taxon phylum class order family subfamily genus species dna_bin
dna_barcode country province_state coord-lat coord-lon image_measurement_value area_fraction
scale_factor inferred_ranks split index_bioscan_1M_insect chunk""".split()

COLUMNS_34 = """processid sampleid image_file chunk_number phylum class order family subfamily genus
species dna_bin dna_barcode split country province_state coord-lat coord-lon surface_area
bioscan1M_index label_was_inferred""".split()

BARCODE = "AACTTTATACTTTATTTTTGGAATTTGAGCAGGAATAGTAGGAACT"


def write(path: Path, columns: list[str], rows: list[dict[str, object]], separator: str, **options) -> Path:
    """A table with every column; cells that are not given are empty."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, restval="", delimiter=separator, **options)
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def table_1m(tmp_path: Path) -> Path:
    """Three specimens of BIOSCAN-1M; unknown is `not_classified`."""
    unknown = dict.fromkeys(["subfamily", "tribe", "genus", "species", "subspecies"], "not_classified")
    common = {"order": "Diptera", "family": "Sciaridae", "nucraw": BARCODE, "uri": "BOLD:AER5166"}
    rows: list[dict[str, object]] = [
        {**common, **unknown, "sampleid": "BIOUG68001-C12", "processid": "GMA1-20",
         "image_file": "BIOUG68001-C12.jpg", "chunk_number": 18, "large_diptera_family": "train",
         "small_insect_order": "no_split", "species": "Bradysia ocellaris"},
        {**common, **unknown, "sampleid": "BIOUG68020-A01", "processid": "GMA2-20",
         "image_file": "5351601.jpg", "chunk_number": 113, "large_diptera_family": "validation",
         "small_insect_order": "test", "photographer": 'CBG "Photography" Group'},
        {**common, **unknown, "sampleid": "BIOUG68021-F12", "processid": "GMA3-20",
         "family": "not_classified", "uri": "not_classified", "image_file": "x.jpg", "chunk_number": 1,
         "large_diptera_family": "no_split", "small_insect_order": "train", "nucraw": BARCODE * 20},
    ]  # fmt: skip
    return write(tmp_path / "BIOSCAN_Insect_Dataset_metadata.tsv", COLUMNS_1M, rows, "\t")


@pytest.fixture
def table_5m(tmp_path: Path) -> Path:
    """A specimen in each of four splits of BIOSCAN-5M; unknown is empty."""
    rows: list[dict[str, object]] = [
        {"processid": "AACTA1040-20", "sampleid": "B1", "taxon": "Diptera", "order": "Diptera",
         "dna_bin": "BOLD:AAA0001", "dna_barcode": BARCODE + "NN", "country": "Costa Rica",
         "province_state": "Guanacaste", "coord-lat": "10.763", "coord-lon": "-85.334", "split": "pretrain",
         "inferred_ranks": 0, "chunk": "00"},
        {"processid": "AACTA1026-20", "sampleid": "B2", "order": "Diptera", "family": "Phoridae",
         "genus": "Megaselia", "species": "Megaselia BioLep88", "dna_barcode": BARCODE, "split": "train",
         "country": "Korea, South", "chunk": "0"},
        {"processid": "AACTA161-20", "sampleid": "B3", "dna_barcode": BARCODE[:30], "split": "val"},
        {"processid": "AACTA5263-20", "sampleid": "B4", "dna_barcode": "", "split": "key_unseen",
         "coord-lat": "nan", "coord-lon": "900"},
    ]  # fmt: skip
    return write(tmp_path / "BIOSCAN_5M_Insect_Dataset_metadata.csv", COLUMNS_5M, rows, ",")


def test_bioscan_1m_table(table_1m: Path) -> None:
    first, second, third = read_bioscan_1m(table_1m, keep=["photographer", "subfamily"])
    assert first == Entry(
        row=0, dataset="bioscan1m", processid="GMA1-20", sampleid="BIOUG68001-C12",
        image_file="BIOUG68001-C12.jpg", nucleotides=BARCODE, order="Diptera", family="Sciaridae",
        genus="Bradysia", species="Bradysia ocellaris", bin_uri="BOLD:AER5166", split="train", chunk="18",
        extra={"photographer": "", "subfamily": ""},
    )  # fmt: skip
    assert second.extra["photographer"] == 'CBG "Photography" Group'
    assert second.split == "validation" and second.genus == second.species == ""
    assert third.lineage.names() == ("Diptera", None, None, None) and third.bin_uri == ""
    assert len(third.nucleotides) == 660
    assert len(list(read_bioscan_1m(table_1m, max_nucleotides=None))[2].nucleotides) == 20 * len(BARCODE)
    record = first.record()
    assert (record.processid, record.species, record.source) == ("GMA1-20", "Bradysia ocellaris", "bioscan1m")


def test_bioscan_1m_partitionings(table_1m: Path) -> None:
    assert [e.split for e in read_bioscan_1m(table_1m, "small_insect_order")] == ["no_split", "test", "train"]
    clibd = list(read_bioscan_1m(table_1m, "clibd", {"BIOUG68001-C12": "train_seen"}))
    assert [e.split for e in clibd] == ["train_seen", "no_split", "no_split"]
    assert len(list(in_splits(clibd, CLIBD_1M, "train"))) == 1
    nowhere = replace(clibd[0], split="")
    assert list(in_splits([nowhere], CLIBD_1M, None)) == [nowhere]
    assert list(in_splits([nowhere], CLIBD_1M, "all")) == []
    assert len(list(in_splits(clibd, CLIBD_1M, "no_split_and_seen_train"))) == 3
    with pytest.raises(RecordsError, match="no partitioning 'tiny'"):
        list(read_bioscan_1m(table_1m, "tiny"))
    with pytest.raises(RecordsError, match="needs the folder"):
        list(read_bioscan_1m(table_1m, "clibd"))


def test_bioscan_5m_table(table_5m: Path) -> None:
    first, second, third, fourth = read_bioscan_5m(table_5m, keep=["inferred_ranks"])
    assert first == Entry(
        row=0, dataset="bioscan5m", processid="AACTA1040-20", sampleid="B1", nucleotides=BARCODE + "NN",
        order="Diptera", bin_uri="BOLD:AAA0001", country="Costa Rica", province="Guanacaste",
        latitude=10.763, longitude=-85.334, split="pretrain", chunk="00", extra={"inferred_ranks": "0"},
    )  # fmt: skip
    assert second.country == "Korea, South"  # quoted: it has a comma
    assert second.species == "Megaselia BioLep88" and second.lineage.species == "Megaselia BioLep88"
    assert third.lineage.finest_rank() is None
    assert fourth.latitude is None and fourth.longitude is None and fourth.nucleotides == ""


def test_v34_table(tmp_path: Path) -> None:
    row = {"processid": "AACTA1026-20", "sampleid": "B2", "image_file": "B2.jpg", "chunk_number": 7,
           "order": "Diptera", "dna_bin": "BOLD:AAA0002", "dna_barcode": BARCODE, "split": "train",
           "province_state": "Guanacaste", "label_was_inferred": 1}  # fmt: skip
    (entry,) = entries_of(write(tmp_path / "v3.4.csv", COLUMNS_34, [row], ","))
    assert (entry.dataset, entry.image_file, entry.bin_uri) == ("bioscan5m", "B2.jpg", "BOLD:AAA0002")
    assert image_paths(entry)[:2] == ["train/0/AACTA1026-20.jpg", "B2.jpg"]


def test_tables_are_told_apart(table_1m: Path, table_5m: Path, tmp_path: Path) -> None:
    assert next(entries_of(table_1m)).dataset == "bioscan1m"
    assert next(entries_of(table_5m)).dataset == "bioscan5m"
    packed = tmp_path / "packed.csv.gz"
    packed.write_bytes(gzip.compress(b"\xef\xbb\xbf" + table_5m.read_bytes()))
    assert len(list(entries_of(packed))) == 4
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    with pytest.raises(RecordsError, match="of no known format"):
        list(entries_of(other))
    with pytest.raises(RecordsError, match="There is no file"):
        list(entries_of(tmp_path / "none.csv"))
    with pytest.raises(RecordsError, match="no column for sampleid, image_file"):
        list(read_bioscan_1m(other))


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x1f\x8b\x08broken"])
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    for read in (entries_of, read_bioscan_5m):
        with pytest.raises(RecordsError, match="cannot be read as a table"):
            list(read(path))


def test_split_names_are_those_of_the_bioscan_dataset_package() -> None:
    assert BIOSCAN_5M.explode("pretrain+train") == {"pretrain", "train"}
    assert BIOSCAN_5M.explode("seen") == {"train", "val", "test"}
    assert BIOSCAN_5M.explode("unseen + validation") == {"key_unseen", "val_unseen", "test_unseen", "val"}
    assert BIOSCAN_5M.explode(None) == BIOSCAN_5M.explode("all") == set(BIOSCAN_5M.splits)
    assert BIOSCAN_5M.explode("all_keys") == {"train", "key_unseen"}
    assert (
        BIOSCAN_1M.explode("train+validation") == BIOSCAN_1M.explode("train+val") == {"train", "validation"}
    )
    assert CLIBD_1M.explode("pretrain+train") == {"train_seen", "no_split"}
    assert CLIBD_1M.explode("val") == {"val_seen"}
    assert CLIBD_1M.explode("all_keys") == {"seen_keys", "val_unseen_keys", "test_unseen_keys"}
    assert len(CLIBD_1M.explode("all")) == 10
    with pytest.raises(RecordsError, match=r"no split 'trian'; it has all, seen, unseen"):
        BIOSCAN_5M.explode("val+trian")


def test_partition_files(tmp_path: Path) -> None:
    for number, split in enumerate(CLIBD_1M.splits):
        (tmp_path / f"{split}.txt").write_text(f"ID{number}\n\nX{number}\r\n")
    splits = read_clibd_partition(tmp_path)
    assert splits["ID1"] == splits["X1"] == "train_seen" and "ID0" not in splits and "" not in splits
    (tmp_path / "val_seen.txt").write_text("ID1\n")
    with pytest.raises(RecordsError, match="ID1 is in both train_seen and val_seen"):
        read_clibd_partition(tmp_path)
    (tmp_path / "val_seen.txt").unlink()
    with pytest.raises(RecordsError, match=r"no file val_seen\.txt"):
        read_clibd_partition(tmp_path)


def test_repeated_barcodes_stay_once() -> None:
    rows = ["ACGT", "ACGTNN", "", "ACG", "", "ACGT"]
    kept = list(unique_barcodes(Entry(i, nucleotides=text) for i, text in enumerate(rows)))
    assert [e.row for e in kept] == [0, 2, 3, 4]


def peak_of(entries: Iterator[Entry]) -> int:
    """Bytes at most in use while the records stream by."""
    gc.collect()
    tracemalloc.start()
    for _ in entries:
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize("kind", ["1m", "5m", "bcdm", "fasta"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, kind: str) -> None:
    rows = {
        "1m": ("\t", COLUMNS_1M, {"sampleid": "S{}", "image_file": "S{}.jpg", "nucraw": BARCODE * 12}),
        "5m": (",", COLUMNS_5M, {"processid": "P{}", "dna_barcode": BARCODE * 12, "species": "Aa b{}"}),
        "bcdm": ("\t", ["processid", "nuc", "species"], {"processid": "P{}", "nuc": BARCODE * 12}),
    }
    read = {"1m": read_bioscan_1m, "5m": read_bioscan_5m, "bcdm": read_bcdm, "fasta": read_fasta}[kind]
    peaks = {}
    for size in (200, 3000):
        path = tmp_path / f"{size}.txt"
        with path.open("w") as stream:
            if kind == "fasta":
                stream.writelines(f">P{i}|Aedes vexans\n{BARCODE * 12}\n" for i in range(size))
            else:
                separator, columns, cells = rows[kind]
                stream.write(separator.join(columns) + "\n")
                for i in range(size):
                    stream.write(separator.join(cells.get(c, "").format(i) for c in columns) + "\n")
        peaks[size] = peak_of(read(path))
    assert path.stat().st_size > 1_500_000
    assert peaks[3000] < 1.2 * peaks[200] + 20_000
    assert peaks[3000] < 300_000


# Paths of the published image packages, as the bioscan-dataset package checks them.
@pytest.mark.parametrize(
    "path",
    [
        "pretrain/00/AACTA1040-20.jpg",
        "pretrain/ff/YGEN686-22.jpg",
        "pretrain/fe/YGEN2059-22.jpg",
        "train/0/AACTA1026-20.jpg",
        "train/f/YGEN986-22.jpg",
        "val/AACTA161-20.jpg",
        "test/YGEN995-22.jpg",
        "key_unseen/AACTA5263-20.jpg",
        "val_unseen/ABOTH8801-22.jpg",
        "test_unseen/YDBB974-21.jpg",
        "other_heldout/0/ABSSI1639-22.jpg",
        "other_heldout/f/YDBB6502-21.jpg",
    ],
)
def test_published_photo_paths_follow_from_id_and_split(path: str) -> None:
    split, *_, name = path.split("/")
    entry = Entry(0, "bioscan5m", processid=name.removesuffix(".jpg"), split=split)
    assert image_paths(entry)[0] == path


def test_groups_of_clibds_file_keep_the_paths_of_their_splits() -> None:
    for split, group in (("train", "train_seen"), ("pretrain", "no_split"), ("key_unseen", "unseen_keys")):
        entry = Entry(0, "bioscan5m", processid="AACTA1026-20", split=split)
        assert image_paths(replace(entry, split=group)) == image_paths(entry)


def test_photo_paths_of_1m() -> None:
    entry = Entry(0, "bioscan1m", processid="P", image_file="5351601.jpg", split="train", chunk="18")
    assert image_paths(entry) == ["part18/5351601.jpg", "5351601.jpg", "P.jpg", "P/P.1024px.jpg"]
    assert image_paths(Entry(0)) == []


def jpeg(seed: int) -> bytes:
    """A small photo, another for each seed."""
    stream = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(stream, "JPEG")
    return stream.getvalue()


TREES = {
    "bioscan5m/images/cropped_256/train/0/AACTA1026-20.jpg": ("bioscan5m", "cropped_256"),
    "bioscan5m/images/original_256/train/0/AACTA1026-20.jpg": ("bioscan5m", "original_256"),
    "images/cropped_256/train/0/AACTA1026-20.jpg": ("bioscan5m", "cropped_256"),
    "train/0/AACTA1026-20.jpg": ("bioscan5m", "cropped_256"),
    "AA/AACTA1026-20.1024px.jpg": ("bioscan5m", "cropped_256"),
    "bioscan1m/images/cropped_256/part18/5351601.jpg": ("bioscan1m", "cropped_256"),
    "bioscan/images/cropped_256/part18/5351601.jpg": ("bioscan1m", "cropped_256"),
    "cropped_256/part18/5351601.jpg": ("bioscan1m", "cropped_256"),
    "5351601.jpg": ("bioscan1m", "cropped_256"),
}
SPECIMENS = {
    "bioscan5m": Entry(0, "bioscan5m", processid="AACTA1026-20", split="train"),
    "bioscan1m": Entry(0, "bioscan1m", "P1", image_file="5351601.jpg", split="train", chunk="18"),
}


@pytest.mark.parametrize("path", TREES)
def test_photos_are_found_in_every_layout(tmp_path: Path, path: str) -> None:
    dataset, package = TREES[path]
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_bytes(b"photo")
    photos = open_photos(tmp_path, package)
    assert isinstance(photos, PhotoFolder)
    assert photos.find(SPECIMENS[dataset]) == tmp_path / path
    assert photos.read(SPECIMENS[dataset]) == b"photo"
    found = [photos.read_path(path) for path in image_paths(SPECIMENS[dataset])]
    assert [data for data in found if data] == [b"photo"]
    assert photos.read(Entry(0, "bioscan5m", processid="OTHER-20", split="val")) is None


def test_photo_folders_that_do_not_exist_are_told(tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match="There is no folder"):
        PhotoFolder(tmp_path / "none")
    with pytest.raises(RecordsError, match="no image package 'small'"):
        PhotoFolder(tmp_path, "small")


def make_zip(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    """A zip with folder entries, as the published ones have."""
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.mkdir("bioscan5m/")
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_photos_are_read_out_of_zip_files(tmp_path: Path, method: int) -> None:
    prefix = "bioscan5m/images/cropped_256/"
    photo = {seed: jpeg(seed) for seed in range(4)}
    (tmp_path / "zips").mkdir()
    make_zip(
        tmp_path / "zips" / "BIOSCAN_5M_cropped_256_train.zip",
        {
            f"{prefix}val/AACTA1026-20.jpg": photo[0],  # the same name in another folder
            f"{prefix}train/0/AACTA1026-20.jpg": photo[1],
            f"{prefix}key_unseen/AACTA5263-20.jpg": photo[2],
        },
        method,
    )
    make_zip(tmp_path / "zips" / "cropped_256.zip", {"cropped_256/part18/5351601.jpg": photo[3]}, method)
    photos = open_photos(tmp_path / "zips")
    assert isinstance(photos, PhotoZip) and len(photos) == 4
    assert photos.read(SPECIMENS["bioscan5m"]) == photo[1]
    assert photos.read(Entry(0, "bioscan5m", processid="AACTA5263-20", split="key_unseen")) == photo[2]
    assert photos.read(SPECIMENS["bioscan1m"]) == photo[3]
    assert photos.read(Entry(0, "bioscan5m", processid="AACTA5263-21", split="train")) is None
    # Without its split, an id that stands in one folder alone is still found.
    assert photos.read(Entry(0, processid="AACTA5263-20")) == photo[2]
    assert photos.read(Entry(0, processid="AACTA1026-20")) is None
    one = open_photos(tmp_path / "zips" / "cropped_256.zip")
    assert one.read(SPECIMENS["bioscan1m"]) == photo[3]


def test_zip64_files_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Like those above 4 GB or 65,535 members, by lowering `zipfile`'s own limits."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 60)
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 2)
    members = {f"train/0/P{i}.jpg": bytes([i]) * 500 for i in range(5)}
    path = make_zip(tmp_path / "big.zip", members, zipfile.ZIP_STORED)
    assert b"PK\x06\x06" in path.read_bytes()
    photos = PhotoZip([path])
    assert {name: photos.read_path(name) for name in members} == members


def test_damaged_zip_files_are_told(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"val/P.jpg": b"x" * 400}, zipfile.ZIP_STORED)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"xxxx", b"xyxx", 1))
    with pytest.raises(RecordsError, match=r"val/P\.jpg in a\.zip is damaged"):
        PhotoZip([path]).read_path("val/P.jpg")
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(RecordsError, match=r"a\.zip is no zip file"):
        PhotoZip([path])
    with pytest.raises(RecordsError, match="cannot be read"):
        PhotoZip([tmp_path / "none.zip"])
    odd = make_zip(tmp_path / "b.zip", {"val/P.jpg": b"x" * 400}, zipfile.ZIP_LZMA)
    with pytest.raises(RecordsError, match="method 14"):
        PhotoZip([odd]).read_path("val/P.jpg")


def test_a_zip_index_takes_32_bytes_per_photo() -> None:
    assert images._INDEX.itemsize == 32


def write_clibd(path: Path, groups: dict[str, list[str]], with_processid: bool, longest: int = 900) -> None:
    """An HDF5 file as CLIBD's scripts write it: padded JPEG bytes, lengths, fixed-width byte strings."""
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w") as file:
        for name, ids in groups.items():
            group = file.create_group(name)
            n = len(ids)
            padded = np.zeros((n, longest), dtype=np.uint8)
            lengths = np.zeros(n, dtype=int)
            for row, text in enumerate(ids):
                if text.endswith("missing"):
                    continue
                data = jpeg(sum(text.encode()))
                padded[row, : len(data)], lengths[row] = np.frombuffer(data, np.uint8), len(data)
            group["image"], group["image_mask"] = padded, lengths
            group["barcode"] = np.array([BARCODE.encode()] * n)
            group["order"] = np.array([b"Diptera"] * n)
            group["family"] = np.array([b"Phoridae"] * n)
            group["genus"] = np.array([b"not_classified"] * n)
            group.create_dataset("species", data=["not_classified"] * n)  # variable-length strings
            group["sampleid"] = np.array([f"S-{text}".encode() for text in ids])
            group["image_file"] = np.array([f"{text}.jpg".encode() for text in ids])
            group["language_tokens_input_ids"] = np.zeros((n, 20), dtype=int)
            if with_processid:
                group["processid"] = np.array([text.encode() for text in ids])


def test_clibd_hdf5_of_1m(tmp_path: Path) -> None:
    groups = {s: [f"{s}{i}" for i in range(2)] for s in CLIBD_1M.splits}
    groups["all_keys"] = [x for s in CLIBD_1M.joins["all_keys"] for x in groups[s]]
    groups["no_split_and_seen_train"] = groups["no_split"] + groups["train_seen"]
    groups["val_seen"] = ["val_seen0", "missing"]
    write_clibd(tmp_path / "1m.hdf5", groups, with_processid=False)
    with ClibdFile(tmp_path / "1m.hdf5") as file:
        assert file.dataset == "bioscan1m"
        everything = list(file.entries())
        assert Counter(e.split for e in everything) == dict.fromkeys(CLIBD_1M.splits, 2)
        assert file.groups_of("all_keys") == ("all_keys",)
        assert file.groups_of("val+val_unseen") == ("val_seen", "val_unseen")
        first, second = file.entries("val")
        assert first == Entry(
            row=0, dataset="bioscan1m", sampleid="S-val_seen0", image_file="val_seen0.jpg",
            nucleotides=BARCODE, order="Diptera", family="Phoridae", split="val_seen",
        )  # fmt: skip
        assert file.read(first) == jpeg(sum(b"val_seen0"))
        assert file.read(second) is None
        with pytest.raises(RecordsError, match=r"no group 'seen'; it has all_keys"):
            list(file.entries("seen"))


def test_clibd_hdf5_of_5m(tmp_path: Path) -> None:
    ids = {s: [f"{s}{i}" for i in range(2)] for s in BIOSCAN_5M.splits}
    contents = {
        "all_keys": ids["train"] + ids["key_unseen"],
        "val_seen": ids["val"],
        "test_seen": ids["test"],
        "seen_keys": ids["train"],
        "test_unseen": ids["test_unseen"],
        "val_unseen": ids["val_unseen"],
        "unseen_keys": ids["key_unseen"],
        "no_split_and_seen_train": ids["pretrain"] + ids["train"],
        "other_heldout": ids["other_heldout"],
    }
    write_clibd(tmp_path / "5m.hdf5", contents, with_processid=True)
    with ClibdFile(tmp_path / "5m.hdf5") as file:
        assert file.dataset == "bioscan5m"
        everything = [e.processid for e in file.entries("all")]
        assert sorted(everything) == sorted(x for s in ids.values() for x in s)
        assert [e.processid for e in file.entries("train+key_unseen")] == contents["all_keys"]
        assert [e.processid for e in file.entries("unseen")] == [
            *ids["key_unseen"], *ids["test_unseen"], *ids["val_unseen"],
        ]  # fmt: skip
        with pytest.raises(RecordsError, match="no group 'pretrain'"):
            file.groups_of("pretrain")


def test_clibd_hdf5_is_read_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bioscan_training.data.clibd_hdf5.ROWS_AT_ONCE", 3)
    ids = [f"P{i}" for i in range(8)]
    write_clibd(tmp_path / "a.hdf5", {"val_seen": ids}, with_processid=True)
    with ClibdFile(tmp_path / "a.hdf5") as file:
        found = list(file.entries())
        assert [(e.row, e.processid) for e in found] == list(enumerate(ids))
        assert [file.read(e) for e in found] == [jpeg(sum(i.encode())) for i in ids]
    assert ROWS_AT_ONCE * 1000 < 10_000_000  # bytes of text held at once


def test_files_that_are_not_clibds_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    h5py = pytest.importorskip("h5py")
    (tmp_path / "no.hdf5").write_bytes(b"nothing")
    with pytest.raises(RecordsError, match="cannot be opened as an HDF5 file"):
        ClibdFile(tmp_path / "no.hdf5")
    with h5py.File(tmp_path / "other.hdf5", "w") as file:
        file["x"] = [1]
    with pytest.raises(RecordsError, match="no group with barcodes"):
        ClibdFile(tmp_path / "other.hdf5")
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(RecordsError, match="needs h5py"):
        ClibdFile(tmp_path / "other.hdf5")


BCDM = (
    "processid\tsampleid\tbin_uri\torder\tfamily\tgenus\tspecies\tidentified_by\tidentifier_email\tcoord\t"
    "{country}\t{province}\tnuc\tmarker_code\n"
    'P1-20\tS1\tBOLD:AAA1\tDiptera\tCulicidae\tAedes\tAedes vexans\t"Bob\ta@b.org\t[45.5, -75.25]\tCanada\t'
    "Ontario\taac-ttt\tCOI-5P\n"
    "P2-20\tS2\tNone\tDiptera\tNone\tNone\tNone\tNone\tc@d.org\tNone\tNone\tNone\tAACTTT\t\n"
    "P3-20\tS3\t\tDiptera\t\t\t\t\t\t\t\t\tAACTTT\tCOI-3P\n"
)


@pytest.mark.parametrize(
    ("country", "province"), [("country/ocean", "province/state"), ("country.ocean", "province.state")]
)
def test_bold_tables(tmp_path: Path, country: str, province: str) -> None:
    path = tmp_path / "bold.tsv"
    path.write_text(BCDM.format(country=country, province=province))
    first, second = read_bcdm(path, keep=["identified_by"])
    assert first == Entry(
        row=0, dataset="bold", processid="P1-20", sampleid="S1", nucleotides="AACTTT", order="Diptera",
        family="Culicidae", genus="Aedes", species="Aedes vexans", bin_uri="BOLD:AAA1", country="Canada",
        province="Ontario", latitude=45.5, longitude=-75.25, extra={"identified_by": '"Bob'},
    )  # fmt: skip
    assert second.lineage.names() == ("Diptera", None, None, None)
    assert (second.bin_uri, second.country, second.latitude) == ("", "", None)
    assert [e.processid for e in read_bcdm(path, markers=())] == ["P1-20", "P2-20", "P3-20"]
    assert [e.processid for e in read_bcdm(path, markers=["COI-3P"])] == ["P2-20", "P3-20"]


def test_personal_data_of_bold_is_never_read(tmp_path: Path) -> None:
    path = tmp_path / "bold.tsv"
    path.write_text(BCDM.format(country="country/ocean", province="province/state"))
    assert all("@" not in repr(entry) for entry in read_bcdm(path, markers=()))
    with pytest.raises(RecordsError, match="identifier_email holds personal data"):
        list(read_bcdm(path, keep=["identifier_email"]))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("GMEEO6589-21|Tuta absoluta|COI-5P|MN123456", ("GMEEO6589-21", None, "Tuta", "Tuta absoluta")),
        ("GMEEO6589-21|Tuta absoluta", ("GMEEO6589-21", None, "Tuta", "Tuta absoluta")),
        ("GMEEO6589-21|Unknown", ("GMEEO6589-21", None, None, None)),
        ("GMEEO6589-21|Gelechiidae|COI-5P", ("GMEEO6589-21", "Gelechiidae", None, None)),
        ("P1|Tuta|Tuta absoluta", ("P1", None, "Tuta", "Tuta absoluta")),
        ("P1|Tuta|None", ("P1", None, "Tuta", None)),
        ("P1|Megaselia sp. BIOUG123", ("P1", None, "Megaselia", "Megaselia sp. BIOUG123")),
        ("P1|Aedes (Ochlerotatus) vexans Meigen, 1830", ("P1", None, "Aedes", "Aedes vexans")),
        (
            "otu7;size=31;tax=d:Eukaryota,k:Animalia,p:Arthropoda,c:Insecta,o:Diptera,f:Culicidae,"
            "g:Aedes,s:Aedes_vexans;",
            ("otu7", "Culicidae", "Aedes", "Aedes vexans"),
        ),
        ("plain some words", ("plain", None, None, None)),
        ("", ("", None, None, None)),
    ],
)
def test_fasta_headers(header: str, expected: tuple[str | None, ...]) -> None:
    found = names_in_header(header)
    assert tuple(found.get(k) for k in ("processid", "family", "genus", "species")) == expected


def test_fasta_files(tmp_path: Path) -> None:
    path = tmp_path / "b.fasta.gz"
    text = "\ufeff>P1|Diptera|COI-5P\r\naact\r\nUU-T\r\n\r\n>P2|Aedes vexans\n;comment\nAACT\n>P3\n"
    path.write_bytes(gzip.compress(text.encode()))
    first, second, third = read_fasta(path)
    assert (first.processid, first.order, first.nucleotides) == ("P1", "Diptera", "AACTTTT")
    assert (second.species, second.genus, second.nucleotides) == ("Aedes vexans", "Aedes", "AACT")
    assert (third.row, third.nucleotides) == (2, "")
    (tmp_path / "no.fasta").write_text("AACT\n")
    with pytest.raises(RecordsError, match="does not begin with '>'"):
        list(read_fasta(tmp_path / "no.fasta"))
    (tmp_path / "empty.fasta").write_text("\n")
    with pytest.raises(RecordsError, match="holds no sequence"):
        list(read_fasta(tmp_path / "empty.fasta"))
    with pytest.raises(RecordsError, match="There is no file"):
        list(read_fasta(tmp_path / "none.fasta"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Diptera", {"order": "Diptera"}),
        ("Noctuidae", {"family": "Noctuidae"}),
        ("Noctuinae", {}),
        ("Noctuini", {}),
        ("Noctua", {"genus": "Noctua"}),
        ("Noctua pronuba", {"genus": "Noctua", "species": "Noctua pronuba"}),
        ("Noctua Linnaeus", {"genus": "Noctua"}),
        ("bees", {}),
        ("dead leaf", {}),
        ("12", {}),
        ("()", {}),
    ],
)
def test_identifications_fill_the_rank_they_name(name: str, expected: dict[str, str]) -> None:
    assert names_of(name) == expected


@pytest.mark.parametrize(
    ("folders", "expected"),
    [
        (["Noctua pronuba"], (None, None, "Noctua", "Noctua pronuba")),
        (["Lepidoptera", "Noctuidae", "Noctua_pronuba"],
         ("Lepidoptera", "Noctuidae", "Noctua", "Noctua pronuba")),
        (["Noctuidae", "Noctua"], (None, "Noctuidae", "Noctua", None)),
        (["02345_Animalia_Arthropoda_Insecta_Lepidoptera_Noctuidae_Noctua_pronuba"],
         ("Lepidoptera", "Noctuidae", "Noctua", "Noctua pronuba")),
        (["trap 7", "night 2"], (None, None, None, None)),
        ([], (None, None, None, None)),
    ],
)  # fmt: skip
def test_folder_names_are_labels(folders: list[str], expected: tuple[str | None, ...]) -> None:
    found = names_of_folders(folders)
    assert tuple(found.get(rank) for rank in ("order", "family", "genus", "species")) == expected


def test_image_folders(tmp_path: Path) -> None:
    for name in ["train/Noctua pronuba/a10.JPG", "train/Noctua pronuba/a2.jpg", "val/Pieris/b.png", "c.tif"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "notes.txt").write_text("no photo")
    found = [(e.image_file, e.split, e.genus, e.species) for e in read_image_folder(tmp_path)]
    assert found == [
        ("c.tif", "", "", ""),
        ("train/Noctua pronuba/a2.jpg", "train", "Noctua", "Noctua pronuba"),
        ("train/Noctua pronuba/a10.JPG", "train", "Noctua", "Noctua pronuba"),
        ("val/Pieris/b.png", "val", "Pieris", ""),
    ]
    with pytest.raises(RecordsError, match="There is no folder"):
        next(read_image_folder(tmp_path / "none"))


def test_reading_can_stop_early(table_5m: Path) -> None:
    entries = read_bioscan_5m(table_5m)
    assert [e.processid for e in islice(entries, 2)] == ["AACTA1040-20", "AACTA1026-20"]
    entries.close()  # an open file would be a warning, and warnings are errors
    assert chunk_of("AACTA1040-20", "val") == ""
