"""Line plots as SVG, with a logarithmic ordinate."""

import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 420, 70, 190, 40, 50
COLOURS = ("#1b6ca8", "#d1495b", "#2e8b57", "#edae49", "#6a4c93", "#00798c", "#8d5524", "#555555", "#e07be0", "#9acd32")


def ticks(low, high):
    """1, 2 and 5 times powers of ten within the range."""
    found = []
    for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1):
        found += [m * 10.0 ** power for m in (1, 2, 5) if low <= m * 10.0 ** power <= high]
    return found


def number(value):
    return f"{value:.10g}" if value >= 0.01 else f"{value:.2g}"


class Axes:
    """From data to the page; y is logarithmic where `log`."""

    def __init__(self, points, log):
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        self.log = log
        self.x0, self.x1 = min(xs), max(xs)
        self.y0, self.y1 = (min(ys) / 1.3, max(ys) * 1.3) if log else (min(ys) - 0.5, max(ys) + 0.5)
        if self.x0 == self.x1:
            self.x0, self.x1 = self.x0 - 1, self.x1 + 1

    def x(self, value):
        return LEFT + (value - self.x0) / (self.x1 - self.x0) * (WIDTH - LEFT - RIGHT)

    def y(self, value):
        scale = math.log if self.log else float
        part = (scale(value) - scale(self.y0)) / (scale(self.y1) - scale(self.y0))
        return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM)

    def y_ticks(self):
        if self.log:
            return ticks(self.y0, self.y1)
        step = 10.0 ** math.floor(math.log10(self.y1 - self.y0)) / 5
        first = math.ceil(self.y0 / step)
        return [step * i for i in range(first, math.floor(self.y1 / step) + 1)]


def text(x, y, content, anchor="start", fill="black"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}">{escape(content)}</text>'


def svg(title, x_label, y_label, series, log=True):
    """`series` maps names to lists of (x, y), y > 0 where the ordinate is logarithmic; empty ones are left out."""
    series = {name: sorted(points) for name, points in series.items() if points}
    axes = Axes([p for points in series.values() for p in points], log)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" '
           'font-size="12"><rect width="100%" height="100%" fill="white"/>',
           text(LEFT, 20, title),
           text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, x_label, "middle"), text(8, TOP - 6, y_label)]
    for tick in axes.y_ticks():
        y = axes.y(tick)
        out.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        out.append(text(LEFT - 6, y + 4, number(tick), "end"))
    last = -math.inf
    for tick in sorted({round(p[0], 2) for points in series.values() for p in points}):
        if axes.x(tick) < last + 24:
            continue
        last = axes.x(tick)
        out.append(text(axes.x(tick), HEIGHT - BOTTOM + 18, number(tick), "middle"))
    for i, (name, points) in enumerate(series.items()):
        colour = COLOURS[i % len(COLOURS)]
        path = " ".join(f"{axes.x(x):.1f},{axes.y(y):.1f}" for x, y in points)
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [f'<circle cx="{axes.x(x):.1f}" cy="{axes.y(y):.1f}" r="3" fill="{colour}"/>' for x, y in points]
        out.append(text(WIDTH - RIGHT + 14, TOP + 16 * i + 10, name, fill=colour))
    return "\n".join(out) + "\n</svg>\n"
