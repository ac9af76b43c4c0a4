"""Does this installation identify? Run after installing, and by the packaged program."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bioscan_desktop.core.errors import PackError
from bioscan_desktop.services import packs
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.services.specimens import Specimen, from_sequence


def run() -> str:
    """Checks the starter packs and identifies a barcode of the library and a drawn picture.

    Returns:
        one sentence.

    Raises:
        PackError: saying what is wrong.
    """
    from PIL import Image

    library = packs.open_library()
    try:
        packs.verify("libraries", library.folder)
        model = packs.model_for(library)
        packs.verify("models", model.folder)
        identifier = Identifier(model, library)
        reference = library.records.with_consensus(1)[0]
        assert reference.consensus is not None  # that is what was asked for
        answer = identifier.identify_one(from_sequence(reference.consensus))
        if not any(hit.key_id == reference.key_id for hit in answer.hits):
            raise PackError("The self-test failed: a barcode of the library was not found in the library.")
        with tempfile.TemporaryDirectory() as folder:
            photo = Path(folder, "grey.png")
            Image.new("RGB", (320, 240), (120, 130, 110)).save(photo)
            seen = identifier.identify_one(Specimen("grey", "grey.png", photo))
        if seen.status != "ok":
            raise PackError(f"The self-test failed on a picture: {seen.error}.")
        name = answer.verdict.name if answer.verdict else None
        return (
            f"All is well: {library.manifest.title}, {model.manifest.title}, "
            f"{model.provider_report().short}; the sample barcode is {name}."
        )
    finally:
        library.close()
