"""Kingdom, phylum and class above an order of arthropods.

Libraries name order, family, genus and species; GBIF, BOLD and pybioclip want the ranks above, too.
Classes as in the GBIF backbone: springtails, proturans and diplurans are classes beside the insects.
"""

from __future__ import annotations

_ORDERS = {
    "Insecta": (
        "Archaeognatha Blattodea Coleoptera Dermaptera Diptera Embioptera Ephemeroptera Grylloblattodea "
        "Hemiptera Hymenoptera Isoptera Lepidoptera Mantodea Mantophasmatodea Mecoptera Megaloptera "
        "Microcoryphia Neuroptera Notoptera Odonata Orthoptera Phasmida Phasmatodea Phthiraptera Plecoptera "
        "Psocodea Psocoptera Raphidioptera Siphonaptera Strepsiptera Thysanoptera Trichoptera Zoraptera "
        "Zygentoma Thysanura"
    ),
    "Collembola": "Entomobryomorpha Neelipleona Poduromorpha Symphypleona",
    "Diplura": "Diplura",
    "Protura": "Acerentomata Eosentomata Sinentomata",
    "Arachnida": (
        "Amblypygi Araneae Holothyrida Ixodida Mesostigmata Opilioacarida Opiliones Palpigradi "
        "Pseudoscorpiones Ricinulei Sarcoptiformes Schizomida Scorpiones Solifugae Trombidiformes Uropygi"
    ),
    "Chilopoda": "Craterostigmomorpha Geophilomorpha Lithobiomorpha Scolopendromorpha Scutigeromorpha",
    "Diplopoda": (
        "Callipodida Chordeumatida Glomerida Julida Platydesmida Polydesmida Polyxenida Polyzoniida "
        "Siphonophorida Sphaerotheriida Spirobolida Spirostreptida Stemmiulida"
    ),
    "Malacostraca": "Amphipoda Decapoda Isopoda",
}

_CLASS = {order: name for name, orders in _ORDERS.items() for order in orders.split()}


def higher_names(order: str | None) -> dict[str, str]:
    """`kingdom`, `phylum` and `class` of an order; empty where it is not one of those known here."""
    name = _CLASS.get(order or "")
    return {"kingdom": "Animalia", "phylum": "Arthropoda", "class": name} if name else {}
