"""One part of a bundle's document, as it is typed in the designer: cleaned, every fault named."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from loushi.foundation.core.clocks import LimitKind
from loushi.foundation.core.errors import Refused
from loushi.registry.accounts.models import Department
from loushi.services.catalogue.checking import fits
from loushi.services.catalogue.models.flow import (
    CHANNELS,
    FIELD_KINDS,
    LISTED,
    RECORD_KINDS,
    VERBS,
    Field,
    Test,
    flow_of,
)

LABEL, TEXT, OPTION = 40, 300, 30
MOST_OPTIONS, MOST_AMOUNT = 30, 1000


def cleaned_part(
    part: str, values: Mapping[str, Any], content: Mapping[str, Any], code: str
) -> dict[str, Any]:
    """The part without its code. Raises Refused with every wrong field."""
    wrong: dict[str, Any] = {}
    made = {"step": _step, "field": _field, "material": _material, "record": _record}[part](
        values, content, code, wrong
    )
    if wrong:
        raise Refused.many(wrong)
    return made


def _text(
    values: Mapping[str, Any], name: str, size: int, wrong: dict[str, Any], missing: Any = ""
) -> str:
    said = str(values.get(name) or "").strip()
    if not said and missing:
        wrong[name] = missing
    if len(said) > size:
        wrong[name] = _("最多 %(n)d 字。请写得简短些。") % {"n": size}
    return said


def _one_of(
    values: Mapping[str, Any], name: str, known: Sequence[str], wrong: dict[str, Any]
) -> str:
    given = str(values.get(name) or known[0])
    if given not in known:
        wrong[name] = _("请从列出的选项里选。")
    return given


def _field(values: Any, content: Any, code: str, wrong: dict[str, Any]) -> dict[str, Any]:
    kind = _one_of(values, "kind", FIELD_KINDS, wrong)
    options = [" ".join(str(one).split()) for one in values.get("options") or ()]
    options = list(dict.fromkeys(filter(None, options)))
    if kind in LISTED and not options:
        wrong["options"] = _("请写出选项，一行一个。")
    if len(options) > MOST_OPTIONS or any(len(one) > OPTION for one in options):
        wrong["options"] = _("最多 %(n)d 个选项，每个最多 %(size)d 字。") % {
            "n": MOST_OPTIONS, "size": OPTION,
        }  # fmt: skip
    return {
        "label": _text(values, "label", LABEL, wrong, _("请写下要问什么，例如“业态”。")),
        "kind": kind, "options": options if kind in LISTED else [],
        "required": bool(values.get("required")), "hint": _text(values, "hint", TEXT, wrong),
    }  # fmt: skip


def _material(values: Any, content: Any, code: str, wrong: dict[str, Any]) -> dict[str, Any]:
    return {
        "label": _text(values, "label", LABEL, wrong, _("请写材料名称，例如“身份证明”。")),
        "hint": _text(values, "hint", TEXT, wrong), "required": bool(values.get("required")),
    }  # fmt: skip


def _record(values: Any, content: Any, code: str, wrong: dict[str, Any]) -> dict[str, Any]:
    return {
        "label": _text(values, "label", LABEL, wrong, _("请写记录什么，例如“观众人次”。")),
        "kind": _one_of(values, "kind", RECORD_KINDS, wrong),
        "measure": _text(values, "measure", 8, wrong),
    }  # fmt: skip


def _step(values: Any, content: Any, code: str, wrong: dict[str, Any]) -> dict[str, Any]:
    flow = flow_of(content)
    window = bool(values.get("window"))
    department = None if window else values.get("department") or None
    if department and not Department.objects.filter(pk=department, is_active=True).exists():
        wrong["department"] = _("请从列表里选部门。")
    amount = values.get("limit_amount")
    if isinstance(amount, bool) or not isinstance(amount, int) or not 1 <= amount <= MOST_AMOUNT:
        wrong["limit_amount"] = _("请填写 1 到 %(n)d 的整数，例如 2 个工作日。") % {
            "n": MOST_AMOUNT
        }
    after = [one for one in values.get("after") or () if one != code]
    return {
        "title": _text(values, "title", LABEL, wrong, _("请写步骤名称，例如“核发营业执照”。")),
        "department": department, "window": window,
        "after": _known(after, (one.code for one in flow.steps), "after", wrong),
        "when": _tests(values.get("when") or (), flow.fields, wrong),
        "materials": _known(values.get("materials") or (), (one.code for one in flow.materials),
                            "materials", wrong),
        "needs": _known(values.get("needs") or (), (one.code for one in flow.fields), "needs",
                        wrong),
        "limit_kind": _one_of(values, "limit_kind", [one.value for one in LimitKind], wrong),
        "limit_amount": amount, "verb": _one_of(values, "verb", VERBS, wrong),
        "channel": _one_of(values, "channel", CHANNELS, wrong),
        "how": _text(values, "how", TEXT, wrong), "closing": bool(values.get("closing")),
    }  # fmt: skip


def _known(given: Sequence[str], known: Any, name: str, wrong: dict[str, Any]) -> list[str]:
    rest = set(given) - set(known)
    if rest:
        wrong[name] = _("勾选的一项刚刚被删掉了。请刷新后重新勾选。")
    return list(dict.fromkeys(given))


def _tests(
    given: Sequence[Mapping[str, Any]], fields: Sequence[Field], wrong: dict[str, Any]
) -> list[dict[str, Any]]:
    found = {one.code: one for one in fields}
    made: list[dict[str, Any]] = []
    for one in given:
        field = found.get(str(one.get("field")))
        test = Test(str(one.get("field")), str(one.get("op")), tuple(one.get("values") or ()))
        if field is None or not fits(test, field):
            wrong["when"] = _("请从列出的选项里选条件。")
        else:
            made.append({"field": test.field, "op": test.op, "values": list(test.values)})
    return made
