"""会议纪要: what the minutes of a meeting say; `foundation.papers` sets them as docx and PDF."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from loushi.foundation.papers import Block, Paper
from loushi.services.governance import queries
from loushi.services.governance.models import AgendaItem, Attendance
from loushi.services.governance.words import result_words, rule_words


def minutes_of(page: queries.MeetingPage) -> Paper:
    """The minutes of a meeting that was held; of a secret vote only the result."""
    row = page.row
    names: dict[str, list[str]] = {}
    for one in page.members:
        names.setdefault(one.how or Attendance.How.ABSENT, []).append(one.seat.name)
    guests = [f"{one.name}（{one.organisation}）" if one.organisation else one.name
              for one in page.guests]  # fmt: skip
    how = Attendance.How
    facts = [
        (_("时间"), date_format(timezone.localtime(row.starts_at), "Y-m-d H:i")),
        (_("地点"), row.place), (_("主持人"), row.chair),
        (_("到场"), _names(names.get(how.ROOM))), (_("电话参加"), _names(names.get(how.PHONE))),
        (_("请假"), _names(names.get(how.EXCUSED))), (_("缺席"), _names(names.get(how.ABSENT))),
        (_("列席"), _names(guests)), (_("临时通知的理由"), row.urgent),
    ]  # fmt: skip
    blocks: list[Block] = []
    for number, item in enumerate(page.items, 1):
        blocks += _item(number, item, page)
    if row.notes:
        blocks += [("h", _("会议记录")), *(("p", line) for line in row.notes.splitlines() if line)]
    if row.deferred:
        blocks += [("h", _("延至下次会议")), *(("li", title) for title in row.deferred)]
    day = date_format(timezone.localtime(row.closed_at or row.starts_at), "Y-m-d")
    return Paper(
        _("%(body)s %(title)s纪要") % {"body": row.body.name, "title": row.title},
        tuple((label, value) for label, value in facts if value), tuple(blocks),
        _("%(body)s，%(day)s") % {"body": row.body.name, "day": day},
    )  # fmt: skip


def _names(names: Sequence[str] | None) -> str:
    return "、".join(names or ())


def _item(number: int, item: AgendaItem, page: queries.MeetingPage) -> list[Block]:
    blocks: list[Block] = [
        ("h", _("议题 %(number)d：%(title)s") % {"number": number, "title": item.title})
    ]
    if item.reference:
        blocks.append(("p", _("来源：%(reference)s") % {"reference": item.reference}))
    for text in (item.summary, item.discussion):
        blocks += [("p", line.strip()) for line in text.splitlines() if line.strip()]
    if item.count:
        how = _("无记名投票") if item.secret else _("记名表决")
        result = queries.result_of(item.count)
        blocks.append(("p", f"{how}：{rule_words(item.rule)}"))
        blocks.append(("p", result_words(result, result.adopted)))
    for one in page.resolutions:
        if one.item_id != item.pk:
            continue
        blocks.append(("p", f"{one.number}：{one.text}"))
        for task in page.tasks:
            if task.resolution_id == one.pk:
                words = _("%(what)s，%(who)s，%(due)s 前") % {
                    "what": task.what, "who": task.owner_name, "due": task.due_on,
                }  # fmt: skip
                blocks.append(("li", words))
    return blocks
