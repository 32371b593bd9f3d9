"""Finding the heading of a table, in one row or two, and the rows below it."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from .columns import normalise
from .parsers import Cell, is_blank, plain
from .tables import Limits, Table, UnreadableFile

HEADER_WITHIN = 20


def find_header(rows: Sequence[Sequence[Cell]], known: frozenset[str]) -> int:
    """The position of the heading among the first rows: the one with most known headings, the
    first of equals; with none known, the first row that has text in at least half of the columns
    that are used at all."""
    best, best_score = -1, 0
    used = max((sum(not is_blank(cell) for cell in row) for row in rows), default=0)
    for position, row in enumerate(rows[:HEADER_WITHIN]):
        score = sum(1 for cell in row if isinstance(cell, str) and normalise(cell) in known)
        if score > best_score:
            best, best_score = position, score
    if best >= 0:
        return best
    for position, row in enumerate(rows[:HEADER_WITHIN]):
        texts = [cell for cell in row if not is_blank(cell)]
        if texts and len(texts) * 2 >= used and not any(map(_is_value, texts)):
            return position
    return -1


def _is_value(cell: Cell) -> bool:
    """Whether a cell is a number or a day rather than a heading."""
    return not isinstance(cell, str) or cell.strip()[:1].isdecimal()


def tabled(
    rows: Sequence[list[Cell]], known: frozenset[str], limits: Limits, **about: Any
) -> Table:
    at = find_header(rows[: HEADER_WITHIN * 2], known)
    if at < 0:
        raise UnreadableFile(
            _("前 %(rows)d 行里找不到表头。请下载模板，对照列名后再导入。")
            % {"rows": HEADER_WITHIN}
        )
    header, at, remark = _heading(rows, at, known)
    if remark:
        about["remarks"] = (*about.get("remarks", ()), remark)
    while header and not header[-1]:
        header.pop()
    width = len(header)
    body: list[tuple[int, list[Cell]]] = []
    for number, row in enumerate(rows[at + 1 :], start=at + 2):
        cells = row[:width] if len(row) >= width else [*row, *[None] * (width - len(row))]
        if all(is_blank(cell) for cell in cells):
            continue
        if not body and number == at + 2 and _is_comment(cells):
            continue
        body.append((number, cells))
    if len(body) > limits.rows:
        raise UnreadableFile(
            _("共 %(rows)d 行，一次最多 %(limit)d 行。请分成几个文件导入。")
            % {"rows": len(body), "limit": limits.rows}
        )
    if not body:
        raise UnreadableFile(_("表头下面没有数据。请填好后再导入。"))
    return Table(header, at + 1, body, **about)


def _heading(
    rows: Sequence[list[Cell]], at: int, known: frozenset[str]
) -> tuple[list[str], int, str]:
    """(headings, position of the last row of the heading, remark): two rows where the second names
    what stands below a heading of several columns (租约: 起租日期, 租约到期)."""
    one = [plain(cell).strip() for cell in rows[at]]
    score = _known(one, known)
    best, last = one, at
    for top, low in ((at, at + 1), (at - 1, at)):
        if top < 0 or low >= len(rows) or not _continues(rows[top], rows[low]):
            continue
        both = _joined(rows[top], rows[low], known)
        if _known(both, known) > score:
            best, last, score = both, low, _known(both, known)
    if best is one:
        return one, at, ""
    return best, last, _("表头占两行，已合起来读。")


def _known(headings: Sequence[str], known: frozenset[str]) -> int:
    return len({word for text in headings if (word := normalise(text)) in known})


def _continues(top: Sequence[Cell], low: Sequence[Cell]) -> bool:
    """Whether a row can be the second row of a heading: words only, and a gap of one is filled by
    the other."""
    words = [cell for cell in low if not is_blank(cell)]
    if not words or any(map(_is_value, words)):
        return False
    upper = list(top) + [None] * max(0, len(low) - len(top))
    lower = list(low) + [None] * max(0, len(top) - len(low))
    return any(is_blank(a) != is_blank(b) for a, b in zip(upper, lower, strict=True))


def _joined(top: Sequence[Cell], low: Sequence[Cell], known: frozenset[str]) -> list[str]:
    width = max(len(top), len(low))
    uppers = [plain(top[i]).strip() if i < len(top) else "" for i in range(width)]
    lowers = [plain(low[i]).strip() if i < len(low) else "" for i in range(width)]
    found, above = [], ""
    for upper, lower in zip(uppers, lowers, strict=True):
        above = upper or (above if lower else "")
        if not lower or lower == upper:
            found.append(upper)
        elif normalise(lower) in known or not above:
            found.append(lower)
        else:
            found.append(f"{above} {lower}")
    return found


def _is_comment(cells: Sequence[Cell]) -> bool:
    first = next((cell for cell in cells if not is_blank(cell)), None)
    return isinstance(first, str) and first.lstrip().startswith(("#", "＃", "填写说明"))
