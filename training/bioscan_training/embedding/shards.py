"""Embeddings on disk: a folder of numbered shards that appear one by one, each complete or not at all.

    manifest.json                  what they were made of; complete once every shard is there
    shard-00000/rows.tsv.gz        one line per specimen: row, names, error
    shard-00000/image.npy          (n, dim) unit rows; likewise dna.npy, text.npy; NaN: nothing to embed
    shard-00000/shard.json         counts and hashes

A shard is written as `shard-00000.part` and renamed, so that a run may be killed at any time. Several
processes or machines may write into one folder as long as they take different shards.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bioscan_desktop.core.errors import BioscanError, reason
from bioscan_desktop.inference.manifest import sha256_of
from bioscan_training.embedding.source import COLUMNS, Chunk, cells_of

FORMAT = "bioscan-embeddings"
FORMAT_VERSION = "1.0"

_CALLED = {  # how a differing setting is told
    "model": "another model",
    "source": "another source",
    "precision": "another precision",
    "shard_size": "another shard size",
    "batch": "another batch size",
}


class EmbeddingsError(BioscanError):
    """A folder of embeddings that cannot be used; the message is one sentence."""

    code = "bad_embeddings"


@dataclass(frozen=True)
class Embedded:
    """The embeddings of a chunk.

    Attributes:
        vectors: by modality, (n, dim); rows of NaN where there is nothing to embed.
        errors: n sentences, empty where all is well.
        provider: onnxruntime's name of what computed them.
    """

    chunk: Chunk
    vectors: dict[str, np.ndarray]
    errors: list[str]
    provider: str


class EmbeddingFolder:
    """The folder of one source embedded by one model.

    Args:
        settings: what decides the numbers: model, source, precision and so on, as plain JSON values.
            `shard_size` and `batch` may be None: those of the folder, or else of `defaults`.

    Raises:
        EmbeddingsError: if the folder belongs to other settings or to something else.
    """

    def __init__(self, folder: Path, settings: dict[str, Any], defaults: dict[str, int]) -> None:
        self.folder = folder
        found = self._manifest()
        if found is None:
            settings = {k: defaults.get(k) if v is None else v for k, v in settings.items()}
            self._write_manifest({**settings, "complete": False})
        else:
            settings = {k: found.get(k) if v is None else v for k, v in settings.items()}
            # As JSON gives it back: lists for tuples.
            settings = json.loads(json.dumps(settings))
            for key, value in settings.items():
                if found.get(key) != value:
                    what = _CALLED.get(key, f"another setting of '{key}'")
                    raise EmbeddingsError(
                        f"{folder} holds embeddings of {what}; choose another folder with --out."
                    )
        self.settings = settings

    @property
    def shard_size(self) -> int:
        """Specimens per shard; the last may have fewer."""
        return int(self.settings["shard_size"])

    def path_of(self, number: int) -> Path:
        """The folder of a shard."""
        return self.folder / f"shard-{number:05d}"

    def receipt(self, number: int) -> dict[str, Any] | None:
        """What `shard.json` says, or None where the shard is not there yet.

        Raises:
            EmbeddingsError: if the shard is damaged.
        """
        path = self.path_of(number) / "shard.json"
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            if path.parent.exists():
                raise EmbeddingsError(f"{path.parent} is damaged; delete it and run again.") from None
            return None
        except (OSError, ValueError) as error:
            raise EmbeddingsError(f"{path} cannot be read ({reason(error)}); delete the shard.") from None

    def has(self, chunk: Chunk) -> bool:
        """True if the chunk's shard is there.

        Raises:
            EmbeddingsError: if it is there and was made of other specimens.
        """
        receipt = self.receipt(chunk.number)
        if receipt is None:
            return False
        if receipt["rows_sha256"] != chunk.sha256:
            raise EmbeddingsError(
                f"{self.folder} holds embeddings of another source: the specimens of "
                f"{self.path_of(chunk.number).name} are others now; choose another folder with --out."
            )
        return True

    def write(self, embedded: Embedded) -> dict[str, Any]:
        """Writes a shard in one piece and returns its receipt."""
        chunk = embedded.chunk
        final = self.path_of(chunk.number)
        part = final.with_name(f"{final.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        _write(part / "rows.tsv.gz", _table(embedded))
        dtype = np.dtype(self.settings["dtype"])
        for modality, rows in embedded.vectors.items():
            buffer = io.BytesIO()
            np.save(buffer, rows.astype(dtype), allow_pickle=False)
            _write(part / f"{modality}.npy", buffer.getvalue())
        receipt = {
            "number": chunk.number,
            "rows": len(chunk.entries),
            "rows_sha256": chunk.sha256,
            "errors": sum(map(bool, embedded.errors)),
            "vectors": {m: int(np.isfinite(v[:, 0]).sum()) for m, v in embedded.vectors.items()},
            "provider": embedded.provider,
            "files": {path.name: sha256_of(path) for path in sorted(part.iterdir())},
        }
        _write(part / "shard.json", (json.dumps(receipt, indent=1) + "\n").encode())
        part.rename(final)
        return receipt

    def finish(self, shards: int) -> dict[str, Any]:
        """Completes the manifest if all shards are there; returns it.

        Args:
            shards: how many the source makes.

        Raises:
            EmbeddingsError: if there are more.
        """
        if self.path_of(shards).exists():
            raise EmbeddingsError(
                f"{self.folder} holds embeddings of another source: it has more than {shards} shards; "
                "choose another folder with --out."
            )
        receipts = [receipt for n in range(shards) if (receipt := self.receipt(n)) is not None]
        complete = len(receipts) == shards
        modalities = self.settings["modalities"]
        manifest = {
            **self.settings,
            "complete": complete,
            "rows": sum(r["rows"] for r in receipts),
            "errors": sum(r["errors"] for r in receipts),
            "vectors": {m: sum(r["vectors"][m] for r in receipts) for m in modalities},
            "shards": [
                {"name": self.path_of(r["number"]).name, "rows": r["rows"], "files": r["files"]}
                for r in receipts
            ],
        }
        if complete:
            self._write_manifest(manifest)
        return manifest

    def check(self) -> int:
        """Compares every file with its hash; returns the number of shards.

        Raises:
            EmbeddingsError: naming the first file that is missing or changed.
        """
        manifest = self._manifest() or {}
        if not manifest.get("complete"):
            raise EmbeddingsError(f"{self.folder} is not complete; run `bioscan-train embed` again.")
        for shard in manifest["shards"]:
            for name, sha256 in shard["files"].items():
                path = self.folder / shard["name"] / name
                if not path.is_file() or sha256_of(path) != sha256:
                    raise EmbeddingsError(f"{path} is missing or damaged; delete its shard and run again.")
        return len(manifest["shards"])

    def _manifest(self) -> dict[str, Any] | None:
        path = self.folder / "manifest.json"
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            if self.folder.exists() and not (
                self.folder.is_dir() and all(map(_is_part, self.folder.iterdir()))
            ):
                raise EmbeddingsError(
                    f"{self.folder} holds something else; choose another folder with --out."
                ) from None
            return None
        except (OSError, ValueError) as error:
            raise EmbeddingsError(f"{path} cannot be read ({reason(error)}).") from None
        if not isinstance(values, dict) or values.get("format") != FORMAT:
            raise EmbeddingsError(f"{self.folder} holds something else; choose another folder with --out.")
        return values

    def _write_manifest(self, values: dict[str, Any]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        # A name of its own for each process: those of a job array begin at the same time, on many machines.
        part = self.folder / f"manifest.json.{uuid.uuid4().hex}.part"
        values = {"format": FORMAT, "format_version": FORMAT_VERSION, **values}
        _write(part, (json.dumps(values, indent=1, ensure_ascii=False) + "\n").encode())
        part.replace(self.folder / "manifest.json")


def _is_part(path: Path) -> bool:
    """True for a manifest that another job is about to write, or was when it was killed."""
    return path.name.startswith("manifest.json.") and path.suffix == ".part"


def _table(embedded: Embedded) -> bytes:
    """`rows.tsv.gz`: the same bytes for the same rows, whenever it is written."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(["row", *COLUMNS, "error"])
    for number, (entry, error) in enumerate(zip(embedded.chunk.entries, embedded.errors, strict=True)):
        writer.writerow([embedded.chunk.first + number, *cells_of(entry), error])
    return gzip.compress(text.getvalue().encode(), mtime=0)


def _write(path: Path, data: bytes) -> None:
    """Writes a file down to the disk, so that a rename that follows cannot come before it."""
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
