"""Looking at tax: a purpose once a day, and an entry for every look."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import record_look
from loushi.foundation.core.actor import ENTERPRISE, Actor
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.core.scoping import fetch, permits
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.enterprises.queries import Moment
from loushi.registry.tax.models import DayPurpose
from loushi.registry.tax.policy import BANDS, FIGURES, SHORTEST_PURPOSE
from loushi.registry.tax.queries.figures import (
    Band,
    History,
    bands_of,
    history_of,
    may_look,
    newest_spans,
    own_span,
)
from loushi.registry.tax.queries.rules import purpose_today

Span = tuple[int, int | None]
"""The ends of a band in yuan: the lower included, the upper not, None for open."""


def state_purpose(*, actor: Actor, purpose: str) -> None:
    """What the actor looks at tax for today. Every look of the day is recorded with it."""
    if actor.user_id is None or not (actor.has(BANDS) or actor.has(FIGURES)):
        raise Denied
    said = purpose.strip()
    if len(said) < SHORTEST_PURPOSE:
        raise Refused(
            _("请写明用途，至少 4 个字，例如“核对三季度税源”。用途会留痕。"), field="purpose"
        )
    rows = DayPurpose.objects.unscoped("the actor's own row")
    rows.update_or_create(
        user_id=actor.user_id, on=timezone.localdate(), defaults={"purpose": said[:100]}
    )


def look_at_band(*, actor: Actor, enterprise_id: int, purpose: str = "") -> tuple[Band, ...]:
    """The bands of one firm by year, newest first; recorded. Denied without tax.bands there."""
    with transaction.atomic():
        firm = _firm(actor, enterprise_id, BANDS)
        said = _purpose(actor, purpose)
        record_look(
            actor=actor, subject=("tax.taxreturn", firm.pk, firm.name), purpose=said,
            fields=["band"], unit_path=firm.unit_path,
        )  # fmt: skip
    return bands_of(actor, enterprise_id)


def look_at_figures(*, actor: Actor, enterprise_id: int, purpose: str = "") -> History:
    """All versions of one firm's tax and output; recorded. Denied without tax.figures there."""
    with transaction.atomic():
        firm = _firm(actor, enterprise_id, FIGURES)
        said = _purpose(actor, purpose)
        record_look(
            actor=actor, subject=("tax.taxreturn", firm.pk, firm.name), purpose=said,
            fields=["tax", "output"], unit_path=firm.unit_path,
        )  # fmt: skip
    return history_of(actor, enterprise_id)


def moments(actor: Actor, enterprise_id: int) -> list[Moment]:
    """The bands of a firm on its timeline, at the end of each year, for those who may see bands.

    Who has stated today's purpose sees them, and the look is recorded; who has not is told where.
    """
    if not may_look(actor, enterprise_id, BANDS):
        return []
    said = purpose_today(actor)
    bands = look_at_band(actor=actor, enterprise_id=enterprise_id) if said else ()
    if not said:
        href = reverse("tax:purpose")
        return [
            Moment(
                date(one.year, 12, 31), "tax", _("%(year)d 年税收档位") % {"year": one.year},
                text=_("写明今天查看税收的用途后显示。"), href=href, tone="paused",
            )
            for one in bands_of(actor, enterprise_id)
        ]  # fmt: skip
    before = {one.year + 1: one for one in bands}
    return [
        Moment(
            date(one.year, 12, 31), "tax",
            _("%(year)d 年税收档位：%(band)s") % {"year": one.year, "band": one.label},
            text=_compared(before.get(one.year), one), meta=one.source,
        )
        for one in bands
    ]  # fmt: skip


def _compared(before: Band | None, now: Band) -> str:
    if before is None or before.band == now.band:
        return ""
    words = _("比上年升档") if now.band > before.band else _("比上年降档")
    return _("%(words)s，上年 %(band)s") % {"words": words, "band": before.label}


def note_list_look(
    *, actor: Actor, shows: str, filters: Mapping[str, Any], firms: int, purpose: str = ""
) -> None:
    """Records that a page (or a file) of a list was opened: what it shows, of how many firms, how
    narrowed. `shows` is "bands" or "tax"."""
    said = _purpose(actor, purpose)
    narrowed = " ".join(f"{key}={value}" for key, value in filters.items() if value)
    record_look(
        actor=actor,
        subject=("tax.taxreturn", None, narrowed[:200]),
        purpose=said,
        fields=[shows, _("%(count)d 家") % {"count": firms}],
        unit_path=max(
            (grant.key for grant in actor.holding(FIGURES if shows == "tax" else BANDS)),
            key=len, default="",
        ),
    )  # fmt: skip


def look_at_newest(
    *, actor: Actor, what: str, enterprise_ids: Sequence[int] | None = None
) -> dict[int, Span]:
    """The ends of the newest bands of all firms (or some) whose bands the actor may see, to compare
    them with a condition; `what` says with which. Nothing, and no entry, without tax.bands or
    before the purpose of the day is stated."""
    if not actor.has(BANDS) or not purpose_today(actor):
        return {}
    found = newest_spans(actor, enterprise_ids)
    note_list_look(actor=actor, shows="bands", filters={"policy": what}, firms=len(found))
    return found


def look_for_the_firm(
    *, actor: Actor, enterprise_id: int, permission: str, purpose: str
) -> Span | None:
    """The ends of a firm's own newest band, for its own people with `permission`; recorded."""
    if str(enterprise_id) not in actor.keys(ENTERPRISE, permission):
        raise Denied
    firm = fetch(Enterprise, actor, enterprise_id)
    found = own_span(enterprise_id)
    if found is not None:
        record_look(
            actor=actor, subject=("tax.taxreturn", firm.pk, firm.name), purpose=purpose,
            fields=["band"], unit_path=firm.unit_path,
        )  # fmt: skip
    return found


def _firm(actor: Actor, enterprise_id: int, permission: str) -> Enterprise:
    firm = fetch(Enterprise, actor, enterprise_id)
    if not permits(actor, permission, firm):
        raise Denied
    return firm


def _purpose(actor: Actor, given: str) -> str:
    if given.strip():
        state_purpose(actor=actor, purpose=given)
    said = purpose_today(actor)
    if not said:
        raise Refused(_("请先写明今天查看税收的用途，至少 4 个字。"), field="purpose")
    return said
