"""By what the stacking plan is coloured: the modes of this package and those of upper ones.

An upper package adds a mode with a callable under "building.colours" in `loushi.config.panels`. It
takes `(actor, building_id, on=day, chosen=key)` and returns None when the actor sees nothing of it,
else `("", {"key", "label"})`, and when `chosen` is its key also `cells` (space id → {"kind",
"word", "note"}; rooms that are left out stay plain), `legend` [{"kind", "label", "value"}] and
optionally `note` (a sentence below the plan) and `floors` (floor number → text at its end).
Kinds are those of `<c-stacking-plan>`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.registry.buildings.models import Space
from loushi.registry.buildings.queries import panels_of
from loushi.registry.enterprises import queries
from loushi.registry.enterprises.models import Presence

KINDS = {
    Space.State.LET: "let",
    Space.State.SELF_USED: "own",
    Space.State.VACANT: "vacant",
    Space.State.RESERVED: "reserved",
    Space.State.NOT_DELIVERED: "undelivered",
}
SECTION_TONES = ("tone1", "tone3", "tone5", "amber", "slate")
LEASE_TONES = ("tone2", "tone4", "tone5")
STATE = "state"


@dataclass(frozen=True, slots=True)
class Colouring:
    """How each room is drawn. `cells`: space id → {"kind", "word", "note"}, each optional."""

    key: str
    cells: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    legend: list[dict[str, Any]] = field(default_factory=list)
    note: str = ""
    floors: Mapping[int, str] = field(default_factory=dict)
    rest: str = "plain"


def modes(
    actor: Actor, building_id: int, plan: queries.Plan, chosen: str
) -> tuple[Colouring, list[dict[str, Any]]]:
    """The chosen colouring (by state where it is unknown), and all modes [key, label, active]."""
    own: dict[str, tuple[str, Callable[[queries.Plan], Colouring]]] = {
        STATE: (_("状态"), by_state),
        "industry": (_("行业"), by_industry),
        "lease": (_("租约到期"), by_lease),
        "presence": (_("在地在册"), by_presence),
    }
    upper = [
        panel.context
        for panel in panels_of(actor, "building.colours", building_id, on=plan.on, chosen=chosen)
    ]
    drawn = next((_given(mode) for mode in upper if mode["key"] == chosen), None)
    if drawn is None:
        drawn = own.get(chosen, own[STATE])[1](plan)
    labels = [(key, label) for key, (label, _draw) in own.items()]
    labels += [(mode["key"], mode["label"]) for mode in upper]
    return drawn, [
        {"key": key, "label": label, "active": key == drawn.key} for key, label in labels
    ]


def by_state(plan: queries.Plan) -> Colouring:
    """Let, self-used, vacant, reserved, not delivered."""
    return Colouring(
        STATE,
        {item.space.id: {"kind": KINDS[Space.State(item.state)]} for item in _rooms(plan)},
        [
            _entry(KINDS[state], state.label, plan.totals.by_state[state])
            for state in Space.State
            if plan.totals.by_state.get(state)
        ],
    )


def by_industry(plan: queries.Plan) -> Colouring:
    """The five sections (GB/T 4754) with most area here; the others as one."""
    areas: dict[str, Decimal] = defaultdict(Decimal)
    names: dict[str, str] = {}
    for item in _rooms(plan):
        for tenant in item.tenants[:1]:
            areas[tenant.section] += item.space.area or 0
            names[tenant.section] = tenant.section_name
    first = sorted((key for key in areas if key), key=lambda key: (-areas[key], key))
    tones = dict(zip(first, SECTION_TONES, strict=False))
    cells: dict[int, Mapping[str, str]] = {}
    for item in _rooms(plan):
        if not item.tenants:
            continue
        section = item.tenants[0].section
        said = names[section] or _("行业未填")
        cells[item.space.id] = {
            "kind": tones.get(section, "still" if section else "plain"),
            "word": f"{_short(said)} {item.label}",
            "note": said,
        }
    legend = [_entry(tones[key], names[key], areas[key]) for key in first[: len(tones)]]
    if rest := sum((areas[key] for key in first[len(tones) :]), Decimal(0)):
        legend.append(_entry("still", _("其他行业"), rest))
    if areas.get(""):
        legend.append(_entry("plain", _("行业未填"), areas[""]))
    return Colouring("industry", cells, legend + _unlet(plan), rest="")


def by_lease(plan: queries.Plan) -> Colouring:
    """When the lease ends: past, within 3, 6 and 12 months, later, not registered."""
    bands: list[tuple[str, str, Callable[[date | None], bool]]] = [
        ("cinnabar", _("已过期"), lambda end: end is not None and end < plan.on),
        ("amber", _("3 个月内"), _within(plan.on, queries.LEASE_WARNING)),
        (LEASE_TONES[0], _("3 至 6 个月"), _within(plan.on, timedelta(days=183))),
        (LEASE_TONES[1], _("6 至 12 个月"), _within(plan.on, timedelta(days=365))),
        (LEASE_TONES[2], _("一年以后"), lambda end: end is not None),
        ("plain", _("未登记租约"), lambda end: end is None),
    ]
    areas: dict[str, Decimal] = defaultdict(Decimal)
    cells: dict[int, Mapping[str, str]] = {}
    for item in _rooms(plan):
        if not item.tenants:
            continue
        end = min((t.lease_until for t in item.tenants if t.lease_until), default=None)
        kind, label, _test = next(band for band in bands if band[2](end))
        areas[kind] += item.space.area or 0
        word = f"{end:%Y-%m} {item.label}" if end else item.label
        note = _("租约至 %(day)s") % {"day": end.isoformat()} if end else label
        cells[item.space.id] = {"kind": kind, "word": word, "note": note}
    legend = [_entry(kind, label, areas[kind]) for kind, label, _test in bands if areas.get(kind)]
    return Colouring("lease", cells, legend + _unlet(plan), rest="")


def by_presence(plan: queries.Plan) -> Colouring:
    """Whether who sits here is registered here, and who is registered without sitting here."""
    tones = {
        Presence.HERE_REGISTERED: "tone4",
        Presence.HERE_ONLY: "amber",
        Presence.REGISTERED_ONLY: "slate",
    }
    areas: dict[str, Decimal] = defaultdict(Decimal)
    cells: dict[int, Mapping[str, str]] = {}
    for item in _rooms(plan):
        held = item.tenants or item.registered_only
        if not held:
            continue
        worst = Presence.HERE_ONLY if any(
            t.presence == Presence.HERE_ONLY for t in held
        ) else Presence(held[0].presence)  # fmt: skip
        areas[worst] += item.space.area or 0
        names = "、".join(tenant.short_name or tenant.name for tenant in held)
        word = names if item.tenants else _("在册 %(names)s") % {"names": names}
        cells[item.space.id] = {"kind": tones[worst], "word": word, "note": str(worst.label)}
    legend = [_entry(tones[p], p.label, areas[p]) for p in Presence if areas.get(p)]
    return Colouring("presence", cells, legend + _unlet(plan), rest="")


def _given(mode: Mapping[str, Any]) -> Colouring:
    return Colouring(
        mode["key"], mode.get("cells", {}), mode.get("legend", []), mode.get("note", ""),
        mode.get("floors", {}),
    )  # fmt: skip


def _rooms(plan: queries.Plan) -> Iterable[queries.OccupiedSpace]:
    return (item for floor in plan.floors for item in floor.spaces)


def _unlet(plan: queries.Plan) -> list[dict[str, Any]]:
    """The legend of what nobody holds: drawn by its state in every mode of this package."""
    return [entry for entry in by_state(plan).legend if entry["kind"] != KINDS[Space.State.LET]]


def _entry(kind: str, label: Any, area: Decimal) -> dict[str, Any]:
    return {"kind": kind, "label": str(label), "value": f"{area:,.0f} ㎡"}


def _within(on: date, span: timedelta) -> Callable[[date | None], bool]:
    return lambda end: end is not None and end <= on + span


def _short(name: str) -> str:
    """The first word of a section's name: 信息传输、软件和… → 信息传输."""
    return name.split("、")[0]
