"""A paper as PDF, typeset with typst in Noto Sans SC."""

import typst
from pylopdf_fonts_zh_cn import sans_path

from .content import Paper


def as_pdf(paper: Paper) -> bytes:
    """An A4 document."""
    facts = ", ".join(f"text(fill: luma(90), {_text(a)}), {_text(b)}" for a, b in paper.facts)
    body = "\n".join(_block(kind, words) for kind, words in paper.blocks)
    source = f"""
#set document(title: {_text(paper.title)}, date: none)
#set page(paper: "a4", margin: (x: 25mm, y: 24mm), footer: align(center, text(size: 8pt,
  context counter(page).display("1 / 1", both: true))))
#set text(font: "Noto Sans SC", lang: "zh", size: 11pt)
#set par(leading: 0.9em, spacing: 1.1em)
#align(center, text(weight: "bold", size: 17pt, {_text(paper.title)}))
#v(4mm)
#table(columns: (28mm, 1fr), stroke: (x: none, y: 0.4pt + luma(160)), {facts})
{body}
#v(8mm)
#align(right, {_text(paper.foot)})
"""
    return typst.compile(
        source.encode(), font_paths=[str(sans_path().parent)], ignore_system_fonts=True
    )


def _block(kind: str, words: str) -> str:
    if kind == "h":
        size = 'weight: "bold", size: 13pt'
        return f"#block(above: 8mm, sticky: true, text({size}, {_text(words)}))"
    return f"#list({_text(words)})" if kind == "li" else f"#par({_text(words)})"


def _text(words: str) -> str:
    """A string of typst: quotes and backslashes cannot end it, line breaks are blanks."""
    plain = " ".join(words.split())
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
