"""Outlines of land for the map of the page: writes static/land.js.

Usage: scripts/land.py land-110m.json, of the npm package world-atlas: Natural Earth's land at
1:110 million, which is in the public domain. Nothing is downloaded here.
"""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

STATIC = Path(__file__).parent.parent / "src" / "cloud_carbon_exporter" / "web" / "static"
TOLERANCE = 0.3  # degrees a line may be off by
SMALLEST = 1.5  # square degrees of an island that is drawn
SOUTHERNMOST = -60  # no cloud stands in Antarctica
PER_DEGREE = 10

Point = tuple[float, float]
Ring = Sequence[Point]


def arcs_of(topology: dict) -> list[list[Point]]:
    """Arcs in degrees; the file has them as differences of integers."""
    (scale_x, scale_y), (first_x, first_y) = (
        topology["transform"]["scale"],
        topology["transform"]["translate"],
    )
    arcs = []
    for steps in topology["arcs"]:
        x = y = 0
        points = []
        for step_x, step_y in steps:
            x, y = x + step_x, y + step_y
            points.append((x * scale_x + first_x, y * scale_y + first_y))
        arcs.append(points)
    return arcs


def rings(topology: dict) -> Iterator[list[Point]]:
    """Every ring of land, closed."""
    arcs = arcs_of(topology)
    for geometry in topology["objects"]["land"]["geometries"]:
        for polygon in geometry["arcs"]:
            for ring in polygon:
                points: list[Point] = []
                for arc in ring:
                    of_arc = arcs[arc] if arc >= 0 else arcs[~arc][::-1]
                    points += of_arc[1:] if points else of_arc
                yield points


def area(ring: Ring) -> float:
    """Square degrees."""
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(x * y2 - x2 * y for (x, y), (x2, y2) in pairs)) / 2


def off(point: Point, start: Point, end: Point) -> float:
    """Distance of a point from a line."""
    (x, y), (x1, y1), (x2, y2) = point, start, end
    length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
    if not length:
        return ((x - x1) ** 2 + (y - y1) ** 2) ** 0.5
    return abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length


def simpler(points: Ring) -> list[Point]:
    """The points a line needs, to be off by no more than the tolerance (Douglas, Peucker)."""
    if len(points) < 3:
        return list(points)
    farthest = max(range(1, len(points) - 1), key=lambda at: off(points[at], points[0], points[-1]))
    if off(points[farthest], points[0], points[-1]) <= TOLERANCE:
        return [points[0], points[-1]]
    return simpler(points[: farthest + 1])[:-1] + simpler(points[farthest:])


def halves(ring: Ring) -> list[list[Point]]:
    """What a ring is on either edge of the map, where it goes on at the other one: Chukotka."""
    pieces = [[ring[0]]]
    for before, point in itertools.pairwise(ring):
        if abs(point[0] - before[0]) > 180:
            pieces.append([])
        pieces[-1].append(point)
    if len(pieces) > 1 and pieces[0][0] == pieces[-1][-1]:
        pieces[0] = pieces.pop() + pieces[0][1:]
    return [[*piece, piece[0]] if piece[0] != piece[-1] else piece for piece in pieces]


def path(ring: Ring) -> str:
    """A ring as SVG, in tenths of degrees, south positive; steps, which are short."""
    at = [(round(x * PER_DEGREE), -round(y * PER_DEGREE)) for x, y in ring]
    text = f"M{at[0][0]},{at[0][1]}l"
    steps = []
    for (x, y), (x2, y2) in itertools.pairwise(at):
        steps.append(f"{x2 - x},{y2 - y}")
    return (text + " ".join(steps)).replace(",-", "-").replace(" -", "-") + "z"


def main() -> None:
    """Write the module."""
    topology = json.loads(Path(sys.argv[1]).read_text())
    pieces: list[list[Point]] = []
    for ring in rings(topology):
        if max(y for _, y in ring) > SOUTHERNMOST:
            pieces += halves(ring)
    kept = [path(simpler(piece)) for piece in pieces if area(piece) >= SMALLEST]
    module = (
        "// Land, in tenths of a degree: longitude to the right, latitude up is negative. Made by\n"
        "// scripts/land.py of Natural Earth's land at 1:110 million (public domain).\n\n"
        f'export const LAND = "{"".join(kept)}";\n'
    )
    (STATIC / "land.js").write_text(module)


if __name__ == "__main__":
    main()
