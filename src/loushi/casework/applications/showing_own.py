"""What the templates of applying, and of the applicant's own pages, are given."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loushi.casework.applications import commands, queries
from loushi.casework.applications.forms import (
    AnswersForm,
    MaterialsForm,
    RateForm,
    SupplyForm,
)
from loushi.casework.applications.models import Application
from loushi.casework.applications.policy import APPLY, REGISTER
from loushi.casework.applications.showing import step_line
from loushi.casework.applications.views.forming import new_key
from loushi.casework.applications.words import rating_words
from loushi.foundation.core.actor import ENTERPRISE, UNIT, Actor
from loushi.foundation.core.errors import Conflict, Denied, Refused
from loushi.foundation.files.commands import upload_pending
from loushi.foundation.files.queries import pending
from loushi.foundation.web.forming import add_refusal
from loushi.registry.buildings.queries import unit_choices
from loushi.services.catalogue.models.flow import Flow, flow_of, materials_for, plan
from loushi.services.catalogue.queries import department_names, offered
from loushi.services.catalogue.queries.bundle_words import limit_words, owner_words

S = Application.State


def own_firm(actor: Actor) -> int:
    """The enterprise for which the actor applies; Denied where there is none."""
    keys = sorted(int(key) for key in actor.keys(ENTERPRISE, APPLY))
    if not keys:
        raise Denied
    return keys[0]


def choose_context(actor: Actor, *, window: bool) -> dict[str, Any]:
    """What may be applied for."""
    if window and not actor.keys(UNIT, REGISTER):
        raise Denied
    if not window:
        own_firm(actor)
    page = "register" if window else "apply"
    return {
        "rows": [
            {"row": one, "href": reverse(f"applications:{page}_one", args=[one.id]),
             "departments": len(one.departments)}
            for one in offered(actor)
        ],
        "window": window,
    }  # fmt: skip


class Applying:
    """One sending of the form: answers first, then what they call for."""

    def __init__(self, request: HttpRequest, pk: int, *, window: bool) -> None:
        actor = request.actor
        if window and not actor.keys(UNIT, REGISTER):
            raise Denied
        self.request, self.window = request, window
        self.firm = None if window else own_firm(actor)
        self.bundle, self.version = queries.published(actor, pk)
        self.flow: Flow = flow_of(self.version.content)
        self.stage = request.POST.get("stage", "")
        self.form = AnswersForm(
            request.POST if request.method == "POST" else None, flow=self.flow, window=window,
            units=unit_choices(actor, REGISTER) if window else (),
            founders=self.bundle.founders, initial={"key": new_key()},
        )  # fmt: skip
        self.materials: MaterialsForm | None = None
        self.tokens: dict[str, str] = {}

    def answered(self) -> bool:
        """Whether the first half is there; the second is made from it."""
        if self.stage not in ("answers", "send") or not self.form.is_valid():
            return False
        if self.window and not self._found_firm():
            return False
        if self.stage == "answers" and not self._could_be_sent():
            return False
        steps = [one.step for one in plan(self.flow, self._answers())]
        data = self.request.POST if self.stage == "send" else None
        files = self.request.FILES if self.stage == "send" else None
        self.materials = MaterialsForm(data, files, materials=materials_for(self.flow, steps))
        self.tokens = self._kept()
        return True

    def _found_firm(self) -> bool:
        words = self.form.cleaned_data.get("firm", "").strip()
        if not words:
            return True
        self.firm = queries.firm_by_words(self.request.actor, words)
        if self.firm is None:
            text = _("没有找到这家企业。请填登记的全称或信用代码；还没有企业的留空。")
            self.form.add_error("firm", text)
        return self.firm is not None

    def _could_be_sent(self) -> bool:
        """Tells now what the sending would refuse (a place that is taken, say): before anybody has
        photographed materials."""
        try:
            commands.check_application(actor=self.request.actor, request=self.asked())
        except (Refused, Conflict) as refusal:
            add_refusal(self.form, refusal)
            return False
        return True

    def _answers(self) -> dict[str, Any]:
        return {
            code: value.isoformat() if hasattr(value, "isoformat") else value
            for code, value in self.form.answers().items()
        }

    def keep(self) -> bool:
        """Keeps what was uploaded under the form's key, so that no error loses a file."""
        assert self.materials is not None
        good = self.materials.is_valid()
        if good:
            for code, files in self.materials.uploads().items():
                try:
                    if files:
                        upload_pending(actor=self.request.actor, token=self._token(code),
                                       uploads=files)  # fmt: skip
                except Refused as refusal:
                    self.materials.add_error(f"material_{code}", str(refusal))
                    good = False
        self.tokens = self._kept()
        return good

    def _kept(self) -> dict[str, str]:
        """What waits under the form's key, by material."""
        assert self.materials is not None
        tokens = {one.code: self._token(one.code) for one in self.materials.materials}
        actor = self.request.actor
        return {code: token for code, token in tokens.items() if pending(actor, token)}

    def _token(self, code: str) -> str:
        key = str(self.form.cleaned_data["key"])
        return f"{key}{code}" if key.isalnum() else ""

    def asked(self) -> commands.Request:
        """What the command is given."""
        given, papers = self.form.cleaned_data, self.materials.papers() if self.materials else []
        return commands.Request(
            self.bundle.pk, self._answers(), enterprise_id=self.firm,
            unit_id=given.get("unit_id"), applicant=given.get("applicant", ""),
            contact_name=given.get("contact_name", ""),
            contact_phone=given.get("contact_phone", ""),
            channel="window" if self.window else "online", papers=papers, tokens=self.tokens,
        )  # fmt: skip

    def context(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "bundle": self.bundle, "form": self.form, "window": self.window,
            "materials": self.materials,
        }  # fmt: skip
        if self.materials is None:
            return found
        names = department_names(self.flow)
        steps = [one.step for one in plan(self.flow, self._answers())]
        return found | {
            "rows": [
                {"material": one, "files": files, "paper": paper,
                 "kept": [file.name for file in pending(self.request.actor, self.tokens[one.code])]
                 if one.code in self.tokens else []}
                for one, files, paper in self.materials.rows()
            ],
            "steps": [{"title": one.title, "owner": owner_words(one, names),
                       "limit": limit_words(one)} for one in steps],
            "step_count": len(steps), "material_count": len(self.materials.materials),
        }  # fmt: skip


def mine_context(actor: Actor) -> dict[str, Any]:
    """The applicant's applications."""
    own_firm(actor)
    return {
        "rows": [
            {"row": one, "kind": "paused" if one.asked else queries.STATE_KINDS[S(one.state)],
             "words": _mine_words(one)}
            for one in queries.own_lines(actor)
        ],
        "offered": bool(offered(actor)),
    }  # fmt: skip


def _mine_words(one: queries.ApplicationLine) -> str:
    if one.asked:
        return _("要您补正")
    if one.state == S.HANDLING:
        return _("已办 %(done)d / %(all)d 步") % {"done": one.done, "all": one.steps}
    return one.state_label


def own_context(
    request: HttpRequest, page: queries.CasePage, *, token: str = "", **more: Any
) -> dict[str, Any]:
    """The progress page, with an account or by the link."""
    row, now = page.row, timezone.now()
    names = department_names(page.flow)
    asked = [one for one in page.steps if one.row.state == "asked"]
    if token:
        address = reverse("applications:follow", args=[token])
        acts = dict.fromkeys(("supply", "rate"), address)
    else:
        acts = {name: reverse("applications:own_act", args=[row.pk, name])
                for name in ("supply", "rate", "withdraw", "record")}  # fmt: skip
    moves = {move.name for move in page.moves} & set(acts)
    left = sum(one.row.state not in ("done", "refused", "cancelled") for one in page.steps)
    return {
        "page": page, "row": row, "kind": "paused" if asked else queries.STATE_KINDS[S(row.state)],
        "lines": [step_line(one, names, now) for one in page.steps], "asked": asked,
        "acts": acts, "moves": moves, "token": token,
        "kept_until": commands.link_until(row) if token else None, "key": new_key(),
        "step_count": len(page.steps),
        "rating": rating_words(row.score, row.solved) if row.score else "",
        "supply": more.pop("supply", None) or supply_form(page, None),
        "rate": more.pop("rate", None) or RateForm(initial={"key": new_key()}),
        "rest": ngettext("还有 %(n)d 步", "还有 %(n)d 步", left) % {"n": left} if left else "",
        **more,
    }  # fmt: skip


def supply_form(page: queries.CasePage, request: HttpRequest | None) -> SupplyForm:
    materials = [(one.row.code, one.row.label) for one in page.materials if one.readable]
    if request is None:
        return SupplyForm(materials=materials, initial={"key": new_key()})
    return SupplyForm(request.POST, request.FILES, materials=materials)
