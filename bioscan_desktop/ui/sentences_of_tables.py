"""Sentences about workbooks and sample sheets, and about the countries in these; see `sentence_list`."""

from __future__ import annotations

from bioscan_desktop.ui.translating import mark

TABLES = (
    mark("{path} is too large for a table of samples: {number} MB at most."),
    mark("{path} cannot be read ({why}); its copy in the session was used."),
    mark("{name} has changed since it was read last, and was read anew."),
    mark(
        "The dates of {number} of {number_all} rows of {name} are numbers, which were read as Excel's count "
        "of days; look whether they are right."
    ),
    mark("{path} is protected by a password; save it without one."),
    mark("{path} is of an old version of Excel; save it as .xlsx or as CSV."),
    mark("{path} is no Excel workbook; save it as .xlsx or as CSV."),
    mark("{path} is a damaged workbook ({why}); open it in a spreadsheet program and save it again."),
    mark("{path} is too large for a workbook; save its table as CSV or TSV."),
    mark(
        "{path} has formulas without values, the first in row {number}; open it in a spreadsheet program and "
        "save it again."
    ),
)

RECORDS = (
    mark("No specimen has a name that a person gave; accept names, or give your own, and export again."),
    mark("The photos are named as seen from {folder}; give this as the folder of their photos."),
    mark("Left out, without a name that a person gave: {number} of {number_all} specimens."),
    mark("Left out, with neither a barcode nor a photo file: {number} of {number_all} specimens."),
    mark("Without an order, which a library needs: {number} of {number_all} records; fill it in."),
    mark("Records for your library"),
    mark("confirmed names"),
)

COUNTRIES = (
    mark("The only reference of this species with a known country is not from {where}, but from {names}."),
    mark(
        "None of the {number} references of this species with a known country is from {where}; they are from "
        "{names}."
    ),
    mark(
        "None of the {number} references of this species with a known country is from {where}; the nearest "
        "are from {names}."
    ),
)
