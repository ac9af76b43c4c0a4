"""`bioscan packs`: what is installed, what a list offers, fetching it, and taking packs away."""

from __future__ import annotations

import argparse
from typing import Any

from bioscan_desktop.cli_parts import EXIT_OK, ProgressLine, command
from bioscan_desktop.core.errors import ArgumentError

KINDS = {"library": "libraries", "model": "models"}


def add(commands: Any) -> None:
    """Adds the group."""
    packs = commands.add_parser("packs", help="installed packs, lists of packs, downloads")
    actions = packs.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = command(
        actions, "list", "list installed packs with size, licence and state", "bioscan packs list"
    )
    listing.set_defaults(run=_run_list)
    offers = command(actions, "offers", "list what a list of packs offers", "bioscan packs offers packs.json")
    offers.add_argument("index", metavar="LIST", help="https address or file")
    offers.set_defaults(run=_run_offers)
    fetch = command(
        actions,
        "download",
        "fetch a pack of a list, going on where an earlier try ended, check and install it",
        "bioscan packs download packs.json my-library",
    )
    fetch.add_argument("index", metavar="LIST", help="https address or file")
    fetch.add_argument("id", metavar="ID", help="of the pack")
    fetch.set_defaults(run=_run_download)
    remove = command(actions, "remove", "delete an installed pack", "bioscan packs remove library my-library")
    remove.add_argument("kind", choices=tuple(KINDS), help="of the pack")
    remove.add_argument("name", metavar="NAME", help="as `bioscan packs list` shows it")
    remove.set_defaults(run=_run_remove)


def _run_list(arguments: argparse.Namespace) -> int:
    from bioscan_desktop.services import pack_facts

    for facts in pack_facts.all_facts():
        noun = "library" if facts.kind == "libraries" else "model"
        state = facts.error or (
            "model not installed" if not facts.model_there else
            "not calibrated" if facts.calibrated is False else "ok"
        )  # fmt: skip
        print(noun, facts.name, facts.version, facts.size, facts.licence, state, facts.folder, sep="\t")
    return EXIT_OK


def _run_offers(arguments: argparse.Namespace) -> int:
    from bioscan_desktop.services import download

    for offer in download.read_index(arguments.index):
        noun = "library" if offer.kind == "libraries" else "model"
        print(noun, offer.id, offer.version, offer.size, offer.licence, offer.title, sep="\t")
    return EXIT_OK


def _run_download(arguments: argparse.Namespace) -> int:
    from bioscan_desktop.services import download

    offers = download.read_index(arguments.index)
    wanted = [offer for offer in offers if offer.id == arguments.id]
    if not wanted:
        known = ", ".join(offer.id for offer in offers) or "nothing"
        raise ArgumentError(f"The list does not offer '{arguments.id}'; it offers {known}.")
    with ProgressLine() as progress:
        folder = download.install(wanted[0], progress.show)
    print(folder)
    return EXIT_OK


def _run_remove(arguments: argparse.Namespace) -> int:
    from bioscan_desktop.services import pack_facts

    pack_facts.remove(KINDS[arguments.kind], arguments.name)
    return EXIT_OK
