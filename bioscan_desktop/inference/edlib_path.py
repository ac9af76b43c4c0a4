"""Where a barcode lies within another, and by which edits: edlib's best path.

edlib's binding for Python never frees the text of a path, in real barcodes some 60 letters, in made-up ones
600. So its C function is called without it: where the binding lets that be found, as on Linux and macOS and
not on Windows, and in the version whose structures are those below (`edlib.h` of 1.3.9).
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version

import edlib

Runs = list[tuple[int, str]]
"""(columns, one of = X I D), of a path from its begin on; I are bases of the query alone."""

Equalities = tuple[tuple[str, str], ...]
"""Pairs of letters that match each other."""

_CIGAR = re.compile(r"(\d+)([=XID])")
_SAME = re.compile(b"\x00+|\x01+|\x02+|\x03+")
_KINDS = "=IDX"
"""By the number that edlib has for them."""

_WITHIN, _PATH = 2, 2
"""EDLIB_MODE_HW: the ends of the longer are free. EDLIB_TASK_PATH."""


class _Pair(ctypes.Structure):
    _fields_ = (("first", ctypes.c_char), ("second", ctypes.c_char))


class _Config(ctypes.Structure):
    _fields_ = (
        ("k", ctypes.c_int),
        ("mode", ctypes.c_int),
        ("task", ctypes.c_int),
        ("equalities", ctypes.POINTER(_Pair)),
        ("equality_count", ctypes.c_int),
    )


class _Result(ctypes.Structure):
    _fields_ = (
        ("status", ctypes.c_int),
        ("distance", ctypes.c_int),
        ("ends", ctypes.POINTER(ctypes.c_int)),
        ("starts", ctypes.POINTER(ctypes.c_int)),
        ("location_count", ctypes.c_int),
        ("path", ctypes.c_void_p),
        ("path_length", ctypes.c_int),
        ("alphabet_length", ctypes.c_int),
    )


def path(query: str, target: str, equal: Equalities = ()) -> tuple[Runs, int]:
    """The best path of `query` within `target`, and the place in the target where it begins.

    Args:
        query: ASCII, not longer than the target.
        equal: which letters match, besides those that are the same.
    """
    found = native()
    return by_binding(query, target, equal) if found is None else found(query, target, equal)


def by_binding(query: str, target: str, equal: Equalities = ()) -> tuple[Runs, int]:
    """`path`, by way of the text that is never freed."""
    result = edlib.align(query, target, mode="HW", task="path", additionalEqualities=list(equal) or None)
    runs = [(int(count), kind) for count, kind in _CIGAR.findall(result["cigar"] or "")]
    return runs, (result["locations"][0][0] or 0) if result["locations"] else 0


@cache
def native() -> Callable[[str, str, Equalities], tuple[Runs, int]] | None:
    """`path`, by the C function; None where that cannot be found or may be another."""
    try:
        if not re.match(r"1\.3\.9(\.|$)", version("edlib")):
            return None
        library = ctypes.CDLL(edlib.__file__)
        align, free = library.edlibAlign, library.edlibFreeAlignResult
    except (PackageNotFoundError, OSError, AttributeError):
        return None
    align.argtypes = (ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, _Config)
    align.restype = _Result
    free.argtypes, free.restype = (_Result,), None

    def by_function(query: str, target: str, equal: Equalities) -> tuple[Runs, int]:
        result = align(query.encode(), len(query), target.encode(), len(target), _config(equal))
        try:
            if not result.path:
                return [], 0
            columns = ctypes.string_at(result.path, result.path_length)
            start = result.starts[0] if result.starts else 0
        finally:
            free(result)
        return [(len(run), _KINDS[run[0]]) for run in _SAME.findall(columns)], start

    return by_function


@lru_cache(maxsize=8)
def _config(equal: Equalities) -> _Config:
    pairs = (_Pair * len(equal))(*(_Pair(a.encode(), b.encode()) for a, b in equal))
    return _Config(-1, _WITHIN, _PATH, ctypes.cast(pairs, ctypes.POINTER(_Pair)), len(equal))
