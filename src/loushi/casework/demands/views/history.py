"""The history of a case as timeline entries, newest first."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext_lazy

from loushi.casework.demands.models import DemandEvent, Verdict
from loushi.casework.demands.queries import CaseView
from loushi.casework.demands.workflow import MOVES
from loushi.foundation.web.templatetags.loushi import minutes_text

KINDS = {
    "submit": "new",
    "accept": "done",
    "decline": "done",
    "dispatch": "handling",
    "refer": "handling",
    "arbitrate": "handling",
    "sign": "handling",
    "start": "handling",
    "contact": "handling",
    "progress": "handling",
    "answer_part": "done",
    "resolve": "done",
    "rate": "done",
    "close": "done",
    "close_unrated": "done",
    "hand_back": "returned",
    "reopen": "returned",
    "ask_info": "paused",
    "suspend": "paused",
    "supply_info": "handling",
    "resume": "handling",
    "overdue": "overdue",
    "warned": "due-soon",
    "urge": "urge",
    "supervise": "urge",
}
EXTRA = {
    "submit": _l("提交"),
    "overdue": _l("超时"),
    "warned": _l("时限提醒"),
    "due_changed": _l("到期时间重算"),
    "moved_out": _l("企业已迁出"),
    "split_off": _l("由另一件拆分而来"),
    "joined": _l("与同类诉求一起办理"),
    "parted": _l("不再与同类诉求一起办理"),
}
CLOCKS = {
    "accept": _l("受理"),
    "contact": _l("首次联系"),
    "resolve": _l("办结"),
    "unit": _l("单位办理"),
}
CLOCK_MOVES = frozenset({"overdue", "warned", "ask_info", "suspend", "resume", "supply_info"})
UNIT_MOVES = frozenset({"progress", "answer_part", "resolve", "contact", "hand_back", "sign"})


def timeline(view: CaseView, only: str = "") -> list[dict[str, Any]]:
    """Entries for the web component; `only` is "units", "clocks" or ''."""
    wanted = {"units": UNIT_MOVES, "clocks": CLOCK_MOVES}.get(only)
    return [_entry(view, event) for event in view.events if wanted is None or event.move in wanted]


LABELS = {move.name: move.label for move in MOVES} | EXTRA


def _entry(view: CaseView, event: DemandEvent) -> dict[str, Any]:
    title = str(LABELS.get(event.move, event.move))
    if event.move == "overdue":
        title = _("%(clock)s超时") % {"clock": CLOCKS.get(event.data.get("clock", ""), "")}
    elif event.move == "warned":
        title = _("%(clock)s时限已用 %(percent)d%%") % {
            "clock": CLOCKS.get(event.data.get("clock", ""), ""),
            "percent": event.data.get("percent", 0),
        }
    return {
        "id": f"event-{event.pk}",
        "at": timezone.localtime(event.at),
        "kind": KINDS.get(event.move, "note"),
        "title": title,
        "text": event.note,
        "meta": "·".join(filter(None, [_detail(event), _who(view, event)])),
    }


def _who(view: CaseView, event: DemandEvent) -> str:
    """Name and post; a submitter who asked for it stays unnamed."""
    own = event.actor_user_id is not None and event.actor_user_id == view.demand.submitter_id
    if own and "contact_name" in view.hidden:
        return str(_("姓名已隐去"))
    return " ".join(dict.fromkeys(filter(None, [event.appointment, event.actor_name])))


def _dispatched(data: Mapping[str, Any]) -> str:
    if not data.get("lead"):
        return ""
    text = str(_("主办 %(lead)s") % {"lead": data["lead"]})
    if data.get("co"):
        text += "；" + str(_("协办 %(co)s") % {"co": "、".join(data["co"])})
    return text


def _accepted(data: Mapping[str, Any]) -> str:
    minutes = data.get("minutes")
    return "" if minutes is None else str(_("用时 %(time)s") % {"time": minutes_text(minutes)})


EXTENDED = ngettext_lazy("延长 %(amount)s 个工作日", "延长 %(amount)s 个工作日", "amount")


def _filled(sentence: Any) -> Callable[[Mapping[str, Any]], str]:
    """A sentence filled from the history row's data; '' when something is missing."""

    def fill(data: Mapping[str, Any]) -> str:
        try:
            return str(
                sentence
                % {
                    name: "、".join(value) if isinstance(value, list) else value
                    for name, value in data.items()
                }
            )
        except KeyError:
            return ""

    return fill


DETAILS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    **dict.fromkeys(("dispatch", "arbitrate", "transfer", "reopen"), _dispatched),
    **dict.fromkeys(("suspend", "ask_suspension"), _filled(_l("%(review_on)s 复核"))),
    **dict.fromkeys(("ask_extension", "grant_extension"), _filled(EXTENDED)),
    "accept": _accepted,
    "refer": _filled(_l("转 %(council)s 楼委会")),
    "resolve": lambda data: str(dict(Verdict.choices).get(data.get("verdict", ""), "")),
    "hand_back": _filled(_l("第 %(count)s 次退回")),
    "urge": _filled(_l("第 %(count)s 次催办")),
    "merge": _filled(_l("并入 %(into)s")),
    "split": _filled(_l("拆为 %(parts)s")),
    "split_off": _filled(_l("原编号 %(from)s")),
    **dict.fromkeys(("joined", "parted"), _filled(_l("共性问题 %(issue)s"))),
    "rate": _filled(_l("%(score)s 分，满分 5 分")),
}


def _detail(event: DemandEvent) -> str:
    """What the move carried, in a few words."""
    fill = DETAILS.get(event.move)
    return fill(event.data) if fill else ""
