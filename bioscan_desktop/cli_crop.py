"""`bioscan crop`: which part of each photo shows the insect, as a table, and copies of the parts."""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

from bioscan_desktop.cli_parts import EXIT_OK, EXIT_SOME_FAILED

COLUMNS = ("photo", "part", "left", "top", "right", "bottom", "error")


def add(commands: argparse._SubParsersAction) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "crop",
        help="propose crops of photos with small or off-centre insects",
        description=(
            "Proposes crops of photos with small or off-centre insects, one line each: shares (0 to 1) of "
            "width and height. A photo that is best as a whole has one line without numbers. Look at the "
            "parts before you use them."
        ),
        epilog="example:\n  bioscan crop photos/ --save parts",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("inputs", nargs="+", type=Path, metavar="INPUT", help="photo or folder")
    parser.add_argument("--save", type=Path, metavar="DIR", help="write a copy of each part here")
    parser.add_argument("--no-recursive", action="store_true", help="do not look into folders within folders")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from bioscan_desktop.core.errors import PhotoError
    from bioscan_desktop.core.ids import UniqueIds
    from bioscan_desktop.services import crops

    rows = csv.writer(sys.stdout, delimiter="\t", lineterminator="\n")
    rows.writerow(COLUMNS)
    failed = 0
    names = UniqueIds()
    for found in crops.propose_all(arguments.inputs, not arguments.no_recursive):
        problem = found.error
        if problem is None and arguments.save is not None and found.boxes:
            try:
                crops.save_parts(found, arguments.save, names.take(found.photo.stem))
            except PhotoError as error:  # it was changed meanwhile, or only its first rows can be read
                problem = error
        if problem is not None:
            failed += 1
            rows.writerow([found.photo, "", "", "", "", "", problem.message])
            continue
        for number, box in enumerate(found.boxes, start=1):
            sides = (box.left, box.top, box.right, box.bottom)
            rows.writerow([found.photo, number, *(f"{side:.4f}" for side in sides), ""])
        if not found.boxes:
            rows.writerow([found.photo, "", "", "", "", "", ""])
    return EXIT_SOME_FAILED if failed else EXIT_OK
