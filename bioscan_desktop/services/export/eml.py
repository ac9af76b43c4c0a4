"""eml.xml of a Darwin Core Archive: what the data set is and how it was made (EML 2.1.1, GBIF profile)."""

from __future__ import annotations

import json

from bioscan_desktop.services.export.escaping import xml
from bioscan_desktop.services.export.provenance import ExportOptions, Provenance

HEAD = (
    '<eml:eml xmlns:eml="eml://ecoinformatics.org/eml-2.1.1" xmlns:dc="http://purl.org/dc/terms/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="'
    "eml://ecoinformatics.org/eml-2.1.1 http://rs.gbif.org/schema/eml-gbif-profile/1.1/eml.xsd"
    '" packageId={id} system="http://gbif.org" scope="system" xml:lang="en">'
)

ABSTRACT = (
    "Specimens identified from photos and/or COI barcodes by a machine that compares them with a library "
    "of reference specimens, and by people where identificationVerificationStatus says ValidatedByHuman. "
    "A name is given at the finest rank that the evidence carries, not at species in every case."
)

_BY = "This work is licensed under a {}."
_CC0 = (
    "To the extent possible under law, the publisher has waived all rights to these data and has dedicated "
    "them to the {}. Users may copy, modify, distribute and use the work, including for commercial purposes, "
    "without restriction."
)
_CC = "http://creativecommons.org"
LICENCES = {
    "CC0-1.0": (_CC0, f"{_CC}/publicdomain/zero/1.0/legalcode", "Public Domain (CC0 1.0)"),
    "CC-BY-4.0": (
        _BY,
        f"{_CC}/licenses/by/4.0/legalcode",
        "Creative Commons Attribution (CC-BY) 4.0 License",
    ),
    "CC-BY-NC-4.0": (
        _BY,
        f"{_CC}/licenses/by-nc/4.0/legalcode",
        "Creative Commons Attribution Non Commercial (CC-BY-NC) 4.0 License",
    ),
}
"""The three that GBIF takes, in the words and with the address that it knows them by."""


def eml(options: ExportOptions, provenance: Provenance) -> str:
    """The document."""
    person = _person(options.made_by or "Not stated")
    steps = "; ".join(f"{what}: {value}" for what, value in provenance.lines())
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        HEAD.format(id=f'"{xml(options.run_id)}"'),
        "  <dataset>",
        f"    <alternateIdentifier>{xml(options.run_id)}</alternateIdentifier>",
        f'    <title xml:lang="en">{xml(options.title.strip() or ExportOptions.title)}</title>',
        f"    <creator>{person}</creator>",
        f"    <metadataProvider>{person}</metadataProvider>",
        f"    <pubDate>{xml(options.created_at[:10])}</pubDate>",
        "    <language>en</language>",
        f"    <abstract><para>{xml(ABSTRACT)}</para></abstract>",
        f"    <intellectualRights><para>{_rights(options.licence)}</para></intellectualRights>",
        f"    <contact>{person}</contact>",
        "    <methods><methodStep><description>",
        f"      <para>{xml(steps)}</para>",
        "    </description></methodStep></methods>",
        "  </dataset>",
        "  <additionalMetadata><metadata><gbif>",
        f"    <dateStamp>{xml(options.created_at)}</dateStamp>",
        "    <hierarchyLevel>dataset</hierarchyLevel>",
        "  </gbif></metadata></additionalMetadata>",
        "  <additionalMetadata><metadata><bioscan>",
        f"    <provenance>{xml(json.dumps(provenance.as_dict(), ensure_ascii=False))}</provenance>",
        "  </bioscan></metadata></additionalMetadata>",
        "</eml:eml>",
        "",
    ]
    return "\n".join(lines)


def _rights(licence: str) -> str:
    """The licence as GBIF reads it, or as it was given; `CC BY 4.0` is `CC-BY-4.0`."""
    known = LICENCES.get("-".join(licence.upper().replace("-", " ").split()))
    if known is None:
        return xml(licence.strip() or "No licence was stated by those who made this file.")
    words, address, name = known
    return words.format(f'<ulink url="{address}"><citetitle>{name}</citetitle></ulink>')


def _person(name: str) -> str:
    return f"<individualName><surName>{xml(name)}</surName></individualName>"
