"""`--config FILE.toml` of commands that have no recipe: a file of their options.

A key is an option without its dashes, a switch is true or false, an option that may be repeated takes a
list. What stands on the command line after `--config` wins over the file.
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bioscan_desktop.core.errors import reason

TOML = "TOML"


def add_argument(parser: argparse.ArgumentParser, metavar: str = TOML, about: str = "") -> None:
    """Gives a command the option.

    Args:
        metavar, about: of a command whose `--config` also takes another kind of file.
    """
    text = "file of options, by their names without dashes; those after it win"
    parser.add_argument(
        "--config",
        type=Path,
        action=_Options,
        metavar=metavar,
        help=f"{about}; or a {text}" if about else text,
    )


class _Options(argparse.Action):
    """Takes the options of a TOML file as if they stood in its place; keeps the path of another file."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        path: Path = values
        if path.suffix.lower() != ".toml" and self.metavar != TOML:
            setattr(namespace, self.dest, path)
            return
        by_name = {
            word.removeprefix("--"): action
            for action in parser._actions
            for word in action.option_strings
            if word.startswith("--") and action is not self and action.dest != "help"
        }
        for name, value in _read(path, parser).items():
            if name not in by_name:
                parser.error(f"{path}: '{name}' is no option; there are {', '.join(sorted(by_name))}")
            action = by_name[name]
            setattr(namespace, action.dest, _value(action, value, f"{path}: '{name}'", parser))
            action.required = False
            for group in parser._mutually_exclusive_groups:
                group.required = group.required and action not in group._group_actions


def _read(path: Path, parser: argparse.ArgumentParser) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        parser.error(f"{path} cannot be read as TOML ({reason(error)})")


def _value(action: argparse.Action, value: Any, name: str, parser: argparse.ArgumentParser) -> Any:
    """What the option would be, had it stood on the command line."""
    if action.nargs == 0:
        if not isinstance(value, bool):
            parser.error(f"{name} is true or false")
        return value
    repeated = isinstance(action, argparse._AppendAction) or action.nargs in ("+", "*")
    if repeated != isinstance(value, list) or isinstance(value, (dict, bool)):
        parser.error(f"{name} is {'a list' if repeated else 'one text or number'}")
    found = [_one(action, one, name, parser) for one in (value if repeated else [value])]
    return found if repeated else found[0]


def _one(action: argparse.Action, value: Any, name: str, parser: argparse.ArgumentParser) -> Any:
    try:
        found = action.type(str(value)) if callable(action.type) else str(value)
    except (argparse.ArgumentTypeError, TypeError, ValueError) as error:
        parser.error(f"{name}: {error}")
    if action.choices is not None and found not in action.choices:
        parser.error(f"{name} is one of {', '.join(map(str, action.choices))}, not {found}")
    return found


def add_where_missing(parsers: Sequence[argparse.ArgumentParser]) -> None:
    """Gives the option to those commands that have none of the name."""
    for parser in parsers:
        if "--config" not in parser._option_string_actions:
            add_argument(parser)
