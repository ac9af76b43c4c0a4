"""Files that appear only when they are complete."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from bioscan_desktop import paths
from bioscan_desktop.core.errors import ArgumentError


class Targets:
    """Hands out temporary files and puts them all in place at the end, or none of them.

    Used as a context: whatever is raised within leaves what was there before as it was.
    """

    def __init__(self) -> None:
        self._parts: list[tuple[Path, Path]] = []

    def part(self, target: Path) -> Path:
        """Where to write what shall become `target`: beside it, so that renaming is one step.

        The file is made at once: a folder that cannot be written to is told before the work begins.

        Raises:
            ArgumentError: if a device or a named pipe is there.
        """
        final = paths.replaceable(target)
        if final is None:
            raise ArgumentError(f"{target} cannot be written (a device or a pipe is there).")
        part = final.with_name(f".{final.name}.part")
        self._parts.append((part, final))
        part.open("wb").close()
        return part

    @contextlib.contextmanager
    def text(self, target: Path, encoding: str = "utf-8") -> Iterator[IO[str]]:
        """A text stream; line ends are written as they are given."""
        with self.part(target).open("w", encoding=encoding, errors="backslashreplace", newline="") as stream:
            yield stream

    def __enter__(self) -> Targets:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        try:
            if kind is None:
                for part, _target in self._parts:
                    _sync(part)
                for part, target in self._parts:
                    part.replace(target)
        except OSError as problem:
            raise _told(problem, self._parts) from None
        finally:
            for part, _target in self._parts:
                with contextlib.suppress(OSError):
                    part.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _told(error, self._parts) from None


def _sync(path: Path) -> None:
    """Makes sure that the bytes are on the disk before the name is."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _told(error: OSError, parts: list[tuple[Path, Path]]) -> ArgumentError:
    """The trouble in one sentence, under the name that the user chose."""
    names = {str(part): target for part, target in parts}
    place = names.get(str(error.filename), parts[-1][1] if parts else error.filename)
    return ArgumentError(f"{place} cannot be written ({error.strerror or error}).")
