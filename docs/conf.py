"""The site: ``pip install -e ".[docs]"``, then ``sphinx-build -W docs docs/build``.

``LESSONS='0[13]_' sphinx-build ...`` executes lessons 1 and 3 alone: for who writes one.
"""

import logging
import os
import sys
from pathlib import Path

import minitensor

sys.path.insert(0, str(Path(__file__).parent))  # where making/ is, what this site is made by
MAKING = sorted(Path(__file__).parent.glob("making/*.py"))  # those with a setup are extensions, the others help them

logging.getLogger("matplotlib").setLevel(logging.WARNING)  # the styles of code show everybody's log

project = "minitensor"
author = copyright = "the minitensor authors"
release = minitensor.__version__
extensions = [
    "myst_parser",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
    "sphinx.ext.viewcode",
    *(f"making.{path.stem}" for path in MAKING if "\ndef setup(" in path.read_text(encoding="utf-8")),
]
exclude_patterns = ["build", "**/sg_execution_times.rst", "sg_execution_times.rst"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "attrs_inline", "attrs_block"]
myst_heading_anchors = 3
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
html_theme = "furo"
html_title = "minitensor"
html_favicon = "static/icon.svg"
templates_path = ["templates"]
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_search_scorer = str(Path(__file__).parent / "static/scorer.js")
html_show_sourcelink = False
html_copy_source = False
pygments_style, pygments_dark_style = "a11y-high-contrast-light", "a11y-high-contrast-dark"
# Exercises, solutions and wrong answers have the same names; sphinx-gallery sees them, and makes no pages of them.
suppress_warnings = ["sphinx_gallery.duplicate_filename"]
os.environ["COLUMNS"] = "88"  # what is printed is as wide as the code, on whatever terminal the site is made
os.environ["DASK_LOGGING__DISTRIBUTED"] = "error"  # lesson 15 starts a cluster, which tells where it listens
sphinx_gallery_conf = {
    "examples_dirs": "../lessons",
    "gallery_dirs": "lessons",
    "filename_pattern": os.environ.get("LESSONS") or r"/\d\d_",
    "ignore_pattern": r"/(exercises|solutions|wrong|pages)/",
    "image_scrapers": ("making.pictures.scraper",),
    "nested_sections": False,
    "within_subsection_order": "FileNameSortKey",
    "download_all_examples": False,
    "notebook_extensions": set(),  # making/lesson_pages.py writes ours, which installs what it needs
    "css": (),  # static/lessons.css is ours
    "show_signature": False,
    "show_memory": False,
    "write_computation_times": False,
    "min_reported_time": 1e9,  # pages that are the same on every run show no times
    "remove_config_comments": True,
    "reset_modules": (),  # pictures keep the style that minitensor.plot sets once, when it is imported
    "ignore_repr_types": r"matplotlib\.figure",  # a picture is shown, not its name
}
