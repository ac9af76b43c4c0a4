"""`bioscan-train calibrate`: fit a library's calibration and draw how far it can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bioscan_desktop.library.importers.tables import read_table
from bioscan_desktop.library.recalibrating import store_calibration
from bioscan_desktop.services import calibrate, packs
from bioscan_desktop.services.answered import Answered
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.services.missing_species import missing_species
from bioscan_desktop.services.reliability import reliability, risk_coverage
from bioscan_desktop.services.reliability_plot import save_plots


def calibrate_library(
    library: Path,
    queries: Path,
    images: Path | None,
    target_precision: float,
    unseen: Path | None = None,
    plots: Path | None = None,
    model: str | None = None,
    left_out: list[str] | None = None,
) -> dict[str, Any]:
    """Fits a calibration and puts it in force in a library pack, see `library.recalibrating`.

    Args:
        library: folder of the pack.
        queries: records TSV of held-out specimens; photos among them may be in the library, barcodes not.
        images: folder that `image_file` is relative to.
        target_precision: of the names given at each rank.
        unseen: names of species that the encoders were not trained on, one a line: `held_out` then has
            figures of these alone, too.
        plots: folder for diagrams; with it come the figures `held_out`, of species that the calibration
            that judged them was not fitted on. Takes a few times as long.
        model: id or folder of the model pack; by default the one that the library names.
        left_out: gets a sentence for each photo and barcode that cannot be used.

    Returns:
        What was fitted, without the long lists.
    """
    opened = packs.open_library(str(library), exact=True)
    try:
        pack = packs.open_model(model, "cpu", "fp32") if model else packs.model_for(opened, "cpu", "fp32")
        identifier = Identifier(pack, opened)
        cases = calibrate.held_out_cases(identifier, read_table(queries), images, left_out=left_out)
        fitted = calibrate.fit_cases(cases, target_precision, opened.pictured)
        store_calibration(opened.folder, fitted, opened.manifest)
        names = frozenset(unseen.read_text(encoding="utf-8").split("\n")) - {""} if unseen else frozenset()
        held_out = None
        if plots is not None:
            answers = calibrate.cross_fitted(cases, target_precision, opened.pictured)
            held_out = {name: held_out_figures(*both, names) for name, both in answers.items()}
            save_plots(held_out, plots)
    finally:
        opened.close()
    values = fitted.to_dict()
    told = {
        key: values[key]
        for key in ("pairs", "thresholds", "thresholds_missing", "image_weight", "provenance")
    }
    return told if held_out is None else {**told, "held_out": held_out}


def held_out_figures(
    known: Sequence[Answered], missing: Sequence[Answered], unseen: frozenset[str]
) -> dict[str, Any]:
    """Reliability and risk of answers to known species, and what is said of missing ones.

    Args:
        unseen: species whose figures as missing ones are told apart, as `missing_species_unseen`.
    """
    figures: dict[str, Any] = {"reliability": reliability(known), "risk_coverage": risk_coverage(known)}
    figures["missing_species"] = missing_species(known, missing)
    if unseen:
        of_these = [answer for answer in missing if answer.truth.species in unseen]
        figures["missing_species_unseen"] = missing_species(known, of_these)
    return figures
