"""The command line, ``minitensor tour`` and the others: `line.py` reads what was typed, a file a command does it."""
