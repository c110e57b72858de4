"""The empty figure that all drawings start from, and what they draw alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LAYER_COLOURS = ("#a58f78", "#dcc3a8", "#f3e3d6", "#f8efe8", "#fbf4d8")


def sheet(width: float, height: float) -> Figure:
    """An empty figure in inches that no window knows of.

    >>> sheet(5.0, 2.0).get_size_inches().tolist()
    [5.0, 2.0]
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=150, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def blank(words: str) -> Figure:
    """A small figure that says why nothing is drawn.

    >>> [text.get_text() for text in blank("no outcome is forecast").texts]
    ['no outcome is forecast']
    """
    figure = sheet(5.4, 1.6)
    figure.text(0.5, 0.5, words, ha="center", wrap=True)
    return figure


def key(figure: Figure, *, ncols: int = 2, title: str | None = None) -> None:
    """One key for all panels, below them, with each name once.

    >>> figure = sheet(5.0, 2.0)
    >>> for axes in figure.subplots(1, 2):
    ...     _ = axes.plot([0, 1], label="treated")
    >>> key(figure)
    >>> [text.get_text() for text in figure.legends[0].get_texts()]
    ['treated']
    """
    names: dict[str, Artist] = {}
    for axes in figure.axes:
        for handle, name in zip(*axes.get_legend_handles_labels(), strict=True):
            names.setdefault(name, handle)
    figure.legend(
        list(names.values()), list(names), loc="outside lower center", ncols=ncols, fontsize=8,
        frameon=False, title=title, title_fontsize=8,
    )  # fmt: skip


def tidy(axes: Axes) -> None:
    """Drop the box, keep a faint grid.

    >>> axes = sheet(5.0, 2.0).add_subplot()
    >>> tidy(axes)
    >>> [side for side, spine in axes.spines.items() if spine.get_visible()]
    ['left', 'bottom']
    """
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25, linewidth=0.6)
