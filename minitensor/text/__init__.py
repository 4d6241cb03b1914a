"""Text for people: numbers with their units (`numbers.py`), functions written as text (`code.py`), a bar (`bar.py`),
the line that installs what is missing (`hints.py`).

`files.py` puts what a program writes, text or not, into its place whole or not at all.
"""
