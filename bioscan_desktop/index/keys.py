"""Embeddings on disk as `.npy`: the truth from which every index can be rebuilt.

Small key files are read into memory as float32. Large ones are memory-mapped as they are, in
float16, and turned to float32 block by block: `KeyFile`. numpy's own conversion of float16 takes
1.2 s per million rows of 512; shifting the bits in blocks that stay in the processor's cache takes
0.2 s, less than reading the same rows as float32 from memory.
"""

from __future__ import annotations

import contextlib
import io
import mmap
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bioscan_desktop.core.errors import PackError

IN_MEMORY_BYTES = 64 << 20
"""Key files up to this size are read whole, as float32; larger ones are mapped."""

PIECE = 1 << 17
"""Numbers that are converted at a time: as float32 they fill half a megabyte of cache."""

MANY = 1 << 22
"""The same for products with many queries: BLAS shares such a product among threads, and where
other programs need the cores too, each time that these wait for one another costs milliseconds."""

_SIGN_AND_VALUE = np.int32(-0x70000001)  # 0x8FFFFFFF: all but the three bits that the shift spills into
_EXPONENTS = np.float32(2.0**112)  # float16 counts exponents from -15, float32 from -127


def widen(rows: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """float16 to float32, by moving bits; infinities and NaN become numbers of 65536 and more.

    Args:
        rows: (n, d) float16; other kinds of numbers are cast.
        out: (n, d) float32 to write into.
    """
    if out is None:
        out = np.empty(rows.shape, dtype=np.float32)
    if rows.dtype != np.float16:
        np.copyto(out, rows, casting="unsafe")
        return out
    bits = out.view(np.int32)
    np.copyto(bits, rows.view(np.int16))
    np.left_shift(bits, 13, out=bits)
    np.bitwise_and(bits, _SIGN_AND_VALUE, out=bits)
    np.multiply(out, _EXPONENTS, out=out)
    return out


class KeyFile:
    """A key matrix that stays on disk.

    Rows are checked and their norms taken when they are first gone through, not when the file is
    opened: opening takes a millisecond at any size. The file is held open, so that its rows can be read
    even after a change of the library has put another in its place.

    Raises:
        PackError: if the file is unreadable or of another shape.
    """

    def __init__(self, path: Path, dim: int, count: int) -> None:
        self.path = path
        self._descriptor: int | None = None
        try:
            with path.open("rb") as stream:
                version = np.lib.format.read_magic(stream)
                reader = {(1, 0): "read_array_header_1_0", (2, 0): "read_array_header_2_0"}[version]
                shape, fortran, dtype = getattr(np.lib.format, reader)(stream)
                self._offset = stream.tell()
                if fortran or dtype.kind != "f":
                    raise ValueError("not a table of numbers")
                if shape == (count, dim):
                    self._rows = np.memmap(
                        stream, dtype=dtype, mode="r", offset=self._offset, shape=(count, dim)
                    )
                    if hasattr(os, "pread"):
                        self._descriptor = os.dup(stream.fileno())
        except Exception as error:  # a damaged header leads numpy's parser into errors of every kind
            raise unreadable(path, error) from None
        if shape != (count, dim):
            raise other_shape(path, shape, (count, dim))
        self._scales: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self._rows)

    def __del__(self) -> None:
        if getattr(self, "_descriptor", None) is not None:
            with contextlib.suppress(OSError):
                os.close(self._descriptor)  # type: ignore[arg-type]

    @property
    def shape(self) -> tuple[int, int]:
        """(n, d)."""
        return self._rows.shape

    @property
    def raw(self) -> np.ndarray:
        """(n, d) as in the file, mapped."""
        return self._rows

    @property
    def scales(self) -> np.ndarray:
        """(n,) float32: what each row is to be multiplied by to be a unit row.

        Raises:
            PackError: if a row holds NaN or nothing but zeros.
        """
        if self._scales is None:
            norms = np.empty(len(self), dtype=np.float32)
            for start, block in self.pieces(0, len(self)):
                norms[start : start + len(block)] = np.einsum("nd,nd->n", block, block)
            np.sqrt(norms, out=norms)
            check_norms(norms, self.path)
            self._scales = np.divide(1.0, norms, out=norms)
            self.release()
        return self._scales

    def pieces(self, start: int, stop: int, numbers: int = PIECE) -> Iterator[tuple[int, np.ndarray]]:
        """Rows as they are stored, a few at a time: (first row, (m, d) float32).

        Each piece is overwritten by the next one.

        Args:
            numbers: about so many numbers in a piece.
        """
        size = max(1, numbers // max(1, self.shape[1]))
        buffer = np.empty((min(size, max(0, stop - start)), self.shape[1]), dtype=np.float32)
        for first in range(start, stop, size):
            last = min(first + size, stop)
            yield first, widen(self._rows[first:last], buffer[: last - first])

    def take(self, numbers: np.ndarray) -> np.ndarray:
        """Some rows, (m, d) float32 unit rows.

        They are read, where the system can, and not mapped: random rows of a mapped file would
        soon make all of it count as this program's memory.

        Raises:
            PackError: if one of them is unusable.
        """
        numbers = np.asarray(numbers, dtype=np.int64)
        try:
            held = self._descriptor
            stored = self._rows[numbers] if held is None else self._read(held, numbers)
        except (OSError, ValueError) as error:  # the file has become shorter, or is gone with its drive
            raise unreadable(self.path, error) from None
        rows = widen(stored)
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        check_norms(norms, self.path)
        rows /= norms
        return rows

    def _read(self, descriptor: int, numbers: np.ndarray) -> np.ndarray:
        size = self._rows.dtype.itemsize * self.shape[1]
        read = [os.pread(descriptor, size, self._offset + size * int(n)) for n in numbers]
        return np.frombuffer(b"".join(read), dtype=self._rows.dtype).reshape(len(numbers), self.shape[1])

    def release(self) -> None:
        """Gives the mapped pages back; the system keeps them cached as long as it has room."""
        mapped = getattr(self._rows, "_mmap", None)
        if mapped is not None and hasattr(mmap, "MADV_DONTNEED"):
            mapped.madvise(mmap.MADV_DONTNEED)


class KeyWriter:
    """Writes a key matrix whose number of rows is known only at the end.

    Args:
        path: a new file, or with `append` one that a `KeyWriter` has made.
        dim: length of a row.
    """

    def __init__(self, path: Path, dim: int, append: bool = False) -> None:
        self._dim = dim
        self._stream = path.open("r+b" if append else "w+b")
        if append:
            self._start = len(self._header(0))
            self._stream.seek(0, os.SEEK_END)
            self.count = (self._stream.tell() - self._start) // (2 * dim)
        else:
            self._stream.write(self._header(0))
            self._start, self.count = self._stream.tell(), 0

    def __enter__(self) -> KeyWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, rows: np.ndarray) -> None:
        """Appends (m, d) unit rows; float16 rows stay as they are, bit for bit."""
        self._stream.write(np.ascontiguousarray(rows, dtype="<f2").data)
        self.count += len(rows)

    def close(self) -> None:
        """Writes the number of rows into the header and the file down to the disk."""
        if self._stream.closed:
            return
        with self._stream:
            self._stream.seek(0)
            self._stream.write(self._header(self.count))
            self._stream.flush()
            os.fsync(self._stream.fileno())

    def _header(self, count: int) -> bytes:
        """numpy pads the length of the first axis, so that headers are equally long for all counts."""
        buffer = io.BytesIO()
        shape = (count, self._dim)
        np.lib.format.write_array_header_1_0(buffer, {"descr": "<f2", "fortran_order": False, "shape": shape})
        return buffer.getvalue()


Keys = np.ndarray | KeyFile
"""(n, d) unit rows: float32 in memory, or on disk."""


def open_keys(path: Path, dim: int, count: int) -> Keys:
    """A key matrix: in memory if it is small, mapped otherwise.

    Raises:
        PackError: see `load_keys`.
    """
    try:
        small = path.stat().st_size <= IN_MEMORY_BYTES
    except OSError as error:
        raise unreadable(path, error) from None
    return load_keys(path, dim, count) if small else KeyFile(path, dim, count)


def take_rows(keys: Keys, numbers: np.ndarray) -> np.ndarray:
    """Some rows, (m, d) float32."""
    return keys.take(numbers) if isinstance(keys, KeyFile) else keys[numbers]


def unit_blocks(keys: Keys, size: int = 8192) -> Iterator[tuple[int, np.ndarray]]:
    """All rows in order: (first row, (m, d) float32 unit rows), in memory of their own."""
    for start in range(0, len(keys), size):
        if isinstance(keys, KeyFile):
            rows = widen(keys.raw[start : start + size])
            rows *= keys.scales[start : start + size, None]
            yield start, rows
        else:
            yield start, np.array(keys[start : start + size])


def unreadable(path: Path, error: Exception) -> PackError:
    """The sentence about a key file that cannot be read."""
    return PackError(f"The key file {path} cannot be read ({error}); install the library again.")


def other_shape(path: Path, found: tuple[int, ...], wanted: tuple[int, int]) -> PackError:
    """The sentence about a key file that is not of the manifest's shape."""
    return PackError(f"The key file {path} has the shape {found}, but the library says {wanted}.")


def check_norms(norms: np.ndarray, path: Path) -> None:
    """Refuses rows with NaN (60000 and more in widened float16), and rows of zeros."""
    if len(norms) and not (np.isfinite(norms).all() and norms.min() >= 1e-3 and norms.max() < 6e4):
        raise PackError(f"The key file {path} holds unusable numbers; install the library again.")


def load_keys(path: Path, dim: int, count: int) -> np.ndarray:
    """Reads a key matrix and checks it against what the manifest promises.

    Returns:
        (count, dim) float32 unit rows. Files may hold float16; rows are renormalised then.

    Raises:
        PackError: if the file is unreadable, of another shape, or holds NaN.
    """
    try:
        with path.open("rb") as stream:
            keys = np.lib.format.read_array(stream, allow_pickle=False)
        rows = np.empty(keys.shape, dtype=np.float32)
        if keys.shape == (count, dim):
            step = max(1, PIECE // max(1, dim))
            for start in range(0, count, step):  # a piece at a time, while it is in the processor's cache
                _unit(keys[start : start + step], rows[start : start + step], path)
    except PackError:
        raise
    except Exception as error:  # a damaged header leads numpy's parser into errors of every kind
        raise unreadable(path, error) from None
    if keys.shape != (count, dim):
        raise other_shape(path, keys.shape, (count, dim))
    return rows


def _unit(stored: np.ndarray, rows: np.ndarray, path: Path) -> None:
    """Writes (n, d) rows as float32 unit rows. Raises PackError if one is unusable."""
    widen(stored, rows)
    norms = np.sqrt(np.add.reduce(rows * rows, axis=1, keepdims=True))
    check_norms(norms, path)
    rows /= norms


def save_keys(path: Path, rows: np.ndarray) -> None:
    """Writes (n, d) unit rows as float16: half the size at a cosine error below 0.001."""
    np.save(path, rows.astype(np.float16), allow_pickle=False)


def load_column(path: Path, count: int) -> np.ndarray:
    """Reads one number per key, (count,).

    Raises:
        PackError: if the file is unreadable or of another length.
    """
    try:
        with path.open("rb") as stream:
            column = np.lib.format.read_array(stream, allow_pickle=False)
    except Exception as error:  # a damaged header leads numpy's parser into errors of every kind
        raise PackError(f"The file {path} cannot be read ({error}); install the library again.") from None
    if column.shape != (count,):
        raise PackError(f"The file {path} has the shape {column.shape}, but the library has {count} keys.")
    return column
