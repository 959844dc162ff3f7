"""Draw the ratios of each row with their intervals and marks, as SVG; run by the peers' interpreter.

``python plots.py RESULTS.json FOLDER``
"""

import json
import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plt

#: Text stays text, and the same figures give the same file.
mpl.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "genwidget", "font.family": "sans-serif", "font.size": 9}
COLOURS = {"met": "#1a7f37", "stated": "#57606a", "within the noise": "#9a6700", "missed": "#cf222e"}


def draw(row, path):
    """Draw one row; return whether it has a ratio."""
    shown = [one for one in row["verdicts"] if one["against"] and one["value"] is not None]
    if not shown:
        return
    figure, axes = plt.subplots(figsize=(8, 0.6 + 0.34 * len(shown)), layout="constrained")
    for place, one in enumerate(reversed(shown)):
        colour = COLOURS[one["word"]]
        axes.plot([one["low"], one["high"]], [place, place], color=colour, linewidth=2, solid_capstyle="butt")
        axes.plot([one["value"]], [place], "o", color=colour, markersize=5)
        mark = one["most"] if one["most"] is not None else one["least"]
        if mark is not None:
            axes.plot([mark, mark], [place - 0.35, place + 0.35], color="#24292f", linewidth=1)
    axes.axvline(1, color="#d0d7de", linewidth=1, zorder=0)
    axes.set_yticks(range(len(shown)), [f"{one['ours']} / {one['against']}" for one in reversed(shown)])
    values = [one[name] for one in shown for name in ("low", "high")]
    if min(values) > 0 and max(values) / min(values) > 8:
        axes.set_xscale("log")
    axes.set_xlabel("ratio, its 95 % interval, and its mark")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def main(results, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.svg"):
        old.unlink()
    for row in json.loads(results.read_text(encoding="utf-8"))["rows"]:
        draw(row, folder / f"{row['name']}.svg")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
