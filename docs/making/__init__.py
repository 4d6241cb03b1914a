"""What the site is made by: Sphinx extensions, a file for each kind of page or part of a page."""
