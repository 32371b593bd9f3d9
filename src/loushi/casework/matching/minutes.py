"""会议纪要 of a joint meeting; `foundation.papers` sets it as docx and PDF."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from loushi.casework.matching import queries
from loushi.casework.matching.models import JointDecision, MeetingSeat
from loushi.foundation.papers import Block, Paper


def minutes_of(page: queries.MeetingPage) -> Paper:
    """The minutes as the reader may read them: of issues that the reader does not see, nothing."""
    row = page.row
    there, away = [], []
    for one in page.seats:
        unit = one.department.name if one.department else one.organisation
        name = f"{unit}（{one.name}）" if one.name else unit
        present = one.how in (MeetingSeat.How.ROOM, MeetingSeat.How.PHONE)
        how = "" if one.how == MeetingSeat.How.ROOM or not one.how else one.get_how_display()
        (there if present else away).append(name + (f"，{how}" if how else ""))
    guests = [f"{one.name}（{one.organisation}）" if one.organisation else one.name
              for one in page.guests]  # fmt: skip
    facts = [
        (_("形式"), row.kind.label),
        (_("时间"), date_format(timezone.localtime(row.starts_at), "Y-m-d H:i")),
        (_("地点"), row.place), (_("召集单位"), row.convener), (_("主持人"), row.chair),
        (_("到会单位"), "、".join(there)), (_("未到会"), "、".join(away)),
        (_("列席"), "、".join(guests)),
    ]  # fmt: skip
    blocks: list[Block] = []
    for number, line in enumerate(page.issues, 1):
        words = _("议题 %(number)d：%(name)s") % {"number": number, "name": line.name}
        blocks.append(("h", words))
        source = _("%(number)s，诉求 %(n)d 件") % {"number": line.number, "n": line.demands}
        blocks.append(("p", source + (f"，{line.category}" if line.category else "")))
        blocks += _decided([one for one in page.decisions if one.issue_id == line.id])
    rest = [one for one in page.decisions if one.issue_id is None]
    if rest:
        blocks += [("h", _("其他决定")), *_decided(rest)]
    if row.notes:
        blocks += [("h", _("会议记录")), *(("p", text) for text in row.notes.splitlines() if text)]
    day = date_format(timezone.localtime(row.closed_at or row.starts_at), "Y-m-d")
    return Paper(
        _("%(title)s纪要") % {"title": row.title},
        tuple((label, value) for label, value in facts if value), tuple(blocks),
        _("%(convener)s，%(day)s") % {"convener": row.convener, "day": day},
    )  # fmt: skip


def _decided(decisions: list[JointDecision]) -> list[Block]:
    return [
        ("li", _("%(what)s，%(who)s，%(due)s 前") % {
            "what": one.text.rstrip("。"), "due": one.due_on,
            "who": "".join(filter(None, [one.department.name if one.department else "",
                                         one.owner])),
        })
        for one in decisions
    ]  # fmt: skip
