"""What barcodes cost, stage by stage, and a thousand of them against vsearch."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import pytest

from bioscan_desktop.core.barcode import clean
from bioscan_desktop.index.barcodes import align
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.library.pack import Library
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.services.specimens import Specimen, from_sequence
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


def test_a_thousand_barcodes_against_vsearch(
    starter_model: ModelPack, starter_library: Library, tmp_path: Path
) -> None:
    consensus = [
        r for r in starter_library.records.with_consensus(1000) if r.consensus and "N" not in r.consensus
    ]
    queries = [(f"q{n}", mutate(str(r.consensus), 3, n), r.lineage.species) for n, r in enumerate(consensus)]
    specimens: list[Specimen] = [from_sequence(sequence, name) for name, sequence, _ in queries]
    identifier = Identifier(starter_model, starter_library)
    identifier.identify_one(specimens[0])
    start = time.perf_counter()
    results = list(identifier.identify(specimens))
    ours = time.perf_counter() - start
    same = sum(
        bool(r.hits) and r.hits[0].lineage.species == species
        for r, (*_, species) in zip(results, queries, strict=True)
    )
    print(f"\n{len(queries)} barcodes: {ours:.1f} s in all, {1000 * ours / len(queries):.1f} ms each")
    print(f"  nearest key of the same species: {same / len(queries):.1%}")
    assert same > 0.5 * len(queries)
    vsearch = shutil.which("vsearch")
    if vsearch is None:
        pytest.skip("vsearch is not installed: no comparison")
    everything = starter_library.records.with_consensus(1_000_000_000)
    species = {f"r{r.key_id}": r.lineage.species for r in everything}
    (tmp_path / "db.fasta").write_text("".join(f">r{r.key_id}\n{r.consensus}\n" for r in everything))
    (tmp_path / "q.fasta").write_text("".join(f">{name}\n{sequence}\n" for name, sequence, _ in queries))
    start = time.perf_counter()
    subprocess.run(
        [
            vsearch, "--usearch_global", tmp_path / "q.fasta", "--db", tmp_path / "db.fasta", "--id", "0.9",
            "--userout", tmp_path / "hits.tsv", "--userfields", "query+target+id2", "--quiet",
        ],
        check=True,
        timeout=300,
    )  # fmt: skip
    theirs = time.perf_counter() - start
    found = dict(line.split("\t")[:2] for line in (tmp_path / "hits.tsv").read_text().splitlines())
    right = sum(species.get(found.get(name, "")) == truth for name, _, truth in queries)
    print(f"  vsearch --usearch_global: {theirs:.1f} s, {right / len(queries):.1%} of the same species")
    print(f"  ours takes {ours / theirs:.1f} times as long")
