"""Forms of this package. They only read what was typed; the rules are the commands'."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from loushi.foundation.core.errors import LoushiError
from loushi.registry.enterprises.models import Enterprise, Lies
from loushi.registry.enterprises.queries import sections
from loushi.registry.tax.queries import money, rule_for
from loushi.services.catalogue.conditions import CHOICES, RANGES
from loushi.services.catalogue.models import Declaration
from loushi.services.catalogue.queries import full_codes

BLANK = ("", lazy("不限"))
CODES_HELP = lazy("大类、中类或小类代码，用空格分开，例如 65 6510；与门类有一个合就算。")
TAX_HELP = lazy("只能按税收档位的界限写。除企业本人和税收岗位外，别人看不到这一条的结果。")
ASKED_HELP = lazy("登记册里没有的写在这里，一行一条，例如 发明专利不少于 1 件。")
GROUPS = {"all": lazy("必须全部满足"), "any": lazy("另须满足下面任意一项")}


def _date(label: Any, **more: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=False, widget=widget, **more)


def _text(label: Any, size: int, required: bool = False, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=size, required=required, **more)


def _area(label: Any, size: int, rows: int = 4, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=size, required=False, widget=widget, **more)


def _ticks(label: Any, choices: Any, coerce: Any = str, **more: Any) -> Any:
    return forms.TypedMultipleChoiceField(
        label=label, choices=choices, required=False, coerce=coerce,
        widget=forms.CheckboxSelectMultiple, **more,
    )  # fmt: skip


def _number(label: Any, kind: Any = forms.IntegerField, **more: Any) -> Any:
    return kind(label=label, required=False, min_value=0, max_value=1_000_000, **more)


class PolicyForm(forms.Form):
    """A policy; whom it is for is ticked and typed, twice: what all must meet, and of what one is
    enough. The fields of the two groups are named `all-size`, `any-size` and so on."""

    title = _text(lazy("政策名称"), 120, True)
    unit_id = forms.TypedChoiceField(label=lazy("适用范围"), coerce=int)
    issuer = _text(lazy("发布部门"), 60, True)
    department_id = forms.TypedChoiceField(
        label=lazy("本区受理部门"), coerce=int, empty_value=None, required=False
    )
    number = _text(lazy("文号"), 60)
    source = _text(lazy("来源"), 200, help_text=lazy("网址或文件名，便于核对原文。"))
    benefits = _area(
        lazy("支持内容"), 1000, 3, help_text=lazy("企业最先看到的一句，例如 一次性补助 10 万元。")
    )
    text = _area(lazy("正文"), 20_000, 6)
    materials = _area(lazy("申报材料"), 2000, 4, help_text=lazy("一行一项。"))
    how = _area(lazy("怎么申报"), 500, 2)
    contact = _text(lazy("咨询电话"), 60)
    since = _date(lazy("生效日期"))
    until = _date(lazy("失效日期"), help_text=lazy("最后一天。"))
    opens_on = _date(lazy("申报开始"))
    closes_on = _date(lazy("申报截止"), help_text=lazy("最后一天。"))
    why = _text(lazy("修改说明"), 200)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    MAIN = (
        "title", "unit_id", "issuer", "department_id", "number", "source", "benefits", "text",
        "materials", "how", "contact",
    )  # fmt: skip
    DATES = ("since", "until", "opens_on", "closes_on")

    def __init__(
        self, *args: Any, units: Any, departments: Any, tags: Any, places: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department_id"].choices = [("", lazy("未填")), *departments]  # type: ignore[attr-defined]
        if units is None:
            del self.fields["unit_id"]
        else:
            self.fields["unit_id"].choices = units  # type: ignore[attr-defined]
            del self.fields["why"], self.fields["version"]
        for group in GROUPS:
            for name, made in _fields(tags, places).items():
                self.fields[f"{group}-{name}"] = made

    def shown(self, names: Any) -> list[Any]:
        """The fields of these names that the form has."""
        return [self[name] for name in names if name in self.fields]

    def main(self) -> list[Any]:
        return self.shown(self.MAIN)

    def dates(self) -> list[Any]:
        return self.shown(self.DATES)

    def groups(self) -> list[dict[str, Any]]:
        """The two groups of conditions; the second stands open only where it says something."""
        found = []
        for group, heading in GROUPS.items():
            fields = [self[name] for name in self.fields if name.startswith(f"{group}-")]
            open_ = group == "all" or any(field.value() or field.errors for field in fields)
            found.append({"heading": heading, "fields": fields, "open": open_})
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        conditions = {}
        for group in GROUPS:
            given = {
                name.partition("-")[2]: data.pop(name, None)
                for name in list(self.fields) if name.startswith(f"{group}-")
            }  # fmt: skip
            if found := _conditions(given):
                conditions[group] = found
        return {**data, "conditions": conditions}

    def _clean_codes(self, name: str) -> list[str]:
        """Codes of GB/T 4754 with their section in front."""
        words = str(self.cleaned_data.get(name) or "").replace("，", " ").replace(",", " ")
        said = list(dict.fromkeys(words.replace("、", " ").split()))
        known = full_codes(said)
        missing = [one for one in said if one not in known]
        if missing:
            raise forms.ValidationError(
                _("行业目录里没有代码“%(code)s”。请写国标行业代码，例如 65 或 6510。")
                % {"code": missing[0]}
            )
        return [known[one] for one in said]

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]
        for group in GROUPS:
            name = f"{group}-codes"
            try:
                self.cleaned_data[name] = self._clean_codes(name)
            except forms.ValidationError as error:
                self.add_error(name, error)


def _fields(tags: Any, places: Any) -> dict[str, Any]:
    edges = rule_for(timezone.localdate().year).edges
    bands = [BLANK, *((edge, money(edge)) for edge in edges)]
    sides = [(code, label) for code, label in Lies.choices if code != Lies.UNKNOWN]
    return {
        "sections": _ticks(lazy("行业门类"), sections()),
        "codes": _text(lazy("更细的行业代码"), 200, help_text=CODES_HELP),
        "size": _ticks(lazy("规模"), Enterprise.Size.choices),
        "kind": _ticks(lazy("主体类型"), Enterprise.BusinessKind.choices),
        "age_low": _number(lazy("成立至少（年）"), forms.FloatField),
        "age_high": _number(lazy("成立不超过（年）"), forms.FloatField),
        "staff_low": _number(lazy("员工至少（人）")),
        "staff_high": _number(lazy("员工不超过（人）")),
        "tax_low": _band(lazy("年纳税达到"), bands, help_text=TAX_HELP),
        "tax_high": _band(lazy("年纳税低于"), bands),
        "tags": _ticks(lazy("企业标签（有一个就算）"), tags),
        "place": _ticks(lazy("所在地（在其中一处就算）"), places, int),
        "registered": _ticks(lazy("注册地"), sides),
        "taxed": _ticks(lazy("纳税地"), sides),
        "asked": _area(lazy("由企业自己核对的条件"), 2000, 3, help_text=ASKED_HELP),
    }


def _band(label: Any, choices: Any, **more: Any) -> Any:
    return forms.TypedChoiceField(
        label=label, coerce=int, empty_value=None, required=False, choices=choices, **more
    )


def _conditions(given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was ticked and typed, as conditions."""
    found: list[dict[str, Any]] = []
    industry = [*(given.get("sections") or ()), *(given.get("codes") or ())]
    for fact, values in (
        ("industry", industry), *((name, given.get(name)) for name in (*CHOICES, "tags", "place"))
    ):  # fmt: skip
        if values:
            found.append({"fact": fact, "values": list(values)})
    for fact in (*RANGES, "tax"):
        low, high = given.get(f"{fact}_low"), given.get(f"{fact}_high")
        if low is not None or high is not None:
            found.append({"fact": fact, "low": low, "high": high})
    lines = str(given.get("asked") or "").splitlines()
    return found + [{"fact": "asked", "text": one.strip()} for one in lines if one.strip()]


def initial_conditions(conditions: Mapping[str, Any]) -> dict[str, Any]:
    """The form's fields as stored conditions fill them."""
    found: dict[str, Any] = {}
    for group in GROUPS:
        asked = []
        for one in conditions.get(group, ()):
            fact = one["fact"]
            if fact == "asked":
                asked.append(one["text"])
            elif fact == "industry":
                found[f"{group}-sections"] = [code for code in one["values"] if len(code) == 1]
                finer = [code[1:] for code in one["values"] if len(code) > 1]
                found[f"{group}-codes"] = " ".join(finer)
            elif "values" in one:
                found[f"{group}-{fact}"] = one["values"]
            else:
                found[f"{group}-{fact}_low"] = one.get("low")
                found[f"{group}-{fact}_high"] = one.get("high")
        found[f"{group}-asked"] = "\n".join(asked)
    return found


class StepForm(forms.Form):
    """The next step of a declaration."""

    to = forms.ChoiceField(label=lazy("进展"), widget=forms.RadioSelect)
    on = _date(lazy("日期"))
    amount = forms.DecimalField(
        label=lazy("兑现金额（元）"), required=False, max_digits=14, decimal_places=2,
        help_text=lazy("已兑现时填写。"),
    )  # fmt: skip
    note = _area(lazy("说明"), 300, 2, help_text=lazy("未通过时写明原因，企业会看到。"))

    def __init__(self, *args: Any, steps: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = dict(Declaration.State.choices)
        self.fields["to"].choices = [(one, names[one]) for one in steps]  # type: ignore[attr-defined,index]


CONDITION_FIELDS = {"industry": "codes", "age": "age_low", "staff": "staff_low", "tax": "tax_low"}


def add_refusal(form: forms.Form, refusal: LoushiError) -> None:
    """Puts a command's sentences beside the fields that they are about."""
    for error in refusal.errors:
        inside = f"all-{CONDITION_FIELDS.get(error.field, error.field)}"
        name = error.field if error.field in form.fields else inside
        form.add_error(name if name in form.fields else None, str(error.message))
