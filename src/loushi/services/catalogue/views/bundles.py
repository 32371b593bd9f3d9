"""Bundles at the desk: list, page, and the designer."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loushi.foundation.core.actor import DEPARTMENT, UNIT
from loushi.foundation.core.errors import Denied, NotVisible
from loushi.services.catalogue import commands, queries
from loushi.services.catalogue import showing_bundles as showing
from loushi.services.catalogue.forms_bundles import BundleForm
from loushi.services.catalogue.policy import DESIGN, VIEW, may_at
from loushi.services.catalogue.views.forming import done, tried


@require_GET
def bundle_list(request: HttpRequest) -> HttpResponse:
    """All visible bundles, for staff."""
    actor = request.actor
    if not actor.keys(UNIT, VIEW) and not actor.keys(DEPARTMENT, VIEW):
        raise Denied
    filters = showing.filters_from(request.GET)
    page = queries.bundle_list(
        actor, filters,
        after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    return render(request, "catalogue/bundles.html", showing.list_context(request, filters, page))


@require_GET
def bundle(request: HttpRequest, pk: int) -> HttpResponse:
    """One bundle: what is asked, who does what, in which order."""
    page = queries.bundle_page(request.actor, pk)
    return render(request, "catalogue/bundle.html", showing.bundle_context(page))


def create(request: HttpRequest) -> HttpResponse:
    """A new bundle, empty or from an example."""
    if not request.actor.has(DESIGN):
        raise Denied
    context = showing.create_context(request.actor)
    example = request.POST.get("example") or request.GET.get("example", "")
    shown = commands.examples().get(example, {})
    initial = {name: shown.get(name, "") for name in ("title", "summary", "founders")}
    form = BundleForm(request.POST or None, units=context["units"], initial=initial)
    made: list[Any] = []

    def act() -> None:
        values = dict(form.cleaned_data)
        made.append(commands.create_bundle(
            actor=request.actor, unit_id=values.pop("unit_id"), values=values, example=example
        ))  # fmt: skip

    if done(request, form, act):
        messages.info(request, _("已建好草稿。把问题、材料、步骤填齐，检查没有问题就能发布。"))
        return redirect("catalogue:design", made[0].pk)
    context |= {"form": form, "example": example if shown else "", "chosen": shown.get("title", "")}
    status = 422 if form.is_bound else 200
    return render(request, "catalogue/bundle_new.html", context, status=status)


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The name, and what is told about a bundle."""
    row = queries.bundle_row(request.actor, pk)
    if not may_at(request.actor, DESIGN, row):
        raise Denied
    initial = {name: getattr(row, name) for name in ("title", "summary", "founders")}
    form = BundleForm(request.POST or None, units=None, initial=initial)
    if done(request, form, lambda: commands.update_bundle(
        actor=request.actor, bundle_id=pk, values=form.cleaned_data
    )):  # fmt: skip
        messages.info(request, _("更正已保存。"))
        return redirect("catalogue:bundle", pk)
    return _form(request, form, _("更正“%(name)s”") % {"name": row.title},
                 reverse("catalogue:bundle", args=[pk]))  # fmt: skip


@require_GET
def design(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft: what is wrong with it, its picture, its parts."""
    found = queries.design_of(request.actor, pk)
    return render(request, "catalogue/design.html", showing.design_context(found))


def part(request: HttpRequest, pk: int, part: str, code: str = "") -> HttpResponse:
    """The form of a step, a question, a material or a record."""
    found = queries.design_of(request.actor, pk)
    if part not in commands.LISTS:
        raise NotVisible
    rows = getattr(found.flow, commands.LISTS[part])
    if code and code not in {one.code for one in rows}:
        raise NotVisible
    form = showing.part_form(request, found, part, code)
    if done(request, form, lambda: commands.put_part(
        actor=request.actor, bundle_id=pk, part=part, values=form.values(), code=code,
        revision=form.cleaned_data["revision"],
    )):  # fmt: skip
        return redirect(f"{showing.design_url(pk)}#part-{part}")
    return _form(request, form, showing.part_title(part, new=not code), showing.design_url(pk),
                 sub=found.row.title)  # fmt: skip


@require_POST
def change(request: HttpRequest, pk: int, part: str, code: str) -> HttpResponse:
    """Moves a part up or down, or deletes it."""
    queries.design_of(request.actor, pk)
    what = request.POST.get("do", "")
    given: dict[str, Any] = {
        "actor": request.actor, "bundle_id": pk, "part": part, "code": code,
        "revision": showing.revision_of(request),
    }  # fmt: skip
    if what == "drop":
        tried(request, lambda: commands.drop_part(**given))
    elif what in ("up", "down"):
        tried(request, lambda: commands.move_part(**given, up=what == "up"))
    else:
        raise NotVisible
    return redirect(f"{showing.design_url(pk)}#part-{part}")


@require_POST
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Publishes, withdraws, offers again, begins or discards a draft."""
    queries.bundle_row(request.actor, pk)
    given: dict[str, Any] = {"actor": request.actor, "bundle_id": pk}
    revision = showing.revision_of(request)
    acts: dict[str, tuple[Callable[[], Any], str, str]] = {
        "publish": (lambda: commands.publish_bundle(**given, revision=revision),
                    _("已发布，现在可以申请。办理中的按原来的版本办完。"), "bundle"),
        "withdraw": (lambda: commands.withdraw_bundle(**given),
                     _("已撤下，不再收新申请；办理中的照常办完。"), "bundle"),
        "offer": (lambda: commands.offer_bundle(**given), _("已恢复申请。"), "bundle"),
        "version": (lambda: commands.begin_version(**given),
                    _("从现行版本复制了一份草稿，改好发布后才生效。"), "design"),
        "discard": (lambda: commands.discard_version(**given), _("草稿已删掉。"), "bundle"),
    }  # fmt: skip
    if name not in acts:
        raise NotVisible
    command, words, page = acts[name]
    if tried(request, command):
        messages.info(request, words)
        return redirect(f"catalogue:{page}", pk)
    return redirect("catalogue:design" if name == "publish" else "catalogue:bundle", pk)


def _form(request: HttpRequest, form: Any, title: str, back: str, *, sub: str = "") -> HttpResponse:
    context = {"form": form, "title": title, "back": back, "sub": sub}
    status = 422 if form.is_bound else 200
    return render(request, "catalogue/bundle_form.html", context, status=status)
