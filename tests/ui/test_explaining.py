"""Why a rank was given, in words."""

from __future__ import annotations

from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.core.verdict import RankShare, Verdict
from bioscan_desktop.ui import explaining

ASKED = {"order": 0.65, "family": 0.65, "genus": 0.78, "species": 0.70}
SHARES = (
    RankShare("order", "Lepidoptera", 1.0),
    RankShare("family", "Nymphalidae", 0.97, "Pieridae", 0.02),
    RankShare("genus", "Erebia", 0.82, "Maniola", 0.10),
    RankShare("species", "Erebia ligea", 0.41, "Erebia euryale", 0.38),
)


def verdict(rank: str | None, novelty: str = "none", calibrated: bool = True, shares=SHARES) -> Verdict:
    carried = next((s for s in shares if s.rank == rank), None)
    share = carried.share if carried else 0.0
    return Verdict(
        carried.name if carried else None, rank, share, calibrated, novelty, None, "Reason.", shares
    )


def test_the_whole_decision_in_one_sentence() -> None:
    assert explaining.summary(verdict("genus"), ASKED) == (
        "82% of the evidence says genus Erebia; for species Erebia ligea it is 41%, below the 70% asked for; "
        "the next candidate is Erebia euryale."
    )


def test_each_rank_has_its_own() -> None:
    order, family, genus, species = explaining.rungs(verdict("genus"), ASKED)
    assert order.sentence == "100% of the evidence says order Lepidoptera, enough for the 65% asked for."
    assert family.sentence.endswith("the next candidate is Pieridae with 2%.")
    assert genus.reached and genus.asked == 0.78
    assert not species.reached
    assert "below the 70% asked for" in species.sentence
    assert (species.runner_up, species.runner_up_share) == ("Erebia euryale", 0.38)


def test_a_name_above_the_given_one_asks_for_nothing_more() -> None:
    """A verdict may end at a finer rank although a coarser one asks for more where it ends."""
    asked = {**dict.fromkeys(RANKS, 0.5), "genus": 0.9}
    order, _, genus, species = explaining.rungs(verdict("species"), asked)
    assert genus.reached and genus.asked is None
    assert "asked for" not in genus.sentence
    assert order.asked == species.asked == 0.5
    assert explaining.rungs(verdict("family"), asked)[2].asked == 0.9


def test_a_barcode_too_different_for_a_library_that_is_not_calibrated() -> None:
    genus = explaining.rungs(verdict("family", calibrated=False), dict.fromkeys(RANKS, 0.5))[2]
    assert genus.sentence.endswith("the nearest barcode is not identical enough for it.")


def test_nameless_references_are_told() -> None:
    shares = (RankShare("order", "Diptera", 1.0), RankShare("family", "Phoridae", 0.7))
    assert explaining.rungs(verdict("family", shares=shares), ASKED)[1].sentence == (
        "70% of the evidence says family Phoridae, enough for the 65% asked for; 30% has no family name."
    )
    assert explaining.summary(verdict("family", shares=shares), ASKED) == (
        "70% of the evidence says family Phoridae; the references have no name below family."
    )


def test_a_missing_species_is_not_a_matter_of_shares() -> None:
    sure = (*SHARES[:3], RankShare("species", "Erebia ligea", 0.82))
    found = verdict("genus", "new_species", shares=sure)
    assert "its own species is probably missing there" in explaining.summary(found, ASKED)
    assert (
        "Still it is not given: the species is probably not in this library."
        in explaining.rungs(found, ASKED)[3].sentence
    )


def test_what_is_unlike_the_library_has_no_name() -> None:
    found = verdict(None, "unlike_library")
    assert "no name is given" in explaining.summary(found, ASKED)
    assert "nothing in this library is like the specimen" in explaining.rungs(found, ASKED)[0].sentence


def test_undecided_and_uncalibrated() -> None:
    low = (RankShare("order", "Diptera", 0.4, "Coleoptera", 0.35),)
    text = explaining.summary(verdict(None, calibrated=False, shares=low), {})
    assert text.startswith("No rank reaches the share that it needs; for order Diptera it is 40%")
    assert text.endswith("This library is not calibrated, so the shares are no probabilities.")
    assert "asked for" not in explaining.rungs(verdict(None, shares=low), {})[0].sentence


def test_without_ranks_the_reason_stands() -> None:
    assert explaining.summary(verdict(None, shares=()), ASKED) == "Reason."
