"""Packs from a server or a folder: a list of what there is, and fetching with resume and hash check.

The list is a JSON file, on a server (https, http) or as a path (a mirror on a disk or share):

    {"format": "bioscan-index", "format_version": "1.0", "packs": [
        {"kind": "library", "id": "moths-eu", "version": "1.2.0", "title": "Moths of Europe",
         "url": "moths-eu-1.2.0.zip", "bytes": 48211044, "sha256": "…", "licence": "CC0 1.0",
         "description": "…", "species": 5120, "model": "starter"}]}

`kind` is `library` or `model`, `url` is taken relative to the list. A pack is fetched into the cache
folder under its hash. What has arrived stays when the connection breaks, and the next try goes on
from there; only a file with the right hash is installed. Nothing else in the program uses the
network, and this only when it is asked to.
"""

from __future__ import annotations

import errno
import http.client
import json
import re
import shutil
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urljoin, urlsplit
from urllib.request import Request, urlopen

from bioscan_desktop import __version__, paths
from bioscan_desktop.core.errors import ArgumentError, BioscanError, PackError
from bioscan_desktop.inference.manifest import sha256_of
from bioscan_desktop.services import packs
from bioscan_desktop.services.tasks import CancelToken, Progress, ProgressCallback, silent

FORMAT = "bioscan-index"
FORMAT_MAJOR = 1

TIMEOUT_S = 30.0
ATTEMPTS = 4
WAIT_S = 1.0
"""Before the second try; doubled each time, unless the server says how long."""

WAIT_MAX_S = 60.0
CHUNK = 1 << 18
INDEX_MAX = 16 << 20
"""Bytes of a list at most."""

KINDS = {"library": "libraries", "model": "models"}

_SHA256 = re.compile(r"[0-9a-f]{64}")


class NetworkError(BioscanError):
    """The server cannot be reached, or does not give what is asked for."""

    code = "network"


@dataclass(frozen=True, slots=True)
class Offer:
    """A pack that can be fetched.

    Attributes:
        kind: `libraries` or `models`, as in `packs`.
        size: bytes of the zip file.
        species: how many, for libraries; None if the list does not say.
        model: id of the model that a library needs, or "".
    """

    kind: str
    id: str
    version: str
    title: str
    url: str
    size: int
    sha256: str
    licence: str = ""
    description: str = ""
    species: int | None = None
    model: str = ""


def read_index(address: str) -> list[Offer]:
    """The packs of a list.

    Raises:
        ArgumentError: if the address is none.
        NetworkError: if the list cannot be had.
        PackError: if it is no such list.
    """
    if not address.strip():
        raise ArgumentError("No address of a list of packs is set.")
    if _is_web(address):
        with _open(address, {}) as answer:
            data = _read(answer, address)
    else:
        try:
            data = Path(address).expanduser().read_bytes()
        except (OSError, ValueError, RuntimeError) as error:  # the last of a home folder that there is not
            why = getattr(error, "strerror", None) or error
            raise ArgumentError(f"{address} cannot be read ({why}).") from None
    try:
        values = json.loads(data)
    except ValueError:
        raise PackError(f"{address} is no list of packs (it is no JSON).") from None
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise PackError(f"{address} is no list of packs.")
    major = str(values.get("format_version", "")).split(".")[0]
    if not major.isdecimal() or int(major) > FORMAT_MAJOR:
        raise PackError(f"{address} is a list of packs for a newer program; update BIOSCAN Desktop.")
    found = values.get("packs")
    if not isinstance(found, list):
        raise PackError(f"{address} is a damaged list of packs.")
    return [_offer(entry, address) for entry in found]


def _offer(entry: Any, address: str) -> Offer:
    try:
        offer = Offer(
            kind=KINDS[entry["kind"]],
            id=entry["id"],
            version=entry["version"],
            title=entry["title"],
            url=_resolve(address, entry["url"]),
            size=entry["bytes"],
            sha256=entry["sha256"],
            licence=entry.get("licence", ""),
            description=entry.get("description", ""),
            species=entry.get("species"),
            model=entry.get("model", ""),
        )
        texts = (offer.id, offer.version, offer.title, offer.sha256, offer.licence, offer.description)
        if not all(isinstance(text, str) for text in (*texts, offer.model)):
            raise TypeError("texts are no texts")
        if not _SHA256.fullmatch(offer.sha256) or type(offer.size) is not int or offer.size <= 0:
            raise ValueError("size or sha256 are unusable")
        if offer.species is not None and type(offer.species) is not int:
            raise TypeError("species is no number")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PackError(f"{address} is a damaged list of packs ({error!r}).") from None
    return offer


def _resolve(address: str, url: str) -> str:
    """A pack's address, relative to that of the list."""
    if _is_web(url) or not _is_web(address):
        return url if _is_web(url) else str(Path(address).expanduser().parent / url)
    return urljoin(address, url)


def _is_web(address: str) -> bool:
    try:
        return urlsplit(address).scheme.lower() in ("http", "https")
    except ValueError as error:
        raise ArgumentError(f"{address} is no address ({error}).") from None


def install(offer: Offer, progress: ProgressCallback = silent, cancel: CancelToken | None = None) -> Path:
    """Fetches a pack, checks it and installs it.

    Returns:
        its folder.

    Raises:
        NetworkError: if it cannot be had; what has arrived is kept.
        PackError: if it is not what the list says, the disk is full, or it cannot be installed.
        Cancelled: after `cancel`; what has arrived is kept.
    """
    if _is_web(offer.url):
        file = fetch(offer, paths.cache_dir() / "downloads", progress, cancel)
        progress(Progress(offer.size, offer.size, "Installing"))
        target = packs.install(offer.kind, file)
        file.unlink(missing_ok=True)
        return target
    file = Path(offer.url)
    progress(Progress(0, offer.size, "Checking"))
    if not file.is_file():
        raise PackError(f"The list names {file}, which is not there.")
    if not _is_right(offer, file):
        raise _another(offer, "The file was left as it is")
    return packs.install(offer.kind, file)


def fetch(
    offer: Offer, folder: Path, progress: ProgressCallback = silent, cancel: CancelToken | None = None
) -> Path:
    """Fetches a pack's file into a folder, going on where an earlier try ended.

    Returns:
        the file, its hash checked.
    """
    cancel = cancel or CancelToken()
    part = folder / f"{offer.sha256}.part"
    done = folder / f"{offer.sha256}.zip"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not done.is_file():
            _check_room(offer, part)
            _fetch(offer, part, progress, cancel)
            part.replace(done)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise PackError(
                f"The disk is full: {offer.title} could not be stored. Make room and try again; what has "
                "arrived is kept."
            ) from None
        raise PackError(f"{offer.title} cannot be stored ({error.strerror or error}).") from None
    progress(Progress(offer.size, offer.size, "Checking"))
    if not _is_right(offer, done):
        done.unlink()
        raise _another(offer, "The file was thrown away; try again")
    return done


def _is_right(offer: Offer, file: Path) -> bool:
    return file.stat().st_size == offer.size and sha256_of(file) == offer.sha256


def _another(offer: Offer, then: str) -> PackError:
    return PackError(f"{offer.title} is not what the list of packs says (hash mismatch). {then}.")


def _check_room(offer: Offer, part: Path) -> None:
    """The zip file and its contents must both find room."""
    there = part.stat().st_size if part.is_file() else 0
    needed = 2 * offer.size - there
    free = shutil.disk_usage(part.parent).free
    if free < needed:
        raise PackError(
            f"The disk has too little room for {offer.title}: {_megabytes(needed)} are needed, "
            f"{_megabytes(free)} are free."
        )


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"


def _fetch(offer: Offer, part: Path, progress: ProgressCallback, cancel: CancelToken) -> None:
    """Tries until all is there; a try that brings anything does not count against the number of tries."""
    failures = 0
    while True:
        cancel.check()
        before = part.stat().st_size if part.is_file() else 0
        if before > offer.size:
            part.unlink()
            before = 0
        if before == offer.size:
            return
        wait: float | None = None
        try:
            _append(offer, part, before, progress, cancel)
            reason = "the connection ended early"
        except HTTPError as error:
            if error.code == 416:  # what is here cannot be gone on from
                part.unlink(missing_ok=True)
            elif error.code not in (408, 425, 429, 500, 502, 503, 504):
                raise NetworkError(
                    f"{_host(offer.url)} does not give {offer.title} ({_told(error)})."
                ) from None
            reason, wait = _told(error), _retry_after(error.headers)
        except (URLError, TimeoutError, ConnectionError, ssl.SSLError, http.client.HTTPException) as error:
            reason = _told(error)
        now = part.stat().st_size if part.is_file() else 0
        if now == offer.size:
            return
        failures = 0 if now > before else failures + 1
        if failures >= ATTEMPTS:
            kept = (
                f" {_megabytes(now)} have arrived and are kept; try again to go on from there." if now else ""
            )
            raise NetworkError(
                f"{offer.title} cannot be fetched from {_host(offer.url)}: {reason}. Check the connection."
                f"{kept}"
            )
        if failures:
            pause = wait if wait is not None else WAIT_S * 2 ** (failures - 1)
            progress(Progress(now, offer.size, f"Trying again: {reason}"))
            _sleep(min(pause, WAIT_MAX_S), cancel)


def _append(offer: Offer, part: Path, start: int, progress: ProgressCallback, cancel: CancelToken) -> None:
    """One try: adds what arrives, from `start` on if the server can do that."""
    headers = {"Range": f"bytes={start}-"} if start else {}
    with _request(offer.url, headers) as answer:
        goes_on = answer.status == 206 and _range_start(answer.headers) == start
        with part.open("ab" if goes_on else "wb") as stream:
            size = start if goes_on else 0
            while chunk := _received(answer, min(CHUNK, offer.size + 1 - size)):
                cancel.check()
                stream.write(chunk)
                size += len(chunk)
                progress(Progress(size, offer.size, "Downloading"))
                if size > offer.size:
                    break  # more than there should be
    if size > offer.size:
        part.unlink()
        raise PackError(f"{offer.title} is larger than the list of packs says; it was thrown away.")


def _received(answer: Any, size: int) -> bytes:
    """What has arrived. A network that goes away is no trouble with the disk, though both are OSErrors."""
    try:
        return answer.read(size)
    except OSError as error:
        raise URLError(error) from None


def _range_start(headers: Message) -> int | None:
    found = re.match(r"bytes (\d+)-", headers.get("Content-Range", ""))
    return int(found[1]) if found else None


def _retry_after(headers: Message) -> float | None:
    value = headers.get("Retry-After", "")
    return float(value) if value.isdecimal() else None


def _request(url: str, headers: dict[str, str]) -> Any:
    agent = {"User-Agent": f"BIOSCAN-Desktop/{__version__}", "Accept-Encoding": "identity"}
    return urlopen(Request(_spelt(url), headers={**agent, **headers}), timeout=TIMEOUT_S)


def _spelt(url: str) -> str:
    """An address as it goes over the line: other letters and blanks as `%C3%A4` and `%20`."""
    parts = urlsplit(url)
    kept = "%/:;=@!$&'()*+,?~"  # what has a meaning, and what is spelt so already
    return parts._replace(path=quote(parts.path, kept), query=quote(parts.query, kept)).geturl()


def _open(url: str, headers: dict[str, str]) -> Any:
    """As `_request`, with its failures in one sentence."""
    return _told_as_one(url, lambda: _request(url, headers))


def _read(answer: IO[bytes], url: str) -> bytes:
    data = _told_as_one(url, lambda: _received(answer, INDEX_MAX + 1))
    if len(data) > INDEX_MAX:
        raise PackError(f"{url} is no list of packs (it is too long).")
    return data


def _told_as_one(url: str, run: Callable[[], Any]) -> Any:
    try:
        return run()
    except HTTPError as error:
        raise NetworkError(f"{_host(url)} does not give the list of packs ({_told(error)}).") from None
    except (URLError, TimeoutError, ConnectionError, ssl.SSLError, http.client.HTTPException) as error:
        raise NetworkError(
            f"{_host(url)} cannot be reached ({_told(error)}). Check the connection; packs can also be "
            "installed from a file."
        ) from None
    except ValueError as error:
        raise ArgumentError(f"{url} is no address ({error}).") from None


def _told(error: BaseException) -> str:
    """The reason in few words."""
    if isinstance(error, HTTPError):
        return f"it answers {error.code} {error.reason}".strip()
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, TimeoutError):
        return "it does not answer"
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror
    return str(reason) or type(reason).__name__


def _host(url: str) -> str:
    return urlsplit(url).hostname or url


def _sleep(seconds: float, cancel: CancelToken) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        cancel.check()
        time.sleep(min(0.1, left))
