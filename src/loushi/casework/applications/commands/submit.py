"""Applying: by the enterprise on a phone, or by a clerk for whoever stands at the window."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.casework.applications.commands import telling
from loushi.casework.applications.commands.answers import cleaned_answers
from loushi.casework.applications.commands.case import Case
from loushi.casework.applications.commands.links import new_seed
from loushi.casework.applications.commands.places import refuse_taken
from loushi.casework.applications.models import Application, ApplicationMaterial
from loushi.casework.applications.policy import APPLY, REGISTER
from loushi.casework.applications.queries import published
from loushi.casework.applications.workflow import workflow
from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import ENTERPRISE, UNIT, Actor
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.core.idempotency import once
from loushi.foundation.core.scoping import fetch
from loushi.foundation.core.units import covers
from loushi.foundation.files.commands import attach
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.territory.models import Unit
from loushi.services.catalogue.models import BundleVersion, ServiceBundle
from loushi.services.catalogue.models.flow import Flow, flow_of, materials_for, plan

WHY = "the actor has made it"
Uploads = Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Request:
    """What is applied for. `papers` are codes of materials that were seen on paper; `tokens` claim
    files that were uploaded before (code → token)."""

    bundle_id: int
    answers: Mapping[str, Any]
    enterprise_id: int | None = None
    unit_id: int | None = None
    applicant: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    channel: str = Application.Channel.ONLINE
    papers: Sequence[str] = ()
    tokens: Mapping[str, str] = field(default_factory=dict)


def submit_application(
    *, actor: Actor, request: Request, uploads: Uploads | None = None, key: str = ""
) -> Application:
    """Applies for a bundle on its published version; the same `key` twice makes one application.
    Raises Refused with every wrong field at once, Denied, Conflict (no longer offered)."""
    files = {code: list(given) for code, given in (uploads or {}).items() if given}
    bundle, version = published(actor, request.bundle_id)
    flow = flow_of(version.content)

    def create() -> int:
        case = _create(actor, request, bundle, version, flow, files)
        return int(case.row.pk)

    # Waiting files are claimed by the first sending, so a repeated one may not know of them.
    names = {code: [getattr(one, "name", "") for one in given] for code, given in files.items()}
    payload = {**asdict(request), "tokens": None, "files": names}
    with transaction.atomic():
        pk, _new = once(
            actor=actor, command="applications.submit", key=key, payload=payload, create=create
        )
    return Application.objects.unscoped(WHY).get(pk=pk)


def check_application(*, actor: Actor, request: Request) -> None:
    """Refuses, before any material is handed in, what sending would refuse: nothing is written and
    no place kept. Raises as `submit_application`, which asks once more."""
    bundle, version = published(actor, request.bundle_id)
    flow = flow_of(version.content)
    unit, firm, answers, wrong = _read(actor, request, bundle, flow)
    if wrong:
        raise Refused.many(wrong)
    row = made_row(actor, request, bundle, version, unit, firm, answers)
    refuse_taken(flow, row, lock=False)


def _create(
    actor: Actor, request: Request, bundle: ServiceBundle, version: BundleVersion, flow: Flow,
    files: Uploads,
) -> Case:  # fmt: skip
    unit, firm, answers, wrong = _read(actor, request, bundle, flow)
    wrong |= _missing(flow, answers, request, files)
    if wrong:
        raise Refused.many(wrong)
    row = made_row(actor, request, bundle, version, unit, firm, answers)
    refuse_taken(flow, row, lock=True)
    case = Case(row, actor, row.submitted_at, flow=flow, fresh=True)
    row.save()
    case.begin()
    case.save()
    row.save(update_fields=["state", "due_at"])
    _hand_in(case, request, files)
    workflow.write(row, "submit", "", row.state, actor=actor, data={"channel": row.channel})
    told = {"bundle": bundle.title, "version": version.number, "applicant": row.applicant}
    record(actor=actor, action="applications.submit", subject=row, after=told)
    telling.opened(row, case.opened)
    return case


def _read(
    actor: Actor, request: Request, bundle: ServiceBundle, flow: Flow
) -> tuple[Unit, Enterprise | None, dict[str, Any], dict[str, Any]]:
    """Where, for whom, with which answers, and what is wrong about the applicant."""
    unit, firm = _place(actor, request, bundle)
    wrong = _about(request, firm)
    try:
        answers = cleaned_answers(flow, request.answers)
    except Refused as refusal:
        wrong |= {f"answer_{one.field}": one.message for one in refusal.errors}
        raise Refused.many(wrong) from None
    return unit, firm, answers, wrong


def made_row(
    actor: Actor, request: Request, bundle: ServiceBundle, version: BundleVersion, unit: Unit,
    firm: Enterprise | None, answers: dict[str, Any], now: Any = None,
) -> Application:  # fmt: skip
    """The row of a new application, unsaved."""
    now = now or timezone.now()
    own = firm is not None and str(firm.pk) in actor.keys(ENTERPRISE, APPLY)
    who = firm.name if firm else request.applicant.strip()
    return Application(
        year=timezone.localtime(now).year, bundle=bundle, version=version,
        title=_title(bundle, version, answers, who), unit=unit, unit_path=unit.path,
        enterprise=firm, applicant=who[:80], submitter_id=actor.user_id if own else None,
        contact_name=request.contact_name.strip() or (actor.name if own else who)[:40],
        contact_phone=request.contact_phone.strip(), channel=request.channel, answers=answers,
        seed=new_seed(), submitted_at=now,
    )  # fmt: skip


def _title(
    bundle: ServiceBundle, version: BundleVersion, answers: Mapping[str, Any], who: str
) -> str:
    """The first line of text that was asked for (a shop's or an event's name), with the bundle."""
    asked = flow_of(version.content).fields
    code = next((one.code for one in asked if one.kind == "text"), "")
    return f"{bundle.title}：{answers.get(code) or who}"[:80]


def _place(actor: Actor, request: Request, bundle: ServiceBundle) -> tuple[Unit, Enterprise | None]:
    """Where it belongs and for whom, checked against the actor's rights."""
    firm = None
    if request.enterprise_id:
        firm = fetch(Enterprise, actor, request.enterprise_id, related=("unit",))
        if str(firm.pk) in actor.keys(ENTERPRISE, APPLY) and firm.unit is not None:
            return firm.unit, firm
    unit = firm.unit if firm else Unit.objects.filter(pk=request.unit_id or 0).first()
    at = actor.keys(UNIT, REGISTER)
    if not at and not actor.system:
        raise Denied
    if unit is None or not unit.path:
        raise Refused(_("请选择归哪个社区。"), field="unit_id")
    if not actor.system and not any(covers(path, unit.path) for path in at):
        raise Denied
    if firm is None and not bundle.founders:
        raise Refused(_("“%(title)s”要由企业申请，请选择企业。") % {"title": bundle.title},
                      field="enterprise_id")  # fmt: skip
    return unit, firm


def _about(request: Request, firm: Enterprise | None) -> dict[str, Any]:
    wrong: dict[str, Any] = {}
    if firm is None and not request.applicant.strip():
        wrong["applicant"] = _("请填写申请人姓名或拟用店名。")
    if len(request.applicant) > 80:
        wrong["applicant"] = _("最多 %(n)d 字。请写得简短些。") % {"n": 80}
    phone = request.contact_phone.strip()
    if firm is None and not phone:
        wrong["contact_phone"] = _("还没有企业的，请留联系电话，办理部门要联系申请人。")
    if len(phone) > 20 or len(request.contact_name) > 40:
        wrong["contact_phone"] = _("联系人最多 40 字，电话最多 20 位。")
    if request.channel not in Application.Channel.values:
        wrong["channel"] = _("这一项的取值不在可选范围内，请重新选择。")
    return wrong


def _missing(
    flow: Flow, answers: Mapping[str, Any], request: Request, files: Uploads
) -> dict[str, Any]:
    """Materials that the steps of these answers need and that nobody handed in."""
    given = {*files, *request.papers, *request.tokens}
    wanted = materials_for(flow, [one.step for one in plan(flow, answers)])
    text = _("请上传“%(material)s”，或勾选纸质材料交到窗口。")
    return {
        f"material_{one.code}": text % {"material": one.label}
        for one in wanted
        if one.required and one.code not in given
    }


def _hand_in(case: Case, request: Request, files: Uploads) -> None:
    """Each material once, with its files."""
    for one in materials_for(case.flow, [step for step in case.flow.steps
                                         if case.step(step.code) is not None]):  # fmt: skip
        made = ApplicationMaterial.objects.unscoped(WHY).create(
            application=case.row, unit_path=case.row.unit_path, code=one.code, label=one.label,
            on_paper=one.code in request.papers,
        )  # fmt: skip
        add_files(case.actor, made, files.get(one.code, ()), request.tokens.get(one.code, ""))


def add_files(
    actor: Actor, material: ApplicationMaterial, uploads: Sequence[Any], token: str = ""
) -> int:
    """Files of a material; how many."""
    if not uploads and not token:
        return 0
    return len(attach(actor=actor, parent=material, uploads=uploads, token=token))
