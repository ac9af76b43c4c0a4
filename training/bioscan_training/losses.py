"""Losses over unit embeddings; s = scale (inverse temperature), d = width of the joint space.

All of them accept rows without a label at a rank (label -1) and leave those rows out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

UNKNOWN = -1


class CosineClassifier(nn.Module):
    """Softmax over cosines to one learned prototype per class, with a margin on the true class.

    The large-margin cosine loss of CosFace (Wang et al. 2018, arXiv:1801.09414): the logits are
    s·cos(x, w_c), and s·(cos(x, w_y) - m) for the true class y. Prototypes live in the joint space,
    so classes that are near each other in one modality pull the other modality along.
    """

    def __init__(self, classes: int, dim: int, scale: float, margin: float, smoothing: float = 0.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(F.normalize(torch.randn(classes, dim), dim=1))
        self.scale = scale
        self.margin = margin
        self.smoothing = smoothing

    def logits(self, embeddings: Tensor) -> Tensor:
        """(n, d) unit rows -> (n, classes) scaled cosines."""
        return self.scale * embeddings @ F.normalize(self.weight, dim=1).T

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """Mean loss over the rows with a label; 0 where there is none.

        Args:
            embeddings: (n, d) unit rows.
            labels: (n,) int64, `UNKNOWN` where the class is not known.
        """
        keep = labels != UNKNOWN
        if not bool(keep.any()):
            return embeddings.sum() * 0.0
        logits, labels = self.logits(embeddings[keep]), labels[keep]
        margin = torch.zeros_like(logits).scatter_(1, labels[:, None], self.scale * self.margin)
        return F.cross_entropy(logits - margin, labels, label_smoothing=self.smoothing)


class Temperature(nn.Module):
    """A learnable scale exp(p), kept within [1, 100] as in CLIP (Radford et al. 2021) unless told not to.

    The parameter itself is brought back, as in CLIP's code: clamping its value alone would leave it
    without a gradient beyond a bound, and there for good.
    """

    def __init__(self, initial: float, clamped: bool = True) -> None:
        super().__init__()
        self.log_scale = nn.Parameter(torch.tensor(math.log(initial)))
        self.clamped = clamped

    def forward(self) -> Tensor:
        """The scale, a scalar."""
        if self.clamped:
            with torch.no_grad():
                self.log_scale.clamp_(0.0, math.log(100.0))
        return self.log_scale.exp()


def multi_positive(logits: Tensor, positive: Tensor, allowed: Tensor | None = None) -> Tensor:
    """Mean over rows of -log(sum of softmax over the positives).

    The neighbourhood-component form (Goldberger et al. 2004): a row needs to be near *some* of its
    positives. Averaging log-probabilities instead would pull a species to every member of its family.

    Args:
        logits: (n, m) scaled cosines.
        positive: (n, m) bool.
        allowed: (n, m) bool, the pairs that count at all; positives must be allowed. None: all pairs.

    Returns:
        A scalar; rows without a positive are left out, 0 where none is left.
    """
    keep = positive.any(dim=1)
    if not bool(keep.any()):
        return logits.sum() * 0.0
    logits, positive = logits[keep], positive[keep]
    every = logits if allowed is None else logits.masked_fill(~allowed[keep], -math.inf)
    return (every.logsumexp(1) - logits.masked_fill(~positive, -math.inf).logsumexp(1)).mean()


def symmetric_alignment(
    images: Tensor,
    keys: Tensor,
    image_labels: Tensor,
    key_labels: Tensor,
    scale: Tensor,
) -> Tensor:
    """Two-way contrast between photos and barcodes that are paired by a shared label.

    Image -> DNA: each photo against all keys. DNA -> image: each key that has a photo in the batch
    against all photos. Several positives are normal (see `multi_positive`).

    Args:
        images: (n, d) unit rows.
        keys: (m, d) unit rows, more species than the batch has.
        image_labels, key_labels: (n,) and (m,) int64, `UNKNOWN` where unknown.
        scale: scalar.
    """
    logits = scale * images @ keys.T  # (n, m)
    positive = (image_labels[:, None] == key_labels[None, :]) & (image_labels != UNKNOWN)[:, None]
    return 0.5 * (multi_positive(logits, positive) + multi_positive(logits.T, positive.T))


def relatives_contrast(embeddings: Tensor, groups: Tensor, members: Tensor, scale: float) -> Tensor:
    """Contrast that rehearses an unseen species: find your genus without help of your own species.

    Pairs of the same species take no part; positives are rows of the same genus and another species,
    negatives are all other genera. This is what a query of a species without reference faces.

    Args:
        embeddings: (n, d) unit rows.
        groups: (n,) int64 genus labels, `UNKNOWN` where unknown.
        members: (n,) int64 species labels, `UNKNOWN` where unknown.
        scale: inverse temperature.
    """
    same_member = (members[:, None] == members[None, :]) & (members != UNKNOWN)[:, None]
    same_member.fill_diagonal_(True)
    known = (groups != UNKNOWN)[:, None] & (groups != UNKNOWN)[None, :]
    positive = (groups[:, None] == groups[None, :]) & known & ~same_member
    return multi_positive(scale * embeddings @ embeddings.T, positive, known & ~same_member)


def distance_distillation(embeddings: Tensor, identity: Tensor, scale: float, teacher_scale: float) -> Tensor:
    """Cross-entropy between neighbour distributions of aligned identity and of the embedding.

    Barcode identity (1 - p-distance over the aligned sites) orders relatives well even where no label
    says so; matching its neighbour distribution keeps that order in the joint space.

    Args:
        embeddings: (n, d) unit rows.
        identity: (n, n) shares of equal bases, NaN where two barcodes do not overlap.
        scale, teacher_scale: inverse temperatures of the cosine and of the identity.
    """
    self_pair = torch.eye(len(embeddings), dtype=torch.bool, device=embeddings.device)
    out = self_pair | identity.isnan()
    teacher = (teacher_scale * identity).masked_fill(out, -math.inf).softmax(dim=1)
    student = (scale * embeddings @ embeddings.T).masked_fill(out, -1e4).log_softmax(dim=1)
    return -(teacher * student).masked_fill(out, 0.0).sum(dim=1).mean()


def modal_contrast(
    rows: Mapping[str, Tensor], present: Mapping[str, Tensor], labels: Tensor | None, scale: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    """The mean of the InfoNCE terms of all ordered pairs of modalities.

    CLIBD's loss (Gong et al. 2024, arXiv:2405.17537): with A_a the rows of modality a,
    L = mean over a ≠ b of CE(s·A_a A_bᵀ, targets), so 6 terms for three modalities. Without labels a
    record's target is itself. With labels the target is spread evenly over the records with its label,
    itself among them: the loss of supervised contrast (Khosla et al. 2020, arXiv:2004.11362) with
    the mean outside the logarithm. (CLIBD's own code gives each of them weight 1, which weights a record
    by the number of its kin in the batch.)

    Args:
        rows: (n, d) unit rows by modality; what a record lacks may hold anything.
        present: (n,) bool by modality. A pair leaves out the records that lack one of its two.
        labels: (n,) int64, `UNKNOWN` where a record has no kin; None for none.
        scale: scalar.

    Returns:
        The loss, 0 where no record has two modalities, and each term as `a-b`.
    """
    terms: dict[str, Tensor] = {}
    for a, b in combinations(rows, 2):
        both = present[a] & present[b]
        if not bool(both.any()):
            continue
        logits = scale * rows[a][both] @ rows[b][both].T
        if labels is None:
            target = torch.arange(len(logits), device=logits.device)
        else:
            own = labels[both]
            kin = (own[:, None] == own[None, :]) & (own != UNKNOWN)[:, None]
            target = kin.fill_diagonal_(True).to(logits.dtype)
            target = target / target.sum(dim=1, keepdim=True)
        terms[f"{a}-{b}"] = F.cross_entropy(logits, target)
        terms[f"{b}-{a}"] = F.cross_entropy(logits.T, target)
    if not terms:
        return sum((x.sum() for x in rows.values()), torch.zeros(())) * 0.0, {}
    return torch.stack(list(terms.values())).mean(), terms
