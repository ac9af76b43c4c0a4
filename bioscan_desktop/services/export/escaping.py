"""Text made fit for each kind of file. Ids and names come from file names and headers: from anyone."""

from __future__ import annotations

import re

from bioscan_desktop.library.cells import safe_cell as safe_cell

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})
_BREAKS = re.compile(r"[\t\r\n\x00-\x1f\x7f\x85\u2028\u2029]+")
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f]+")


def one_line(text: str) -> str:
    """Without tabs, line ends and control characters, for tables without quoting."""
    return _BREAKS.sub(" ", text).strip()


def one_word(text: str) -> str:
    """For formats whose fields end at white space."""
    return _BLANKS.sub("_", text.strip()) or "unnamed"


def legal(text: str) -> str:
    """Without the characters that XML cannot hold at all."""
    return _NOT_XML.sub("", text)


def xml(text: str) -> str:
    """As the text of an element or of an attribute in double quotes, in XML and HTML."""
    return legal(text).translate(_ENTITIES)
