"""Which demands are together: ticked in a list, from a case, in and out of an issue."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from loushi.casework.demands import queries as demands
from loushi.casework.matching import commands, queries, showing
from loushi.casework.matching.forms import MergeForm, NewForm, ReferForm, SplitForm, TicksForm
from loushi.casework.matching.policy import GROUP
from loushi.casework.matching.views.forming import done, new_key, shown, tried
from loushi.foundation.core.errors import Denied


def create(request: HttpRequest) -> HttpResponse:
    """A new issue; the address names the demands that were ticked."""
    if not request.actor.has(GROUP):
        raise Denied
    ticks = showing.ticked(request)
    form = NewForm(
        request.POST or None, choices=showing.new_choices(request.actor),
        initial=showing.new_initial(request.actor, ticks) | {"key": new_key()},
    )  # fmt: skip
    made: list[Any] = []
    if done(request, form, lambda: made.append(commands.create_issue(
        actor=request.actor, values=showing.without_key(form), demand_ids=ticks,
        key=form.cleaned_data["key"],
    ))):  # fmt: skip
        messages.info(request, _("已建立 %(number)s。") % {"number": made[0].number})
        return redirect("matching:issue", made[0].pk)
    return shown(request, form, _("建立共性问题"), reverse("matching:list"), button=_("建立"),
                 template="matching/new.html",
                 **showing.new_context(request.actor, request, ticks))  # fmt: skip


def pick(request: HttpRequest) -> HttpResponse:
    """The demands under the filters of the inbox, to be ticked; then a new issue or one that is
    there already."""
    if not request.actor.has(GROUP):
        raise Denied
    if request.method == "POST":
        ticks, into = showing.ticked(request), showing.number(request.POST.get("into"))
        if not ticks:
            messages.warning(request, _("请先勾选诉求。"))
        elif not into:
            return redirect(showing.new_address(ticks))
        elif tried(request, lambda: commands.add_demands(
            actor=request.actor, issue_id=into, demand_ids=ticks
        )):  # fmt: skip
            messages.info(request, showing.joined_words(len(ticks)))
            return redirect("matching:issue", into)
    return render(request, "matching/pick.html", showing.pick_context(request))


def join(request: HttpRequest, pk: int) -> HttpResponse:
    """From a case: into an issue that is there, or a new one with the like demands."""
    view = demands.case(request.actor, pk)
    if not request.actor.has(GROUP):
        raise Denied
    if request.method == "POST":
        into = showing.number(request.POST.get("into"))
        if not into:
            return redirect(showing.new_address([pk, *showing.ticked(request)]))
        ids = [pk, *showing.ticked(request)]
        if tried(request, lambda: commands.add_demands(
            actor=request.actor, issue_id=into, demand_ids=list(dict.fromkeys(ids)),
            why=request.POST.get("why", ""),
        )):  # fmt: skip
            messages.info(request, showing.joined_words(len(ids)))
            return redirect("matching:issue", into)
    return render(request, "matching/join.html", showing.join_context(request.actor, view.demand))


@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes ticked proposals in."""
    showing.allowed(request.actor, pk, "add")
    ticks = showing.ticked(request)
    if tried(request, lambda: commands.add_demands(
        actor=request.actor, issue_id=pk, demand_ids=ticks, key=request.POST.get("key", "")[:80]
    )):  # fmt: skip
        messages.info(request, showing.joined_words(len(ticks)))
    return redirect("matching:issue", pk)


def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes demands out."""
    page = showing.allowed(request.actor, pk, "remove")
    form = TicksForm(
        request.POST or None, choices={"demands": showing.member_choices(page)},
        initial={"demands": showing.ticked(request)},
    )  # fmt: skip
    if done(request, form, lambda: commands.remove_demands(
        actor=request.actor, issue_id=pk, demand_ids=form.cleaned_data["demands"],
        why=form.cleaned_data["reason"],
    )):  # fmt: skip
        messages.info(request, _("已移出，这些诉求照常单独办理。"))
        return redirect("matching:issue", pk)
    return shown(request, form, _("移出诉求"), showing.back_to(pk), sub=page.row.name,
                 button=_("移出"))  # fmt: skip


def split(request: HttpRequest, pk: int) -> HttpResponse:
    """Some demands become an issue of their own."""
    page = showing.allowed(request.actor, pk, "split")
    form = SplitForm(
        request.POST or None, choices={"demands": showing.member_choices(page)},
        initial={"demands": showing.ticked(request), "key": new_key()},
    )  # fmt: skip
    made: list[Any] = []
    if done(request, form, lambda: made.append(commands.split_issue(
        actor=request.actor, issue_id=pk, demand_ids=form.cleaned_data["demands"],
        values={name: form.cleaned_data[name] for name in ("name", "summary")},
        key=form.cleaned_data["key"],
    ))):  # fmt: skip
        messages.info(request, _("已拆出 %(number)s。") % {"number": made[0].number})
        return redirect("matching:issue", made[0].pk)
    return shown(request, form, _("拆分"), showing.back_to(pk), sub=page.row.name,
                 button=_("拆分"))  # fmt: skip


def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """All demands go into another issue."""
    page = showing.allowed(request.actor, pk, "merge")
    choices = showing.merge_choices(request.actor, page.row)
    form = MergeForm(request.POST or None, choices={"into": choices})
    if done(request, form, lambda: commands.merge_issues(
        actor=request.actor, issue_id=pk, into_id=form.cleaned_data["into"]
    )):  # fmt: skip
        messages.info(request, _("已并入；原来的编号仍查得到。"))
        return redirect("matching:issue", form.cleaned_data["into"])
    hint = "" if choices else _("没有可并入的共性问题：须是您能办理、还没有答复的。")
    return shown(request, form, _("并入另一个共性问题"), showing.back_to(pk),
                 sub=page.row.name, hint=hint, button=_("并入"))  # fmt: skip


def refer(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts the issue before a body as one item."""
    page = showing.allowed(request.actor, pk, "refer")
    choices = queries.bodies_for(request.actor, page.row)
    form = ReferForm(request.POST or None, choices={"body_id": choices})
    if done(request, form, lambda: commands.refer_issue(
        actor=request.actor, issue_id=pk, body_id=form.cleaned_data["body_id"]
    )):  # fmt: skip
        messages.info(request, _("已提交，决议答复后每件诉求都收到。"))
        return redirect("matching:issue", pk)
    hint = (
        _("作为一个议题提交；待交办的诉求一并转去，决议的答复送到每一件。")
        if choices
        else _("没有议事组织能议这里全部楼宇的事。请先登记社区的楼宇治理委员会，或把诉求分开。")
    )
    return shown(request, form, _("提交议事"), showing.back_to(pk), sub=page.row.name,
                 hint=hint, button=_("提交"))  # fmt: skip
