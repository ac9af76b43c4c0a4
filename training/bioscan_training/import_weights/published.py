"""What is known of the published weights: where they lie, at which commit, with which hash.

A hash that is given here is enforced. Where none is known, the file's hash is computed and written
into the pack's provenance. Revisions are full commits, never branches.
"""

from __future__ import annotations

from dataclasses import dataclass

CLIBD = "bioscan-ml/clibd"
CLIBD_COMMIT = "3a27250e89e884f26f25ba2e939eaf5f774a0fb3"
BIOCLIP_COMMIT = "ce901ab3c6a913f9e9ef94ce6d27761069f4f01c"
BIOCLIP_2_COMMIT = "2957b322090f9cb17ae72c71981c7218a28d81e0"

UNSTATED = "not stated by the authors"
"""Licence of the CLIBD weights: their repository names none; the code is under the MIT licence."""


@dataclass(frozen=True)
class HubFile:
    """A file on the Hugging Face hub.

    Attributes:
        repo: owner/name.
        revision: full commit, or None where none is pinned yet.
        file: path within the repository.
        sha256: enforced if given.
    """

    repo: str
    revision: str | None
    file: str
    sha256: str | None = None


@dataclass(frozen=True)
class Published:
    """One published model.

    Attributes:
        id, title, licence: for the manifest.
        weights: the checkpoint.
        config: its configuration, where it is a file of its own.
        citation: the paper.
    """

    id: str
    title: str
    licence: str
    weights: HubFile
    config: HubFile | None = None
    citation: str = ""


def _clibd(data: str, towers: str) -> HubFile:
    return HubFile(CLIBD, CLIBD_COMMIT, f"ckpt/bioscan_clip/ver_1_0/{data}/{towers}_4gpu/best.pth")


def _barcodebert(path: str) -> HubFile:
    return HubFile(CLIBD, CLIBD_COMMIT, f"ckpt/BarcodeBERT/{path}")


_CLIBD_PAPER = "Gong et al. 2024, CLIBD, arXiv:2405.17537"
_BARCODEBERT_PAPER = "Millan Arias et al. 2023, BarcodeBERT, arXiv:2311.02401"

PUBLISHED: dict[str, dict[str, Published]] = {
    "clibd": {
        f"{data}-{letters}": Published(
            f"clibd-{data}-{letters}",
            f"CLIBD, BIOSCAN-{data.upper()}, {words}",
            UNSTATED,
            _clibd(f"bioscan_{data}", folder),
            citation=_CLIBD_PAPER,
        )
        for data in ("1m", "5m")
        for letters, folder, words in (
            ("idt", "image_dna_text", "image + DNA + text"),
            ("id", "image_dna", "image + DNA"),
        )
    },
    "barcodebert": {
        "k5-canada": Published(
            "barcodebert-k5-canada",
            "BarcodeBERT, k = 5, Canadian invertebrates",
            UNSTATED,
            _barcodebert("old_checkpoints/trained_with_canada_1_5M/model_41.pth"),
            citation=_BARCODEBERT_PAPER,
        ),
        "k4-canada": Published(
            "barcodebert-k4-canada",
            "BarcodeBERT, k = 4, Canadian invertebrates",
            UNSTATED,
            _barcodebert("new_checkpoints/trained_with_canada_1_5M/CANADA-1.5M-BEST_k4_4_4_w1_m0_r0_wd.pt"),
            citation=_BARCODEBERT_PAPER,
        ),
        "k4-5m": Published(
            "barcodebert-k4-5m",
            "BarcodeBERT, k = 4, BIOSCAN-5M",
            UNSTATED,
            _barcodebert("new_checkpoints/trained_with_5m/BIOSCAN-5M-BEST_k4_6_6_w1_m0_r0.pt"),
            citation="Gharaee et al. 2024, BIOSCAN-5M, arXiv:2406.12723",
        ),
    },
    "openclip": {
        "bioclip": Published(
            "bioclip",
            "BioCLIP",
            "MIT",
            HubFile(
                "imageomics/bioclip",
                BIOCLIP_COMMIT,
                "open_clip_pytorch_model.bin",
                "e380384f0c30d425d8c6c40f24471f9dd497fbdfa734a89c461a94aee95f0ef4",
            ),
            HubFile(
                "imageomics/bioclip",
                BIOCLIP_COMMIT,
                "open_clip_config.json",
                "86d418d7046fa9212ab70eb7cb3deeef02be46f39d7948bad5dc7649f8277208",
            ),
            "Stevens et al. 2024, BioCLIP, arXiv:2311.18803",
        ),
        "bioclip-2": Published(
            "bioclip-2",
            "BioCLIP 2",
            "MIT",
            HubFile(
                "imageomics/bioclip-2",
                BIOCLIP_2_COMMIT,
                "open_clip_model.safetensors",
                "b7b2bf6fbc95799e42630e394cf95803892ab447c1a8ab629dbc82fbeaf7dfef",
            ),
            HubFile(
                "imageomics/bioclip-2",
                BIOCLIP_2_COMMIT,
                "open_clip_config.json",
                "1bf947e96e943fe50efd5c3e26c37f843a2fa3c358967719a68c8a6d17ce68c8",
            ),
            "Gu et al. 2025, BioCLIP 2, arXiv:2505.23883",
        ),
    },
}
"""Published models by format and variant."""

NOTED_SHA256: dict[str, str] = {
    "clibd-5m-idt": "098fb1ac663450f3d6350c18d9d26a5fb177ecf7411ccc7420833fba66a555bd",
}
"""Hashes of copies from the authors' mirror. Whether the hub's file is the same is not known, so they are
compared and reported, not enforced."""
