"""What barcodes cost, stage by stage, and a thousand of them against vsearch."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bioscan_desktop.core.barcode import clean
from bioscan_desktop.index.barcodes import align
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.library.importers.tables import read_table
from bioscan_desktop.library.pack import Library
from bioscan_desktop.services.identify import Identification, Identifier
from bioscan_desktop.services.specimens import from_sequence
from tests.benchmarks.timing import by_turns, show
from tests.conftest import mutate, random_barcode

pytestmark = pytest.mark.benchmark


def test_every_stage_of_one_barcode(starter_model: ModelPack) -> None:
    sequence, relative = random_barcode(1), mutate(random_barcode(1), 8, 3)
    ids = starter_model.tokenizer.encode_batch([sequence])
    many = [random_barcode(n) for n in range(64)]
    times = by_turns(
        {
            "clean": lambda: clean(sequence),
            "tokenise": lambda: starter_model.tokenizer.encode_batch([sequence]),
            "encode": lambda: starter_model.embed_arrays("dna", ids),
            "encode 64 at once": lambda: starter_model.embed_barcodes(many),
            "align with one hit": lambda: align(sequence, relative),
        },
        rounds=30,
    )
    each = times["encode 64 at once"].median / 64
    show("One barcode, stage by stage", times, {"encode 64 at once": f"{each:.2f} ms each"})
    assert each < 1.5 * times["encode"].median, "batches should not cost more than single barcodes"


def test_search_of_the_starter_library(starter_model: ModelPack, starter_library: Library) -> None:
    rows = starter_model.embed_barcodes([random_barcode(1)])
    index = starter_library.index("dna")
    times = by_turns(
        {
            "nearest 50 keys": lambda: index.search(rows, 50),
            "and their records": lambda: starter_library.search("dna", rows, 50),
        },
        rounds=30,
    )
    show(f"Search of {len(index):,} keys", times)


PREPARED = Path(os.environ.get("BIOSCAN_PREPARED", Path(__file__).parents[2] / "runs" / "prepared"))
"""What `bioscan-train prepare` wrote; its test queries are used where they are there."""

QUERIES = 1000

MOST_CPU, MOST_WALL = 0.8, 1.0
"""Times the processor time and the wall time of vsearch. See docs/measuring.md for what was measured."""

ROUNDS = 5


def _queries(library: Library) -> tuple[str, list[tuple[str, str, str]]]:
    """Where they are from, and (name, barcode, species) of barcodes whose species the library has."""
    table = PREPARED / "queries-test.tsv.gz"
    if table.is_file():
        known = {lineage.species for lineage in library.records.lineages("dna")}
        found = [
            (str(r.processid), r.nucleotides, r.lineage.species)
            for r in read_table(table)
            if r.nucleotides and r.lineage.species and r.lineage.species in known
        ]
        return f"unseen haplotypes of {table.name}", found[:: len(found) // QUERIES][:QUERIES]
    whole = [
        (f"q{n}", mutate(r.consensus, 3, n), r.lineage.species)
        for n, r in enumerate(library.records.with_consensus(1_000_000_000))
        if r.consensus and "N" not in r.consensus and r.lineage.species
    ]
    return "references with three codons changed", whole[:: len(whole) // QUERIES][:QUERIES]


def _seconds(run: Callable[[], object]) -> tuple[float, float]:
    """Wall and processor time, that of child processes included."""

    def cpu() -> float:
        return sum(
            sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )

    wall, before = time.perf_counter(), cpu()
    run()
    return time.perf_counter() - wall, cpu() - before


@pytest.mark.timeout(900)
def test_a_thousand_barcodes_against_vsearch(
    starter_model: ModelPack, starter_library: Library, tmp_path: Path
) -> None:
    """Ours: packs are open, as in the window; cleaning, searching, aligning and judging count.

    vsearch: one run of its command, which reads the references and indexes them first. Both may use
    all processors. The best of five turns counts, so the records that the first turn read are in
    memory. Beside them a run of `bioscan identify`, which starts Python and opens the packs,
    and vsearch with a single query, which is nearly all start.
    """
    vsearch = shutil.which("vsearch")
    if vsearch is None:
        pytest.skip("vsearch is not installed: no comparison")
    source, queries = _queries(starter_library)
    references = starter_library.records.with_consensus(1_000_000_000)
    texts = {
        "db": "".join(f">r{r.key_id}\n{r.consensus}\n" for r in references),
        "q": "".join(f">{name}\n{sequence}\n" for name, sequence, _ in queries),
        "q1": f">{queries[0][0]}\n{queries[0][1]}\n",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.fasta").write_text(text)
    identifier = Identifier(starter_model, starter_library)
    identifier.identify_one(from_sequence(queries[0][1]))
    answers: list[Identification] = []

    def ours() -> None:
        answers[:] = identifier.identify(from_sequence(sequence, name) for name, sequence, _ in queries)

    def command() -> None:
        arguments = [
            "identify",
            tmp_path / "q.fasta",
            "--provider",
            "cpu",
            "--out",
            tmp_path / "answers.jsonl",
        ]
        subprocess.run([sys.executable, "-m", "bioscan_desktop.cli", *arguments], check=True, timeout=600)

    def theirs(name: str) -> None:
        subprocess.run(
            [
                vsearch, "--usearch_global", tmp_path / f"{name}.fasta", "--db", tmp_path / "db.fasta",
                "--id", "0.9", "--userout", tmp_path / f"{name}.tsv", "--userfields", "query+target+id2",
                "--quiet",
            ],
            check=True,
            timeout=600,
        )  # fmt: skip

    runs: dict[str, Callable[[], None]] = {
        "ours, packs open": ours,
        "vsearch --usearch_global": lambda: theirs("q"),
        "bioscan identify": command,
        "vsearch, one query": lambda: theirs("q1"),
    }
    command()  # the frame of the library's barcodes is kept after the first time
    times = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            times[name].append(_seconds(run))
    best = {name: tuple(map(min, zip(*found, strict=True))) for name, found in times.items()}
    species = {f"r{r.key_id}": r.lineage.species for r in references}
    top = dict(line.split("\t")[:2] for line in reversed((tmp_path / "q.tsv").read_text().splitlines()))
    right = {
        "ours": sum(
            bool(a.hits) and a.hits[0].lineage.species == truth
            for a, (*_, truth) in zip(answers, queries, strict=True)
        ),
        "vsearch": sum(species.get(top.get(name, "")) == truth for name, _, truth in queries),
    }
    print(f"\n{len(queries)} barcodes ({source}), {len(references):,} references, {os.cpu_count()} CPUs")
    for name, (wall, cpu) in best.items():
        print(f"  {name:<26}{wall:>7.2f} s wall{cpu:>7.2f} s CPU")
    for name, count in right.items():
        print(f"  {name}: best hit of the same species {count / len(queries):.1%}")
    ratio = [a / b for a, b in zip(best["ours, packs open"], best["vsearch --usearch_global"], strict=True)]
    print(f"  ours takes {ratio[0]:.2f} times the wall time of vsearch, {ratio[1]:.2f} times its CPU time")
    assert ratio[1] <= MOST_CPU and ratio[0] <= MOST_WALL, "barcodes have become slower beside vsearch"
    assert right["ours"] >= right["vsearch"]
