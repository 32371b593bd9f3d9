"""安商稳商: the list of firms with signs, and noting what came of one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loushi.casework.visits.commands import retention as commands
from loushi.casework.visits.exports import RetentionExporter
from loushi.casework.visits.forms import RetentionForm
from loushi.casework.visits.models import RetentionAlert
from loushi.casework.visits.policy import EXPORT, RECORD, VIEW
from loushi.casework.visits.queries import retention as queries
from loushi.casework.visits.views import reading
from loushi.foundation.core.errors import Conflict, Denied, LoushiError
from loushi.foundation.transfer.commands import export
from loushi.foundation.web.forming import add_refusal
from loushi.registry.buildings.queries import visible_units


@require_GET
def retention_list(request: HttpRequest) -> HttpResponse:
    """Which firms, why, and what was done; narrowed by the address."""
    if not (request.actor.has(VIEW) or request.actor.see_all):
        raise Denied
    wanted = _wanted(request)
    if kind := request.GET.get("export", ""):
        if not request.actor.has(EXPORT):
            raise Denied
        rows = list(queries.retention_lines(request.actor, wanted))
        commands.note_look(actor=request.actor, lines=rows)
        return export(RetentionExporter, rows, actor=request.actor, kind=kind).response()
    marks = {name: request.GET.get(name, "") for name in ("after", "before")}
    page = queries.retention_list(request.actor, wanted, **marks)
    commands.note_look(actor=request.actor, lines=page.rows)
    return render(request, "visits/retention.html", _context(request, wanted) | {"page": page})


def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes what came of a sign, or puts it off until a day."""
    alert = queries.alert_for_change(request.actor, pk)
    commands.note_look(actor=request.actor, lines=[alert])
    form = RetentionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _decide(request, pk, form)
        except LoushiError as refusal:
            add_refusal(form, refusal)
        else:
            return redirect("visits:retention")
    status = 422 if form.is_bound else 200
    context = {"form": form, "alert": alert}
    return render(request, "visits/retention_decide.html", context, status=status)


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts a handled or snoozed sign back on the list."""
    try:
        row = commands.reopen_alert(actor=request.actor, alert_id=pk)
    except Conflict as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.info(request, _("%(name)s 已回到名单。") % {"name": row.enterprise.name})
    return redirect("visits:retention")


def _decide(request: HttpRequest, pk: int, form: RetentionForm) -> None:
    given = form.cleaned_data
    if given["act"] == "handled":
        row = commands.handle_alert(actor=request.actor, alert_id=pk, outcome=given["outcome"])
        said = _("%(name)s 已记为已处理；信号再出现会回到名单。")
    else:
        row = commands.snooze_alert(
            actor=request.actor, alert_id=pk, until=given["until"], why=given["outcome"]
        )
        said = _("%(name)s 暂缓到 %(until)s，到那天回到名单。")
    messages.info(request, said % {"name": row.enterprise.name, "until": row.snoozed_until})


def _wanted(request: HttpRequest) -> queries.Wanted:
    query = request.GET
    sign, state = query.get("sign", ""), query.get("state", "")
    known = dict(queries.sign_choices(request.actor))
    return queries.Wanted(
        sign=sign if sign in known else "",
        unit=reading.whole(query.get("unit", "")),
        officer=reading.whole(query.get("officer", "")),
        state="" if state == "all" else state
        if state in RetentionAlert.State.values else RetentionAlert.State.OPEN,
    )  # fmt: skip


def _context(request: HttpRequest, wanted: queries.Wanted) -> dict[str, object]:
    actor = request.actor
    tally = queries.tally(actor, wanted)
    return {
        "wanted": wanted,
        "narrowed": wanted != queries.Wanted(),
        "tally": tally,
        "thresholds": queries.thresholds(actor, tally.at.date()),
        "signs": [(*one, tally.signs.get(one[0], 0)) for one in queries.sign_choices(actor)],
        "states": [
            (code, label, tally.states.get(code, 0))
            for code, label in RetentionAlert.State.choices
        ],
        "units": visible_units(actor),
        "officers": queries.officers(actor),
        "me": actor.user_id,
        "may_record": actor.has(RECORD),
        "may_export": actor.has(EXPORT),
        "columns": [
            {"key": key, "label": label, "fixed": True}
            for key, label in (
                ("firm", _("企业")), ("why", _("为什么在名单上")), ("since", _("自")),
                ("state", _("状态和结果")), ("act", _("办理")),
            )
        ],
    }  # fmt: skip
