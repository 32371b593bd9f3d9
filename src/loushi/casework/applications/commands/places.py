"""绿色通道: whether a place is free for a time, and when it is free next."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.casework.applications.commands.case import claim_of
from loushi.casework.applications.models import Application, FastTrack
from loushi.foundation.core.errors import Refused
from loushi.registry.territory.models import Unit
from loushi.services.catalogue.models.flow import Flow

AHEAD = timedelta(days=30)
"""How far the next free time is looked for."""
DAY = timedelta(days=1)
Span = tuple[datetime, datetime]


def refuse_taken(flow: Flow, row: Application, *, lock: bool) -> None:
    """Refuses a place that is taken at that time. With `lock`, whoever asks at the same moment
    waits here; without, it is a word in advance. What it is taken for is not told: that may be
    somebody else's affair."""
    claim = claim_of(flow, row)
    if claim is None:
        return
    place, begin, _end = flow.claim()
    if claim.since < row.submitted_at:
        text = _("“%(field)s”已经过去了，请填以后的时间。") % {"field": begin.label}
        raise Refused(text, field=f"answer_{begin.code}")
    if lock:
        Unit.objects.select_for_update().get(pk=claim.unit_id)
    held = _held(claim)
    taken = [one for one in held if _meet(one, (claim.since, claim.until))]
    if not taken:
        return
    times = "、".join(span_words(*one) for one in taken[:5])
    text = _("“%(place)s”在 %(times)s 已有安排，请换时间或地点。")
    raise Refused.many({
        f"answer_{place.code}": text % {"place": claim.place, "times": times},
        f"answer_{begin.code}": _next_words(claim, held),
    })  # fmt: skip


def _held(claim: FastTrack) -> list[Span]:
    """The times that are given at that place, from the wanted one on."""
    rows = FastTrack.objects.unscoped("a place is given once").filter(
        unit=claim.unit_id, place=claim.place, live=True, until__gt=claim.since,
        since__lt=claim.until + AHEAD,
    )  # fmt: skip
    return list(rows.order_by("since").values_list("since", "until"))


def _next_words(claim: FastTrack, held: list[Span]) -> str:
    """When the same length of time is free: right after what is there, and at the same hours."""
    length = claim.until - claim.since
    soon = claim.since
    for since, until in held:
        if since < soon + length:
            soon = max(soon, until)
    days = (claim.since + n * DAY for n in range(1, AHEAD.days))
    same = next((one for one in days if _is_free((one, one + length), held)), None)
    if soon + length >= claim.until + AHEAD:
        return _("这里 30 天内没有这么长的空档，请换地点。")
    said = {"soon": span_words(soon, soon + length)}
    if same is None or same <= soon:
        return _("这里最早的空档是 %(soon)s。") % said
    said["same"] = span_words(same, same + length)
    return _("这里最早的空档是 %(soon)s；钟点不变的，最早是 %(same)s。") % said


def _is_free(span: Span, held: Iterable[Span]) -> bool:
    return not any(_meet(one, span) for one in held)


def _meet(one: Span, other: Span) -> bool:
    return one[0] < other[1] and one[1] > other[0]


def span_words(since: datetime, until: datetime) -> str:
    """ "11-07 18:00–22:00", "11-07 22:00–11-08 02:00"."""
    since, until = timezone.localtime(since), timezone.localtime(until)
    last = f"{until:%H:%M}" if since.date() == until.date() else f"{until:%m-%d %H:%M}"
    return f"{since:%m-%d %H:%M}–{last}"
