"""Turns what a library raises, panics of Rust included, into errors of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from thuebao.base.errors import InputError


@contextmanager
def refusing(kinds: tuple[type[Exception], ...], refusal: Callable[[BaseException], InputError]) -> Iterator[None]:
    """Raise `refusal` of an error of these kinds, or of a panic, in its place."""
    try:
        yield
    except kinds as error:
        raise refusal(error) from None
    except BaseException as error:
        # A panic is no Exception, and each library has a class of its own for it, which not all let import.
        if type(error).__name__ != "PanicException":
            raise
        raise refusal(error) from None
