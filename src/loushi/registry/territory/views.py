"""The unit tree on any day, one unit, and the forms that change the tree."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from loushi.foundation.core.errors import Denied, Refused
from loushi.registry.territory import commands, forms, queries
from loushi.registry.territory.models import Unit, UnitKind
from loushi.registry.territory.panels import buildings_of, panels_of
from loushi.registry.territory.policy import can_change, fits_below

INDENT = "　"


def _on(request: HttpRequest) -> date:
    try:
        return parse_date(request.GET.get("on", "")) or timezone.localdate()
    except ValueError:
        return timezone.localdate()


def tree(request: HttpRequest) -> HttpResponse:
    """All units as they stood on a day."""
    on = _on(request)
    nodes = queries.tree(on)
    context = {
        "nodes": queries.with_counts(nodes),
        "on": on,
        "today": timezone.localdate(),
        "figures": "，".join(f"{label} {n}" for label, n in queries.counts_by_kind(nodes)),
        "planned": list(queries.planned()[:50]),
        "may_change": can_change(request.actor, queries.root_path() or "-"),
    }
    return render(request, "territory/tree.html", context)


def unit(request: HttpRequest, pk: int) -> HttpResponse:
    """One unit on a day: way, children, history, hosts, and panels of upper packages."""
    on = _on(request)
    found = queries.get_unit(pk)
    context = {
        "unit": found,
        "node": queries.unit_at(pk, on),
        "on": on,
        "today": timezone.localdate(),
        "way": _way(pk, found.name, on),
        "children": queries.children(pk, on),
        "history": _history(pk),
        "hosts": queries.hosts_of(pk, on),
        "host_form": forms.HostForm(),
        "details_form": forms.DetailsForm(
            initial={"feature": found.feature, "prefix": found.prefix, "source": found.source}
        ),
        "may_change": bool(found.path) and can_change(request.actor, found.path),
        "panels": panels_of(request.actor, "territory.unit", pk, on=on),
    }
    return render(request, "territory/unit.html", context)


def _way(pk: int, name: str, on: date) -> list[dict[str, str]]:
    """Breadcrumbs: the tree, the units above on that day, the unit itself."""
    steps = [{"label": _("组织与区划"), "href": reverse("territory:tree")}]
    steps += [
        {"label": node.name, "href": reverse("territory:unit", args=[node.id])}
        for node in queries.ancestors(pk, on)
    ]
    return [*steps, {"label": name, "href": ""}]


LIFE = {
    "name": gettext_lazy("名为“%(text)s”"),
    "place": gettext_lazy("归属 %(text)s"),
    "merge_out": gettext_lazy("并入 %(text)s"),
    "merge_in": gettext_lazy("%(text)s 并入"),
    "split_out": gettext_lazy("拆出 %(text)s"),
    "split_in": gettext_lazy("从 %(text)s 拆出"),
    "dissolved": gettext_lazy("撤销"),
}


def _history(pk: int) -> list[dict[str, Any]]:
    """The unit's life as a timeline."""
    return [
        {
            "kind": "note",
            "when": moment.on.isoformat(),
            "title": LIFE[moment.kind] % {"text": moment.text} if moment.text else _("设立"),
            "text": "",
            "meta": "",
            "files": [],
            "id": "",
        }
        for moment in queries.history(pk)
    ]


def _changeable(request: HttpRequest, pk: int) -> Unit:
    found = queries.get_unit(pk)
    if not can_change(request.actor, found.path or "-"):
        raise Denied
    return found


def _changing(
    request: HttpRequest,
    found: Unit,
    form: Form,
    title: str,
    change: Callable[[dict[str, Any]], str],
    preview: Callable[[dict[str, Any]], commands.Preview] | None = None,
) -> HttpResponse:
    """A form in two steps: first what will move, then the change itself."""
    shown = None
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            if preview is not None and "confirm" not in request.POST:
                shown = preview(typed)
            else:
                messages.info(request, change(typed))
                return redirect("territory:unit", found.pk)
        except Refused as refusal:
            form.refuse(refusal)  # type: ignore[attr-defined]
    context = {
        "unit": found,
        "form": form,
        "title": title,
        "preview": shown,
        "two_steps": preview is not None,
    }
    status = 422 if form.errors else 200
    return render(request, "territory/change.html", context, status=status)


def _nodes(
    actor: Any, keep: Callable[[queries.Node], bool] = lambda node: True
) -> list[tuple[int, str]]:
    return [
        (node.id, INDENT * node.depth + node.name)
        for node in queries.tree()
        if can_change(actor, node.path) and keep(node)
    ]


def found(request: HttpRequest, pk: int) -> HttpResponse:
    """A new unit below this one."""
    above = _changeable(request, pk)
    kinds = [(k.value, k.label) for k in UnitKind if fits_below(k.value, above.kind)]
    form = forms.FoundForm(
        request.POST or None, initial={"parent": pk}, kinds=kinds,
        parents=_nodes(request.actor, lambda node: node.kind != UnitKind.MICRO_GRID),
    )  # fmt: skip

    def change(typed: dict[str, Any]) -> str:
        new = commands.found_unit(actor=request.actor, **typed)
        return _("“%(name)s”自 %(on)s 起设立。") % {"name": new.name, "on": new.founded_on}

    return _changing(request, above, form, _("设立下级单元"), change)


def rename(request: HttpRequest, pk: int) -> HttpResponse:
    row = _changeable(request, pk)
    form = forms.RenameForm(request.POST or None, initial={"name": row.name})

    def change(typed: dict[str, Any]) -> str:
        commands.rename_unit(actor=request.actor, unit_id=pk, **typed)
        return _("自 %(on)s 起名为“%(name)s”。") % {"on": typed["on"], "name": typed["name"]}

    return _changing(request, row, form, _("更名"), change)


def move(request: HttpRequest, pk: int) -> HttpResponse:
    row = _changeable(request, pk)
    parents = _nodes(request.actor, lambda node: fits_below(row.kind, node.kind))
    form = forms.MoveForm(request.POST or None, parents=parents)

    def change(typed: dict[str, Any]) -> str:
        commands.move_unit(
            actor=request.actor, unit_id=pk, parent_id=typed["parent"], on=typed["on"],
            why=typed["why"],
        )  # fmt: skip
        return _("“%(name)s”自 %(on)s 起归到新的上级。") % {"name": row.name, "on": typed["on"]}

    def preview(typed: dict[str, Any]) -> commands.Preview:
        return commands.preview_move(unit_id=pk, on=typed["on"])

    return _changing(request, row, form, _("调整归属"), change, preview)


def merge(request: HttpRequest, pk: int) -> HttpResponse:
    row = _changeable(request, pk)
    same = _nodes(request.actor, lambda node: node.kind == row.kind and node.id != pk)
    form = forms.MergeForm(
        request.POST or None, units=[(key, name.strip(INDENT)) for key, name in same]
    )

    def change(typed: dict[str, Any]) -> str:
        commands.merge_units(
            actor=request.actor, unit_ids=typed["units"], heir_id=pk, on=typed["on"],
            why=typed["why"],
        )  # fmt: skip
        return _("%(count)d 个单元自 %(on)s 起并入“%(name)s”。") % {
            "count": len(typed["units"]), "on": typed["on"], "name": row.name,
        }  # fmt: skip

    def preview(typed: dict[str, Any]) -> commands.Preview:
        return commands.preview_merge(unit_ids=typed["units"], on=typed["on"])

    return _changing(request, row, form, _("并入其他单元"), change, preview)


def split(request: HttpRequest, pk: int) -> HttpResponse:
    """Several heirs; first what each of them takes, then the split itself."""
    row = _changeable(request, pk)
    form = _split_form(request, row)
    shown: list[tuple[str, commands.Preview]] = []
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        if "confirm" not in request.POST:
            shown = _split_preview(form, pk)
        else:
            try:
                heirs = commands.split_unit(
                    actor=request.actor, unit_id=pk, on=typed["on"], why=typed["why"],
                    dissolve=typed["dissolve"],
                    parts=[commands.Part(**{k: v for k, v in part.items() if k != "number"})
                           for part in typed["parts"]],
                )  # fmt: skip
            except Refused as refusal:
                form.refuse(refusal)
            else:
                names = "、".join(f"“{heir.name}”" for heir in heirs)
                said = (
                    _("“%(unit)s”自 %(on)s 起撤销，由%(heirs)s承接。") if typed["dissolve"]
                    else _("“%(unit)s”自 %(on)s 起拆分，由%(heirs)s承接划出的部分。")
                )  # fmt: skip
                words = {"unit": row.name, "on": typed["on"], "heirs": names}
                messages.info(request, said % words)
                return redirect("territory:unit", pk)
    context = {"unit": row, "form": form, "preview": shown, "most": forms.MAX_HEIRS}
    status = 422 if form.errors else 200
    return render(request, "territory/split.html", context, status=status)


def _split_form(request: HttpRequest, row: Unit) -> forms.SplitForm:
    """Bound, unless another heir was asked for: then what was typed is kept and nothing judged."""
    given = request.POST
    said = given.get("heirs", "")
    count = int(said) if said.isascii() and said.isdigit() and len(said) < 3 else 2
    more = "more" in given
    same = _nodes(request.actor, lambda node: node.kind == row.kind and node.id != row.pk)
    return forms.SplitForm(
        None if more else given or None,
        initial=dict(given.items()) | {"heirs": count + 1} if more else None,
        units=[(key, name.strip(INDENT)) for key, name in same],
        children=[(node.id, node.name) for node in queries.children(row.pk)],
        buildings=buildings_of(request.actor, row.pk),
        count=count + more,
    )


def _split_preview(form: forms.SplitForm, pk: int) -> list[tuple[str, commands.Preview]]:
    typed = form.cleaned_data
    return [
        (
            form.spoken(part["number"]),
            commands.preview_split(
                unit_id=pk, children=part["children"], buildings=part["buildings"], on=typed["on"]
            ),
        )
        for part in typed["parts"]
    ]


@require_POST
def details(request: HttpRequest, pk: int) -> HttpResponse:
    form = forms.DetailsForm(request.POST)
    try:
        if form.is_valid():
            commands.change_details(actor=request.actor, unit_id=pk, **form.cleaned_data)
            messages.info(request, _("特色、编号前缀和依据已更正。"))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("territory:unit", pk)


@require_POST
def add_host(request: HttpRequest, pk: int) -> HttpResponse:
    form = forms.HostForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused(_("请填写属地社区和日期。"))
        found = list(queries.residential_communities(form.cleaned_data["community"])[:2])
        if len(found) != 1:
            raise Refused(
                _("没有这个属地社区，请先导入名录。") if not found
                else _("有多个属地社区符合，请填写完整编码。")
            )  # fmt: skip
        commands.add_host(
            actor=request.actor, unit_id=pk, community_id=found[0].pk,
            since=form.cleaned_data["since"],
        )  # fmt: skip
        messages.info(request, _("已登记属地社区“%(name)s”。") % {"name": found[0].name})
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("territory:unit", pk)


@require_POST
def end_host(request: HttpRequest, pk: int, host: int) -> HttpResponse:
    try:
        commands.end_host(actor=request.actor, host_id=host)
        messages.info(request, _("已从今天起取消这个属地社区。"))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("territory:unit", pk)
