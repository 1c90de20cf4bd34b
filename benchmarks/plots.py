"""Line charts on logarithmic axes, as small SVG files written by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from pathlib import Path

Points = Sequence[tuple[float, float]]

WIDTH, HEIGHT = 560, 320
LEFT, RIGHT, TOP, BOTTOM = 64, 118, 44, 46
COLOURS = ("#0b6bcb", "#c4500c", "#5a6b7b", "#2e8540")


def short(value: float) -> str:
    """A number of an axis: 1, 20, 3k, 4M."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


class Axis:
    """A logarithmic axis from ``low`` to ``high`` on pixels from ``begin`` to ``end``."""

    def __init__(self, values: Sequence[float], begin: float, end: float) -> None:
        low, high = min(values), max(values)
        self._low = math.log10(low) - 0.05
        self._high = max(math.log10(high) + 0.05, self._low + 0.5)
        self._begin, self._end = begin, end

    def __call__(self, value: float) -> float:
        """The pixel of a value."""
        return self._begin + (math.log10(value) - self._low) / (self._high - self._low) * (self._end - self._begin)

    @property
    def ticks(self) -> list[float]:
        """Powers of ten, and where these are few, 2 and 5 between them."""
        powers = range(math.floor(self._low), math.ceil(self._high) + 1)
        steps = (1, 2, 5) if self._high - self._low < 2.2 else (1,)
        found = [step * 10.0**power for power in powers for step in steps]
        return [value for value in found if self._low <= math.log10(value) <= self._high]


def line_chart(title: str, x_title: str, y_title: str, series: dict[str, Points]) -> str:
    """The SVG text of one chart; each line is named at its right end."""
    shown = {name: [(x, y) for x, y in points if x > 0 and y > 0] for name, points in series.items()}
    across = Axis([x for points in shown.values() for x, _ in points], LEFT, WIDTH - RIGHT)
    up = Axis([y for points in shown.values() for _, y in points], HEIGHT - BOTTOM, TOP)
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="system-ui, sans-serif" font-size="11" fill="#333">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="6" fill="#fff"/>',
        f'<text x="{LEFT}" y="20" font-size="14" font-weight="600">{escape(title)}</text>',
        f'<text x="{LEFT}" y="36" fill="#667">{escape(y_title)}</text>',
        f'<text x="{middle}" y="{HEIGHT - 10}" text-anchor="middle" fill="#667">{escape(x_title)}</text>',
    ]
    for tick in up.ticks:
        y = up(tick)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#e6e9ed"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{short(tick)}</text>')
    for tick in across.ticks:
        x = across(tick)
        parts.append(f'<path d="M{x:.1f} {HEIGHT - BOTTOM}v4" stroke="#99a"/>')
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 17}" text-anchor="middle">{short(tick)}</text>')
    parts.append(f'<path d="M{LEFT} {HEIGHT - BOTTOM}H{WIDTH - RIGHT}" stroke="#99a"/>')
    parts += _lines(shown, across, up)
    return "\n".join([*parts, "</svg>", ""])


def _lines(shown: dict[str, list[tuple[float, float]]], across: Axis, up: Axis) -> list[str]:
    parts: list[str] = []
    labels = _apart({name: up(points[-1][1]) + 4 for name, points in shown.items() if points})
    for (name, points), colour in zip(shown.items(), COLOURS * len(shown), strict=False):
        if not points:
            continue
        path = "L".join(f"{across(x):.1f} {up(y):.1f}" for x, y in points)
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-linejoin="round"/>')
        parts += [f'<circle cx="{across(x):.1f}" cy="{up(y):.1f}" r="2.6" fill="{colour}"/>' for x, y in points]
        parts.append(
            f'<text x="{across(points[-1][0]) + 8:.1f}" y="{labels[name]:.1f}" fill="{colour}">{escape(name)}</text>'
        )
    return parts


def _apart(places: dict[str, float], least: float = 14) -> dict[str, float]:
    """The heights of labels, moved down where they would cover each other."""
    found: dict[str, float] = {}
    last = -math.inf
    for name, place in sorted(places.items(), key=lambda item: item[1]):
        last = found[name] = max(place, last + least)
    return found


def write_chart(path: Path, title: str, x_title: str, y_title: str, series: dict[str, Points]) -> None:
    """Write one chart."""
    path.write_text(line_chart(title, x_title, y_title, series))
