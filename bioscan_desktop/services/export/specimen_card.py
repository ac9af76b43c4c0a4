"""One specimen of the HTML report: pictures, verdict, rank ladder, nearest references."""

from __future__ import annotations

import base64

from bioscan_desktop.core.agreement import LETTERS, level_text
from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.services.export.collecting_words import collecting_words
from bioscan_desktop.services.export.escaping import xml
from bioscan_desktop.services.export.items import REJECTED, UNKNOWN, ExportItem, Name, Picture
from bioscan_desktop.services.export.pictures import barcode_svg, thumbnail
from bioscan_desktop.services.export.provenance import ExportOptions
from bioscan_desktop.services.export.words import (
    MODALITY_NOUN,
    agreement_sentence,
    alone,
    headline,
    hit_title,
    identity_text,
    is_italic,
    novelty_sentence,
    percent,
    sure,
)

PHOTO_SIDE, FURTHER_SIDE, REFERENCE_SIDE = 600, 280, 120
"""Pixels of the long side."""

PILLS = {
    "Very likely": "good",
    "Likely": "good",
    "Possible": "warn",
    "Best match": "plain",
    "Undecided": "warn",
    "Not in library": "new",
}


def italic(text: str, rank: str | None) -> str:
    """A name as HTML."""
    return f"<em>{xml(text)}</em>" if is_italic(text, rank) else xml(text)


_NAMELESS = {REJECTED: "Name rejected", UNKNOWN: "Cannot be told"}


def title(item: ExportItem) -> tuple[str, str | None]:
    """The largest words about a specimen, and their rank if they are a name: a person's comes first."""
    if item.decision is not None:
        return (item.final.text, item.final.rank) if item.final.text else (_NAMELESS[item.status], None)
    if item.conflict:
        return _disagreeing(item), None
    return headline(item.verdict), item.verdict.get("rank")


def _disagreeing(item: ExportItem) -> str:
    return "The photos disagree" if item.record.get("photo_conflict") else "Photo and barcode disagree"


def person_words(item: ExportItem) -> str:
    """Who decided and when, or ""."""
    assert item.decision is not None
    return ", ".join(part for part in (item.decision.by, item.decision.at[:10]) if part)


def machine_words(item: ExportItem) -> str:
    """What the machine had said, after a person decided."""
    if item.conflict:
        said = _disagreeing(item)
        return f"The machine found that {said[:1].lower()}{said[1:]}."
    name, rank = headline(item.verdict), item.verdict.get("rank")
    share = f" ({rank}, {percent(item.verdict['confidence'])} of the evidence)" if rank else ""
    return f"The machine said: {name}{share}."


def article(item: ExportItem, number: int, options: ExportOptions) -> str:
    """The specimen as an HTML article with the anchor `s<number>`."""
    parts = [
        f'<article id="s{number}"><div>{_pictures(item)}</div><div>',
        f'<a class="top" href="#top">to the top</a><p class="id">{xml(item.query_id)}</p>',
        _verdict(item),
        f"<p>Notes: {xml(item.written)}</p>" if item.written else "",
        _collected(item),
        _ladder(item, options),
        "</div>",
        _further(item),
        _hits(item, options),
        "</article>\n",
    ]
    return "".join(parts)


def _pictures(item: ExportItem) -> str:
    figures = [_photo(item, number) for number in range(min(1, len(item.file_names)))]
    if item.sequence:
        label = f"Barcode of {len(item.sequence)} bases"
        drawn = barcode_svg(item.sequence, label)
        figures.append(f"<figure>{drawn}<figcaption>{label}</figcaption></figure>")
    return "".join(figures) or '<figure><div class="none">Nothing to show.</div></figure>'


def _photo(item: ExportItem, place: int) -> str:
    """The figure of a photo; several have numbers, from 1, as verdicts count them."""
    name, picture, said = item.photos[place]
    several = len(item.file_names) > 1
    small = thumbnail(picture, FURTHER_SIDE if place else PHOTO_SIDE)
    which = f"Photo {place + 1}" if several else "Photo"
    image = (
        f'<img src="{_data(small.jpeg)}" width="{small.width}" height="{small.height}" '
        f'alt="{which} of {xml(item.query_id)}" loading="lazy">'
        if small is not None
        else '<div class="none">The photo is not where it was.</div>'
    )
    words = f"<b>{place + 1}</b> {xml(name)}" if several else xml(name)
    told = alone(said) if several else ""
    words += f"<br>By itself: {xml(told)}" if told else ""
    return f"<figure>{image}<figcaption>{words}</figcaption></figure>"


def _further(item: ExportItem) -> str:
    """All photos but the first, small."""
    figures = "".join(_photo(item, place) for place in range(1, len(item.file_names)))
    return (
        f'<div class="wide"><h3>Further photos</h3><div class="more">{figures}</div></div>' if figures else ""
    )


def _data(jpeg: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode('ascii')}"


def _verdict(item: ExportItem) -> str:
    verdict, record = item.verdict, item.record
    lines = [f'<h2 class="name">{italic(*title(item))}</h2>']
    if item.decision is not None:
        lines.append(_own(item))
    elif verdict and not item.conflict:
        words = sure(verdict)
        rank = f" {xml(verdict['rank'].capitalize())}" if verdict["rank"] else ""
        share = f", {percent(verdict['confidence'])} of the evidence" if verdict["rank"] else ""
        lines.append(
            f'<p><span class="pill {PILLS[words]}">{words}</span>'
            f'<span class="muted">{rank}{xml(share)}</span></p>'
        )
        lines.append(_lineage(item.machine))
    if record.get("error"):
        lines.append(_banner("bad", record["error"]["message"]))
    if verdict:
        agreement = agreement_sentence(record, item.conflict)
        novelty = novelty_sentence(verdict["novelty"], verdict["name"], verdict["rank"])
        if item.conflict:
            lines.append(_banner("bad", agreement))
        elif agreement:
            lines.append(_banner("good", agreement))
        if novelty:
            lines.append(_banner("new", novelty))
        if verdict.get("reason") and not item.conflict:
            lines.append(f"<p>{xml(verdict['reason'])}</p>")
    lines += [f'<p class="muted">{xml(notice)}</p>' for notice in record.get("notices") or ()]
    return "".join(lines)


def _collected(item: ExportItem) -> str:
    """Date, place and collector, where they are known."""
    known = collecting_words(item.collected)
    lines = "".join(f"<dt>{what}</dt><dd>{xml(words)}</dd>" for what, words in known)
    return f'<dl class="collected">{lines}</dl>' if known else ""


def _banner(look: str, text: str) -> str:
    return f'<div class="banner {look}"><span>{xml(text)}</span></div>'


def _lineage(name: Name) -> str:
    shown = [italic(name.lineage[rank], rank) for rank in RANKS if rank in name.lineage]
    return f'<p class="muted">{" › ".join(shown)}</p>' if shown else ""


def _own(item: ExportItem) -> str:
    assert item.decision is not None
    who = person_words(item)
    by = f' <span class="muted">{xml(who)}</span>' if who else ""
    return (
        f'<p><span class="pill good">Decided by a person</span>{by}</p>{_lineage(item.final)}'
        f'<div class="own">{xml(machine_words(item))}</div>'
    )


def _ladder(item: ExportItem, options: ExportOptions) -> str:
    shares = {share["rank"]: share for share in item.record.get("ranks") or ()}
    if not shares:
        return ""
    asked = asked_shares(item, options)
    rungs = []
    for rank in RANKS:
        share = shares.get(rank)
        if share is None:
            blank = '<span class="below">–</span><span></span><span></span>'
            rungs.append(f'<span class="rank">{rank.capitalize()}</span>{blank}')
            continue
        reached = rank in item.machine.lineage
        below = "" if reached else " below"
        tick = f'<u style="left:{asked[rank] * 100:.1f}%"></u>' if rank in asked else ""
        needs = f"; {percent(asked[rank])} are asked for" if rank in asked else ""
        words = f"{percent(share['share'])} of the evidence{needs}"
        rungs.append(
            f'<span class="rank">{rank.capitalize()}</span>'
            f'<span class="{below.strip()}">{italic(share["name"], rank)}</span>'
            f'<span class="track{below}" role="img" aria-label="{xml(words)}" title="{xml(words)}">'
            f'<i style="width:{share["share"] * 100:.1f}%"></i>{tick}</span>'
            f'<span class="share">{xml(percent(share["share"]))}</span>'
        )
    tick_words = " The tick is the share that a name needs." if asked else ""
    note = f'<p class="muted small">Filled: carried by the evidence.{tick_words}</p>'
    return f'<div class="ladder">{"".join(rungs)}</div>{note}'


def asked_shares(item: ExportItem, options: ExportOptions) -> dict[str, float]:
    """The share that a name needed, where the library says; not where other rules decided.

    Nor is it said of a name above the given one that has less: it stands because the finer one does.
    """
    facts = options.library
    if facts is None or not facts.made(item) or item.conflict or item.verdict["novelty"] != "none":
        return {}
    by = [m for m, v in item.record["by_modality"].items() if v["novelty"] != "unlike_library"]
    asked = dict(facts.thresholds["both" if len(by) > 1 else by[0]]) if by else {}
    carried = set(item.machine.lineage) - {item.machine.rank}
    has = {share["rank"]: share["share"] for share in item.record["ranks"]}
    return {
        rank: needed
        for rank, needed in asked.items()
        if rank not in carried or has.get(rank, needed) >= needed
    }


def _hits(item: ExportItem, options: ExportOptions) -> str:
    if not item.hits:
        return ""
    rows = []
    facts = options.library if options.library is not None and options.library.made(item) else None
    for hit in item.hits:
        name, rank = hit_title(hit)
        level = hit["badge"]
        context = " › ".join(xml(hit[r]) for r in ("order", "family") if hit.get(r) and r != rank)
        origin = " · ".join(xml(hit[key]) for key in ("processid", "bin_uri", "country") if hit.get(key))
        # Another library's photos may be called the same.
        photo = facts.photo_of(hit["image_file"]) if facts is not None and hit["image_file"] else None
        small = thumbnail(Picture(photo), REFERENCE_SIDE)
        picture = f'<img src="{_data(small.jpeg)}" width="60" alt="Reference photo"> ' if small else ""
        records = "1 record" if hit["n_records"] == 1 else f"{hit['n_records']} records"
        key = MODALITY_NOUN[hit["key_modality"]]
        query = MODALITY_NOUN[hit.get("query_modality") or hit["key_modality"]]
        rows.append(
            f'<tr><td class="number">{hit["hit_rank"]}</td>'
            f'<td><span class="badge b-{level}">{LETTERS[level]}</span>{level_text(level)}</td>'
            f"<td>{picture}<strong>{italic(name, rank)}</strong><br>"
            f'<span class="muted one">{context}</span></td>'
            f'<td class="one">{query} – {key}</td>'
            f'<td class="number">{hit["score"]:.3f}</td><td class="number">{identity_text(hit)}</td>'
            f'<td class="wrap">{origin}{"<br>" if origin else ""}'
            f'<span class="muted">{records}</span></td></tr>'
        )
    return (
        '<div class="wide"><h3>Nearest references</h3><table><thead><tr><th class="number">#</th>'
        "<th>With the verdict</th><th>Reference</th><th>Compared</th>"
        '<th class="number">Similarity</th><th class="number">Identity</th><th>Record</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )
