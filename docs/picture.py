#!/usr/bin/env python3
"""Draws what a terminal shows as an SVG: tmux capture-pane -e -p | docs/picture.py > docs/run.svg

Knows the styles that samocode uses: bold, dim, and the sixteen colours. Needs nothing but Python.
"""

import html
import re
import sys
import unicodedata

WIDTH, LINE, TOP, SIDE = 8.4, 19, 44, 18
BACK, BAR, TEXT = "#16181d", "#22252c", "#d6d9e0"
COLOURS = {
    30: "#3b404c", 31: "#f0717d", 32: "#8fc77c", 33: "#e8c46b", 34: "#6fb1f0", 35: "#cf8be0", 36: "#5cc3c9", 37: TEXT,
    90: "#868d9c", 91: "#f58f98", 92: "#a8d998", 93: "#f2d68c", 94: "#93c6f5", 95: "#dda9ea", 96: "#84d8dd", 97: "#ffffff",
}


STYLE = r"(\x1b\[[0-9;]*m)"


def cells(text):
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def pieces(lines):
    """Splits each line into (text, colour, bold, dim). A style that is not ended goes on in the next line."""
    colour, bold, dim = TEXT, False, False
    for line in lines:
        split = []
        for part in re.split(STYLE, line):
            if not re.fullmatch(STYLE, part):
                split.append((part, colour, bold, dim))
                continue
            for code in (int(number or 0) for number in part[2:-1].split(";")):
                if code == 0:
                    colour, bold, dim = TEXT, False, False
                elif code in (1, 2):
                    bold, dim = bold or code == 1, dim or code == 2
                elif code == 22:
                    bold = dim = False
                elif code == 39:
                    colour = TEXT
                else:
                    colour = COLOURS.get(code, colour)
        yield split


def main():
    lines = sys.stdin.read().rstrip("\n").split("\n")
    columns = max(cells(re.sub(STYLE, "", line)) for line in lines)
    width, height = round(columns * WIDTH + 2 * SIDE), len(lines) * LINE + TOP + SIDE
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">')
    print("<title>A session of samocode in a terminal</title>")
    print(f'<rect width="{width}" height="{height}" rx="9" fill="{BACK}"/>')
    print(f'<path d="M0 30V9a9 9 0 0 1 9-9h{width - 18}a9 9 0 0 1 9 9v21z" fill="{BAR}"/>')
    for place, colour in enumerate(("#f0717d", "#e8c46b", "#8fc77c")):
        print(f'<circle cx="{20 + 19 * place}" cy="15" r="5.5" fill="{colour}"/>')
    print('<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,DejaVu Sans Mono,monospace" font-size="14" xml:space="preserve">')
    for row, split in enumerate(pieces(lines)):
        column = 0
        for text, colour, bold, dim in split:
            wide = cells(text)
            if text.strip():
                # The length is given, so that columns stay in line with whatever font there is.
                style = f' fill="{colour}"' + (' font-weight="700"' if bold else "") + (' opacity=".6"' if dim else "")
                place = f'x="{SIDE + column * WIDTH:.1f}" y="{TOP + row * LINE + 12}" textLength="{wide * WIDTH:.1f}"'
                print(f"<text {place}{style}>{html.escape(text, quote=False)}</text>")
            column += wide
    print("</g></svg>")


if __name__ == "__main__":
    main()
