"""One room at a time: confirm with one tap, or write what is different; then the next door."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from loushi.casework.visits import commands, queries
from loushi.casework.visits.commands import NeedsNote
from loushi.casework.visits.models.sweeps import Outcome
from loushi.casework.visits.views import reading
from loushi.foundation.core.errors import Conflict, Refused
from loushi.registry.buildings.models import Space
from loushi.registry.enterprises.models import Presence


def room(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of one room; what is saved leads to the next one."""
    page = queries.room_page(request.actor, pk)
    shown: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        try:
            saved = commands.save_room(
                actor=request.actor,
                task_id=pk,
                given=reading.room_from(request.POST, page.facts),
                key=request.POST.get("key", ""),
            )
        except Conflict as conflict:
            page, status = queries.room_page(request.actor, pk), 409
            shown = {
                "conflict": conflict,
                "mine": _mine(conflict, page.facts),
                "theirs": _theirs(conflict),
            }
        except NeedsNote as refusal:
            shown, status = {"checks": _asked(request, refusal)}, 422
        except Refused as refusal:
            shown, status = {"errors": refusal.errors}, 422
        else:
            messages.info(request, _said(saved, page))
            for hint in saved.hints:
                messages.info(request, hint.message)
            return redirect(_onward(page))
    context = {
        "page": page,
        "task": page.task,
        "facts": page.facts,
        "typed": {name: request.POST.get(name, "") for name in ("state", "area", "note")},
        "key": request.POST.get("key") if status == 422 else reading.new_key(),
        "tenants": [_tenant(request, tenant) for tenant in page.facts.tenants],
        "newcomers": _newcomers(request),
        "states": Space.State.choices,
        "presences": Presence.choices,
        "results": [(one, [queries.change_text(c) for c in one.changes]) for one in page.results],
        "errors": (),
        "checks": (),
        "conflict": None,
        "mine": None,
        "theirs": None,
        **shown,
    }
    return render(request, "visits/room.html", context, status=status)


def _asked(request: HttpRequest, refusal: NeedsNote) -> list[dict[str, str]]:
    return [
        {
            "code": one.code,
            "message": one.message,
            "value": request.POST.get(f"why-{one.code}", ""),
        }
        for one in refusal.checks
    ]


def _onward(page: Any) -> str:
    if page.next_task:
        return reverse("visits:room", args=[page.next_task])
    return reverse("visits:sweep", args=[page.campaign.pk])


def _said(saved: Any, page: Any) -> str:
    words = {
        "room": f"{page.building} {page.task.number}",
        "outcome": saved.task.get_outcome_display(),
        "n": len(saved.changes),
    }
    if saved.changes:
        return _("%(room)s：%(outcome)s，登记已更新 %(n)d 处。") % words
    return _("%(room)s：%(outcome)s。") % words


def _tenant(request: HttpRequest, tenant: Any) -> dict[str, Any]:
    """A tenant with the values of its fields: as typed, else as the register has them."""
    prefix = f"t{tenant.tenancy_id}-"
    plain = {
        "gone": "",
        "left_on": "",
        "presence": tenant.presence,
        "staff_count": "" if tenant.staff_count is None else tenant.staff_count,
        "area": "" if tenant.area is None else f"{tenant.area.normalize():f}",
        "lease_until": tenant.lease_until.isoformat() if tenant.lease_until else "",
        "contact_name": "",
        "contact_phone": "",
        "contact_title": "",
    }
    values = {name: request.POST.get(prefix + name, value) for name, value in plain.items()}
    return {"row": tenant, "prefix": prefix, "values": values}


def _newcomers(request: HttpRequest) -> list[dict[str, Any]]:
    names = (
        "name", "credit_code", "presence", "staff_count", "area", "since", "lease_until",
        "contact_name", "contact_phone", "contact_title",
    )  # fmt: skip
    return [
        {
            "prefix": f"n{index}-",
            "values": {name: request.POST.get(f"n{index}-{name}", "") for name in names},
        }
        for index in range(reading.NEWCOMERS)
    ]


def _mine(conflict: Conflict, facts: Any) -> dict[str, Any]:
    """What the person wanted to save, in words: the result, its note, each correction."""
    mine = conflict.mine
    names = {tenant.tenancy_id: tenant.name for tenant in facts.tenants}
    lines = [_("状态 %(state)s") % {"state": label} if (label := _label(Space.State, mine)) else ""]
    if mine["area"] is not None:
        lines.append(_("房间面积 %(area)s ㎡") % {"area": f"{mine['area'].normalize():f}"})
    for one in mine["tenants"]:
        words = {"name": names.get(one["tenancy_id"], _("已不在这间房的企业"))}
        said = {
            "left": _("%(name)s：迁走了"),
            "registered": _("%(name)s：只剩注册（在册不在地）"),
        }.get(one["gone"], _("%(name)s：有更正"))
        lines.append(said % words)
    lines += [
        _("新来 %(name)s") % {"name": one["name"] or one["credit_code"]}
        for one in mine["newcomers"]
    ]
    return {
        "outcome": _label(Outcome, mine, "outcome"),
        "note": mine["note"],
        "lines": list(filter(None, lines)),
    }


def _theirs(conflict: Conflict) -> dict[str, Any] | None:
    """What stands in the register now; None where the room is not what changed."""
    theirs = conflict.theirs
    if "version" not in theirs:
        return None
    return {
        "by": theirs["by"],
        "outcome": _label(Outcome, theirs, "outcome"),
        "note": theirs["note"],
        "area": theirs["area"],
        "tenants": theirs["tenants"],
        "state": _label(Space.State, theirs),
    }


def _label(choices: Any, values: dict[str, Any], name: str = "state") -> str:
    value = values.get(name, "")
    return str(choices(value).label) if value in choices.values else ""
