"""Photos by their content: noticing changed files, and finding photos again that were moved."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from bioscan_desktop.files import is_file, is_there
from bioscan_desktop.session.database import Database, readable
from bioscan_desktop.session.further import FileFacts, from_text
from bioscan_desktop.session.specimens import change_further

_MARKED = re.compile(r"\\(udc[89a-f][0-9a-f])")


def look(path: Path) -> FileFacts:
    """Size and time of a file, without reading it. Raises OSError."""
    status = path.stat()
    return FileFacts(status.st_size, status.st_mtime_ns)


def read_facts(path: Path) -> FileFacts:
    """Size, time and content hash of a file. Raises OSError."""
    before = look(path)
    return FileFacts(before.size, before.mtime_ns, content_hash(path))


def content_hash(path: Path) -> str:
    """SHA-256 of a file's bytes in hexadecimal. Raises OSError."""
    with path.open("rb", buffering=0) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def hash_of(data: bytes) -> str:
    """As `content_hash`, of bytes that were read already."""
    return hashlib.sha256(data).hexdigest()


def same_file(a: FileFacts, b: FileFacts) -> bool:
    """True if a file has not been changed between two looks, by its size and time."""
    return (a.size, a.mtime_ns) == (b.size, b.mtime_ns)


def relative(path: Path, root: Path | None) -> str:
    """How a session names a photo: relative to the root with `/` if inside of it, else absolute.

    Bytes of a file name that are no text, as old systems leave them, become marks such as `\\udce9`.
    """
    if root is not None:
        try:
            return readable(path.relative_to(root).as_posix())
        except ValueError:
            pass
    return readable(str(path.absolute()))


def absolute(photo: str, root: Path | None) -> Path:
    """The inverse of `relative`."""
    path = Path(photo)
    if root is not None and not path.is_absolute():
        path = root.joinpath(*PurePosixPath(photo).parts)
    if _MARKED.search(photo) and not is_there(path):
        unmarked = _MARKED.sub(lambda found: chr(int(found[1][1:], 16)), str(path))
        return Path(unmarked)
    return path


@dataclass(frozen=True, slots=True)
class Relinked:
    """What became of the photos that were not where the session says.

    Attributes:
        found: photos that have a new place.
        missing: photos that are still not there.
    """

    found: int
    missing: int


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a session has a photo: of the specimen `number` the first (`further` None), or a further one."""

    number: int
    further: int | None
    photo: str
    facts: FileFacts | None


def _places(database: Database, where: str = "1", values: tuple[int, ...] = ()) -> Iterator[_Place]:
    rows = database.rows(
        "SELECT specimen_id, photo, photo_size, photo_mtime_ns, photo_hash, more FROM specimens "
        f"WHERE (photo IS NOT NULL OR more IS NOT NULL) AND {where}",
        values,
    )
    for number, photo, size, mtime_ns, digest, more in rows:
        if photo is not None:
            yield _Place(number, None, photo, FileFacts(size, mtime_ns, digest) if size is not None else None)
        for further, one in enumerate(from_text(more)[0]):
            if one.photo is not None:
                yield _Place(number, further, one.photo, one.facts)


def missing_photos(database: Database, root: Path | None) -> list[tuple[int, str]]:
    """(number, photo) of the specimens whose photo is not where the session says; once for each photo."""
    return [(one.number, one.photo) for one in _places(database) if not is_file(absolute(one.photo, root))]


def relink(
    database: Database,
    root: Path | None,
    candidates: Iterable[Path],
    new_root: Path | None = None,
    check: Callable[[], None] = lambda: None,
) -> Relinked:
    """Finds moved or renamed photos again by their content.

    A photo whose path is right below `new_root` is taken without a search. Of the candidates only those
    are read whose size is that of a missing photo.

    Args:
        root: that the session's paths are relative to now.
        candidates: files to look at, such as all of a folder.
        new_root: the session's root from now on; None keeps it.
        check: called between files; may raise to stop, and then nothing is changed.
    """
    target = new_root if new_root is not None else root
    places: dict[_Place, str] = {}
    sizes: dict[int, list[tuple[_Place, str]]] = {}
    lost = 0
    for one in _places(database):
        if is_file(absolute(one.photo, target)):
            continue
        if root is not None and target != root and is_file(absolute(one.photo, root)):
            places[one] = relative(absolute(one.photo, root), target)
            continue
        lost += 1
        if one.facts is not None and one.facts.hash is not None:
            sizes.setdefault(one.facts.size, []).append((one, one.facts.hash))
    found = 0
    for path in candidates:
        if not sizes:
            break
        check()
        try:
            wanted = sizes.get(path.stat().st_size)
            digest = content_hash(path) if wanted else None
        except OSError:
            continue
        for pair in [pair for pair in wanted or [] if pair[1] == digest]:
            places[pair[0]] = relative(path, target)
            wanted.remove(pair)  # type: ignore[union-attr]
            found += 1
        if wanted is not None and not wanted:
            sizes = {size: left for size, left in sizes.items() if left}
    with database.transaction() as connection:
        for one, place in places.items():
            if one.further is not None:
                change_further(connection, one.number, one.further, photo=place)
            else:
                connection.execute(
                    "UPDATE specimens SET photo = ? WHERE specimen_id = ?", (place, one.number)
                )
        if new_root is not None:
            database.set_fact("root", str(new_root))
    return Relinked(found, lost - found)


_UNREAD = (
    "((photo IS NOT NULL AND photo_hash IS NULL) OR EXISTS (SELECT 1 FROM json_each(more, '$.photos') "
    "WHERE json_extract(value, '$.photo') IS NOT NULL AND json_extract(value, '$.facts[2]') IS NULL))"
)


def unread(database: Database, after: int, limit: int) -> list[tuple[int, str]]:
    """(number, photo) of photos whose content is not known yet, of the next specimens with such.

    Args:
        after: number that was looked at last.
        limit: so many specimens; -1 for all.
    """
    where = f"{_UNREAD} AND specimen_id > ? ORDER BY specimen_id LIMIT ?"
    found = _places(database, where, (after, limit))
    return [(one.number, one.photo) for one in found if one.facts is None or one.facts.hash is None]


def remember(database: Database, known: Iterable[tuple[int, str, FileFacts]]) -> None:
    """Keeps what tells the content of photos, by (number, photo, facts), so that they can be found again.

    A specimen that has another photo by now is left as it is.
    """
    with database.transaction() as connection:
        for number, photo, facts in known:
            connection.execute(
                "UPDATE specimens SET photo_size = ?, photo_mtime_ns = ?, photo_hash = ? "
                "WHERE specimen_id = ? AND photo = ?",
                (facts.size, facts.mtime_ns, facts.hash, number, photo),
            )
            for one in list(_places(database, "specimen_id = ? AND more IS NOT NULL", (number,))):
                if one.further is not None and one.photo == photo:
                    change_further(connection, number, one.further, facts=facts)
