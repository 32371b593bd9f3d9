"""A paper as a Word file, written as plain WordprocessingML (ECMA-376, part 1).

The parts that a reader must find are five small files in a zip: no library earns its place for
headings, paragraphs, a list and one table of two columns. Checked by opening it with python-docx.
"""

import io
import zipfile
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from .content import Paper

NS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OFFICE = "http://schemas.openxmlformats.org"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
SERIF = '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="仿宋"/>'
BOLD = '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="黑体"/>'
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FIXED = datetime(2026, 1, 1, tzinfo=UTC)

TYPES = f"""{HEAD}<Types xmlns="{OFFICE}/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml" ContentType="{WORD}.document.main+xml"/>
<Override PartName="/word/styles.xml" ContentType="{WORD}.styles+xml"/>
<Override PartName="/word/numbering.xml" ContentType="{WORD}.numbering+xml"/>
</Types>"""
RELS = f"""{HEAD}<Relationships xmlns="{OFFICE}/package/2006/relationships">
<Relationship Id="r1" Type="{OFFICE}/officeDocument/2006/relationships/officeDocument"
 Target="word/document.xml"/></Relationships>"""
PARTS = f"""{HEAD}<Relationships xmlns="{OFFICE}/package/2006/relationships">
<Relationship Id="r1" Type="{OFFICE}/officeDocument/2006/relationships/styles"
 Target="styles.xml"/>
<Relationship Id="r2" Type="{OFFICE}/officeDocument/2006/relationships/numbering"
 Target="numbering.xml"/></Relationships>"""
NUMBERING = f"""{HEAD}<w:numbering {NS}><w:abstractNum w:abstractNumId="0">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="•"/>
<w:pPr><w:ind w:left="720" w:hanging="360"/></w:pPr></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>"""
STYLES = f"""{HEAD}<w:styles {NS}>
<w:docDefaults><w:rPrDefault><w:rPr>{SERIF}<w:sz w:val="24"/><w:lang w:val="zh-CN"
 w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault>
<w:pPrDefault><w:pPr><w:spacing w:after="80" w:line="360" w:lineRule="auto"/></w:pPr></w:pPrDefault>
</w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/>
<w:pPr><w:jc w:val="center"/><w:spacing w:after="240"/></w:pPr>
<w:rPr>{BOLD}<w:sz w:val="36"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/>
<w:basedOn w:val="Normal"/><w:next w:val="Normal"/>
<w:pPr><w:keepNext/><w:spacing w:before="240"/><w:outlineLvl w:val="0"/></w:pPr>
<w:rPr>{BOLD}<w:sz w:val="28"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="ListBullet"><w:name w:val="List Bullet"/>
<w:basedOn w:val="Normal"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
</w:styles>"""
PAGE = (
    '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1440" w:right="1588" w:bottom="1440" w:left="1588" '
    'w:header="720" w:footer="720" w:gutter="0"/></w:sectPr>'
)
STYLE_OF = {"h": "Heading1", "p": "", "li": "ListBullet"}


def as_docx(paper: Paper) -> bytes:
    """The file; the same paper gives the same bytes."""
    body = [_paragraph(paper.title, "Title"), _table(paper.facts)]
    body += [_paragraph(words, STYLE_OF[kind]) for kind, words in paper.blocks]
    body.append(_paragraph(paper.foot, "", align="right"))
    document = f"{HEAD}<w:document {NS}><w:body>{''.join(body)}{PAGE}</w:body></w:document>"
    parts = {
        "[Content_Types].xml": TYPES, "_rels/.rels": RELS, "word/document.xml": document,
        "word/_rels/document.xml.rels": PARTS, "word/styles.xml": STYLES,
        "word/numbering.xml": NUMBERING,
    }  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(zipfile.ZipInfo(name, FIXED.timetuple()[:6]), text)
    return out.getvalue()


def _paragraph(words: str, style: str, *, align: str = "") -> str:
    settings = f'<w:pStyle w:val="{style}"/>' if style else ""
    settings += f'<w:jc w:val="{align}"/>' if align else ""
    head = f"<w:pPr>{settings}</w:pPr>" if settings else ""
    return f"<w:p>{head}{_run(words)}</w:p>"


def _run(words: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(_printable(words))}</w:t></w:r>'


def _printable(words: str) -> str:
    """XML 1.0 has no control characters."""
    return "".join(one if one >= " " else " " for one in words)


def _table(facts: tuple[tuple[str, str], ...]) -> str:
    rows = "".join(
        f"<w:tr>{_cell(label, 1700)}{_cell(value, 7030)}</w:tr>" for label, value in facts
    )
    line = 'w:val="single" w:sz="4" w:color="999999"'
    edges = "".join(f"<w:{side} {line}/>" for side in ("top", "bottom", "insideH"))
    return (
        '<w:tbl><w:tblPr><w:tblW w:w="8730" w:type="dxa"/>'
        f"<w:tblBorders>{edges}</w:tblBorders></w:tblPr>"
        f'<w:tblGrid><w:gridCol w:w="1700"/><w:gridCol w:w="7030"/></w:tblGrid>{rows}</w:tbl>'
        if rows
        else ""
    )


def _cell(words: str, width: int) -> str:
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{_paragraph(words, "")}</w:tc>'
    )
