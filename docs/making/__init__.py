"""What the site is made by. A file with a `setup` is an extension of Sphinx; the others help them.

- lessons and exercises: `lesson_pages.py`, `lesson_cards.py`, `exercise_pages.py`; `code_links.py` from code to the
  reference, `fold.py` what a click opens
- their pictures: `pictures.py`, drawn light and `dark.py`; `films.py` the animations, `formulas.py`
- the reference: `docstrings.py` reads, `rendering.py` shows; `public.py` knows every name, `pages.py` where it stands,
  `signatures.py`, `uses.py` the lessons that use it, `tables.py`; `reference.py` has the directives; `glossary.py`
- the simulator's manual: `manual.py`, `words.py`, `language.py`, `predictions.py`; `programs.py` runs what they show
- what was measured: `ladders.py`, `climb.py` the picture, `climbs.py` the numbers; `measured.py` on GPUs, `excerpts.py`
- to touch: `explorers.py`, and what each shows without a script: `explorer_broadcasting.py`, `explorer_einsum.py`,
  `explorer_mean_shift.py`, `explorer_memory.py`
- single pages: `front.py`, `evening.py`, `rooms.py`, `backends.py`, `command_line.py`
- for all of them: `run.py` code that is run, `pieces.py`, `links.py`, `wide_tables.py`; `headings.py` mends the theme
"""
