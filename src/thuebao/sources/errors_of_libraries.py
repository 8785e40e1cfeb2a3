"""Turns what a library raises, panics of Rust included, into errors of ours.

Readers name the errors that they foresee (`refusing`). Whatever else a file makes them or a library raise is that
file's damage (`guarded`), at the door of this room alone: nothing that is raised elsewhere is taken for damage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from thuebao.base.errors import InputError, ThuebaoError, is_panic, place_of


@contextmanager
def refusing(kinds: tuple[type[Exception], ...], refusal: Callable[[BaseException], InputError]) -> Iterator[None]:
    """Raise `refusal` of an error of these kinds, or of a panic, in its place."""
    try:
        yield
    except kinds as error:
        raise refusal(error) from None
    except BaseException as error:
        if not is_panic(error):
            raise
        raise refusal(error) from None


@contextmanager
def guarded(path: str) -> Iterator[None]:
    """Raise InputError about the file at `path` in place of whatever was not foreseen; it carries its cause.

    In a generator it guards what the generator does, not what is done with what it yields.
    """
    try:
        yield
    except ThuebaoError:
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and not is_panic(error):
            raise  # someone wants the process to end
        raise damage(path, error) from error


def damage(path: str, error: BaseException) -> InputError:
    """Return the error for a file in which something happened that nobody has foreseen."""
    if isinstance(error, OSError) and error.errno:
        return InputError("file_unreadable", path=path, reason=error.strerror or type(error).__name__)
    return InputError("file_damaged", path=path, kind=type(error).__name__, where=place_of(error))
