"""The sheet: one A4 page after the other with codes, typeset with typst in Noto Sans SC."""

import io
import sys
from collections.abc import Sequence

import segno
import typst
from django.utils.translation import gettext as _
from pylopdf_fonts_zh_cn import sans_path

FEW = 6
# (up to so many codes, columns, rows of a page, width of a code)
SHAPES = ((1, 1, 1, "110mm"), (FEW, 2, 3, "62mm"), (sys.maxsize, 3, 4, "40mm"))
PAGE = 256  # mm between the head and the foot, less a rounding
SHORT = 8  # characters of a label that fit beside each other in large type


def sheet(*, building: str, address: str, codes: Sequence[tuple[str, str]], base: str) -> bytes:
    """A PDF of codes: `codes` are (label, code), `base` the address that stands before "/q/".

    One code fills the page as a poster, up to six are large, more are twelve to a page. Each card
    names its building and stands in dashed lines, because the sheet is cut up.
    """
    columns, rows, width = next(shape for most, *shape in SHAPES if len(codes) <= most)
    height = f"{PAGE / rows}mm"
    cells = ",\n".join(_cell(label, building, f"{base}/q/{code}/", width) for label, code in codes)
    hint = _text(_("用手机扫一扫：企业提诉求，走访人员记走访，其他人看楼宇名片。"))
    pages = 'context counter(page).display("1 / 1", both: true)'
    line = 'stroke: (paint: luma(65%), thickness: 0.4pt, dash: "dashed"),' if rows > 1 else ""
    source = f"""
#set document(title: {_text(building)})
#set page(paper: "a4", margin: (x: 15mm, top: 22mm, bottom: 18mm),
  header: [
    #text(stroke: 0.3pt, size: 13pt, {_text(building)})
    #h(1fr) #text(size: 9pt, {_text(address)})
  ],
  footer: [#text(size: 8pt, {hint}) #h(1fr) #text(size: 8pt, {pages})])
#set text(font: "Noto Sans SC", lang: "zh", size: 10pt)
#grid(columns: ({"1fr, " * columns}), rows: {height}, align: center + horizon, inset: 2mm, {line}
{cells},
)
"""
    return typst.compile(
        source.encode(), font_paths=[str(sans_path().parent)], ignore_system_fonts=True
    )


def _cell(label: str, building: str, address: str, width: str) -> str:
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", xmldecl=False, border=4)
    image = f'image(bytes({_text(drawn.getvalue().decode())}), format: "svg", width: {width})'
    size = "15pt" if len(label) <= SHORT else "11pt"
    name = "" if label == building else f"text(size: 8pt, {_text(building)}), "
    return (
        f"stack(spacing: 1.6mm, {image}, text(stroke: 0.3pt, size: {size}, {_text(label)}), "
        f"{name}text(size: 6pt, {_text(address)}))"
    )


def _text(words: str) -> str:
    """A string of typst: quotes and backslashes cannot end it, line breaks are blanks."""
    plain = " ".join(words.split())
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
