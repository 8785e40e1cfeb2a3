"""A process of its own that reads shares of exports for an audit: what it is sent and answers goes over its pipes."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from thuebao.base.messages import Language, use_language
from thuebao.engine.keeping import Keeping, Wish
from thuebao.engine.options import AuditOptions
from thuebao.engine.prepare import prepare
from thuebao.engine.shares.share import Share, ShareRead, read_share
from thuebao.rulebook.book import Rulebook


@dataclass(frozen=True)
class Order:
    """What a process is to do for its audit. folder: its own, for what has to lie on disk."""

    language: Language
    options: AuditOptions
    rulebook: Rulebook
    folder: Path
    wish: Wish


def serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """Answer each share with what it says (ShareRead), None where it cannot be read alone, until there is none more."""
    order: Order = pickle.load(asked)
    use_language(order.language)
    prepared = prepare(order.options, order.rulebook)
    gc.enable()  # what was loaded lives to the end, and nothing of it was waste
    keeping = Keeping.of(prepared, order.folder, order.wish, named=True)
    while True:
        try:
            share: Share = pickle.load(asked)
        except EOFError:
            return
        read: ShareRead | None
        try:
            read = read_share(share, keeping, order.folder)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt | SystemExit):
                raise
            keeping.take_back(0)
            read = None
        pickle.dump(read, answers, protocol=pickle.HIGHEST_PROTOCOL)
        answers.flush()


def main() -> None:
    """Serve over standard input and output, until either is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the audit is told, and ends this process
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what a library prints is no answer
    try:
        serve(sys.stdin.buffer, answers)
    except (BrokenPipeError, EOFError, pickle.UnpicklingError):
        sys.exit(1)
