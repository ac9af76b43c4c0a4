"""Brings the translations of the window up to date: the .ts files from the sources, the .qm from these.

    python tests/ui/translations.py

New texts come into `resources/translations/bioscan_fr.ts` unfinished, to be translated there, with Qt
Linguist or by hand; run it again afterwards. The English file holds the plural forms alone. See
docs/translating.md.
"""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import PySide6

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "resources" / "translations"
MARKER = "QT_TR_NOOP+=mark"
"""`mark` of `ui/translating.py` is to lupdate what QT_TR_NOOP is."""


def sources() -> list[Path]:
    """The modules that have texts of the window."""
    found = sorted((ROOT / "bioscan_desktop" / "ui").rglob("*.py"))
    return [*found, ROOT / "bioscan_desktop" / "app.py"]


def unfinished(file: Path) -> list[str]:
    """Source texts of a .ts file that wait for a translation."""
    messages = ElementTree.parse(file).iter("message")
    return [m.findtext("source", "") for m in messages if m.find("translation[@type]") is not None]


def main() -> int:
    """Returns 1 if there is something to translate."""
    names = [str(path.relative_to(ROOT)) for path in sources()]
    left = 0
    for language, more in (("fr", []), ("en", ["-pluralonly"])):
        ts = FOLDER / f"bioscan_{language}.ts"
        _run(
            "lupdate",
            *more,
            "-no-obsolete",
            "-locations",
            "none",
            "-tr-function-alias",
            MARKER,
            *names,
            "-ts",
            ts,
        )
        for text in unfinished(ts):
            left += 1
            print(f"{ts.name}: {text}")
        _run("lrelease", ts, "-qm", ts.with_suffix(".qm"))
    print(f"{left} to translate")
    return int(left > 0)


def _run(tool: str, *arguments: object) -> None:
    """Runs a tool of Qt Linguist, as PySide6 brings it."""
    found = [path for path in Path(PySide6.__file__).parent.glob(f"{tool}*") if path.suffix in ("", ".exe")]
    subprocess.run([str(found[0]), "-silent", *map(str, arguments)], cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main())
