"""The static site of the pages in this folder (`make site`).

The pages are plain Markdown that also reads well in a repository's browser. Nothing of the site is
loaded from elsewhere, and every link between pages and into the API is checked.
"""

from auva.version import VERSION

project = "auva"
release = version = VERSION
copyright = "the authors of auva"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["screenshots.py"]
myst_heading_anchors = 3
suppress_warnings = ["myst.header"]  # pages included in others begin at a lower level

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings give types, shapes and units
default_role = "code"
napoleon_google_docstring = False

html_theme = "furo"
html_title = "auva"
html_show_copyright = False
html_static_path = ["static"]
html_css_files = ["site.css"]
