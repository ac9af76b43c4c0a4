"""What the commands of `bioscan` have in common: exit codes, files of results, lists, progress."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, NoReturn

from bioscan_desktop import paths
from bioscan_desktop.core.errors import ArgumentError, reason
from bioscan_desktop.files import shown

if TYPE_CHECKING:
    from bioscan_desktop.services.tasks import Progress

EXIT_OK, EXIT_SOME_FAILED, EXIT_UNUSABLE = 0, 1, 2


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, and where help is."""

    def error(self, message: str) -> NoReturn:
        self.exit(EXIT_UNUSABLE, f"{self.prog}: {message} (see {self.prog} --help)\n")


PROVIDER = "where to compute; auto takes the graphics card if it can be used"
PRECISION = "which of the model's files to use; auto takes int8 where that is the faster"


def command(
    commands: argparse._SubParsersAction, name: str, text: str, example: str
) -> argparse.ArgumentParser:
    """A new command, with one line about it and an example."""
    return commands.add_parser(
        name,
        help=text,
        description=f"{text[0].upper()}{text[1:]}.",
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_packs(parser: argparse.ArgumentParser) -> None:
    """Which library and model to use, and on what."""
    parser.add_argument("--library", default="starter", metavar="ID|PATH", help="library pack (starter)")
    parser.add_argument("--model", metavar="ID|PATH", help="model pack (the one the library was built with)")
    parser.add_argument("--provider", choices=("auto", "cpu", "cuda"), default="auto", help=PROVIDER)
    parser.add_argument(
        "--precision", choices=("auto", "fp32", "fp16", "int8"), default="auto", help=PRECISION
    )


def add_restriction(parser: argparse.ArgumentParser) -> None:
    """From which part of a library to answer."""
    parser.add_argument(
        "--restrict-to",
        action="append",
        default=[],
        metavar="FILE|TAXON",
        help="answer only from this taxon or BIN, or from those in a list, one a line; may be repeated",
    )
    parser.add_argument(
        "--country",
        action="append",
        default=[],
        metavar="NAME",
        help="answer only from species with a reference from this country; may be repeated",
    )


def add_join_by_name(parser: argparse.ArgumentParser) -> None:
    """Whether file names join photos; without it they do not."""
    parser.add_argument(
        "--join-by-name",
        choices=("words", "numbers"),
        help="judge photos of one folder together whose names differ in a view only: in a word such as "
        "_dorsal, _head or _V (words), or in a number such as -1 or (2), too (numbers)",
    )


def names_in(path: Path | None) -> frozenset[str]:
    """The lines of a list of names; none without a list.

    Raises:
        ArgumentError: if it cannot be read.
    """
    if path is None:
        return frozenset()
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ArgumentError(f"{path} cannot be read as a list of names ({reason(error)}).") from None
    return frozenset(line.strip() for line in lines if line.strip())


@contextlib.contextmanager
def output(path: Path | None) -> Iterator[IO[str]]:
    """Standard output, or a file that appears only when it is complete.

    A device or a named pipe is written to as it stands; see `paths.replaceable`.

    Raises:
        ArgumentError: if the file cannot be written.
    """
    if path is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    if path.is_dir():  # said before the work, not after it
        raise ArgumentError(f"{path} is a folder; name a file in it.")
    final = paths.replaceable(path)
    # Under a name of its own: the same command may run twice at once.
    part = final.with_name(f"{final.name}.{os.getpid()}.part") if final is not None else path
    try:
        with part.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
            yield stream
        if final is not None:
            part.replace(final)
    except BrokenPipeError:
        raise  # the reader of a named pipe has seen enough, like that of standard output
    except OSError as error:
        if error.filename is not None and str(error.filename) != str(part):
            raise  # about another file, which was to be read
        raise ArgumentError(f"{path} cannot be written ({error.strerror or error}).") from None
    finally:
        if final is not None:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)


def settle_streams() -> None:
    """UTF-8 whatever the locale; what is closed, as by `>&-`, is replaced by nothing at all."""
    for name, mode, errors in (
        ("stdin", "r", "replace"),
        ("stdout", "w", "backslashreplace"),
        ("stderr", "w", "backslashreplace"),
    ):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - for as long as the process lives
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors=errors)


@contextlib.contextmanager
def ended_in_order() -> Iterator[None]:
    """The system's request to end, as of `timeout`, a job scheduler or a terminal that closes, ends a command
    as Ctrl+C does: nothing half-written is left."""
    asked = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    # What is ignored, as under nohup, stays so.
    mine = [number for number in asked if signal.getsignal(number) is signal.SIG_DFL]
    if threading.current_thread() is not threading.main_thread():
        mine = []  # Python sets handlers there alone
    for number in mine:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number in mine:
            signal.signal(number, signal.SIG_DFL)


def write_no_more() -> None:
    """What standard output still holds is not tried again when Python ends."""
    with contextlib.suppress(OSError, ValueError):  # it is no file of the system's, or closed
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def told_as_bug(error: Exception) -> str:
    """One sentence about a fault of the program, whose traceback goes to the log."""
    import logging  # with its handlers it takes a tenth of the time in which `bioscan` starts

    from bioscan_desktop import logs

    ours = logging.getLogger(logs.ROOT)
    before, ours.propagate = ours.propagate, False  # not to standard error, where training logs to
    file = logs.start()
    if file is not None:
        logging.getLogger(f"{logs.ROOT}.cli").error("A command was ended by a fault", exc_info=error)
        logs.stop()
    ours.propagate = before
    what = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    place = f" with the end of {file}" if file is not None else ""
    return f"this is a fault of the program ({what}); please report it{place}."


def say(sentence: str) -> None:
    """One sentence on standard error."""
    sys.stderr.write(f"bioscan: {shown(sentence)}\n")


class ProgressLine:
    """One line on a terminal, drawn over the last one.

    Args:
        log_every_s: elsewhere, such as in the log of a night's run, a line is written this often; None
            writes none.
    """

    def __init__(self, log_every_s: float | None = None) -> None:
        self._terminal = sys.stderr.isatty()
        self._shown = False
        self._log_every_s = log_every_s
        self._logged = time.monotonic()

    def __enter__(self) -> ProgressLine:
        return self

    def show(self, progress: Progress) -> None:
        """Draws the state."""
        if self._terminal:
            sys.stderr.write(f"\r\x1b[2K{progress_text(progress)}")
            sys.stderr.flush()
            self._shown = True
        elif self._log_every_s is not None and time.monotonic() - self._logged >= self._log_every_s:
            self._logged = time.monotonic()
            say(progress_text(progress))

    def say(self, sentence: str) -> None:
        """A sentence above the line."""
        self.clear()
        say(sentence)

    def clear(self) -> None:
        """Takes the line away."""
        if self._shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
            self._shown = False

    def __exit__(self, *_: object) -> None:
        self.clear()


def progress_text(progress: Progress) -> str:
    """`1,234/10,000  12.3 a second, about 12 minutes left  IMG_1234`."""
    from bioscan_desktop.services.pace import duration_text

    share = f"{progress.done:,}/{progress.total:,}" if progress.total is not None else f"{progress.done:,}"
    rate, eta = getattr(progress, "rate", None), getattr(progress, "eta_s", None)
    pace = f"  {rate:.1f} a second" if rate else ""
    if rate and eta:
        pace += f", {duration_text(eta)} left"
    return f"{share}{pace}  {shown(progress.label)[:50]}"
