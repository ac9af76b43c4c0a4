"""A folder scan as a whole: killed again and again, its speed, and its memory."""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.inference.images import load_rgb, to_array
from bioscan_desktop.inference.session import default_threads
from bioscan_desktop.library.pack import Library
from bioscan_desktop.services import batch_provenance
from bioscan_desktop.services.batch import Batch
from bioscan_desktop.services.identify import DECODERS, Identifier
from bioscan_desktop.session.specimens import STEP
from tests.benchmarks.test_photo import photo as photo
from tests.benchmarks.timing import Times, by_turns, show
from tests.conftest import SPECIES, TinyWorld, draw_insect
from tests.services.test_batch_kill import killed_again_and_again

pytestmark = pytest.mark.benchmark

PHOTOS, ROUNDS = 128, 5
KILLED = int(os.environ.get("BIOSCAN_KILLED_PHOTOS", "1500"))
LINKS = 50_000
"""Names that a file may have; ext4 allows 65,000."""

SMALL = int(os.environ.get("BIOSCAN_MANY_PHOTOS", "6000"))


@pytest.mark.timeout(7200 + KILLED)
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_killed_twenty_times(world: TinyWorld, tmp_path: Path) -> None:
    """`BIOSCAN_KILLED_PHOTOS=100000` runs it at full length. With 2,000 it takes 44 s of work.

    The run that is not killed is looked at from outside for the memory that it holds. It grows by the last
    16,384 barcodes, whose unknown bases are remembered (`index/ungapped.py`). Photos alone are looked at
    below.
    """
    held: list[tuple[int, float]] = []

    def look(process: int, answers: int) -> None:
        with contextlib.suppress(OSError, IndexError):  # it ends between two looks
            held.append((answers, resident_mb(process)))

    began = time.perf_counter()
    killed = killed_again_and_again(world, tmp_path, photos=KILLED, kills=20, seed=1, look=look)
    took_min = (time.perf_counter() - began) / 60
    first = [size for answers, size in held if 0 < answers <= KILLED / 10]
    last = [size for answers, size in held if 0.9 * KILLED <= answers < KILLED]
    each_kb = 1000 * float(np.mean(last) - np.mean(first)) / (0.9 * KILLED / 5)
    print(
        f"\n{KILLED:,} photos, killed {killed} times of 20; no row lost, none doubled, none different, after "
        f"{took_min:.0f} min; memory of the run that was not killed {np.mean(first):.0f} MB in the first "
        f"tenth, {np.mean(last):.0f} MB in the last ({each_kb:.1f} kB a barcode, of {len(first)} and "
        f"{len(last)} looks), {max(size for _, size in held):.0f} MB at most, with the writing of the tables"
    )
    assert killed >= 15
    assert each_kb <= 2 or KILLED < 10_000  # a short run grows by what it begins with


@pytest.mark.timeout(1800)
def test_a_batch_of_large_photos_keeps_decoder_and_encoder_busy(
    starter_model: ModelPack, starter_library: Library, photo: Path, tmp_path: Path
) -> None:
    """Against decoding alone and embedding alone, in turns, with the model that `bioscan batch` takes.

    Three measures. The slower of both with all cores each: where the encoder has a processor of its own,
    90 % of it are asked for. Where both share the cores, no order of work can reach that, for a photo
    costs what both cost together: then 90 % of the throughput of both in turn, and of the slower of both
    with half of the cores each. Who else uses the cores slows one turn or another, so the median of the
    rounds counts or what the fastest turns give, whichever is better; the share of the work that is
    decoding and embedding hardly depends on others.
    """
    folder = tmp_path / "photos"
    folder.mkdir()
    paths = [folder / f"p{number}.jpg" for number in range(PHOTOS)]
    for path in paths:
        shutil.copy(photo, path)
    cores, half = default_threads(), max(1, default_threads() // 2)
    model = batch_provenance.settle(ModelPack(starter_model.folder, "auto", "auto", cores), None)
    halved = ModelPack(model.folder, model.provider, model.precision, half, side_by_side=True)
    identifier = Identifier(model, starter_library)
    prep = model.preprocessing
    ready = to_array(load_rgb(photo, prep.min_side).image, prep)
    runs: list[Path] = []

    def model_input(path: Path) -> int:
        return to_array(load_rgb(path, prep.min_side).image, prep).nbytes  # the picture itself is let go

    def decode(workers: int) -> None:
        with ThreadPoolExecutor(workers) as pool:
            assert all(pool.map(model_input, paths))

    def embed(pack: ModelPack) -> None:
        for _ in range(PHOTOS // STEP):
            pack.embed_pixels([ready] * STEP)

    def batch() -> None:
        runs.append(tmp_path / f"run{len(runs)}")
        with Batch(folder, runs[-1]) as run:
            run.run(identifier)

    work: dict[str, list[float]] = {}

    def counted(name: str, thing: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            start = time.process_time()
            thing()
            work.setdefault(name, []).append(1000 * (time.process_time() - start) / PHOTOS)

        return run

    things: dict[str, Callable[[], None]] = {
        "decode alone": lambda: decode(DECODERS),
        "embed alone": lambda: embed(model),
        "decode alone, half of the cores": lambda: decode(half),
        "embed alone, half of the cores": lambda: embed(halved),
        "batch": batch,
    }
    times = by_turns({name: counted(name, thing) for name, thing in things.items()}, rounds=ROUNDS, warm=1)
    cpu = {name: float(np.median(values[1:])) for name, values in work.items()}
    show(
        f"{PHOTOS} photos of 12 megapixels, as a folder scan, {model.precision}",
        times,
        {
            name: f"{1000 * PHOTOS / found.best:.1f} photos/s, {cpu[name]:.1f} ms of work each"
            for name, found in times.items()
        },
    )
    decoded, embedded, half_decoded, half_embedded, whole = times.values()
    of_slower = share(
        [np.maximum(decoded.values, embedded.values)], whole, [max(decoded.best, embedded.best)]
    )
    of_both = share([decoded.values, embedded.values], whole, [decoded.best, embedded.best])
    of_halves = share(
        [np.maximum(half_decoded.values, half_embedded.values)],
        whole,
        [max(half_decoded.best, half_embedded.best)],
    )
    busy = (cpu["decode alone"] + cpu["embed alone"]) / cpu["batch"]
    most = max(decoded.best, embedded.best) / (decoded.best + embedded.best)
    print(
        f"  throughput of the batch: {of_slower:.0%} of the slower one with all cores (where both share "
        f"them, {most:.0%} is the most there is), {of_halves:.0%} of the slower one with half of the "
        f"cores each, {of_both:.0%} of both in turn\n  {busy:.0%} of its work is decoding and embedding"
    )
    if model.provider_report().short != "CPU":
        assert of_slower >= 0.9
    else:
        assert min(of_both, of_halves) >= 0.9
    assert busy >= 0.85


def share(parts: list[np.ndarray], whole: Times, best: list[float]) -> float:
    """The time of the parts by that of the whole: the median of the rounds, or of the fastest turns."""
    return max(float(np.median(sum(parts) / whole.values)), sum(best) / whole.best)


@pytest.mark.timeout(7200)
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_memory_is_flat_over_many_small_photos(world: TinyWorld, tmp_path: Path) -> None:
    """`BIOSCAN_MANY_PHOTOS=100000` runs it at full length."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(SMALL):
        if number % LINKS == 0:
            master = tmp_path / f"master{number}.jpg"
            draw_insect(SPECIES[0][4], (96, 72)).save(master)
        os.link(master, folder / f"p{number}.jpg")
    library = Library(world.library)
    identifier = Identifier(ModelPack(world.model, "cpu"), library)
    sizes: list[float] = []
    every = max(1, SMALL // 100)
    seen = [0]

    def note(progress: object) -> None:
        if progress.phase == "identify" and progress.done >= seen[0]:  # type: ignore[attr-defined]
            seen[0] += every
            gc.collect()
            sizes.append(resident_mb())

    start = time.perf_counter()
    with Batch(folder, tmp_path / "run") as run:
        run.plan()
        planned_s = time.perf_counter() - start
        counts = run.run(identifier, progress=note)
    took_s = time.perf_counter() - start - planned_s
    library.close()
    tenth = max(1, len(sizes) // 10)
    first, last = (sum(part) / len(part) for part in (sizes[:tenth], sizes[-tenth:]))
    session_mb = (tmp_path / "run" / "session.sqlite").stat().st_size / 1e6
    print(
        f"\n{SMALL:,} small photos: looked through in {planned_s:.1f} s, identified in {took_s:.1f} s "
        f"({SMALL / took_s:.0f}/s, tiny model); memory {first:.0f} MB in the first tenth, {last:.0f} MB in "
        f"the last ({last / first:.3f}); session {session_mb:.0f} MB"
    )
    assert counts.state("ok") == SMALL
    assert last <= 1.1 * first


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_tiffs_of_a_hundred_megabytes(world: TinyWorld, tmp_path: Path) -> None:
    """A scanner's or microscope's pictures: one is decoded per thread, and none is kept."""
    folder = tmp_path / "scans"
    folder.mkdir()
    Image.effect_noise((6000, 5800), 60).convert("RGB").save(folder / "s0.tif")
    for number in range(1, 12):
        os.link(folder / "s0.tif", folder / f"s{number}.tif")
    library = Library(world.library)
    identifier = Identifier(ModelPack(world.model, "cpu"), library)
    before, most = resident_mb(), [0.0]

    def note(_: object) -> None:
        most[0] = max(most[0], resident_mb())

    start = time.perf_counter()
    with Batch(folder, tmp_path / "run") as run:
        counts = run.run(identifier, progress=note)
    took_s = time.perf_counter() - start
    library.close()
    size_mb = (folder / "s0.tif").stat().st_size / 1e6
    print(
        f"\n12 TIFFs of {size_mb:.0f} MB: {took_s:.1f} s; {most[0] - before:.0f} MB more memory at the "
        f"moments looked at, with {DECODERS} decoding threads"
    )
    assert counts.state("ok") == 12


def resident_mb(process: int | str = "self") -> float:
    """What a process holds in memory, MB."""
    with Path(f"/proc/{process}/statm").open() as stream:
        return int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
