"""The sentences of verdicts, as `sentence_list` has those of all else; a name in braces means the same."""

from __future__ import annotations

from bioscan_desktop.ui.translating import mark

VERDICTS = (
    mark("Not in library"),
    mark("Undecided"),
    mark("Best match"),
    mark("Very likely"),
    mark("Likely"),
    mark("Possible"),
    mark("No shared rank"),
    mark("Same {rank}"),
    mark("Unlike anything in this library: its species, genus and family may all be missing here."),
    mark(
        "The {rank} may be right, but the species is probably not in this library: specimens of known "
        "species rarely lie this far from it."
    ),
    mark("The species is probably not in this library."),
    mark("The library has no keys to compare with."),
    mark("This is not like anything in this library."),
    mark(
        "This does not read as the COI barcode region in either direction: another gene or region, or a "
        "sequence with many errors. It is not like anything in this library."
    ),
    mark("The nearest references belong to too many groups to name even an order."),
    mark("{number} of the evidence stands behind {named}."),
    mark("It lies farther from the library than known species do: probably a species not in it."),
    mark("For {named} it is {number}, below the {number_asked} asked for."),
    mark("For {named} it is {number}, below the {number_asked} asked for; next is {name}."),
    mark("The library is not calibrated, so these shares are no probabilities."),
    mark(
        "The nearest barcode is {number}% identical; for the {rank} {number_asked}% are asked in a library "
        "that is not calibrated."
    ),
    mark(
        "Photo and barcode contradict each other: the photo says {named}, the barcode says {named_other}. "
        "Perhaps specimen and sequence were mixed up."
    ),
    mark(
        "The photos contradict each other: photo {number} says {named}, photo {number_other} says "
        "{named_other}. Perhaps photos of two specimens were mixed up."
    ),
    mark("The photo is hard to read: one that is sharper, closer or from another side may carry further."),
    mark("The photo resembles nothing in the library."),
    mark("The barcode resembles nothing in the library."),
    mark("Photo and barcode agree at {rank}."),
    mark("no rank"),
    mark("no name"),
)
