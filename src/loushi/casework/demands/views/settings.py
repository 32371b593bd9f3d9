"""The settings of demands: categories and service levels, each change with its audit line."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loushi.casework.demands.commands import configure
from loushi.casework.demands.forms import CategoryForm, LevelForm
from loushi.casework.demands.queries import configuration
from loushi.casework.demands.views.showing import add_errors
from loushi.foundation.core.clocks import Limit, LimitKind
from loushi.foundation.core.errors import LoushiError

STEPS = ("accept", "contact", "resolve")


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Both tables."""
    context = {
        "categories": configuration.category_rows(request.actor),
        "levels": configuration.level_rows(request.actor),
        "category_columns": [
            {"key": "code", "label": _("编码")},
            {"key": "name", "label": _("名称")},
            {"key": "name_en", "label": _("英文名称")},
            {"key": "used", "label": _("诉求"), "number": True},
            {"key": "state", "label": _("状态")},
            {"key": "acts", "label": _("可做的")},
        ],
        "level_columns": [
            {"key": "category", "label": _("类别")},
            {"key": "urgency", "label": _("紧急程度")},
            {"key": "tier", "label": _("层级")},
            {"key": "accept", "label": _("受理")},
            {"key": "contact", "label": _("首次联系")},
            {"key": "resolve", "label": _("办结")},
            {"key": "since", "label": _("起止")},
            {"key": "source", "label": _("依据")},
        ],
    }
    return render(request, "demands/settings.html", context)


def new_category(request: HttpRequest) -> HttpResponse:
    """Adds a category."""
    rows = configuration.category_rows(request.actor)
    parents = [(row.id, f"{row.code} {row.name}") for row in rows if row.level == 1]
    form = CategoryForm(
        request.POST or None, parents=parents, initial={"parent": request.GET.get("parent", "")}
    )
    return _form(request, form, _("新增类别"), _add)


def _add(request: HttpRequest, data: dict[str, Any]) -> str:
    parent_id = data.pop("parent")
    row = configure.add_category(actor=request.actor, parent_id=parent_id, **data)
    return _("已新增类别 %(code)s %(name)s。") % {"code": row.code, "name": row.name}


def category(request: HttpRequest, pk: int) -> HttpResponse:
    """Renames a category."""
    row = configuration.category_row(request.actor, pk)
    form = CategoryForm(
        request.POST or None, named=True, initial={"name": row.name, "name_en": row.name_en}
    )

    def rename(request: HttpRequest, data: dict[str, Any]) -> str:
        changed = configure.rename_category(actor=request.actor, category_id=pk, **data)
        return _("类别 %(code)s 现在叫“%(name)s”。") % {"code": changed.code, "name": changed.name}

    return _form(request, form, _("更名：%(code)s %(name)s") % {"code": row.code, "name": row.name},
                 rename)  # fmt: skip


@require_POST
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a category out of the choices, or back in."""
    active = request.POST.get("active") == "1"
    row = configure.switch_category(actor=request.actor, category_id=pk, active=active)
    sentence = _("已启用“%(name)s”。") if active else _("已停用“%(name)s”，已有的诉求不受影响。")
    messages.info(request, sentence % {"name": row.name})
    return redirect("demands:settings")


def new_level(request: HttpRequest) -> HttpResponse:
    """Sets limits from a day on."""
    rows = configuration.category_rows(request.actor)
    form = LevelForm(
        request.POST or None,
        categories=[(row.code, f"{row.code} {row.name}") for row in rows],
        initial={"valid_from": timezone.localdate()},
    )
    return _form(request, form, _("设定时限"), _set)


def _set(request: HttpRequest, data: dict[str, Any]) -> str:
    limits = {}
    for step in STEPS:
        kind, amount = data.pop(f"{step}_kind"), data.pop(f"{step}_amount")
        limits[step] = Limit(LimitKind(kind), amount) if amount else None
    values = configure.LevelValues(**limits, **data)
    row = configure.set_level(actor=request.actor, values=values)
    return _("新时限从 %(day)s 起用；已经在走的时钟不变。") % {"day": row.valid_from.isoformat()}


def _form(request: HttpRequest, form: Any, title: str, save: Any) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            sentence = save(request, dict(form.cleaned_data))
        except LoushiError as refusal:
            add_errors(form, refusal)
        else:
            messages.info(request, sentence)
            return redirect("demands:settings")
    status = 422 if form.is_bound else 200
    context = {"form": form, "title": title}
    return render(request, "demands/settings_form.html", context, status=status)
