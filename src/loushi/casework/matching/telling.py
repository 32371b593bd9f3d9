"""The history of an issue as sentences. Whoever sees the issue as a department reads only of the
demands that it sees; counts are told to those of the unit, who see them all."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from loushi.casework.demands.models import Verdict
from loushi.casework.matching.models import IssueEvent
from loushi.casework.matching.policy import VIEW
from loushi.casework.matching.queries import IssuePage
from loushi.casework.matching.workflow import MOVES
from loushi.foundation.core.actor import UNIT, Actor
from loushi.foundation.core.scoping import covering

LABELS = {move.name: move.label for move in MOVES} | {
    "create": _l("建立"), "merged": _l("另一个共性问题并入"), "meeting": _l("服务联建对接会"),
}  # fmt: skip
KINDS = {
    "create": "new", "add": "new", "undo": "returned", "remove": "returned", "split": "handling",
    "merge": "handling", "merged": "new", "assign": "handling", "refer": "handling",
    "answer": "done", "council_answer": "done", "council_back": "returned", "close": "done",
    "reopen": "returned", "recall": "returned", "dissolve": "returned", "meeting": "handling",
}  # fmt: skip
SHOWN = 6


def verdict_words(code: str) -> str:
    return str(dict(Verdict.choices).get(code, code))


def entries(actor: Actor, page: IssuePage) -> list[dict[str, Any]]:
    """Entries for the timeline, newest first."""
    reasons = covering(actor, VIEW, page.row)
    whole = any(getattr(one, "kind", "") == UNIT or one in ("system", "see_all") for one in reasons)
    known = {one.line.row.number for one in (*page.members, *page.former)}
    return [_entry(event, known, whole=whole) for event in page.events]


def _entry(event: IssueEvent, known: set[str], *, whole: bool) -> dict[str, Any]:
    detail = DETAILS.get(event.move)
    text = detail(event.data, known, whole) if detail else ""
    who = " ".join(dict.fromkeys(filter(None, [event.appointment, event.actor_name])))
    return {
        "id": f"event-{event.pk}", "at": timezone.localtime(event.at),
        "kind": KINDS.get(event.move, "note"), "title": str(LABELS.get(event.move, event.move)),
        "text": event.note, "meta": "·".join(filter(None, [text, who])),
    }  # fmt: skip


def _numbers(data: Mapping[str, Any], known: set[str], whole: bool) -> str:
    found = [one for one in data.get("numbers", ()) if whole or one in known]
    text = "、".join(found[:SHOWN])
    if len(found) > SHOWN:
        text += _(" 等 %(n)d 件") % {"n": len(found)}
    return text


def _assigned(data: Mapping[str, Any], known: set[str], whole: bool) -> str:
    text = _("牵头 %(lead)s") % {"lead": data.get("lead", "")}
    if data.get("co"):
        text += "；" + _("协同 %(co)s") % {"co": "、".join(data["co"])}
    if whole and data.get("sent"):
        text += "；" + _("一并交办 %(n)d 件") % {"n": len(data["sent"])}
    return text


def _answered(data: Mapping[str, Any], known: set[str], whole: bool) -> str:
    text = verdict_words(data.get("verdict", ""))
    if whole:
        text += "；" + _("送到 %(n)d 件") % {"n": data.get("reached", 0)}
        if data.get("left"):
            text += "，" + _("未送到 %(n)d 件") % {"n": data["left"]}
    return text


def _filled(sentence: Any) -> Callable[[Mapping[str, Any], set[str], bool], str]:
    def fill(data: Mapping[str, Any], known: set[str], whole: bool) -> str:
        try:
            return str(sentence % dict(data))
        except KeyError:
            return ""

    return fill


def _plain(name: str) -> Callable[[Mapping[str, Any], set[str], bool], str]:
    return lambda data, known, whole: str(data.get(name, ""))


DETAILS: dict[str, Callable[[Mapping[str, Any], set[str], bool], str]] = {
    **dict.fromkeys(("add", "undo", "remove", "dissolve", "merged"), _numbers),
    "assign": _assigned,
    "answer": _answered,
    "edit": _filled(_l("原名“%(former)s”")),
    "split": _filled(_l("拆出 %(to)s")),
    "merge": _filled(_l("并入 %(into)s")),
    "refer": _filled(_l("提交给%(body)s")),
    **dict.fromkeys(("council_answer", "council_back"), _plain("by")),
    "meeting": _plain("title"),
}
