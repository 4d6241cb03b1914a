"""``python -m minitensor``: the command line."""

import sys

from minitensor.command.line import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
