"""Where the photos of BIOSCAN lie, in folders or in the zip files as downloaded.

Layouts, in the order they are tried (root / package / path):

    bioscan5m/images/cropped_256/train/0/AACTA1026-20.jpg      BIOSCAN-5M, bioscan-dataset package
    bioscan1m/images/cropped_256/part18/5351601.jpg            BIOSCAN-1M, the package since 1.2
    bioscan/images/cropped_256/part18/5351601.jpg              the package before
    images/cropped_256/…, cropped_256/…, or the root itself    unpacked by hand
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import numpy as np

from bioscan_training.data.bioscan import GROUPS_5M
from bioscan_training.data.entries import Entry
from bioscan_training.data.records import RecordsError

PACKAGES = ("original_full", "cropped", "original_256", "cropped_256")

_CHUNK_DIGITS = {"pretrain": 2, "train": 1, "other_heldout": 1}


class Photos(Protocol):
    """Where photos can be had."""

    def read(self, entry: Entry) -> bytes | None:
        """The photo file of a specimen as it is, or None where there is none."""

    def read_path(self, path: str) -> bytes | None:
        """The same by its path within the package."""


def chunk_of(processid: str, split: str) -> str:
    """The folder within a split of BIOSCAN-5M that holds the photo; '' where there is none.

    The largest split has 256 folders, the next two 16, by the md5 of the id.
    """
    digits = _CHUNK_DIGITS.get(split, 0)
    return hashlib.md5(processid.encode(), usedforsecurity=False).hexdigest()[:digits]


def image_paths(entry: Entry) -> list[str]:
    """Paths within a package that the photo may have, the official one first."""
    paths = []
    if entry.processid and entry.split and entry.dataset == "bioscan5m":
        split = GROUPS_5M.get(entry.split, entry.split)
        chunk = entry.chunk or chunk_of(entry.processid, split)
        paths.append("/".join(part for part in (split, chunk, f"{entry.processid}.jpg") if part))
    if entry.image_file and entry.chunk and entry.dataset == "bioscan1m":
        paths.append(f"part{entry.chunk}/{entry.image_file}")
    if entry.image_file:
        paths.append(entry.image_file)
    if entry.processid:
        paths.append(f"{entry.processid}.jpg")
        # What CLIBD made its HDF5 file of 5M from.
        paths.append(f"{entry.processid[:2]}/{entry.processid}.1024px.jpg")
    return list(dict.fromkeys(paths))


class PhotoFolder:
    """Photos unpacked into folders.

    Args:
        root: the folder given to the bioscan-dataset package, or any folder further down.
        package: one of `PACKAGES`.

    Raises:
        RecordsError: if there is no such folder.
    """

    def __init__(self, root: Path, package: str = "cropped_256") -> None:
        if not root.is_dir():
            raise RecordsError(f"There is no folder {root}.")
        if package not in PACKAGES:
            raise RecordsError(f"There is no image package '{package}'; there are {', '.join(PACKAGES)}.")
        bases = [root / name / "images" / package for name in ("bioscan5m", "bioscan1m", "bioscan")]
        bases += [root / "images" / package, root / package, root]
        self.bases = [base for base in bases if base.is_dir()]

    def find(self, entry: Entry) -> Path | None:
        """The photo's file, or None where there is none."""
        for base in self.bases:
            for path in image_paths(entry):
                if (base / path).is_file():
                    return base / path
        return None

    def read(self, entry: Entry) -> bytes | None:
        """The photo file of a specimen as it is, or None where there is none."""
        path = self.find(entry)
        return None if path is None else path.read_bytes()

    def read_path(self, path: str) -> bytes | None:
        """The photo file at a path within the package, or None where there is none."""
        found = next((base / path for base in self.bases if (base / path).is_file()), None)
        return None if found is None else found.read_bytes()


@dataclass(frozen=True, slots=True)
class _Member:
    """A file in a zip, as its central directory has it. `offset` is that of its local header."""

    name: str
    offset: int
    packed: int
    method: int
    crc: int


_END, _END64, _LOCATOR64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_STORED, _DEFLATED = 0, 8
_INDEX = np.dtype(
    [
        ("name", "<u8"),
        ("offset", "<u8"),
        ("packed", "<u8"),
        ("crc", "<u4"),
        ("file", "<u2"),
        ("method", "<u2"),
    ]
)


class PhotoZip:
    """Photos in the zip files of BIOSCAN, read in place.

    `zipfile` keeps half a kilobyte per member, 2.5 GB for the five million of BIOSCAN-5M; this keeps
    32 bytes, and opens the file anew for each photo, so that worker processes can share an instance.

    Args:
        paths: zip files; several are searched as one (`…_pretrain.01.zip`, `…_pretrain.02.zip`).

    Raises:
        RecordsError: if a file is missing or is no zip file.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = list(paths)
        parts = [
            np.fromiter(
                ((_key(m.name), m.offset, m.packed, m.crc, file, m.method) for m in _members(path)),
                dtype=_INDEX,
            )
            for file, path in enumerate(self.paths)
        ]
        index = np.concatenate(parts) if parts else np.empty(0, _INDEX)
        self._index = index[np.argsort(index["name"], kind="stable")]

    def __len__(self) -> int:
        return len(self._index)

    def read(self, entry: Entry) -> bytes | None:
        """The photo file of a specimen as it is, or None where there is none.

        Raises:
            RecordsError: if the zip file is damaged there.
        """
        for path in image_paths(entry):
            found = self.read_path(path)
            if found is not None:
                return found
        return None

    def read_path(self, path: str) -> bytes | None:
        """The member whose name ends in `path`; whatever folders the zip puts around it do not matter.

        A bare file name is not enough where several folders have a file of that name.

        Raises:
            RecordsError: if the zip file is damaged there.
        """
        key = np.uint64(_key(path))
        first, last = (np.searchsorted(self._index["name"], key, side) for side in ("left", "right"))
        if "/" not in path and last - first > 1:
            return None
        for row in self._index[first:last]:
            source = self.paths[int(row["file"])]
            with source.open("rb") as stream:
                name, start = _local_header(stream, int(row["offset"]), source)
                if name != path and not name.endswith(f"/{path}"):
                    continue  # a file of the same name in another folder
                stream.seek(start)
                data = stream.read(int(row["packed"]))
            return _unpacked(data, int(row["method"]), int(row["crc"]), f"{name} in {source.name}")
        return None


def open_photos(root: Path, package: str = "cropped_256") -> Photos:
    """Photos in a folder tree, in a zip file, or in a folder that holds zip files alone.

    Raises:
        RecordsError: if there is neither.
    """
    if root.is_file():
        return PhotoZip([root])
    zips = sorted(root.glob("*.zip")) if root.is_dir() else []
    if zips and not any(path.is_dir() for path in root.iterdir()):
        return PhotoZip(zips)
    return PhotoFolder(root, package)


def _key(name: str) -> int:
    """64 bits of the file name without its folders."""
    base = name.rpartition("/")[2]
    return int.from_bytes(hashlib.blake2b(base.encode(), digest_size=8).digest(), "little")


def _members(path: Path) -> Iterator[_Member]:
    """Streams a zip's central directory (APPNOTE 4.3.12), zip64 included."""
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(path.open("rb"))
        except OSError as error:
            raise RecordsError(f"{path} cannot be read ({error.strerror or error}).") from None
        try:
            offset, count = _central_directory(stream)
            stream.seek(offset)
            for _ in range(count):
                yield from _member(stream)
        except (ValueError, struct.error, OSError):
            raise RecordsError(f"{path.name} is no zip file, or is not whole.") from None


def _central_directory(stream: BinaryIO) -> tuple[int, int]:
    """(offset, number of entries) of the central directory."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - 65_557))  # the longest comment, and the record itself
    tail = stream.read()
    at = tail.rindex(_END)
    count, _, offset = struct.unpack_from("<HII", tail, at + 10)
    if count == 0xFFFF or offset == 0xFFFFFFFF:
        locator = at - 20
        if locator >= 0 and tail[locator : locator + 4] == _LOCATOR64:
            (where,) = struct.unpack_from("<Q", tail, locator + 8)
            stream.seek(where)
            record = stream.read(56)
            if record[:4] != _END64:
                raise ValueError
            count, _, offset = struct.unpack_from("<QQQ", record, 32)
    return offset, count


def _member(stream: BinaryIO) -> Iterator[_Member]:
    """The next entry of the central directory, unless it is a folder."""
    head = stream.read(46)
    if head[:4] != b"PK\x01\x02":
        raise ValueError
    flags, method = struct.unpack_from("<HH", head, 8)
    crc, packed, plain, n_name, n_extra, n_comment = struct.unpack_from("<IIIHHH", head, 16)
    (offset,) = struct.unpack_from("<I", head, 42)
    name = stream.read(n_name).decode("utf-8" if flags & 0x800 else "cp437")
    extra = stream.read(n_extra)
    stream.seek(n_comment, 1)
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1:  # zip64: only those values that did not fit, in this order
            field = at + 4
            if plain == 0xFFFFFFFF:
                field += 8
            if packed == 0xFFFFFFFF:
                (packed,) = struct.unpack_from("<Q", extra, field)
                field += 8
            if offset == 0xFFFFFFFF:
                (offset,) = struct.unpack_from("<Q", extra, field)
        at += 4 + length
    if not name.endswith("/"):
        yield _Member(name, offset, packed, method, crc)


def _local_header(stream: BinaryIO, offset: int, source: Path) -> tuple[str, int]:
    """(name, where the data begins) of a member."""
    stream.seek(offset)
    head = stream.read(30)
    if len(head) < 30 or head[:4] != b"PK\x03\x04":
        raise RecordsError(f"{source.name} is damaged.")
    (flags,) = struct.unpack_from("<H", head, 6)
    n_name, n_extra = struct.unpack_from("<HH", head, 26)
    name = stream.read(n_name).decode("utf-8" if flags & 0x800 else "cp437")
    return name, offset + 30 + n_name + n_extra


def _unpacked(data: bytes, method: int, crc: int, name: str) -> bytes:
    try:
        if method == _DEFLATED:
            data = zlib.decompress(data, -15)
        elif method != _STORED:
            raise RecordsError(f"{name} is packed in a way that is not supported (method {method}).")
    except zlib.error:
        raise RecordsError(f"{name} is damaged.") from None
    if zlib.crc32(data) != crc:
        raise RecordsError(f"{name} is damaged.")
    return data
