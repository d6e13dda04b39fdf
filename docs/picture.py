#!/usr/bin/env python3
"""Draws what a terminal shows as an SVG: tmux capture-pane -e -p | docs/picture.py > docs/run.svg

Several captures, one file each, become windows below each other: docs/picture.py list.txt plan.txt > docs/watch.svg
Knows the styles that samocode uses: bold, dim, italic, underlined, reversed, and the sixteen colours. Needs nothing but
Python.
"""

import html
import re
import sys
import unicodedata

WIDTH, LINE, TOP, SIDE, GAP = 8.4, 19, 44, 18, 16
BACK, BAR, TEXT = "#16181d", "#22252c", "#d6d9e0"
COLOURS = {
    30: "#3b404c", 31: "#f0717d", 32: "#8fc77c", 33: "#e8c46b", 34: "#6fb1f0", 35: "#cf8be0", 36: "#5cc3c9", 37: TEXT,
    90: "#868d9c", 91: "#f58f98", 92: "#a8d998", 93: "#f2d68c", 94: "#93c6f5", 95: "#dda9ea", 96: "#84d8dd", 97: "#ffffff",
}


STYLE = r"(\x1b\[[0-9;]*m)"


def cells(text):
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


PLAIN = dict(colour=TEXT, bold=False, dim=False, italic=False, underlined=False, reversed=False)
ON = {1: "bold", 2: "dim", 3: "italic", 4: "underlined", 7: "reversed"}
OFF = {22: ("bold", "dim"), 23: ("italic",), 24: ("underlined",), 27: ("reversed",)}


def styled(style, codes):
    """The style after some codes."""
    codes = iter(codes)
    for code in codes:
        if code == 0:
            style = PLAIN
        elif code in ON:
            style = style | {ON[code]: True}
        elif code in OFF:
            style = style | {name: False for name in OFF[code]}
        elif code == 38:
            # `38;5;N`: one of the sixteen, by its number.
            next(codes, None)
            number = next(codes, 0)
            style = style | {"colour": COLOURS.get(30 + number if number < 8 else 82 + number, TEXT)}
        elif code in (39, *COLOURS):
            style = style | {"colour": COLOURS.get(code, TEXT)}
    return style


def pieces(lines):
    """Splits each line into texts with their styles. A style that is not ended goes on in the next line."""
    style = PLAIN
    for line in lines:
        split = []
        for part in re.split(STYLE, line):
            if re.fullmatch(STYLE, part):
                style = styled(style, [int(number or 0) for number in part[2:-1].split(";")])
            elif part:
                split.append((part, style))
        yield split


def text_svg(text, style, x, y):
    """One piece; the length is given, so that columns stay in line with whatever font there is."""
    wide = cells(text) * WIDTH
    colour = style["colour"]
    if style["reversed"]:
        yield f'<rect x="{x:.1f}" y="{y - 14}" width="{wide:.1f}" height="{LINE}" fill="{colour}"/>'
        colour = BACK
    if not text.strip():
        return
    # Space around a piece is not drawn, so that the length fits what is.
    begin = x + (cells(text) - cells(text.lstrip(" "))) * WIDTH
    words = text.strip(" ")
    shown = f' fill="{colour}"'
    shown += ' font-weight="700"' if style["bold"] else ""
    shown += ' font-style="italic"' if style["italic"] else ""
    shown += ' text-decoration="underline"' if style["underlined"] else ""
    shown += ' opacity=".6"' if style["dim"] else ""
    place = f'x="{begin:.1f}" y="{y}" textLength="{cells(words) * WIDTH:.1f}"'
    yield f"<text {place}{shown}>{html.escape(words, quote=False)}</text>"


def window(lines, top, width):
    """One terminal, and where the next may begin."""
    height = len(lines) * LINE + TOP + SIDE
    yield f'<rect y="{top}" width="{width}" height="{height}" rx="9" fill="{BACK}"/>'
    yield f'<path d="M0 {top + 30}V{top + 9}a9 9 0 0 1 9-9h{width - 18}a9 9 0 0 1 9 9v21z" fill="{BAR}"/>'
    for place, colour in enumerate(("#f0717d", "#e8c46b", "#8fc77c")):
        yield f'<circle cx="{20 + 19 * place}" cy="{top + 15}" r="5.5" fill="{colour}"/>'
    for row, split in enumerate(pieces(lines)):
        column = 0
        for text, style in split:
            yield from text_svg(text, style, SIDE + column * WIDTH, top + TOP + row * LINE + 12)
            column += cells(text)


def main():
    files = [open(name, encoding="utf-8") for name in sys.argv[1:]] or [sys.stdin]
    windows = [file.read().rstrip("\n").split("\n") for file in files]
    columns = max(cells(re.sub(STYLE, "", line)) for lines in windows for line in lines)
    width = round(columns * WIDTH + 2 * SIDE)
    drawn, top = [], 0
    for lines in windows:
        drawn.extend(window(lines, top, width))
        top += len(lines) * LINE + TOP + SIDE + GAP
    height = top - GAP
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">')
    print("<title>A session of samocode in a terminal</title>")
    print('<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,DejaVu Sans Mono,monospace" font-size="14" xml:space="preserve">')
    print("\n".join(drawn))
    print("</g></svg>")


if __name__ == "__main__":
    main()
