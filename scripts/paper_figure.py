#!/usr/bin/env python3
"""Draws curves of the mean test error over a swept param, with bands of the 95% intervals of the means, as an SVG.

Run: paper_figure.py --key NAME STUDY... > FIGURE.svg

Studies are folders of `mmc sweep` and `mmc compare` with trials.jsonl. A combine that the param does not change, trained by
`mmc compare`, is a horizontal line. Intervals are those of Student's t over seeds.
"""

import argparse

from fusion_table import interval, read

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 400, 64, 112, 16, 48
COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"]


def curves(methods, key):
    """By combine the points (value, mean, half width), the value None without the param; errors in percent."""
    result = {}
    for trials in methods.values():
        first = next(iter(trials.values()))
        value = first["params"].get(key)
        mean, width = interval([100 * trial["test"]["error"] for trial in trials.values()])
        result.setdefault(first["combine"], []).append((None if value is None else float(value), mean, width or 0.0))
    return {name: sorted(points, key=lambda point: point[0] or 0.0) for name, points in result.items()}


def ticks(low, high, count=6):
    """About `count` round values from low to high."""
    size = 10.0 ** -4
    while (high - low) / size > count:
        size *= 2.5 if f"{size:e}"[0] == "2" else 2
    first = -int(-low // size)
    return [n * size for n in range(first, int(high // size) + 1)]


def draw(lines, key):
    """The SVG's lines."""
    values = [value for points in lines.values() for value, _, _ in points if value is not None]
    lows = [mean - width for points in lines.values() for _, mean, width in points]
    highs = [mean + width for points in lines.values() for _, mean, width in points]
    margin = 0.05 * (max(highs) - min(lows)) or 1.0
    bottom, top = min(lows) - margin, max(highs) + margin

    def x(value):
        return LEFT + (value - min(values)) / ((max(values) - min(values)) or 1) * (WIDTH - LEFT - RIGHT)

    def y(error):
        return TOP + (top - error) / (top - bottom) * (HEIGHT - TOP - BOTTOM)

    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">'
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>'
    for error in ticks(bottom, top):
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(error):.1f}" y2="{y(error):.1f}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 6}" y="{y(error) + 4:.1f}" text-anchor="end">{error:.4g}</text>'
    for value in sorted(set(values)):
        yield f'<text x="{x(value):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{value:g}</text>'
    yield f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">{key}</text>'
    yield f'<text transform="translate(16 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">test error %</text>'
    names = []
    for (name, points), color in zip(lines.items(), COLORS * len(lines)):
        if points[0][0] is None:
            points = [(value, points[0][1], points[0][2]) for value in (min(values), max(values))]
        upper = [f"{x(value):.1f},{y(mean + width):.1f}" for value, mean, width in points]
        lower = [f"{x(value):.1f},{y(mean - width):.1f}" for value, mean, width in reversed(points)]
        middle = [f"{x(value):.1f},{y(mean):.1f}" for value, mean, _ in points]
        yield f'<polygon points="{" ".join(upper + lower)}" fill="{color}" fill-opacity="0.15"/>'
        yield f'<polyline points="{" ".join(middle)}" fill="none" stroke="{color}" stroke-width="2"/>'
        names.append((y(points[-1][1]), name, color))
    # Names at the right ends of the curves, moved apart where they would overlap.
    at = -14.0
    for place, name, color in sorted(names):
        at = max(place, at + 14)
        yield f'<text x="{WIDTH - RIGHT + 8}" y="{at + 4:.1f}" fill="{color}">{name}</text>'
    yield "</svg>"


def main():
    parser = argparse.ArgumentParser(description="Draws curves of the test error over a swept param.")
    parser.add_argument("studies", nargs="+", metavar="STUDY")
    parser.add_argument("--key", required=True, metavar="NAME")
    options = parser.parse_args()
    print("\n".join(draw(curves(read(options.studies, options.key), options.key), options.key)))


if __name__ == "__main__":
    main()
