"""What the templates of bundles are given."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.registry.accounts.queries import departments
from loushi.registry.buildings.queries import unit_choices
from loushi.services.catalogue import commands, queries
from loushi.services.catalogue.forms_bundles import (
    FieldForm,
    MaterialForm,
    RecordForm,
    StepForm,
    step_initial,
)
from loushi.services.catalogue.models import ServiceBundle
from loushi.services.catalogue.models.flow import Flow, Step
from loushi.services.catalogue.policy import DESIGN
from loushi.services.catalogue.queries.bundle_words import (
    CHANNELS,
    FIELD_KINDS,
    RECORD_KINDS,
    VERBS,
    condition_words,
    limit_words,
    owner_words,
    picture,
)
from loushi.services.catalogue.showing import desk_tabs, number

State = ServiceBundle.State
KINDS = {State.DRAFT: "new", State.PUBLISHED: "done", State.WITHDRAWN: "closed"}
VERSION_KINDS = {"draft": "new", "published": "done", "retired": "closed"}
FORMS = {"step": StepForm, "field": FieldForm, "material": MaterialForm, "record": RecordForm}


def filters_from(query: Mapping[str, str]) -> queries.BundleFilters:
    """The filters of the list."""
    state = query.get("state", "")
    return queries.BundleFilters(
        q=query.get("q", "").replace("\x00", "").strip()[:80],
        state=state if state in State.values else "",
    )


def list_context(request: HttpRequest, filters: queries.BundleFilters, page: Any) -> dict[str, Any]:
    """The list of bundles."""
    return {
        "page": page, "filters": filters, "states": State.choices, "tabs": desk_tabs("bundles"),
        "rows": [{"row": one, "kind": KINDS[State(one.state)],
                  "departments": "、".join(one.departments)} for one in page.rows],
        "may_create": request.actor.has(DESIGN), "narrowed": filters != queries.BundleFilters(),
    }  # fmt: skip


def create_context(actor: Actor) -> dict[str, Any]:
    """The shipped examples above the form."""
    return {
        "examples": [
            {"name": name, "title": one["title"], "summary": one["summary"],
             "steps": len(one["content"]["steps"])}
            for name, one in commands.examples().items()
        ],
        "units": unit_choices(actor, DESIGN),
    }  # fmt: skip


def bundle_context(page: queries.BundlePage) -> dict[str, Any]:
    """A bundle's page."""
    row, flow = page.row, page.flow
    drafting = page.line.designing
    return {
        "page": page, "row": row, "line": page.line, "kind": KINDS[State(row.state)],
        "picture": picture(flow, page.names) if flow.steps else None,
        "steps": [step_line(flow, one, page.names) for one in flow.steps],
        "step_count": len(flow.steps), "fields": flow.fields, "field_count": len(flow.fields),
        "materials": flow.materials, "material_count": len(flow.materials),
        "records": flow.records, "items": page.items,
        "versions": [{"row": one, "kind": VERSION_KINDS[one.state]} for one in page.versions],
        "may_design": page.may_design, "drafting": drafting,
        "withdrawable": page.may_design and row.state == State.PUBLISHED,
        "offerable": page.may_design and row.state == State.WITHDRAWN and bool(row.live),
    }  # fmt: skip


def step_line(flow: Flow, step: Step, names: Mapping[int, str]) -> dict[str, Any]:
    """A step in words."""
    titles = {one.code: one.title for one in flow.steps}
    materials = {one.code: one.label for one in flow.materials}
    return {
        "step": step, "owner": owner_words(step, names), "limit": limit_words(step),
        "verb": VERBS.get(step.verb, step.verb), "channel": CHANNELS.get(step.channel, ""),
        "after": "、".join(titles[one] for one in step.after if one in titles),
        "when": condition_words(flow, step),
        "materials": "、".join(materials[one] for one in step.materials if one in materials),
    }  # fmt: skip


def design_context(found: queries.Design) -> dict[str, Any]:
    """The designer: what is wrong, the picture, the parts."""
    flow = found.flow
    wrong = {one.code for one in found.faults}
    return {
        "design": found, "row": found.row, "version": found.version, "faults": found.faults,
        "fault_count": len(found.faults), "revision": found.version.revision,
        "picture": picture(flow, found.names) if flow.steps else None,
        "parts": [
            _group("field", _("一、表单问什么"), _("添加问题"), flow.fields,
                   _("先问清楚，步骤的条件从这里选。"),
                   lambda one: [FIELD_KINDS[one.kind], "、".join(one.options),
                                "" if one.required else _("选填")], wrong),
            _group("material", _("二、要交什么材料"), _("添加材料"), flow.materials,
                   _("整件事只收一次，哪几步要用在步骤里勾。"),
                   lambda one: [one.hint, "" if one.required else _("选交")], wrong),
            _group("step", _("三、谁来办，几天办好"), _("添加步骤"), flow.steps,
                   _("写明排在谁之后；不同情况走不同步骤就勾条件。"),
                   lambda one: _step_words(flow, one, found.names), wrong),
            _group("record", _("四、办理中要记什么"), _("添加记录"), flow.records,
                   _("用得上再加，例如活动的观众人次，以后能合计。"),
                   lambda one: [RECORD_KINDS[one.kind], one.measure], wrong),
        ],
    }  # fmt: skip


def _step_words(flow: Flow, step: Step, names: Mapping[int, str]) -> list[Any]:
    line = step_line(flow, step, names)
    return [
        line["owner"], line["limit"], line["verb"] if step.verb != "handle" else "",
        _("排在%(steps)s之后") % {"steps": line["after"]} if line["after"] else _("一开始就办"),
        _("条件：%(words)s") % {"words": line["when"]} if line["when"] else "",
        _("办完就办结") if step.closing else "",
    ]  # fmt: skip


def _group(
    part: str, title: str, add: str, rows: Iterable[Any], hint: str, words: Any, wrong: set[str]
) -> dict[str, Any]:
    rows = list(rows)
    return {
        "part": part, "title": title, "add": add, "hint": hint, "count": len(rows),
        "rows": [
            {
                "code": one.code, "name": getattr(one, "title", "") or one.label,
                "words": "·".join(str(word) for word in words(one) if word),
                "wrong": one.code in wrong, "first": place == 0, "last": place == len(rows) - 1,
            }
            for place, one in enumerate(rows)
        ],
    }  # fmt: skip


def part_form(request: HttpRequest, found: queries.Design, part: str, code: str) -> Any:
    """The form of a new part, or of one as it stands."""
    data = request.POST if request.method == "POST" else None
    initial: dict[str, Any] = {"revision": found.version.revision}
    rows: tuple[Any, ...] = getattr(found.flow, commands.LISTS[part])
    held = next((one for one in rows if one.code == code), None)
    if part == "step":
        flow = found.flow
        if held is not None:
            initial |= step_initial(held)
        else:
            initial |= {"needs": [one.code for one in flow.fields],
                        "after": [one.code for one in flow.steps[-1:]]}  # fmt: skip
        offered = [(row.pk, str(row.name)) for row in departments()]
        return StepForm(data, initial=initial, flow=flow, departments=offered, code=code)
    if held is not None:
        names = held.__dataclass_fields__
        initial |= {name: getattr(held, name) for name in names}
        if part == "field":
            initial["options"] = "\n".join(held.options)
    return FORMS[part](data, initial=initial)


def part_title(part: str, *, new: bool) -> str:
    """The heading of a part's form."""
    names = {
        "step": (_("添加步骤"), _("修改步骤")), "field": (_("添加问题"), _("修改问题")),
        "material": (_("添加材料"), _("修改材料")), "record": (_("添加记录"), _("修改记录")),
    }  # fmt: skip
    return names[part][0 if new else 1]


def design_url(pk: int) -> str:
    return reverse("catalogue:design", args=[pk])


def revision_of(request: HttpRequest) -> int | None:
    return number(request.POST.get("revision")) or None
