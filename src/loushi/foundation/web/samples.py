"""Sample data of the style page: invented names, and every sum adds up (docs/design.md).

Data, not words of the interface: it stays Chinese in every language.
"""

from types import SimpleNamespace
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from loushi import __version__
from loushi.foundation.web import samples_board, samples_case
from loushi.foundation.web.assets import SCRIPTS, SHEETS, THEME_COOKIE, THEMES, versioned

PARTS = {
    "": "web/styleguide/index.html",
    "case": "web/styleguide/case.html",
    "board": "web/styleguide/board.html",
    "building": "web/styleguide/building.html",
    "import": "web/styleguide/import.html",
    "phone": "web/styleguide/phone.html",
    "phone-form": "web/styleguide/phone_form.html",
    "phone-rate": "web/styleguide/phone_rate.html",
    "entrance": "web/styleguide/entrance.html",
    "empty": "web/styleguide/empty.html",
}

PILLS = [
    ("handling", "办理中"),
    ("overdue", "协办超时 3 小时 40 分"),
    ("due-soon", "今天 16:20 到期"),
    ("paused", "等您补充"),
    ("done", "按时"),
    ("new", "新诉求"),
    ("returned", "退回 1 次"),
    ("to-fix", "必须改 13"),
]

CHIPS = [
    {"label": "全部", "count": 86, "href": "?", "active": True},
    {"label": "待受理", "count": 12, "href": "?f=new", "active": False},
    {"label": "今天到期", "count": 7, "href": "?f=today", "active": False},
    {"label": "已超时", "count": 5, "href": "?f=late", "active": False},
    {"label": "退回", "count": 3, "href": "?f=back", "active": False},
    {"label": "挂账", "count": 4, "href": "?f=held", "active": False},
]

FLOORS = [
    {"total": 5, "filled": 3.6, "over": 0, "tone": "", "words": "剩 10 小时 20 分"},
    {"total": 3, "filled": 3, "over": 0.5, "tone": "", "words": "超时 3 小时 40 分"},
    {"total": 5, "filled": 5, "over": 1.3, "tone": "", "words": "超时 1 天 2 小时"},
    {"total": 3, "filled": 2.6, "over": 0, "tone": "soon", "words": "今天 16:20 到期"},
    {"total": 1, "filled": 0.6, "over": 0, "tone": "", "words": "用时 1 小时 16 分 / 2 小时"},
    {"total": 6, "filled": 2, "over": 0, "tone": "held", "words": "挂账，10月20日复核"},
    {"total": 20, "filled": 12, "over": 0, "tone": "", "words": "20 个工作日，画成 8 层"},
]

TOWER = [
    {"label": "城市管理", "value": 72, "text": "停车秩序 29·外摆 18·其他 25", "href": "?t=1"},
    {"label": "经济服务", "value": 61, "text": "注册变更 22·政策咨询 20·招工 19", "href": "?t=2"},
    {"label": "民生保障", "value": 44, "text": "就餐 21·接驳 13·其他 10", "href": "?t=3"},
    {"label": "综合治理", "value": 25, "text": "消防通道 11·纠纷 9·其他 5", "href": "?t=4"},
    {"label": "党群建设", "value": 12, "text": "场地借用 8·活动 4", "href": "?t=5"},
]

SOLVED = [
    {"label": "楼宇解决", "value": 97, "tone": "1"},
    {"label": "社区解决", "value": 52, "tone": "3"},
    {"label": "街道", "value": 21, "tone": "4"},
    {"label": "区部门", "value": 11, "tone": "5"},
]

DEFINITIONS = [
    {"label": "在地状态", "value": "在地在册", "why": "自 2022-03", "href": ""},
    {"label": "位置", "value": "望澜中心 A 座 17 层 1703–1706", "why": "", "href": "?"},
    {"label": "联系人", "value": "陈 *·行政主管·138 **** 2046", "why": "查看须填用途，并留痕", "href": ""},
    {"label": "车位", "value": "", "fill": "?fill=1", "why": "", "href": ""},
]

COLUMNS = [
    {"key": "name", "label": "企业名称", "sort": "name", "fixed": True},
    {"key": "space", "label": "房源", "sort": "space"},
    {"key": "area", "label": "面积 ㎡", "sort": "area", "number": True},
    {"key": "until", "label": "租约到期", "sort": "until"},
    {"key": "state", "label": "在地状态"},
]

TENANTS = [
    {"name": "临漕青杼文化传媒有限公司", "space": "A-2503", "area": 530,
     "until": "2028-11-30", "state": "在地在册", "kind": "done"},
    {"name": "临漕市云栈智联供应链管理（集团）股份有限公司望澜第一分公司", "space": "A-1703–1706",
     "area": 700, "until": "2026-12-31", "state": "租约剩 80 天", "kind": "due-soon"},
    {"name": "临漕弦外音乐制作有限公司", "space": "A-902", "area": 430,
     "until": "2027-06-30", "state": "在册不在地", "kind": "new"},
    {"name": "望澜·半亩食集", "space": "A-302", "area": 620,
     "until": "2026-12-31", "state": "在地在册", "kind": "done"},
]  # fmt: skip

PLAN_LEGEND = [
    {"kind": "let", "label": "已租", "value": "4,370 ㎡"},
    {"kind": "own", "label": "自用", "value": "1,200 ㎡"},
    {"kind": "vacant", "label": "空置", "value": "2,020 ㎡"},
    {"kind": "reserved", "label": "预留", "value": "470 ㎡"},
    {"kind": "undelivered", "label": "未交付", "value": "830 ㎡"},
]


def _space(kind: str, label: str, area: int, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "label": label, "area": area, "href": "?space=1", "title": "",
            "ending": False, "selected": False} | more  # fmt: skip


def _floor(name: str, share: float | None, *spaces: dict[str, Any]) -> dict[str, Any]:
    selected = any(space["selected"] for space in spaces)
    return {"name": name, "share": share, "spaces": list(spaces), "selected": selected}


PLAN = [
    _floor("28", 1, _space("own", "望澜置业（产权人）", 1200)),
    _floor("26", 0.6083, _space("let", "安澜保险经纪", 730),
           _space("reserved", "招商预留：医健", 470)),
    _floor("24", 0, _space("vacant", "空 1,380㎡", 1380)),
    _floor("23", 0.6667, _space("vacant", "空 460㎡", 460),
           _space("let", "霁色美术", 470, ending=True), _space("let", "川上数据", 450)),
    _floor("21", 0, _space("undelivered", "精装中，12月交付", 830), _space("vacant", "空 180㎡", 180)),
    _floor("17", 1, _space("let", "沐石设计", 460),
           _space("let", "云栈智联供应链 望澜第一分公司", 700, ending=True, selected=True),
           _space("let", "见山律师", 220)),
    _floor("15", None, _space("plant", "避难层，不可租", 0)),
    _floor("14", 1, _space("let", "听澜声学", 720), _space("let", "竹里建筑", 620)),
]  # fmt: skip

GRID_LINES = [
    {"number": "01", "name": "望澜中心片区", "of": "3 幢楼·412 家", "open": 31, "late": 2, "month": 78,
     "first": [19, 22, 17, 24, 21, 26, 23, 24, 22, 12, 14, 6],
     "second": [16, 20, 19, 21, 22, 23, 23, 20, 19, 13, 8, 3]},
    {"number": "02", "name": "漕汇片区", "of": "4 幢楼·388 家", "open": 24, "late": 2, "month": 61,
     "first": [15, 14, 18, 16, 19, 17, 19, 19, 17, 9, 11, 5],
     "second": [14, 15, 15, 17, 17, 18, 17, 16, 14, 9, 7, 2]},
    {"number": "03", "name": "桐川路片区", "of": "5 幢楼·276 家", "open": 19, "late": 1, "month": 46,
     "first": [11, 12, 9, 13, 12, 13, 15, 14, 13, 7, 8, 4],
     "second": [10, 11, 12, 11, 13, 12, 12, 13, 12, 7, 6, 2]},
    {"number": "04", "name": "银泊片区", "of": "3 幢楼·203 家", "open": 12, "late": 0, "month": 29,
     "first": [8, 7, 9, 6, 9, 8, 9, 9, 8, 5, 5, 1],
     "second": [8, 8, 7, 8, 8, 9, 8, 8, 8, 5, 4, 1]},
]  # fmt: skip

FIGURES = [
    {"label": "按时受理", "value": "98.6", "part": 211, "whole": 214, "what": "收到的诉求",
     "previous": "上期 97.9%（187 / 191）", "values": [4, 6, 5, 8, 9, 7, 9, 10, 9, 10, 11, 10.8]},
    {"label": "按时首次联系", "value": "97.1", "part": 203, "whole": 209, "what": "已交办的诉求",
     "previous": "上期 96.1%（173 / 180）", "values": [3, 5, 6, 5, 7, 8, 7.6, 8.4, 9, 8.6, 10, 9.8]},
    {"label": "按时办结", "value": "92.8", "part": 168, "whole": 181, "what": "已办结的诉求",
     "previous": "上期 94.1%（160 / 170）", "values": [3, 5, 7, 6.4, 7, 8.6, 9.4, 8, 7.8, 9.6, 10.6, 9]},
    {"label": "单位认定解决", "value": "84.0", "part": 152, "whole": 181, "what": "已办结的诉求",
     "previous": "上期 84.7%（144 / 170）", "values": [4, 6, 5, 6, 8, 7, 9, 9.4, 8.4, 9, 10, 9.6]},
    {"label": "企业认可解决", "value": "84.9", "part": 118, "whole": 139, "what": "已评价的诉求",
     "previous": "上期 84.0%（105 / 125）", "values": [4, 5, 5.2, 6, 7, 6.4, 7.8, 7, 8, 8.6, 9.4, 10]},
    {"label": "满意及以上", "value": "90.6", "part": 126, "whole": 139, "what": "已评价的诉求",
     "previous": "上期 90.4%（113 / 125）", "values": [3, 6, 5, 7, 6, 8, 7, 9, 8.6, 8, 9.6, 10]},
]  # fmt: skip


class SampleForm(forms.Form):
    """Every kind of field, for the style page."""

    text = forms.CharField(
        label="遇到了什么事",
        widget=forms.Textarea(attrs={"rows": 3}),
        initial="中午 12 点电梯要等二十分钟，能不能请青年食堂送餐到 17 层，或者错峰开放员工电梯。",
    )
    place = forms.ChoiceField(label="位置", choices=[("", "望澜中心 A 座，未选楼层"), ("17", "17 层")])
    phone = forms.CharField(label="手机号", required=False, help_text="只用于这件事的联系。")
    on = forms.DateField(label="日期", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    solved = forms.ChoiceField(
        label="这件事解决了吗？",
        choices=[("yes", "解决了"), ("part", "解决一部分"), ("no", "没解决")],
        widget=forms.RadioSelect,
        initial="yes",
    )
    rating = forms.ChoiceField(
        label="办得怎么样？",
        choices=[("1", "很不满意"), ("2", "不满意"), ("3", "一般"), ("4", "满意"), ("5", "很满意")],
        widget=forms.RadioSelect,
        initial="4",
    )
    hide = forms.BooleanField(
        label="对办理单位隐去我的姓名",
        required=False,
        help_text="社区仍会联系您；企业名称照常显示。",
    )


def wrong_form() -> SampleForm:
    """The form as it comes back with one error and all that was typed."""
    form = SampleForm({
        "text": "中午 12 点电梯要等二十分钟，能不能请青年食堂送餐到 17 层，或者错峰开放员工电梯。",
        "place": "",
        "solved": "yes",
        "rating": "4",
    })  # fmt: skip
    form.full_clean()
    form.errors["place"] = form.error_class(
        ["请选楼层。只有“望澜中心 A 座”还不够，食堂要按楼层送。"]
    )
    return form


def _frame(request: HttpRequest) -> SimpleNamespace:
    """A frame with an invented person and place, whoever looks."""
    asked = request.GET.get("theme") or request.COOKIES.get(THEME_COOKIE, "")
    links = [SimpleNamespace(**entry) for entry in samples_case.RAIL]
    return SimpleNamespace(
        version=__version__,
        sheets=[versioned(path) for path in SHEETS],
        scripts=[versioned(path) for path in SCRIPTS],
        theme=asked if asked in THEMES else "auto",
        language=get_language() or "",
        language_tag="en" if (get_language() or "").startswith("en") else "zh-Hans",
        languages=["简体中文", "English"],
        known=True,
        user_key="",
        person=SimpleNamespace(name="周闻笛", role="窗口", appointment="望澜商务社区 窗口"),
        place=[SimpleNamespace(label=text, href="?") for text in samples_case.CASE["place"]],
        unread=3,
        home_url=reverse("web:styleguide"),
        login_url="",
        logout_url="",
        language_url=reverse("web:language"),
        search_url=reverse("web:styleguide"),
        notices_url="?notices=1",
        navigation=links,
        bottom=links[:4],
        phone_entries=[SimpleNamespace(**entry) for entry in samples_case.PHONE["entries"]],
        person_links=[],
        request_id="",
    )


def context(request: HttpRequest) -> dict[str, Any]:
    """Everything the style pages show."""
    return {
        "frame": _frame(request),
        "parts": [part for part in PARTS if part],
        "unit_word": "件",
        "short_tabs": samples_board.TOWER_PAGE["tabs"][:3],
        "pills": PILLS,
        "chips": CHIPS,
        "clocks": FLOORS,
        "tower": TOWER,
        "solved": SOLVED,
        "definitions": DEFINITIONS,
        "columns": COLUMNS,
        "tenants": TENANTS,
        "plan": PLAN,
        "plan_legend": PLAN_LEGEND,
        "grids": GRID_LINES,
        "figures": FIGURES,
        "form": SampleForm(),
        "wrong": wrong_form(),
        "page": {
            "first": 1, "last": 50, "total": 1000, "capped": True, "before": None, "after": "abc",
        },
        "sort": request.GET.get("sort", "until"),
        **samples_case.CONTEXT,
        **samples_board.CONTEXT,
    }  # fmt: skip
