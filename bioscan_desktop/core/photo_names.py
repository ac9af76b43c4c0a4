"""What file names of photos say of the individual: its sample id, and the view that a photo shows.

Two photos may be two views of one moth or two moths of one sample. So photos are joined by their names
only where people ask for it, and then by this rule:

1. A name is cut at a space or one of `_ - . + ( [`. What stands behind the last cuts is a view if it is a
   word of `VIEWS`; what stands before is the sample id, if it has a digit in it: `NHM-0412_dorsal`.
2. A number of one or two digits at the end, by itself or behind a word, is a view only where people say so:
   `NHM-0412_2`, `NHM-0412 (2)`, `NHM-0412_dorsal2`. In many collections it is the next individual.
3. Photos of one folder and one sample id are of one specimen, one without a view among them; case and the
   way in which accents are written do not matter. Where no name has a view, they stay apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bioscan_desktop.core.natural import natural_text

_CUT = re.compile(r"[ _\-.+(\[]+")
_AROUND = " _-.+([)]"
_VIEW = re.compile(r"(\D*)(\d{0,2})")

VIEWS = frozenset(
    "dorsal ventral lateral frontal anterior posterior caudal habitus head face front back rear side "
    "left right top bottom above below upper lower upperside underside d v l "
    # French
    "dorsale ventrale latérale laterale frontale tête tete dessus dessous profil gauche droite avant arrière "
    "arriere ventre côté cote recto verso "
    # German
    "oben unten vorn vorne hinten seite seitlich links rechts kopf gesicht rücken ruecken bauch oberseite "
    "unterseite vorderseite rückseite rueckseite draufsicht seitenansicht "
    # Spanish, Portuguese and Italian
    "dorso vientre frente cabeza cara lado costado perfil izquierda izquierdo derecha derecho arriba abajo "
    "delante detrás detras atrás atras anverso reverso superior inferior "
    "cabeça cabeca esquerda esquerdo direita direito cima baixo trás tras costas "
    "fronte testa capo lato fianco profilo sinistra sinistro destra destro sopra sotto davanti dietro retro "
    # Dutch
    "dorsaal ventraal lateraal frontaal boven onder voor achter kop zij zijkant rug buik bovenkant onderkant "
    "voorkant achterkant bovenzijde onderzijde voorzijde achterzijde".split()
)
"""Words for views, folded; the letters stand for dorsal, ventral and lateral. Spanish `dos` is none: it
counts individuals."""


def beginnings(name: str) -> Iterator[str]:
    """The beginnings of a file name that may be a sample id, longest first, without the name itself."""
    for cut in reversed(list(_CUT.finditer(name))):
        start = name[: cut.start()]
        if any(letter.isdigit() for letter in start):
            yield start


def sample_of(stem: str, numbers: bool = False) -> str | None:
    """The sample id in a file name that ends in a view; None if it does not.

    Args:
        stem: the name without its ending.
        numbers: numbers are views, too.
    """
    sample = None
    end = len(stem)
    if stem.isalnum():
        return None  # no cut
    for start in beginnings(stem):
        found = _VIEW.fullmatch(_folded(stem[len(start) : end].strip(_AROUND)))
        if found is None:
            break
        word, number = found.groups()
        # A number that views stand behind is no view of its own: the moth 3 of `Trap12-3_dorsal`.
        if (word.rstrip() not in VIEWS and (word or not number)) or (
            number and not (numbers and sample is None)
        ):
            break
        sample, end = start, len(start)
    return sample


def _folded(name: str) -> str:
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", name).casefold()


def stem_of(file: str) -> str:
    """A file name without its ending."""
    return file.rpartition(".")[0] or file


def key_of(folder: str, file: str, numbers: bool = False) -> str:
    """Equal for the photos that rule 3 joins.

    Args:
        file: name of the photo within the folder.
    """
    stem = stem_of(file)
    return _key(folder, sample_of(stem, numbers) or stem)


def _key(folder: str, sample: str) -> str:
    return f"{folder}/{_folded(sample)}"


@dataclass(frozen=True, slots=True)
class Group:
    """Photos of one specimen.

    Attributes:
        sample: its id; of a photo by itself the file name without its ending.
        members: places of the photos in what was given, in the order of their names.
    """

    sample: str
    members: tuple[int, ...]


def grouped(files: Sequence[tuple[str, str]], numbers: bool = False) -> list[Group]:
    """Photos by rule 3, each in one group, in the order of the first of each.

    Args:
        files: (folder, file name) of each photo.
        numbers: numbers are views, too.
    """
    found: dict[str, list[int]] = {}
    stems = [stem_of(file) for _, file in files]
    samples = [sample_of(stem, numbers) for stem in stems]
    for place, (folder, _) in enumerate(files):
        found.setdefault(_key(folder, samples[place] or stems[place]), []).append(place)
    groups = []
    for places in found.values():
        if len(places) > 1 and any(samples[place] is not None for place in places):
            first, *_ = members = sorted(places, key=lambda n: (natural_text(files[n][1]), files[n][1]))
            groups.append(Group(samples[first] or stems[first], tuple(members)))
        else:
            groups += [Group(stems[place], (place,)) for place in places]
    return sorted(groups, key=lambda group: min(group.members))
