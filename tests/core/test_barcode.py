"""Barcodes as people paste them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioscan_desktop.core.barcode import (
    MAX_BASES,
    MIN_BASES,
    SHORT_BASES,
    SequenceRecord,
    clean,
    facts,
    looks_like_sequence,
    read_records,
    reverse_complement,
    stop_codons,
)
from bioscan_desktop.core.errors import BarcodeError
from tests.conftest import random_barcode

GOOD = random_barcode(1)
OTHER = random_barcode(2)
light = settings(max_examples=60)

# Coding sequences, so that nothing is turned round.
barcodes = st.builds(random_barcode, st.integers(0, 10**6), st.integers(40, 240)).filter(
    lambda s: clean(s).sequence == s
)
ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,12}", fullmatch=True)
line_ends = st.sampled_from(["\n", "\r\n", "\r"])


def records(text: str) -> list[SequenceRecord]:
    return list(read_records(text.splitlines(keepends=True)))


def fasta(items: list[tuple[str, str]], width: int, end: str) -> str:
    lines = []
    for name, sequence in items:
        lines.append(f">{name}")
        lines.extend(sequence[i : i + width] for i in range(0, len(sequence), width))
    return end.join(lines) + end


class TestClean:
    def test_a_good_barcode_is_kept_as_it_is(self) -> None:
        barcode = clean(GOOD)
        assert barcode.sequence == GOOD
        assert barcode.notices == ()
        assert not barcode.reversed

    @pytest.mark.parametrize(
        "dirty",
        [
            GOOD.lower(),
            GOOD.replace("T", "U"),
            "\ufeff" + GOOD,
            "\r\n".join(GOOD[i : i + 60] for i in range(0, len(GOOD), 60)),
            # As GenBank prints it: numbered, in blocks of ten.
            "\n".join(
                f"{i + 1:>9} " + " ".join(GOOD[j : j + 10].lower() for j in range(i, i + 60, 10))
                for i in range(0, len(GOOD), 60)
            ),
            "~~~~" + GOOD[:300] + "--" + GOOD[300:] + "~~",
            "----" + GOOD[:300] + "---" + GOOD[300:] + "....*",
            "NNNNN" + GOOD + "NNN",
            "\u00a0" + GOOD + "\u2028",
        ],
    )
    def test_what_people_paste_is_cleaned(self, dirty: str) -> None:
        assert clean(dirty).sequence == GOOD

    def test_the_other_strand_is_turned_round_and_said(self) -> None:
        barcode = clean(reverse_complement(GOOD))
        assert barcode.sequence == GOOD
        assert barcode.reversed
        assert "reversed" in barcode.notices[0]

    def test_stops_on_both_strands_are_a_notice_not_an_error(self) -> None:
        # TAACTAATTAA... has TAA in every frame, and so has its reverse complement (TTAATTAGTTA).
        barcode = clean("TAACTAATTAATTAGTTAGTTA" * 20)
        assert any("Stop codons" in notice for notice in barcode.notices)

    @given(st.text("ACGTN", min_size=120, max_size=700) | barcodes)
    def test_notices_are_what_the_facts_say(self, text: str) -> None:
        try:
            barcode = clean(text)
        except BarcodeError:
            return
        assert barcode.notices == facts(barcode.sequence, barcode.reversed).sentences()

    @pytest.mark.parametrize(
        ("bases", "code"),
        [(MIN_BASES, None), (MIN_BASES - 1, "too_short"), (MAX_BASES, None), (MAX_BASES + 1, "too_long")],
    )
    def test_length_limits_are_exact(self, bases: int, code: str | None) -> None:
        sequence = ("GCA" * MAX_BASES)[:bases]
        if code is None:
            assert len(clean(sequence).sequence) == bases
        else:
            with pytest.raises(BarcodeError) as caught:
                clean(sequence)
            assert caught.value.code == code

    def test_terminal_ns_do_not_count_towards_the_length(self) -> None:
        with pytest.raises(BarcodeError) as caught:
            clean("N" * 50 + GOOD[: MIN_BASES - 1] + "N" * 50)
        assert caught.value.code == "too_short"

    @pytest.mark.parametrize(("bases", "noticed"), [(SHORT_BASES, False), (SHORT_BASES - 1, True)])
    def test_short_barcodes_get_a_notice(self, bases: int, noticed: bool) -> None:
        assert any("Short" in notice for notice in clean(GOOD[:bases]).notices) is noticed

    def test_exactly_half_n_is_still_a_barcode(self) -> None:
        half = "G" + "N" * 100 + "CA" * 49 + "G"
        assert half.count("N") * 2 == len(half)
        assert clean(half).sequence == half
        with pytest.raises(BarcodeError) as caught:
            clean("G" + "N" * 101 + "CA" * 49 + "G")
        assert caught.value.code == "mostly_n"

    @pytest.mark.parametrize("text", ["", "  \r\n\t", "\ufeff", "123 456", "-----"])
    def test_nothing_is_empty(self, text: str) -> None:
        with pytest.raises(BarcodeError) as caught:
            clean(text, "A1")
        assert caught.value.code == "empty_barcode"
        assert caught.value.message == "A1 is empty."

    def test_a_protein_is_recognised(self) -> None:
        with pytest.raises(BarcodeError) as caught:
            clean("MFSLIVWAGMVGTSLSLLIRAELGNPGSLIGDDQIYNTIVTAHAFIMIFFMVMPIMIGGFGNWL" * 3)
        assert caught.value.code == "not_dna"
        assert "protein" in caught.value.message

    def test_a_letter_that_is_no_base_is_named(self) -> None:
        with pytest.raises(BarcodeError) as caught:
            clean(GOOD + "ZJ")
        assert "(J, Z)" in caught.value.message
        assert "protein" not in caught.value.message

    @light
    @given(st.text(max_size=400))
    def test_any_text_gives_a_barcode_or_one_sentence(self, text: str) -> None:
        try:
            barcode = clean(text)
        except BarcodeError as error:
            assert error.message.endswith(".")
            assert "\n" not in error.message
        else:
            assert re.fullmatch("[ACGTRYSWKMBDHVN]+", barcode.sequence)
            assert MIN_BASES <= len(barcode.sequence) <= MAX_BASES

    @light
    @given(st.text("ACGTacgtuRYKMSWBDHVNn-. \n", min_size=150, max_size=600))
    def test_cleaning_is_idempotent(self, text: str) -> None:
        try:
            once = clean(text)
        except BarcodeError:
            return
        assert clean(once.sequence).sequence == once.sequence


class TestStrands:
    @given(st.text("ACGTRYSWKMBDHVN", max_size=80))
    def test_twice_the_other_strand_is_the_strand(self, sequence: str) -> None:
        assert reverse_complement(reverse_complement(sequence)) == sequence

    def test_iupac_codes_are_complemented(self) -> None:
        assert reverse_complement("ACGTRYSWKMBDHVN") == "NBDHVKMWSRYACGT"

    @pytest.mark.parametrize(
        ("sequence", "stops"),
        [
            ("TAA" * 4, 0),  # AAT AAT AAT in the second frame
            ("GCATAAGCA", 0),
            ("TGATGATGA", 0),  # TGA is tryptophan in code 5
            ("TAACTAACTAAC", 1),  # each frame holds one: TAA, TAA, TAA
            ("", 0),
            ("TA", 0),
        ],
    )
    def test_stops_of_the_best_frame(self, sequence: str, stops: int) -> None:
        assert stop_codons(sequence) == stops


class TestRecords:
    @light
    @given(st.lists(st.tuples(ids, barcodes), min_size=1, max_size=4), st.integers(1, 100), line_ends)
    def test_fasta_round_trip(self, items: list[tuple[str, str]], width: int, end: str) -> None:
        found = records("\ufeff" + fasta(items, width, end))
        assert [r.barcode.sequence for r in found if r.barcode] == [sequence for _, sequence in items]
        assert [r.header for r in found] == [name for name, _ in items]

    @light
    @given(st.lists(st.tuples(ids, barcodes), min_size=1, max_size=4), line_ends, st.integers(33, 126))
    def test_fastq_round_trip_whatever_the_qualities(
        self, items: list[tuple[str, str]], end: str, quality: int
    ) -> None:
        # `@` and `+` are qualities too, and may begin a line.
        lines = [line for name, s in items for line in (f"@{name}", s, "+", chr(quality) * len(s))]
        found = records(end.join(lines) + end)
        assert [(r.header, r.barcode.sequence if r.barcode else None) for r in found] == items

    def test_fastq_over_several_lines(self) -> None:
        half = len(GOOD) // 2
        text = f"@a\n{GOOD[:half]}\n{GOOD[half:]}\n+a\n{'@' * half}\n{'+' * (len(GOOD) - half)}\n"
        found = records(text + f"@b\n{OTHER}\n+\n{'I' * len(OTHER)}\n")
        assert [r.barcode.sequence for r in found if r.barcode] == [GOOD, OTHER]

    def test_fastq_without_its_last_qualities(self) -> None:
        found = records(f"@a\n{GOOD}\n+\n{'I' * 20}")
        assert [r.id for r in found] == ["a"]
        assert found[0].barcode is not None

    @pytest.mark.parametrize(
        "broken",
        [
            "@bad\nACGT\n+\nIIII\n",
            f"@bad\n{GOOD}\n+\nII\n",
            f"@bad\n{GOOD}\n+\n{'I' * (len(GOOD) + 5)}\n",
            "@bad\n\n+\n\n",
            f"@bad\n{GOOD[:200]}\n",
            f"@bad\n{GOOD}\n+\n{'I' * len(GOOD)}\nrubbish\n",
        ],
    )
    def test_a_broken_fastq_record_leaves_the_others_unharmed(self, broken: str) -> None:
        whole = f"@{{}}\n{OTHER}\n+\n{'I' * len(OTHER)}\n"
        found = {r.id: r for r in records(whole.format("first") + broken + whole.format("last"))}
        assert list(found) == ["first", "bad", "last"]
        for name in ("first", "last"):
            barcode = found[name].barcode
            assert barcode is not None
            assert barcode.sequence == OTHER

    @pytest.mark.parametrize("broken", ["", "ACGT", "MFSLIVWEFILPQ" * 20, "!!!", "N" * 300])
    def test_a_broken_fasta_record_leaves_the_others_unharmed(self, broken: str) -> None:
        found = records(f">first\n{GOOD}\n>bad\n{broken}\n>last\n{OTHER}\n")
        assert [r.id for r in found] == ["first", "bad", "last"]
        assert [r.barcode.sequence if r.barcode else None for r in found] == [GOOD, None, OTHER]
        assert found[1].error is not None
        assert found[1].error.message.startswith("bad ")

    def test_bare_text_is_one_barcode(self) -> None:
        found = records("\ufeff\n\n" + "\r\n".join(GOOD[i : i + 70] for i in range(0, len(GOOD), 70)))
        assert [r.id for r in found] == ["sequence_1"]
        assert found[0].barcode is not None
        assert found[0].barcode.sequence == GOOD

    def test_comments_of_old_fasta_are_skipped(self) -> None:
        found = records(f"; made by hand\n>a\n;a remark\n{GOOD}\n")
        assert [r.id for r in found] == ["a"]
        assert found[0].barcode is not None

    @pytest.mark.parametrize("text", ["", "\n\r\n  \n", "\ufeff", "\ufeff\n"])
    def test_no_text_no_records(self, text: str) -> None:
        assert records(text) == []

    @pytest.mark.parametrize(
        ("header", "identifier"),
        [
            ("GBLAA1234-14|Noctua|pronuba|COI-5P", "GBLAA1234-14"),
            ("  spaced   words", "spaced"),
            ("", "sequence_1"),
            ("|empty first field", "sequence_1"),
            ("Müller-7 蛾", "Müller-7"),
        ],
    )
    def test_the_id_is_the_first_word(self, header: str, identifier: str) -> None:
        assert records(f">{header}\n{GOOD}\n")[0].id == identifier

    @light
    @given(st.lists(st.sampled_from(["a", "a.2", "a.2.2", "a.3", "", "sequence_1"]), max_size=8))
    def test_ids_are_unique_and_the_first_keeps_its_own(self, names: list[str]) -> None:
        found = [r.id for r in records("".join(f">{name}\n{GOOD}\n" for name in names))]
        assert len(set(found)) == len(names)
        for name in set(names) - {""}:
            assert name in found

    @light
    @given(st.text(max_size=300), st.sampled_from(["", ">", "@", "@a\nACGT\n+", ">a\n" + GOOD + "\n>"]))
    def test_no_text_raises(self, text: str, start: str) -> None:
        for record in records(start + text):
            assert (record.barcode is None) != (record.error is None)
            assert record.id

    @light
    @given(st.lists(st.tuples(ids, barcodes), min_size=1, max_size=3), st.data())
    def test_one_damaged_line_harms_one_record(
        self, items: list[tuple[str, str]], data: st.DataObject
    ) -> None:
        lines = fasta(items, 10_000, "\n").splitlines()
        victim = data.draw(st.integers(0, len(items) - 1))
        lines[2 * victim + 1] = data.draw(st.text("EFILPQ!?#/", min_size=3, max_size=30))
        found = records("\n".join(lines))
        assert len(found) == len(items)
        for number, (record, (_, sequence)) in enumerate(zip(found, items, strict=True)):
            if number != victim:
                assert record.barcode is not None
                assert record.barcode.sequence == sequence
            else:
                assert record.error is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD, True),
        (">anything", True),
        ("\ufeff\n >a\nACGT", True),
        ("ACGTACGTACGTACGTACGT", True),  # 20 letters
        ("ACGTACGTACGTACGTACG", False),  # 19
        ("ACGTACGTACGTACGTRYSW", True),  # exactly 80 %
        ("ACGTACGTACGTACGRYSWK", False),  # 75 %
        ("The quick brown fox jumps over the lazy dog", False),
        ("/home/user/photos/DSC_0001.JPG", False),
        ("", False),
    ],
)
def test_pasted_text_is_told_from_other_text(text: str, expected: bool) -> None:
    assert looks_like_sequence(text) is expected
