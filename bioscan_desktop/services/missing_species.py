"""What a library says of specimens whose species it lacks: the figures of `bioscan evaluate`.

Queries are *known* if the library has keys of their species, else *missing*. A missing one that gets a
species' name was given a wrong one. Beside the program's own judgement stand two plain ones from the same
answers, percent identity and cosine of the nearest key; `bioscan-train rivals` adds others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bioscan_desktop.core.matching import LEAST_IDENTITY
from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.services.answered import Answered

KEPT = 0.95
"""Share of known specimens that must stay known at the limits compared."""

PAIRS_SHOWN = 10
"""Wrong species' names listed, the most frequent first."""


Floats = Sequence[float] | np.ndarray


def auroc(positives: Floats, negatives: Floats) -> float | None:
    """Chance that a positive scores above a negative, ties half; None if either is empty."""
    if not len(positives) or not len(negatives):
        return None
    pos, neg = np.asarray(positives), np.sort(np.asarray(negatives))
    below = np.searchsorted(neg, pos, side="left")
    ties = np.searchsorted(neg, pos, side="right") - below
    return float((below + 0.5 * ties).mean() / len(neg))


def separation(known: Floats, missing: Floats, species: Sequence[str | None]) -> dict[str, Any]:
    """How well a score, larger for known species, tells both apart.

    Args:
        species: of the missing ones.

    Returns:
        `auroc`, and `auroc_by_species`, its mean over missing species: one with many specimens that looks
        just like another does not decide it; `limit`, the largest that at least `KEPT` of the known
        reach; `known` and `missing`, the shares that reach it.
    """
    limit = float(np.sort(np.asarray(known))[int((1 - KEPT) * len(known) + 1e-9)])
    members: dict[str | None, list[float]] = {}
    for name, score in zip(species, missing, strict=True):
        members.setdefault(name, []).append(float(score))
    means = [auroc(known, own) for own in members.values()]
    return {
        "auroc": auroc(known, missing),
        "auroc_by_species": float(np.mean([mean for mean in means if mean is not None])),
        "limit": limit,
        **reaching(known, missing, limit),
    }


def reaching(known: Floats, missing: Floats, limit: float) -> dict[str, float]:
    """The shares of both that reach a limit."""
    return {
        "known": float((np.asarray(known) >= limit).mean()),
        "missing": float((np.asarray(missing) >= limit).mean()),
    }


def apart(answered: Sequence[Answered], in_library: frozenset[str]) -> tuple[list[Answered], list[Answered]]:
    """The known and the missing among queries with a species.

    Args:
        in_library: species that have keys.
    """
    named = [a for a in answered if a.truth.taxon("species")]
    known = [a for a in named if a.truth.species in in_library]
    return known, [a for a in named if a.truth.species not in in_library]


def missing_species(known: Sequence[Answered], missing: Sequence[Answered]) -> dict[str, Any] | None:
    """The figures, as plain values; None unless there are known and missing queries.

    Returns:
        - `queries`: numbers of `known` and `missing` ones, and of `missing_species`.
        - `named`: shares of `known` and `missing` named to species, and `known_right`, how many of the
          known ones' names are right; `missing_by_species` is the mean over missing species.
        - `named_at_95`: the same shares where the limit of novelty is moved until `KEPT` of the known are
          named; None if fewer are named anyway.
        - `genus_or_finer`: of names at genus or finer, how many `calls` there are among the missing, and
          how many of these are of the right genus; the same for `all` queries.
        - `wrong_names`: the most frequent wrong names, `{"true", "given", "n"}`.
        - `judgements`: `separation` of each; of percent identity also at the usual 97 %.
    """
    if not known or not missing:
        return None
    named_known, named_missing = _named(known), _named(missing)
    by_species: dict[str | None, list[bool]] = {}
    for a in missing:
        by_species.setdefault(a.truth.species, []).append(a.verdict.rank == "species")
    wrong = Counter((a.truth.species, a.verdict.name) for a in named_missing)
    return {
        "queries": {"known": len(known), "missing": len(missing), "missing_species": len(by_species)},
        "named": {
            "known": len(named_known) / len(known),
            "known_right": _share([a.verdict.name == a.truth.species for a in named_known]),
            "missing": len(named_missing) / len(missing),
            "missing_by_species": float(np.mean([np.mean(values) for values in by_species.values()])),
        },
        "named_at_95": _named_at(known, missing),
        "genus_or_finer": {"missing": _genus_figures(missing), "all": _genus_figures([*known, *missing])},
        "wrong_names": [
            {"true": true, "given": given, "n": n}
            for (true, given), n in sorted(wrong.items(), key=lambda item: (-item[1], str(item[0])))[
                :PAIRS_SHOWN
            ]
        ],
        "judgements": _judgements(known, missing),
    }


def _named(answered: Sequence[Answered]) -> list[Answered]:
    return [a for a in answered if a.verdict.rank == "species"]


def _share(right: Sequence[bool]) -> float | None:
    return float(np.mean(right)) if right else None


def _named_at(known: Sequence[Answered], missing: Sequence[Answered]) -> dict[str, float] | None:
    """Shares named to species by the program, and at least so familiar that `KEPT` of the known are."""
    familiar = sorted((a.familiarity for a in _named(known)), reverse=True)
    wanted = int(np.ceil(KEPT * len(known) - 1e-9))
    if len(familiar) < wanted:
        return None
    limit = familiar[wanted - 1]
    return {
        "known": sum(f >= limit for f in familiar) / len(known),
        "missing": sum(a.familiarity >= limit for a in _named(missing)) / len(missing),
    }


def _genus_figures(answered: Sequence[Answered]) -> dict[str, Any]:
    fine = RANKS[RANKS.index("genus") :]
    called = [a for a in answered if a.verdict.rank in fine and a.truth.genus is not None]
    right = [a.verdict.lineage.genus == a.truth.genus for a in called]
    return {"calls": len(called), "right": _share(right)}


def _judgements(known: Sequence[Answered], missing: Sequence[Answered]) -> dict[str, Any]:
    scores: dict[str, tuple[list[float], list[float]]] = {
        "program": _of_both(known, missing, lambda a: a.familiarity),
        "cosine": _of_both(known, missing, lambda a: -1.0 if a.cosine is None else a.cosine),
    }
    if any(a.identity is not None for a in known):
        identities = _of_both(known, missing, lambda a: 0.0 if a.identity is None else a.identity)
        scores["percent_identity"] = identities
    species = [a.truth.species for a in missing]
    found: dict[str, Any] = {name: separation(*both, species) for name, both in scores.items()}
    if "percent_identity" in found:
        usual = LEAST_IDENTITY["species"]
        found["percent_identity"][f"at_{usual:g}"] = reaching(*scores["percent_identity"], usual)
    return found


def _of_both(
    known: Sequence[Answered], missing: Sequence[Answered], score: Callable[[Answered], float]
) -> tuple[list[float], list[float]]:
    return [score(a) for a in known], [score(a) for a in missing]


def lines(figures: dict[str, Any]) -> list[str]:
    """The figures for people."""
    n, named, at = figures["queries"], figures["named"], figures["named_at_95"]
    told = [
        f"\nspecies missing in the library: {n['missing']} queries of {n['missing_species']} species, "
        f"beside {n['known']} of known ones",
        f"named to species: {_percent(named['known'])} of the known "
        f"({_percent(named['known_right'])} right), {_percent(named['missing'])} of the missing, wrongly",
        f"the latter as a mean over species: {_percent(named['missing_by_species'])}",
    ]
    if at is not None:
        told.append(
            f"where {_percent(at['known'])} of the known are named: {_percent(at['missing'])} of the missing"
        )
    genus = figures["genus_or_finer"]
    told.append(
        "right genus, of names at genus or finer: "
        + ", ".join(f"{_percent(g['right'])} of {g['calls']} ({name})" for name, g in genus.items())
    )
    told.append(separations(figures["judgements"]))
    if figures["wrong_names"]:
        told.append("wrong names, the most frequent:")
        told += [f"{w['n']:>6}  {w['true']} -> {w['given']}" for w in figures["wrong_names"]]
    return told


def separations(judgements: dict[str, dict[str, Any]]) -> str:
    """Judgements as a table for people."""
    head = f"{'known or missing, judged by':<30}{'AUROC':>8}{'by species':>12}"
    rows = [f"{head}{'limit':>10}{'known':>8}{'missing':>9}"]
    for name, found in judgements.items():
        label = name.replace("_", " ")
        scores = f"{found['auroc']:>8.3f}{found['auroc_by_species']:>12.3f}"
        rows.append(f"{label:<30}{scores}{found['limit']:>10.4g}" + _reached(found))
        for key, reached in found.items():
            if key.startswith("at_"):
                limit = key.removeprefix("at_")
                rows.append(f"{label:<50}{limit:>10}" + _reached(reached))
    note = "(AUROC also as a mean over missing species; known, missing: per cent that reach the limit)"
    return "\n".join([*rows, note])


def _reached(found: dict[str, float]) -> str:
    return f"{_percent(found['known']):>8}{_percent(found['missing']):>9}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"
