"""How the documentation is built: Sphinx, MyST and Furo. ``make docs`` turns every warning into an error."""

from __future__ import annotations

import sys
from importlib.metadata import version as version_of
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import generated_pages  # noqa: E402 (found only once this folder is on the path)

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "Orchard Bot"
author = "The Orchard Bot authors"
project_copyright = author
version = release = version_of("orchard-bot")
language = "en-GB"

extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 4
exclude_patterns = ["_generated", "decisions/template.md"]
nitpicky = True

html_theme = "furo"
html_title = project
html_copy_source = False
html_show_sphinx = False


def _write_generated_pages(_app: Sphinx) -> None:
    """Before any page is read: the parts of the reference that come from the code's own data."""
    folder = HERE / "_generated"
    folder.mkdir(exist_ok=True)
    for name, make in generated_pages.PAGES.items():
        page, text = folder / f"{name}.md", make()
        # Left alone when nothing has changed, so that Sphinx need not read it again.
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Sphinx calls this first."""
    app.connect("builder-inited", _write_generated_pages)
