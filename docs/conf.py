"""Sphinx settings; pages that follow from the code are written here at each build."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "src")]

import generate  # noqa: E402

import pinprick  # noqa: E402

project = "Pinprick"
author = "The Pinprick founders"
project_copyright = author
version = release = pinprick.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "jupyter_execute", ".gitignore"]
templates_path: list[str] = []

myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "off"

autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_class_signature = "mixed"
autodoc_default_options = {"exclude-members": "model_config, model_post_init"}
napoleon_google_docstring = True
napoleon_numpy_docstring = False

html_theme = "pydata_sphinx_theme"
html_title = "Pinprick"
html_static_path = ["_static"]
html_css_files = ["pinprick.css"]
html_math_renderer = "mathml"
html_theme_options = {
    "show_prev_next": False,
    "navigation_with_keys": False,
    # The generated pages hold wide tables, so only the written ones list their headings.
    "secondary_sidebar_items": {
        page.stem: ["page-toc"] for page in HERE.glob("*.md") if page.stem != "index"
    },
    "navbar_persistent": ["search-button"],
    "header_links_before_dropdown": 6,
}
html_sidebars = {"**": []}
html_show_sourcelink = False


def inline_math(self: Any, node: nodes.math) -> None:
    """Write a formula as MathML: browsers draw it without a script and without a network."""
    self.body.append(tex2mathml(node.astext()))
    raise nodes.SkipNode


def block_math(self: Any, node: nodes.math_block) -> None:
    """Write a formula on a line of its own."""
    self.body.append(f'<div class="math">{tex2mathml(node.astext(), as_block=True)}</div>')
    raise nodes.SkipNode


def setup(app: Any) -> None:
    """Write the generated pages and register the formula writer."""
    generate.write(HERE / "_generated")
    app.add_html_math_renderer("mathml", (inline_math, None), (block_math, None))
