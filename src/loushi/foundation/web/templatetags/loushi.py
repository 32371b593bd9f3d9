"""Filters and tags every template has without loading them (a builtin in the settings).

Filters that show a fact return "—" for None: blank is shown, never hidden. Dates follow the active
language: "10月12日 周一 10:20" in Chinese, "Mon 12 Oct 10:20" in English.
"""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from django import template
from django.http import QueryDict
from django.template import Context
from django.template.loader import get_template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from loushi.foundation.web.assets import versioned
from loushi.foundation.web.parts import filled, render_part

register = template.Library()

BLANK = "—"
WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun",
             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # fmt: skip
GLYPHS = {
    "handling": "glyph-half",
    "overdue": "glyph-late",
    "due-soon": "glyph-soon",
    "paused": "glyph-pause",
    "done": "glyph-done",
    "new": "glyph-new",
    "returned": "glyph-returned",
    "to-fix": "glyph-fix",
    "note": "glyph-note",
    "rest": "glyph-rest",
    "urge": "glyph-bell",
    "dot": "glyph-dot",
}


def _english() -> bool:
    return (get_language() or "").startswith("en")


def _number(value: Any) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


# ---- numbers ------------------------------------------------------------------------------------
@register.filter
def thousands(value: Any, places: int | None = None) -> str:
    """1279 → "1,279"; decimals keep what they have unless `places` is given."""
    number = _number(value)
    if number is None:
        return BLANK
    if places is not None:
        return f"{number:,.{int(places)}f}"
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def money(value: Any, places: int = 2) -> str:
    """Yuan with thousands commas: 12800 → "12,800.00"; the unit 元 is the template's word."""
    return thousands(value, places)


@register.filter
def percent(value: Any, places: int = 1) -> str:
    """A share between 0 and 1 as "98.6%"; None as "—"."""
    number = _number(value)
    return BLANK if number is None else f"{number * 100:.{int(places)}f}%"


@register.simple_tag
def share(part: Any, whole: Any, places: int = 1) -> str:
    """`{% share 211 214 %}` → "98.6%"; a whole of zero gives "—"."""
    top, bottom = _number(part), _number(whole)
    if top is None or not bottom:
        return BLANK
    return percent(top / bottom, places)


# ---- names --------------------------------------------------------------------------------------
@register.filter
def short_name(value: Any, limit: int = 16) -> str:
    """A long enterprise name shortened in the middle: the head and the branch say which it is."""
    text = str(value or "")
    limit = int(limit)
    if len(text) <= limit or limit < 5:
        return text
    tail = (limit - 1) * 2 // 5
    return f"{text[: limit - 1 - tail]}…{text[-tail:]}"


@register.filter
def initial(value: Any) -> str:
    """The character for a person's square: 周闻笛 → 周, "Wang Min" → W."""
    text = str(value or "").strip()
    return text[:1].upper() if text else "·"


@register.filter
def mask_phone(value: Any) -> str:
    """13812342046 → "138 **** 2046"; short service numbers stay as they are."""
    text = re.sub(r"[\s-]", "", str(value or ""))
    if not text:
        return BLANK
    if len(text) < 7:
        return text
    return f"{text[:3]} **** {text[-4:]}"


# ---- time ---------------------------------------------------------------------------------------
def _local(value: Any) -> date | datetime | None:
    if isinstance(value, datetime):
        return timezone.localtime(value) if timezone.is_aware(value) else value
    return value if isinstance(value, date) else None


@register.filter
def day(value: Any) -> str:
    """ "10月12日 周一"; another year is named in full."""
    moment = _local(value)
    if moment is None:
        return BLANK
    other_year = moment.year != timezone.localtime(timezone.now()).year
    if _english():
        year = f" {moment.year}" if other_year else ""
        week = WEEKDAYS_EN[moment.weekday()]
        return f"{week} {moment.day} {MONTHS_EN[moment.month - 1]}{year}"
    year = f"{moment.year}年" if other_year else ""
    return f"{year}{moment.month}月{moment.day}日 周{WEEKDAYS_ZH[moment.weekday()]}"


@register.filter
def clock(value: Any) -> str:
    """ "10:20"."""
    moment = _local(value)
    return f"{moment:%H:%M}" if isinstance(moment, datetime) else BLANK


@register.filter
def daytime(value: Any) -> str:
    """ "10月12日 周一 10:20"."""
    moment = _local(value)
    if not isinstance(moment, datetime):
        return day(value)
    return f"{day(value)} {moment:%H:%M}"


@register.filter
def since(value: Any) -> str:
    """How long ago, in calendar time, in one unit: "3 分钟前", "昨天", "12 天前"."""
    moment = _local(value)
    if moment is None:
        return BLANK
    now = timezone.localtime(timezone.now())
    if not isinstance(moment, datetime):
        return _days_ago((now.date() - moment).days)
    if timezone.is_naive(moment):
        moment = timezone.make_aware(moment)
    gap = now - moment
    if gap < timedelta(minutes=1):
        return gettext("刚刚")
    if gap < timedelta(hours=1):
        count = int(gap.total_seconds() // 60)
        return ngettext("%(count)s 分钟前", "%(count)s 分钟前", count) % {"count": count}
    if moment.date() == now.date():
        count = int(gap.total_seconds() // 3600)
        return ngettext("%(count)s 小时前", "%(count)s 小时前", count) % {"count": count}
    return _days_ago((now.date() - moment.date()).days)


def _days_ago(count: int) -> str:
    if count <= 0:
        return gettext("今天")
    if count == 1:
        return gettext("昨天")
    return ngettext("%(count)s 天前", "%(count)s 天前", count) % {"count": count}


@register.filter
def minutes_text(value: Any, day_minutes: int | None = None) -> str:
    """Working minutes in words: 540 → "9 小时"; with the day's minutes, 540 at 420 → "1 天 2 小时".

    The sign is the caller's affair ("剩", "超时"): the absolute amount is written.
    """
    number = _number(value)
    if number is None:
        return BLANK
    minutes = abs(int(number))
    days = 0
    if day_minutes:
        days, minutes = divmod(minutes, int(day_minutes))
    hours, minutes = divmod(minutes, 60)
    parts = []
    if days:
        parts.append(ngettext("%(count)s 天", "%(count)s 天", days) % {"count": days})
    if hours:
        parts.append(ngettext("%(count)s 小时", "%(count)s 小时", hours) % {"count": hours})
    if (minutes and not days) or not parts:
        parts.append(ngettext("%(count)s 分", "%(count)s 分", minutes) % {"count": minutes})
    return " ".join(parts)


# ---- pages --------------------------------------------------------------------------------------
@register.simple_tag
def asset(path: str) -> str:
    """`{% asset "web/css/base.css" %}`: like static, with the release in the address."""
    return versioned(path)


def spoken(label: str) -> SafeString:
    """The attributes of a drawing: named for those who cannot see it, or decoration."""
    if not label:
        return SafeString('aria-hidden="true"')
    return format_html('role="img" aria-label="{}"', label)


@lru_cache(maxsize=1024)
def _icon(name: str, label: str, css: str, sprite: str) -> SafeString:
    kind = "glyph" if name.startswith(("glyph-", "seal")) else "icon"
    return format_html(
        '<svg class="{}{}" {}><use href="{}#{}"/></svg>',
        kind,
        f" {css}" if css else "",
        spoken(label),
        sprite,
        name,
    )


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """`{% icon "search" %}`; decoration unless `label` says what it means.

    Icons are those of vendor.json; glyphs (statuses) are drawn by us and named `glyph-…`.
    """
    return _icon(str(name), str(label), str(css), versioned("web/icons.svg"))


@register.simple_tag
def glyph(kind: str, label: str = "") -> SafeString:
    """The glyph of a status kind (handling, overdue, due-soon, paused, done, new, returned …)."""
    return icon(GLYPHS.get(str(kind), "glyph-dot"), label)


@register.simple_tag(takes_context=True)
def part(context: Context, template: str) -> SafeString:
    """`{% part "web/rail.html" %}`: a part of the frame, rendered once for equal values."""
    frame = context["frame"]
    if not hasattr(frame, "shown"):  # the drawn frame of the style pages
        return SafeString(get_template(template).template.render(context))
    return render_part(template, frame.shown(template), _Filling(context))


@register.simple_tag(takes_context=True)
def fill(context: Context, text: str) -> SafeString:
    """Text that was kept with the holes of a part (`foundation.web.parts`), with them filled."""
    return SafeString(filled(text, _Filling(context)))


class _Filling(dict[str, Any]):
    """The holes' texts, each worked out when a part has the hole."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def __missing__(self, name: str) -> Any:
        if name == "csrf_token":
            return self.context.get(name, "")
        return getattr(self.context["frame"], name)


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """The current GET parameters with some replaced: `{% query status="new" after=None %}`.

    None or "" removes one; a list gives several values. The page keys `after` and `before` fall
    away by themselves when anything else changes. Gives "?" + parameters.
    """
    request = context.get("request")
    params = request.GET.copy() if request is not None else QueryDict(mutable=True)
    if not changes.keys() & {"after", "before", "page"}:
        for key in ("after", "before", "page"):
            params.pop(key, None)
    for key, value in changes.items():
        if value is None or value == "":
            params.pop(key, None)
        elif isinstance(value, (list, tuple)):
            params.setlist(key, [str(one) for one in value])
        else:
            params[key] = str(value)
    return f"?{params.urlencode()}"


@register.filter
def lookup(mapping: Any, key: Any) -> Any:
    """`{{ labels|lookup:state }}` for a dict; the key itself where it is missing."""
    try:
        return mapping[key]
    except (KeyError, TypeError, IndexError):
        return key


@register.filter
def may(actor: Any, permission: str) -> bool:
    """Whether the actor holds a permission anywhere (for links; rows are decided elsewhere)."""
    return actor is not None and actor.has(permission)
