"""What values the keys of a recipe may have, beside their types."""

from __future__ import annotations

import string
from typing import Any

from bioscan_desktop.core.taxonomy import RANKS

_SHARES = (
    "ema mask warmup min_area rotate flip vertical_flip brightness contrast saturation hue grey erase dropout"
    " drop_path smoothing min_parity_fp32 min_parity_int8 unseen val_unseen test val photo_val fold_calibrate"
    " crop substitution ambiguous shrink"
).split()
LEAST: dict[str, float] = (
    dict.fromkeys(
        "epochs batch accumulate k max_bases width layers heads hidden size resize train_size patch rank"
        " workers photo_side val_queries val_keys val_barcodes vocabulary_size dim per_species"
        " aspect parity_inputs calibration per_genus min_haplotypes min_bases most_shrink".split(),
        1,
    )
    | dict.fromkeys(
        "cache_chunk cap patience eval_every stride threads clip weight_decay lr head_lr checkpoint_s seed"
        " frozen_blocks int8_float_layers max_degrees lean_image lean_dna lean_dna_genus"
        " abundance_dna stretch_image crowding_image kin_genus kin_family trim first_size"
        " keys_per_species".split(),
        0,
    )
    | dict.fromkeys(_SHARES, 0)
    | {"embedding": 12, "temperature": 0.001, "max_tokens": 3}
)
MOST: dict[str, float] = {**dict.fromkeys(_SHARES, 1), "seed": 2**32 - 1}
"""Bounds of numbers, by the last part of their key."""

PLACEHOLDERS = (*RANKS, "epithet")
"""What `inference.text.text_of` knows of a specimen."""


def placeholders_of(template: str) -> set[str]:
    """What stands in braces; the whole where the braces do not match."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
    except ValueError:
        return {template}


def contradiction_of(table: Any, where: str) -> str | None:
    """A sentence on keys of one table that do not go together, or None.

    Args:
        where: the table's name and a dot.
    """
    size, resize = getattr(table, "size", 0), getattr(table, "resize", 0)
    if resize < size and getattr(table, "mode", "crop") == "crop":
        return f"'{where}resize' must be at least the size of {size} px that is cropped, found {resize}."
    if getattr(table, "stages", None) == ():
        return f"'{where}stages' must name at least one stage, such as 'dna'; found []."
    other = {"image.": "align", "align.": "image"}.get(where)
    if other and table.init not in ("", other):
        return (
            f"'{where}init' must be '{other}', a stage that trains photos, or '' for ImageNet weights; found "
            f"'{table.init}'."
        )
    patience = getattr(table, "patience", 0)
    if patience and not table.eval_every:
        return f"'{where}patience' is {patience}, which needs 'eval_every' of at least 1."
    if patience and not table.watch:
        return f"'{where}watch' must be a figure of the validation where there is 'patience'; found ''."
    return None
