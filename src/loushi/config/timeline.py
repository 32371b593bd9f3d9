"""What makes up the whole timeline of an enterprise: the one list of who contributes.

Each callable takes (actor, enterprise_id) and yields `enterprises.queries.Moment`s that the actor
may see, under its own package's policy. `KINDS` names the kinds, in the order of the filter.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

ENTERPRISES = "loushi.registry.enterprises.queries.moments"
TIMELINE: tuple[str, ...] = (
    f"{ENTERPRISES}.moves",
    f"{ENTERPRISES}.facts",
    f"{ENTERPRISES}.marks",
    f"{ENTERPRISES}.people",
    f"{ENTERPRISES}.merges",
    "loushi.registry.tax.commands.looks.moments",
    "loushi.casework.demands.queries.moments.of_enterprise",
    "loushi.casework.applications.queries.moments.of_enterprise",
    "loushi.casework.visits.queries.moments.of_enterprise",
)
KINDS: dict[str, Any] = {
    "move": _("入驻与迁出"),
    "fact": _("注册地与纳税地"),
    "demand": _("诉求"),
    "application": _("一类事"),
    "visit": _("走访"),
    "officer": _("企业专员"),
    "stability": _("稳定度"),
    "tag": _("标签"),
    "people": _("企业的人"),
    "merge": _("合并"),
    "tax": _("税收档位"),
}
