"""Grading a class: each pupil's programs run in a process that judges nothing, and are judged in the teacher's.

- `grading.py` starts that process for a pupil's folder, and judges what it sends by our own solutions
- `folders.py` finds the pupils' folders, and the exercises in each
- `bodies.py` takes the named functions, and what these name in turn, from a pupil's file
- `pupil.py` is the process, which runs them under the `guard.py`; `plain.py` is how results are sent, as plain data
"""
