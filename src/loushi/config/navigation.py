"""The navigation, as data: what stands on the rail, on a phone's bottom bar, in the person's menu.

An entry is left out when its address does not exist (a package not installed) or when the actor
holds none of its permissions. Labels on the rail have two characters.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Entry:
    """One place to go. `names`: url names, the first that resolves is taken.

    `prefix` marks the entry active for every address below it ('' = its own address);
    `permissions`: any of them suffices, none = everybody who is logged in. `seal` is the 党建 mark.
    `count`: a callable that tells from the actor how much waits there, nearly for free.
    """

    names: tuple[str, ...]
    label: Any
    icon: str
    permissions: tuple[str, ...] = ()
    prefix: str = ""
    long: Any = ""
    seal: bool = False
    count: str = ""


RAIL: tuple[Entry, ...] = (
    Entry(
        ("demands:inbox",), _("诉求"), "article",
        ("demands.view",), "/demands/",
        count="loushi.casework.demands.queries.waiting_count",
    ),
    Entry(("buildings:list",), _("楼宇"), "building", ("buildings.view",), "/buildings/"),
    Entry(
        ("enterprises:list",), _("企业"), "building-community", ("enterprises.view",),
        "/enterprises/",
    ),
    Entry(
        ("leads:list",), _("招商"), "briefcase", ("leads.view", "leads.refer"), "/leads/",
    ),
    Entry(
        ("tax:home",), _("税收"), "report", ("tax.figures", "tax.bands", "tax.cube"), "/tax/",
    ),
    Entry(("visits:today",), _("走访"), "map-pin", ("visits.view",), "/visits/"),
    Entry(
        ("visits:inspections",), _("检查"), "calendar-event", ("visits.inspect",),
        "/visits/inspections/",
    ),
    Entry(
        ("matching:list",), _("共性"), "layers-subtract", ("matching.view",), "/matching/",
        long=_("共性问题"), count="loushi.casework.matching.queries.waiting_count",
    ),
    Entry(
        ("applications:inbox",), _("办件"), "clipboard-list", ("applications.view",),
        "/applications/", long=_("一类事"),
        count="loushi.casework.applications.queries.waiting_count",
    ),
    Entry(("catalogue:list",), _("政策"), "file-text", ("catalogue.view",), "/catalogue/"),
    Entry(("stations:list",), _("驿站"), "home", ("stations.view", "stations.duty"),
          "/stations/"),
    Entry(("governance:list",), _("议事"), "message", ("governance.view",), "/governance/"),
    Entry(("party:overview",), _("党建"), "flag", ("party.view",), "/party/", seal=True),
    Entry(
        ("insights:board",), _("数图"), "bars",
        ("insights.view",), "/insights/",
    ),
    Entry(
        ("accounts:people",), _("人员"), "users",
        ("accounts.view", "accounts.manage"), "/people/",
    ),
    Entry(("territory:tree",), _("区划"), "map", ("territory.view",), "/units/"),
    Entry(
        ("accounts:departments",), _("部门"), "briefcase",
        ("accounts.departments",), "/departments/",
    ),
    Entry(
        ("demands:settings",), _("时限"), "adjustments-horizontal",
        ("demands.configure",), "/demands/settings/", long=_("事项与时限"),
    ),
    Entry(("audit:list",), _("留痕"), "history", ("audit.view",), "/audit/", long=_("操作留痕")),
)  # fmt: skip

# The enterprise's phone: four at most.
PHONE: tuple[Entry, ...] = (
    Entry(("demands:mine",), _("首页"), "home", ("demands.submit",)),
    Entry(("demands:own_list",), _("诉求"), "article", ("demands.submit",)),
    Entry(("applications:mine",), _("办件"), "clipboard-list", ("applications.apply",),
          "/applications/", long=_("一类事")),
    Entry(("stations:book",), _("预约"), "calendar-event", ("stations.book",)),
    Entry(("catalogue:policies",), _("政策"), "file-text", ("catalogue.own",)),
    Entry(("catalogue:own_items",), _("办事"), "list-check", ("catalogue.view",),
          long=_("办事清单")),
    Entry(("catalogue:own_resources",), _("资源"), "layers-subtract", ("catalogue.view",),
          long=_("社区所能")),
    Entry(("enterprises:own",), _("企业"), "building-community",
          ("enterprises.own",), long=_("我的企业")),
)  # fmt: skip

PERSON: tuple[Entry, ...] = (
    Entry(("accounts:profile",), _("我的账号"), "user"),
    Entry(("accounts:change_password",), _("修改密码"), "key"),
    Entry(("notices:preferences",), _("通知设置"), "bell"),
    Entry(("accounts:sessions",), _("登录的设备"), "device-mobile"),
    Entry(("transfer:list",), _("导入批次"), "file-spreadsheet",
          ("transfer.view", "enterprises.import", "buildings.import", "demands.import",
           "tax.import", "territory.import")),
    Entry(("notices:undelivered",), _("未送达的消息"), "alert-triangle", ("notices.manage",)),
    Entry(("buildings:rules",), _("入驻率口径与楼档"), "adjustments-horizontal",
          ("buildings.rules",)),
    Entry(("lists:index",), _("可选项"), "list",
          ("enterprises.lists", "buildings.rules")),
    Entry(("demands:settings",), _("事项与时限"), "adjustments-horizontal", ("demands.configure",)),
    Entry(("accounts:departments",), _("部门名录"), "briefcase",
          ("accounts.departments", "accounts.view")),
    Entry(("enterprises:sign_ups",), _("企业注册审核"), "list-check", ("enterprises.review",)),
    Entry(("enterprises:duplicates",), _("疑似重复的企业"), "copy", ("enterprises.merge",)),
)  # fmt: skip

HOME = ("home", "web:home")
LOGIN = ("accounts:login",)
LOGOUT = ("accounts:logout",)
NOTICES = ("notices:list",)
SEARCH = ("search:results",)
SUPPORT = ("accounts:profile",)
LANGUAGE = ("accounts:language", "web:language")
BOTTOM_LIMIT = 4
