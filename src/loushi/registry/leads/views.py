"""Pages: the list, a lead and its steps, the funnel, referral posts, a referrer's own."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from loushi.foundation.core.errors import Conflict, Denied, LoushiError, Refused
from loushi.foundation.core.scoping import require
from loushi.foundation.transfer.commands import export
from loushi.foundation.web.forming import add_refusal
from loushi.registry.enterprises.queries import industry_choices
from loushi.registry.leads import commands, queries, showing
from loushi.registry.leads.exports import LeadExporter
from loushi.registry.leads.forms import LeadForm, MoveForm, PostForm, ReferForm, ReferrerForm
from loushi.registry.leads.policy import CREATE, EXPORT, POSTS, REFER, VIEW, WORK


@require_GET
def lead_list(request: HttpRequest) -> HttpResponse:
    """All visible leads; a referrer is sent to the own referrals."""
    if not request.actor.has(VIEW) and request.actor.has(REFER):
        return redirect("leads:referrals")
    filters = showing.filters_from(request.GET)
    if kind := request.GET.get("export", ""):
        if not request.actor.has(EXPORT):
            raise Denied
        rows = queries.lead_lines(request.actor, filters)
        return export(LeadExporter, rows, actor=request.actor, kind=kind).response()
    page = queries.lead_list(
        request.actor, filters,
        after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    return render(request, "leads/list.html", showing.list_context(request, filters, page))


@require_GET
def lead(request: HttpRequest, pk: int) -> HttpResponse:
    """One lead: what it needs, what fits, what was done."""
    return render(request, "leads/lead.html", showing.lead_context(request.actor, pk))


def create(request: HttpRequest) -> HttpResponse:
    """Registers a lead."""
    if not request.actor.has(CREATE):
        raise Denied
    units = queries.create_choices(request.actor)
    form = LeadForm(request.POST or None, units=units, industries=industry_choices())
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            made = commands.create_lead(
                actor=request.actor, unit_id=values.pop("unit_id"), values=values
            )
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("已登记“%(name)s”这条线索。") % {"name": made.company})
            return redirect("leads:page", made.pk)
    return _form(request, form, _("登记一条线索"))


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Corrects a lead."""
    page = queries.lead_page(request.actor, pk)
    require(request.actor, WORK, page.row)
    initial = {name: getattr(page.row, name) for name in LeadForm.base_fields if name != "unit_id"}
    form = LeadForm(
        request.POST or None, units=None, industries=industry_choices(page.row.industry_id),
        initial=initial,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            commands.update_lead(actor=request.actor, lead_id=pk, values=form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("更正已保存。"))
            return redirect("leads:page", pk)
    return _form(request, form, _("更正“%(name)s”") % {"name": page.row.company}, pk)


def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One step of the funnel; the form asks for what is still missing."""
    page = queries.lead_page(request.actor, pk)
    require(request.actor, WORK, page.row)
    step = next((one for one in page.moves if one.name == name), None)
    if step is None:
        raise Http404
    form = MoveForm(
        request.POST or None, asks=showing.asked(page.row, step),
        rooms=queries.room_choices(request.actor, page.row),
        industries=industry_choices(page.row.industry_id),
        initial=showing.initial(page.row, request.GET),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            row = commands.make_move(
                actor=request.actor, lead_id=pk, move=name, values=form.cleaned_data
            )
        except (Refused, Conflict) as refusal:
            add_refusal(form, refusal)
        except Denied as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(
                request, _("“%(name)s”现在是“%(stage)s”。")
                % {"name": row.company, "stage": row.get_state_display()},
            )  # fmt: skip
            return redirect("leads:page", pk)
    return _form(request, form, f"{step.label} · {page.row.company}", pk)


@require_GET
def funnel(request: HttpRequest) -> HttpResponse:
    """The funnel and the growth of clusters; every number opens to its rows."""
    if not request.actor.has(VIEW):
        raise Denied
    return render(request, "leads/funnel.html", showing.funnel_context(request))


def posts(request: HttpRequest) -> HttpResponse:
    """Referral posts: who refers, how many, how many landed."""
    if not request.actor.has(POSTS):
        raise Denied
    form = PostForm(request.POST or None, units=queries.post_choices(request.actor))
    if request.method == "POST" and form.is_valid():
        try:
            made = commands.create_post(
                actor=request.actor, since=timezone.localdate(), **form.cleaned_data
            )
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("已设立“%(name)s”。") % {"name": made.name})
            return redirect("leads:referrer", made.pk)
    context = {"form": form, "rows": queries.posts(request.actor), **showing.tabs(request, "posts")}
    return render(request, "leads/posts.html", context, status=422 if form.is_bound else 200)


def referrer(request: HttpRequest, pk: int) -> HttpResponse:
    """Names a person of a post."""
    post = next((one[0] for one in queries.posts(request.actor) if one[0].pk == pk), None)
    if post is None:
        raise Http404
    require(request.actor, POSTS, post)
    form = ReferrerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            commands.add_referrer(
                actor=request.actor, post_id=pk, since=timezone.localdate(), **form.cleaned_data
            )
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("已指定联络人。"))
            return redirect("leads:posts")
    return _form(
        request, form, _("指定联络人 · %(name)s") % {"name": post.name}, back="leads:posts"
    )


def referrals(request: HttpRequest) -> HttpResponse:
    """A referrer's own page: refer a firm, see what became of the ones before."""
    rows = queries.own_referrals(request.actor)
    form = ReferForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            commands.refer(actor=request.actor, **form.cleaned_data)
        except LoushiError as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("已收到您的引荐，社区会联系企业。进展在这里看。"))
            return redirect("leads:referrals")
    context = {"form": form, **showing.fates(rows), "post": commands.post_of(request.actor)}
    return render(request, "leads/referrals.html", context, status=422 if form.is_bound else 200)


def _form(
    request: HttpRequest, form: Any, title: str, pk: int | None = None, back: str = "leads:list"
) -> HttpResponse:
    context = {"form": form, "title": title, "pk": pk, "back": back}
    return render(request, "leads/form.html", context, status=422 if form.is_bound else 200)
