"""What is said of a wrong answer, in at most a dozen lines: the fault first, and one next step.

- `saying.py` begins: what is wrong with a result; `shown.py` writes calls and values, expected above yours
- `relations.py` tells how wrong numbers relate to the right ones, `patterns.py` where they are wrong
- `blaming.py` finds the wrong answer that is known and gives the same
- of a kernel's fault: `faults.py`, with `indices_outside.py`, `never_written.py` and `two_threads.py`; `looking.py`
  looks at the launch once more, `touched.py` draws who touches what
"""
