"""What a file of results says of its own making: program, model, library, hashes, thresholds."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bioscan_desktop import __version__
from bioscan_desktop.core.calibration import Calibration
from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.inference.manifest import sha256_of
from bioscan_desktop.library.pack import Library
from bioscan_desktop.services.export.items import ExportItem

SCHEMA = "bioscan-results/1"
SHARE_OF = {"image": "photos", "dna": "barcodes", "both": "both together"}


@dataclass(frozen=True)
class LibraryFacts:
    """What only the library itself knows, beyond what each result says of it.

    Attributes:
        manifest_sha256: of the library's `manifest.json`, which names the hash of every other file.
        thresholds: by `image`, `dna` or `both`, then by rank: the share that a name needed.
        barcode_of: the barcode of a key, or None.
        photo_of: the photo behind an `image_file`, or None.
    """

    id: str
    version: str
    title: str = ""
    licence: str = ""
    attribution: str = ""
    manifest_sha256: str = ""
    calibrated: bool = False
    thresholds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    barcode_of: Callable[[int], str | None] = lambda _: None
    photo_of: Callable[[str], Path | None] = lambda _: None

    @classmethod
    def of(cls, library: Library) -> LibraryFacts:
        """Of an opened library, which must stay open while files are written."""
        m = library.manifest
        root = Path(m.images_root) if m.images_root else None

        def photo_of(image_file: str) -> Path | None:
            if root is None:
                return None
            path = (library.folder / root / image_file) if not root.is_absolute() else root / image_file
            return path if path.is_file() else None

        return cls(
            id=m.id,
            version=m.version,
            title=m.title,
            licence=m.licence,
            attribution=m.attribution,
            manifest_sha256=sha256_of(library.folder / "manifest.json"),
            calibrated=library.calibration.fitted,
            thresholds=thresholds_of(library.calibration),
            barcode_of=library.records.barcode_of,
            photo_of=photo_of,
        )

    def made(self, item: ExportItem) -> bool:
        """The item was identified with this very library."""
        library = item.record["library"]
        return (library["id"], library["version"]) == (self.id, self.version)


def thresholds_of(calibration: Calibration) -> dict[str, dict[str, float]]:
    """The share that a name of each rank needs, by modality."""
    return {
        modality: {rank: round(calibration.threshold(modality, rank), 4) for rank in RANKS}
        for modality in SHARE_OF
    }


@dataclass(frozen=True)
class ExportOptions:
    """How to write.

    Attributes:
        library: of the results, where it is at hand; columns that need it stay blank otherwise.
        bom: tables begin with a byte order mark, so that Excel reads accents as they are.
        guard: free text that a spreadsheet would take for a formula gets an apostrophe in front.
        made_by: the person who decides and hands out; "" if not said.
        title: of the data set, for Darwin Core and reports.
        licence: of the records that are handed out, such as `CC0-1.0`; "" if not said.
        basis_of_record: Darwin Core's; `PreservedSpecimen` or `MachineObservation` for example.
        photo_base: address that file names of photos are put behind, so that GBIF can show them.
        collected: terms of Darwin Core that tables have columns for, beside their own.
        run_id, created_at: of this export.
    """

    library: LibraryFacts | None = None
    bom: bool = False
    guard: bool = True
    made_by: str = ""
    title: str = "Insects identified with BIOSCAN Desktop"
    licence: str = ""
    basis_of_record: str = "PreservedSpecimen"
    photo_base: str = ""
    collected: tuple[str, ...] = ()
    run_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    @property
    def encoding(self) -> str:
        """Of tables."""
        return "utf-8-sig" if self.bom else "utf-8"


class Provenance:
    """Collects what the items of one file were made with, while they pass by.

    Attributes:
        count: items seen.
    """

    def __init__(self, options: ExportOptions) -> None:
        self._options = options
        self._models: dict[tuple[str, str, str], None] = {}
        self._libraries: dict[tuple[str, str], None] = {}
        self._versions: dict[str, None] = {}
        self._providers: dict[str, None] = {}
        self.count = 0

    def watch(self, items: Iterable[ExportItem]) -> Iterable[ExportItem]:
        """Passes items on."""
        for item in items:
            self.see(item)
            yield item

    def see(self, item: ExportItem) -> None:
        """Takes one item into account."""
        record = item.record
        model, library = record["model"], record["library"]
        self._models.setdefault((model["id"], model["version"], model.get("sha256") or ""))
        self._libraries.setdefault((library["id"], library["version"]))
        self._versions.setdefault(record["app_version"])
        self._providers.setdefault(record.get("provider") or "")
        self.count += 1

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        options, facts = self._options, self._options.library
        libraries = []
        for id_, version in self._libraries:
            entry: dict[str, Any] = {"id": id_, "version": version}
            if facts is not None and (facts.id, facts.version) == (id_, version):
                entry |= {
                    "title": facts.title,
                    "licence": facts.licence,
                    "attribution": facts.attribution,
                    "manifest_sha256": facts.manifest_sha256,
                    "calibrated": facts.calibrated,
                    "thresholds": {m: dict(ranks) for m, ranks in facts.thresholds.items()},
                }
            libraries.append(entry)
        return {
            "schema": SCHEMA,
            "run_id": options.run_id,
            "created_at": options.created_at,
            "made_by": options.made_by,
            "exported_with": f"BIOSCAN Desktop {__version__}",
            "identified_with": [f"BIOSCAN Desktop {version}" for version in self._versions],
            "models": [{"id": i, "version": v, "sha256": sha} for i, v, sha in self._models],
            "libraries": libraries,
            "providers": [provider for provider in self._providers if provider],
            "n_results": self.count,
        }

    def lines(self) -> list[tuple[str, str]]:
        """As (what, value), for people."""
        values = self.as_dict()
        found = [
            ("Identified with", ", ".join(values["identified_with"])),
            ("Exported with", values["exported_with"]),
            ("Exported at", values["created_at"]),
            ("Exported by", values["made_by"]),
            ("Results", str(values["n_results"])),
        ]
        for model in values["models"]:
            found.append(("Model", f"{model['id']} {model['version']}"))
            found.append(("Model SHA-256", model["sha256"]))
        for library in values["libraries"]:
            title = f" ({library['title']})" if library.get("title") else ""
            found.append(("Library", f"{library['id']} {library['version']}{title}"))
            found.append(("Library manifest SHA-256", library.get("manifest_sha256", "")))
            found.append(("Library licence", library.get("licence", "")))
            found.append(("Library attribution", library.get("attribution", "")))
            for modality, ranks in library.get("thresholds", {}).items():
                asked = ", ".join(f"{rank} {share:.3f}" for rank, share in ranks.items())
                fitted = "" if library["calibrated"] else " (defaults, not calibrated)"
                found.append((f"Shares asked of {SHARE_OF[modality]}{fitted}", asked))
        found += [("Computed by", provider) for provider in values["providers"]]
        found.append(("Run", values["run_id"]))
        return [(what, value) for what, value in found if value]

    def write_beside(self, path: Path) -> None:
        """The JSON file for formats that have no place of their own for it."""
        text = json.dumps(self.as_dict(), indent=2, ensure_ascii=False) + "\n"
        path.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")


def sidecar(target: Path) -> Path:
    """`names.csv.provenance.json` beside `names.csv`."""
    return target.with_name(f"{target.name}.provenance.json")
