"""What is said of an edit of the list, and what Undo calls it: (name of the edit, sentence)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bioscan_desktop.core.errors import BioscanError
from bioscan_desktop.ui import wording
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.translating import thousands, tr

if TYPE_CHECKING:
    from bioscan_desktop.services.specimens import Specimen


def attached(is_photo: bool, specimen: str) -> tuple[str, str]:
    """A photo or barcode was dropped on a specimen."""
    if is_photo:
        return tr("attach photo"), tr("The photo was attached to {specimen}.").format(specimen=specimen)
    return tr("attach barcode"), tr("The barcode was attached to {specimen}.").format(specimen=specimen)


def not_attached(specimen: str, error: BioscanError) -> str:
    """Why what was dropped on a specimen cannot be attached to it."""
    words = tr("Not attached to {specimen}: {error}")
    return words.format(specimen=specimen, error=translated(error.message))


def joined(others: Sequence[str], photo: str, photos: int) -> tuple[str, str]:
    """Specimens became one, of so many photos."""
    if len(others) > 1:
        said = tr("%n specimens were joined to {photo}.", "", len(others)).format(photo=photo)
    else:
        said = tr("{barcode} was joined to {photo}.").format(barcode=others[0], photo=photo)
    return tr("join %n photos", "", photos) if photos > 1 else tr("join photo and barcode"), said


def joined_by_name(specimens: int, rows: int) -> tuple[str, str]:
    """Of so many rows so many specimens were made, by the names of the photos."""
    said = tr("{rows} rows of the list are %n specimens now.", "", specimens)
    return tr("join photos by file name"), said.format(rows=thousands(rows))


def not_joined(specimens: Sequence[Specimen]) -> str:
    """Why what is selected cannot be one specimen, and what to select instead."""
    unusable = next((one for one in specimens if one.photo is None and one.barcode is None), None)
    photos = sum(one.photo is not None for one in specimens)
    barcodes = sum(one.barcode is not None for one in specimens)
    if len(specimens) < 2:
        return tr("Nothing was joined: select several photos of one specimen, or a photo and its barcode.")
    if unusable is not None:
        said = tr("Nothing was joined: {specimen} holds no photo and no barcode; select the others alone.")
        return said.format(specimen=unusable.query_id)
    if not photos:
        return tr("Nothing was joined: there is no photo among them; select the photo of the specimen, too.")
    return tr(
        "Nothing was joined: %n of them have a barcode, and a specimen has one only; leave the others out.",
        "",
        barcodes,
    )


def separated(specimen: str, parts: int, photos: int) -> tuple[str, str]:
    """One specimen became several, of so many photos."""
    if photos < 2:
        said = tr("Photo and barcode of {specimen} are two specimens now.").format(specimen=specimen)
        return tr("separate photo and barcode"), said
    said = tr("The photos of {specimen} are by themselves again: %n specimens.", "", parts)
    return tr("separate %n photos", "", photos), said.format(specimen=specimen)


def cropped(parts: int, photo: str) -> tuple[str, str]:
    """A photo was cropped, to one part or to several specimens; of one part nothing is said."""
    if parts < 2:
        return tr("crop photo"), ""
    said = tr("%n specimens were made of {photo}.", "", parts).format(photo=wording.source(photo))
    return tr("make %n specimens of a photo", "", parts), said


def removed(number: int) -> tuple[str, str]:
    """Specimens were taken out of the list."""
    return tr("remove %n specimens", "", number), tr("%n specimens removed from the list.", "", number)


def stopped(left: int, was_reading: bool) -> str:
    """That the work was stopped, and how it goes on; `left` specimens are not identified yet."""
    told = [tr("Stopped; results so far are kept.")]
    if left:
        told.append(tr("%n specimens are left: Retry (Ctrl+R) goes on with them.", "", left))
    if was_reading:
        told.append(tr("Open the files or the folder again to take in the rest."))
    return " ".join(told)
