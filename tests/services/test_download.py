"""Fetching packs from a server of our own on this machine: resume, breaks, wrong files, full disks."""

from __future__ import annotations

import errno
import hashlib
import http.client
import json
import shutil
import socket
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from bioscan_desktop import paths
from bioscan_desktop.core.errors import ArgumentError, Cancelled, PackError
from bioscan_desktop.services import download, packs
from bioscan_desktop.services.download import NetworkError, Offer
from bioscan_desktop.services.tasks import CancelToken, Progress
from tests.conftest import TinyWorld

_CONNECT = socket.socket.connect  # before `no_network` replaces it


@pytest.fixture
def local_only(no_network: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine may be asked, nothing else."""

    def connect(self: socket.socket, address: Any) -> None:
        assert address[0] == "127.0.0.1", address
        _CONNECT(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


class Server:
    """Serves files from memory, as badly as it is told to.

    Attributes:
        files: {path: bytes}.
        ranges: False answers every request with the whole file.
        break_after: closes the connection after so many bytes, this many times.
        answers: statuses to give instead, one a request.
        seen: the Range header of each request.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.ranges = True
        self.break_after = 0
        self.breaks = 0
        self.answers: list[int] = []
        self.seen: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        wanted = handler.headers.get("Range", "")
        self.seen.append(wanted)
        if self.answers:
            handler.send_response(self.answers.pop(0))
            handler.send_header("Retry-After", "0")
            handler.end_headers()
            return
        data = self.files.get(handler.path)
        if data is None:
            handler.send_error(404)
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.ranges else 0
        handler.send_response(206 if start else 200)
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        handler.send_header("Content-Length", str(len(data) - start))
        handler.end_headers()
        end = len(data)
        if self.breaks > 0:
            self.breaks -= 1
            end = min(end, start + self.break_after)
        handler.wfile.write(data[start:end])
        if end < len(data):
            handler.wfile.flush()
            handler.connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


@pytest.fixture
def server(local_only: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(download, "WAIT_S", 0.001)
    server = Server()
    yield server
    server.close()


@pytest.fixture
def pack(world: TinyWorld, tmp_path: Path) -> bytes:
    """The tiny library, zipped."""
    path = tmp_path / "tiny.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in world.library.iterdir():
            archive.write(file, f"tiny/{file.name}")
    return path.read_bytes()


@pytest.fixture
def offer(server: Server, pack: bytes) -> Offer:
    server.files["/tiny.zip"] = pack
    server.files["/index.json"] = index(pack)
    (found,) = download.read_index(f"{server.url}/index.json")
    server.seen.clear()
    return found


def index(pack: bytes, **changed: Any) -> bytes:
    entry = {
        "kind": "library",
        "id": "tiny",
        "version": "1",
        "title": "Tiny library",
        "url": "tiny.zip",
        "bytes": len(pack),
        "sha256": hashlib.sha256(pack).hexdigest(),
        "licence": "CC0 1.0",
        "species": 4,
        **changed,
    }
    return json.dumps({"format": "bioscan-index", "format_version": "1.0", "packs": [entry]}).encode()


def folder() -> Path:
    return paths.cache_dir() / "downloads"


def test_from_list_to_installed_pack(server: Server, offer: Offer) -> None:
    assert (offer.kind, offer.title, offer.species) == ("libraries", "Tiny library", 4)
    assert offer.url == f"{server.url}/tiny.zip"
    told: list[Progress] = []
    target = download.install(offer, told.append)
    assert target == paths.data_dir() / "libraries" / "tiny"
    packs.verify("libraries", target)
    assert [p.label for p in told][-1] == "Installing" and told[0].total == offer.size
    assert not list(folder().iterdir())  # nothing is left lying about


def test_a_broken_connection_is_gone_on_from(server: Server, offer: Offer) -> None:
    server.break_after, server.breaks = 1000, 5
    data = download.fetch(offer, folder()).read_bytes()
    assert hashlib.sha256(data).hexdigest() == offer.sha256
    assert server.seen[:3] == ["", "bytes=1000-", "bytes=2000-"]


def test_a_network_that_goes_away_is_waited_for(
    server: Server, offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "CHUNK", 1000)
    read, failures = http.client.HTTPResponse.read, [errno.ENETUNREACH, errno.EHOSTUNREACH, 0, errno.ENETDOWN]

    def broken(self: http.client.HTTPResponse, amt: int | None = None) -> bytes:
        number = failures.pop() if failures else 0
        if number:
            raise OSError(number, "Network is unreachable")
        return read(self, amt)

    monkeypatch.setattr(http.client.HTTPResponse, "read", broken)
    data = download.fetch(offer, folder()).read_bytes()
    assert hashlib.sha256(data).hexdigest() == offer.sha256
    failures.append(errno.ENETUNREACH)
    with pytest.raises(NetworkError, match=r"cannot be reached \(Network is unreachable\)"):
        download.read_index(f"{server.url}/index.json")


def test_what_arrived_is_kept_for_the_next_try(server: Server, offer: Offer) -> None:
    server.break_after, server.breaks = 1500, 1
    token = CancelToken()

    def stop(progress: Progress) -> None:
        if progress.done >= 1500:
            token.cancel()

    with pytest.raises(Cancelled):
        download.fetch(offer, folder(), stop, token)
    assert (folder() / f"{offer.sha256}.part").stat().st_size == 1500
    server.seen.clear()
    download.fetch(offer, folder())
    assert server.seen == ["bytes=1500-"]


def test_a_server_without_ranges_begins_again(server: Server, offer: Offer) -> None:
    server.ranges = False
    server.break_after, server.breaks = 1000, 1
    download.fetch(offer, folder())
    assert server.seen == ["", "bytes=1000-"]


def test_a_part_that_is_too_long_is_thrown_away(server: Server, offer: Offer) -> None:
    folder().mkdir(parents=True)
    (folder() / f"{offer.sha256}.part").write_bytes(bytes(offer.size + 5))
    download.fetch(offer, folder())
    assert server.seen == [""]


def test_busy_servers_are_asked_again(server: Server, offer: Offer) -> None:
    server.answers = [503, 429]
    download.fetch(offer, folder())
    assert len(server.seen) == 3


def test_a_server_that_stays_busy(server: Server, offer: Offer) -> None:
    server.answers = [503] * 20
    with pytest.raises(NetworkError, match=r"503 .*Check the connection"):
        download.fetch(offer, folder())
    assert len(server.seen) == download.ATTEMPTS


def test_a_file_that_is_not_there(server: Server, offer: Offer) -> None:
    del server.files["/tiny.zip"]
    with pytest.raises(NetworkError, match=r"does not give Tiny library \(it answers 404"):
        download.fetch(offer, folder())
    assert len(server.seen) == 1  # asking again would not help


def test_another_file_than_the_list_says(server: Server, offer: Offer) -> None:
    changed = bytearray(server.files["/tiny.zip"])
    changed[100] ^= 1
    server.files["/tiny.zip"] = bytes(changed)
    with pytest.raises(PackError, match="hash mismatch"):
        download.install(offer)
    assert not list(folder().iterdir()) and not (paths.data_dir() / "libraries" / "tiny").exists()


def test_more_than_the_list_says(server: Server, offer: Offer) -> None:
    server.files["/tiny.zip"] += b"more"
    with pytest.raises(PackError, match="larger than the list"):
        download.fetch(offer, folder())
    assert not list(folder().iterdir())


def test_without_a_connection(server: Server, offer: Offer) -> None:
    server.break_after, server.breaks = 2_000_000, 0
    address = server.url
    server.close()
    with pytest.raises(NetworkError, match=r"127.0.0.1 cannot be reached .* installed from a file"):
        download.read_index(f"{address}/index.json")
    with pytest.raises(NetworkError, match=r"cannot be fetched from 127.0.0.1: .*Check the connection"):
        download.fetch(offer, folder())
    server.__init__()  # type: ignore[misc]  # the fixture closes it once more


def test_too_little_room(offer: Offer, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(PackError, match=r"too little room for Tiny library: .* are needed, 0 MB are free"):
        download.fetch(offer, folder())


def test_a_disk_that_fills_up(offer: Offer, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(download, "_append", full)
    with pytest.raises(PackError, match=r"The disk is full.*what has arrived is kept"):
        download.fetch(offer, folder())


def test_a_mirror_on_a_disk(pack: bytes, tmp_path: Path) -> None:
    mirror = tmp_path / "Spiegel 昆虫"
    mirror.mkdir()
    (mirror / "tiny.zip").write_bytes(pack)
    (mirror / "index.json").write_bytes(index(pack))
    (found,) = download.read_index(str(mirror / "index.json"))
    assert download.install(found) == paths.data_dir() / "libraries" / "tiny"
    (mirror / "tiny.zip").write_bytes(pack[:-1] + b"x")
    with pytest.raises(PackError, match="left as it is"):
        download.install(found)
    assert (mirror / "tiny.zip").is_file()
    (mirror / "tiny.zip").unlink()
    with pytest.raises(PackError, match="which is not there"):
        download.install(found)


def test_a_mirror_keeps_a_wrong_file_that_is_named_by_its_hash(pack: bytes, tmp_path: Path) -> None:
    name = f"{hashlib.sha256(pack).hexdigest()}.zip"
    (tmp_path / name).write_bytes(pack[:-1] + b"x")
    (tmp_path / "index.json").write_bytes(index(pack, url=name))
    (found,) = download.read_index(str(tmp_path / "index.json"))
    with pytest.raises(PackError, match="left as it is"):
        download.install(found)
    assert (tmp_path / name).is_file()


def test_addresses_with_other_letters_and_blanks(server: Server, pack: bytes) -> None:
    server.files["/K%C3%A4fer%20%26%20co/index.json"] = index(pack, url="Größe 1%20x.zip?für=1")
    server.files["/K%C3%A4fer%20%26%20co/Gr%C3%B6%C3%9Fe%201%20x.zip?f%C3%BCr=1"] = pack
    (found,) = download.read_index(f"{server.url}/Käfer %26 co/index.json")
    assert download.install(found).name == "tiny"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda d: b"<html>", "it is no JSON"),
        (lambda d: b"[]", "no list of packs"),
        (lambda d: d.replace(b"bioscan-index", b"other"), "no list of packs"),
        (lambda d: d.replace(b'"1.0"', b'"2.0"'), "newer program"),
        (lambda d: d.replace(b'"1.0"', '"²"'.encode()), "newer program"),
        (lambda d: d.replace(b'"packs": [', b'"packs": 3, "x": ['), "damaged list"),
        (lambda d: d.replace(b'"library"', b'"other"'), "damaged list"),
        (lambda d: d.replace(b'"sha256": "', b'"sha256": "z'), "damaged list"),
        (lambda d: d.replace(b'"species": 4', b'"species": "4"'), "damaged list"),
        (lambda d: d.replace(b'"title": "Tiny library"', b'"title": 7'), "damaged list"),
    ],
)
def test_lists_that_are_none(tmp_path: Path, change: Callable[[bytes], bytes], sentence: str) -> None:
    path = tmp_path / "index.json"
    path.write_bytes(change(index(b"abc")))
    with pytest.raises(PackError, match=sentence):
        download.read_index(str(path))


def test_addresses_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="No address"):
        download.read_index("  ")
    with pytest.raises(ArgumentError, match="cannot be read"):
        download.read_index(str(tmp_path / "nothing.json"))
    for nowhere in ("a\0b", "~nobody-here/index.json", "x" * 5000):
        with pytest.raises(ArgumentError, match="cannot be read"):
            download.read_index(nowhere)
    with pytest.raises(ArgumentError, match="is no address"):
        download.read_index("http://[")


def test_addresses_are_taken_relative_to_the_list() -> None:
    assert download._resolve("https://a.org/x/index.json", "p.zip") == "https://a.org/x/p.zip"
    assert download._resolve("https://a.org/x/index.json", "https://b.org/p.zip") == "https://b.org/p.zip"
    assert download._resolve("/mnt/index.json", "https://b.org/p.zip") == "https://b.org/p.zip"
    assert Path(download._resolve("/mnt/index.json", "p.zip")) == Path("/mnt/p.zip")
