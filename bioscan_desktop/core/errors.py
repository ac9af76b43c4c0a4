"""Errors that are told to the user in one sentence, apart from bugs, which leave a traceback.

A `BioscanError` carries a short machine-readable `code` and a `message` that a recorder in the
field can act on. Anything else that escapes is a bug and must not be dressed up as one of these.
"""

from __future__ import annotations


class BioscanError(Exception):
    """A known, explainable failure.

    Attributes:
        code: short identifier in snake_case, stable for scripts.
        message: one sentence that says what happened and what to do.
    """

    code = "error"

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class InputError(BioscanError):
    """One photo or barcode cannot be used; the other items of the batch are unharmed."""

    code = "bad_input"


class PhotoError(InputError):
    """A photo cannot be read."""

    code = "unreadable_photo"


class BarcodeError(InputError):
    """A sequence is not a usable barcode."""

    code = "bad_barcode"


class PackError(BioscanError):
    """A model or library pack cannot be used."""

    code = "bad_pack"


class SessionError(BioscanError):
    """A session file cannot be opened, read or written."""

    code = "session"


class ArgumentError(BioscanError):
    """The command or its arguments make no sense."""

    code = "bad_argument"


class Cancelled(Exception):  # noqa: N818 - it is a signal, not an error
    """The user stopped the job. Results so far are kept."""


def reason(error: Exception) -> str:
    """Why a file cannot be used, in a few words: without the number and the path that the system adds."""
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
