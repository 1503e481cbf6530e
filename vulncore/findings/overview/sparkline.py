"""A word-sized line of monthly counts, as inline SVG."""

from collections.abc import Sequence

WIDTH, HEIGHT, EDGE = 96, 26, 3


def sparkline(counts: Sequence[int | None]) -> str:
    """Return monthly counts as an SVG line from zero up, broken where a month is missing.

    It is hidden from screen readers: the table beside it says the same in figures.

    Args:
        counts: One count a month, oldest first; None for a month that was not delivered.
    """
    known = [count for count in counts if count is not None]
    if not known:
        return ""
    step = (WIDTH - 2 * EDGE) / max(len(counts) - 1, 1)
    scale = (HEIGHT - 2 * EDGE) / max(*known, 1)
    points = [
        None if count is None else (EDGE + index * step, HEIGHT - EDGE - count * scale)
        for index, count in enumerate(counts)
    ]
    end = points[-1]
    dot = "" if end is None else f'<circle cx="{end[0]:.1f}" cy="{end[1]:.1f}" r="2.2"/>'
    return (
        f'<svg class="spark" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'aria-hidden="true" focusable="false"><path d="{_path(points)}"/>{dot}</svg>'
    )


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    commands, pen_down = [], False
    for point in points:
        if point is not None:
            commands.append(f"{'L' if pen_down else 'M'}{point[0]:.1f} {point[1]:.1f}")
        pen_down = point is not None
    return "".join(commands)
