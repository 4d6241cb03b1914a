"""Text for people: numbers with their units (`numbers.py`), functions written as text (`code.py`), a bar (`bar.py`)."""
