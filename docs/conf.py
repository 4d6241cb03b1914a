"""The lessons as pages: ``pip install -e ".[docs]"``, then ``sphinx-build -W docs docs/build``."""

import sys
from pathlib import Path

import minitensor

sys.path.insert(0, str(Path(__file__).parent))  # where measured.py is

project = "minitensor"
author = copyright = "the minitensor authors"
release = minitensor.__version__
extensions = ["sphinx_gallery.gen_gallery", "measured"]
exclude_patterns = ["build", "sg_execution_times.rst", "lessons/sg_execution_times.rst"]
html_theme = "alabaster"
html_theme_options = {"page_width": "1180px", "sidebar_width": "240px"}
sphinx_gallery_conf = {
    "examples_dirs": "../lessons",
    "gallery_dirs": "lessons",
    "filename_pattern": r"/\d\d_",
    "within_subsection_order": "FileNameSortKey",
    "matplotlib_animations": True,
    "download_all_examples": False,
    "show_memory": False,
    "min_reported_time": 1e9,  # pages that are the same on every run show no times
    "remove_config_comments": True,
    "reset_modules": (),  # pictures keep the style that minitensor.plot sets once, when it is imported
    "ignore_repr_types": r"matplotlib\.figure",  # a picture is shown, not its name
}
