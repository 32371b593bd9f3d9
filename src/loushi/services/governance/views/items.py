"""An item: its page, the vote, the ways it ends."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loushi.foundation.core.errors import Conflict, Denied, NotVisible
from loushi.foundation.core.scoping import require
from loushi.services.governance import commands, queries, showing
from loushi.services.governance.forms import CastForm, ItemForm, RollForm, VoteForm, WhyForm
from loushi.services.governance.policy import CONVENE, PROPOSE
from loushi.services.governance.views.forming import done, shown, tried


@require_GET
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """One item: what is known, the vote, what came of it."""
    page = queries.item_page(request.actor, pk)
    return render(request, "governance/item.html", showing.item_context(request, page))


def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """A free proposal."""
    row = queries.body_row(request.actor, pk)
    require(request.actor, PROPOSE, row)
    form = ItemForm(request.POST or None, choices=showing.interests(request.actor, row))
    if done(request, form, lambda: commands.propose(
        actor=request.actor, body_id=pk, values=form.cleaned_data
    )):  # fmt: skip
        messages.info(request, _("议题已提交，等召集人列入会议。"))
        return redirect("governance:body", pk)
    title = _("提出议题·%(name)s") % {"name": row.name}
    return shown(request, form, title, reverse("governance:body", args=[pk]))


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Corrects an item before its vote: what for, whom it concerns."""
    row = queries.item_row(request.actor, pk)
    require(request.actor, CONVENE, row)
    names = ("title", "summary", "matter", "enterprise_id", "manager_id")
    form = ItemForm(
        request.POST or None, choices=showing.interests(request.actor, row.body),
        initial={name: getattr(row, name) for name in names},
    )  # fmt: skip
    if done(request, form, lambda: commands.edit_item(
        actor=request.actor, item_id=pk, values=form.cleaned_data
    )):  # fmt: skip
        messages.info(request, _("更正已保存。"))
        return redirect("governance:item", pk)
    return shown(request, form, _("更正议题"), reverse("governance:item", args=[pk]))


def open_vote(request: HttpRequest, pk: int) -> HttpResponse:
    """Opens the vote: open or secret, and who else must stay out."""
    page = queries.item_page(request.actor, pk)
    require(request.actor, CONVENE, page.row)
    able = [(one.seat.pk, one.seat.name) for one in page.electors if not one.why]
    form = VoteForm(request.POST or None, choices={"recused": able})
    why = _("主持人决定回避")

    def act() -> Any:
        recused = dict.fromkeys(form.cleaned_data["recused"], why)
        return commands.open_vote(
            actor=request.actor, item_id=pk, secret=form.cleaned_data["secret"], recused=recused
        )

    if done(request, form, act):
        return redirect("governance:item", pk)
    return shown(
        request, form, _("开始表决·%(title)s") % {"title": page.row.title},
        reverse("governance:item", args=[pk]), hint=showing.standing_words(page),
        button=_("开始表决"),
    )  # fmt: skip


@require_POST
def cast(request: HttpRequest, pk: int) -> HttpResponse:
    """A member's own vote. The receipt of a secret ballot is in this one answer and nowhere else:
    not in a message, a redirect, a cookie or a cache."""
    row = queries.item_row(request.actor, pk)
    form = CastForm(request.POST)
    given: list[str] = []
    if not done(request, form, lambda: given.append(commands.cast_vote(
        actor=request.actor, item_id=pk, choice=form.cleaned_data["choice"]
    ))):  # fmt: skip
        messages.warning(request, " ".join(e for errors in form.errors.values() for e in errors))
        return redirect("governance:item", pk)
    if given[0]:
        response = render(request, "governance/receipt.html", {"row": row, "receipt": given[0]})
        response["Cache-Control"] = "no-store"
        return response
    messages.info(request, _("已记入您的表决；结束前可以改。"))
    return redirect("governance:item", pk)


def roll(request: HttpRequest, pk: int) -> HttpResponse:
    """The convener takes an open vote down, member by member."""
    page = queries.item_page(request.actor, pk)
    require(request.actor, CONVENE, page.row)
    if page.row.secret:
        raise Conflict(_("无记名投票只能由委员本人投。"))
    able = [one for one in page.roll if one.present and not one.recused]
    form = RollForm(request.POST or None, roll=able)

    def act() -> None:
        for seat, choice in form.changed().items():
            commands.cast_vote(actor=request.actor, item_id=pk, choice=choice, seat_id=seat)

    if done(request, form, act):
        return redirect("governance:item", pk)
    title = _("逐席登记·%(title)s") % {"title": page.row.title}
    return shown(request, form, title, reverse("governance:item", args=[pk]))


def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Closes or voids the vote, writes the discussion, withdraws, goes one tier up."""
    row = queries.item_row(request.actor, pk)
    require(request.actor, CONVENE, row)
    if name in ("close", "discuss"):
        if request.method != "POST":
            raise Denied
        text = {"discussion": request.POST.get("discussion", "")[:20_000]}
        plain: dict[str, Callable[[], Any]] = {
            "close": lambda: commands.close_vote(actor=request.actor, item_id=pk),
            "discuss": lambda: commands.edit_item(actor=request.actor, item_id=pk, values=text),
        }
        tried(request, plain[name])
        return redirect("governance:item", pk)
    titles = {
        "void": _("作废这次表决"), "withdraw": _("撤回议题"), "escalate": _("提请上级办理"),
    }  # fmt: skip
    asked: dict[str, Callable[..., Any]] = {
        "void": commands.void_vote, "withdraw": commands.withdraw_item,
        "escalate": commands.escalate_item,
    }  # fmt: skip
    if name not in asked:
        raise NotVisible
    form = WhyForm(request.POST or None)
    if done(request, form, lambda: asked[name](
        actor=request.actor, item_id=pk, why=form.cleaned_data["why"]
    )):  # fmt: skip
        return redirect("governance:item", pk)
    return shown(request, form, titles[name], reverse("governance:item", args=[pk]),
                 hint=row.title, button=titles[name])  # fmt: skip
