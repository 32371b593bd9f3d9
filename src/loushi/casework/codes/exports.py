"""The sheet: one A4 page after the other with codes, typeset with typst in Noto Sans SC."""

import io
from collections.abc import Sequence

import segno
import typst
from django.utils.translation import gettext as _
from pylopdf_fonts_zh_cn import sans_path

SINGLE, FEW = 1, 6


def sheet(*, building: str, address: str, codes: Sequence[tuple[str, str]], base: str) -> bytes:
    """A PDF of codes: `codes` are (label, code), `base` the address that stands before "/q/".

    One code fills the page as a poster, up to six are large, more are twelve to a page.
    """
    columns, width = (1, "110mm") if len(codes) == SINGLE else (2, "62mm")
    if len(codes) > FEW:
        columns, width = 3, "40mm"
    cells = ",\n".join(_cell(label, f"{base}/q/{code}/", width) for label, code in codes)
    hint = _text(_("用手机扫一扫：企业提诉求，走访人员记走访，其他人看楼宇名片。"))
    pages = 'context counter(page).display("1 / 1", both: true)'
    source = f"""
#set document(title: {_text(building)})
#set page(paper: "a4", margin: (x: 15mm, top: 24mm, bottom: 18mm),
  header: [
    #text(weight: "bold", size: 13pt, {_text(building)})
    #h(1fr) #text(size: 9pt, {_text(address)})
  ],
  footer: [#text(size: 8pt, {hint}) #h(1fr) #text(size: 8pt, {pages})])
#set text(font: "Noto Sans SC", lang: "zh", size: 10pt)
#grid(columns: ({", ".join(["1fr"] * columns)}), row-gutter: 7mm, column-gutter: 5mm,
{cells},
)
"""
    return typst.compile(
        source.encode(), font_paths=[str(sans_path().parent)], ignore_system_fonts=True
    )


def _cell(label: str, address: str, width: str) -> str:
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", xmldecl=False, border=4)
    image = f'image(bytes({_text(drawn.getvalue().decode())}), format: "svg", width: {width})'
    return (
        f"block(breakable: false, align(center, stack(spacing: 2mm, {image}, "
        f'text(weight: "bold", size: 15pt, {_text(label)}), text(size: 7pt, {_text(address)}))))'
    )


def _text(words: str) -> str:
    """A string of typst: quotes and backslashes cannot end it, line breaks are blanks."""
    plain = " ".join(words.split())
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
