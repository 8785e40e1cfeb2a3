"""The command `thuebao`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; its version without loading anything else."""
    if sys.argv[1:] == ["--version"]:
        from thuebao import __version__

        print(f"thuebao {__version__}")
        return
    from thuebao.cli import run

    run(sys.argv[1:])


if __name__ == "__main__":
    main()
