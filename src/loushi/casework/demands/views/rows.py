"""The rows of the inbox: the markup of c-list-item, written out in Python.

Three components a row cost more than everything else on the page; a test holds the two together.
"""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString

from loushi.casework.demands.queries import Line
from loushi.foundation.web.templatetags.drawing import floor_clock_svg
from loushi.foundation.web.templatetags.loushi import glyph, short_name

SOURCE_LENGTH = 22
_ROW = (
    '<li class="list-item{chosen}" data-item>{clock}<div class="list-body"><p class="list-title">'
    '<a href="{before}{pk}{after}"{current}>{title}</a></p>{source}<div class="list-foot">'
    '<span class="status status-{kind}">{glyph}<span>{words}</span></span>'
    '<span class="list-number">{pk:06d}</span></div></div></li>'
)


def rendered(lines: Iterable[Line], query: str, selected: int = 0) -> SafeString:
    """One `<li>` a line; `query` goes with every link, `selected` marks the open one."""
    before, after = _address(query)
    return SafeString("".join(_row(line, before, after, selected) for line in lines))


def _address(query: str) -> tuple[str, str]:
    """What stands before and after the id in the address of a case, escaped."""
    before, _mark, after = reverse("demands:case", args=[0]).rpartition("0")
    return escape(before), escape(f"{after}?{query}")


def _row(line: Line, before: str, after: str, selected: int) -> str:
    chosen = line.row.id == selected
    source = escape(short_name(line.source, SOURCE_LENGTH))
    return _ROW.format(
        chosen=" selected" if chosen else "",
        clock=floor_clock_svg(line.total, line.filled, line.over, line.tone),
        before=before,
        pk=line.row.id,
        after=after,
        current=' aria-current="true"' if chosen else "",
        title=escape(line.row.title),
        source=f'<p class="list-source">{source}</p>' if source else "",
        kind=line.kind,
        glyph=glyph(line.kind),
        words=escape(line.words),
    )
