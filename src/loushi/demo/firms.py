"""Thirty thousand enterprises in their rooms."""

from datetime import date, timedelta
from random import Random
from typing import Any

from loushi.demo import names
from loushi.demo.places import WHY, Places, Template, community_of
from loushi.foundation.core.actor import Actor
from loushi.registry.enterprises.commands import (
    apply_tag_rules,
    install_lists,
    judge_stability,
    register_enterprises,
    set_tag,
    upsert_contacts,
    upsert_tenancies,
)
from loushi.registry.enterprises.commands.credit_code import complete
from loushi.registry.enterprises.commands.indexing import indexed_once
from loushi.registry.enterprises.models import Enterprise, IndustryCode

PRESENCES = ("here_registered", "here_only", "registered_only")
SHARES = (78, 15, 7)
ELSEWHERE = ("江北市临浦区望江路", "江北市东渚区学林街", "云泽省南溪市西塘区湖滨大道")
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_code(shape: Template, number: int, kind: str) -> str:
    """A valid code (GB 32100) that belongs to nobody: the region code is not in use."""
    digits = ""
    rest = number * 7919 + 31
    for _place in range(6):
        rest, digit = divmod(rest, 31)
        digits = ALPHABET[digit] + digits
    head = "92" if kind == "individual" else "91"
    return complete(f"{head}{shape.code}MA{number % 10}{digits}")


def settle(
    actor: Actor, rng: Random, shape: Template, places: Places, officers: dict[int, list[int]],
    today: date,
) -> list[int]:  # fmt: skip
    """Registers the enterprises, moves them in, and notes a contact each; their ids in order."""
    install_lists(actor=actor)
    industries = set(IndustryCode.objects.values_list("code", flat=True))
    rooms = [
        (tower, space)
        for tower in places.towers
        for space in places.spaces[tower.pk]
        if space.state == "vacant"
    ]
    rng.shuffle(rooms)
    rooms = _cluster_first(rooms, shape, places)[: shape.enterprises]
    rows: list[Any] = []
    presences: list[str] = []
    for number, (tower, space) in enumerate(rooms, 1):
        clustered = number <= shape.cluster
        name, short, division, kind = _named(rng, shape, number, tower is places.towers[0])
        presence = PRESENCES[0] if clustered else rng.choices(PRESENCES, SHARES)[0]
        inside = f"{shape.district}{tower.address}{tower.name} {space.number} 室"
        away = f"{rng.choice(ELSEWHERE)}{rng.randrange(1, 400)} 号"
        pays_here = rng.random() < (0.08 if presence == "here_only" else 0.94)
        presences.append(presence)
        own = officers[community_of(places, tower).pk]
        rows.append(
            {
                "credit_code": credit_code(shape, number, kind),
                "name": name,
                "short_name": short,
                "business_kind": kind,
                "industry_id": division if division in industries else None,
                "size": rng.choices(("large", "medium", "small", "micro"), (1, 9, 40, 50))[0],
                "status": "operating",
                "established_on": came_on(number, shape, today)
                if clustered
                else today - timedelta(days=rng.randrange(60, 6000)),
                "registered_address": away if presence == "here_only" else inside,
                "registered_lies": "outside" if presence == "here_only" else "inside",
                "tax_lies": "inside" if pays_here else "outside",
                "staff_count": rng.choice((3, 6, 8, 12, 15, 20, 35, 60, 120, 260)),
                "unit_id": space.unit_id or tower.unit_id,
                "officer_id": own[number % len(own)],
                "source": "演示",
            }
        )
    _named_apart(rows)
    with indexed_once():
        enterprises = register_enterprises(actor=actor, rows=rows, why=WHY)
        _move_in(actor, rng, shape, enterprises, rooms, presences, today)
    _contacts(actor, rng, enterprises)
    _mark(actor, Random(shape.enterprises), enterprises, today)
    return enterprises


def _cluster_first(rooms: list[Any], shape: Template, places: Places) -> list[Any]:
    """The same rooms; those of the cluster's firms, in the first tower, stand in front."""
    inside = [one for one in rooms if one[0] is places.towers[0]][: shape.cluster]
    chosen = {space.pk for _tower, space in inside}
    return inside + [one for one in rooms if one[1].pk not in chosen]


def _named(
    rng: Random, shape: Template, number: int, in_cluster_tower: bool
) -> tuple[str, str, str, str]:
    district = shape.district[:-1]
    if number <= shape.cluster:
        return names.health_firm(rng, district)
    named = names.firm_beside if in_cluster_tower else names.firm
    return named(rng, district, number)


def came_on(number: int, shape: Template, today: date) -> date:
    """When a firm of the cluster was founded and came: a quarter more than two years ago, the
    others one after the other since."""
    early = shape.cluster // 4
    if number <= early:
        return today - timedelta(days=760 + number * 60)
    step = 700 // max(1, shape.cluster - early)
    return today - timedelta(days=20 + (shape.cluster - number) * step)


def _named_apart(rows: list[Any]) -> None:
    """Two enterprises of the same name get a number between name and legal form."""
    seen: dict[str, int] = {}
    for row in rows:
        count = seen[row["name"]] = seen.get(row["name"], 0) + 1
        if count > 1:
            row["name"] = row["name"].replace("有限公司", f"（{count}）有限公司", 1)


def _move_in(
    actor: Actor, rng: Random, shape: Template, enterprises: list[int], rooms: list[Any],
    presences: list[str], today: date,
) -> None:  # fmt: skip
    tenancies: list[Any] = []
    placed = zip(enterprises, rooms, presences, strict=True)
    for number, (pk, (tower, space), presence) in enumerate(placed, 1):
        since = today - timedelta(days=rng.randrange(30, 1800))
        if number <= shape.cluster:
            since = came_on(number, shape, today)
        tenancies.append(
            {
                "enterprise_id": pk,
                "building_id": tower.pk,
                "space_id": space.pk,
                "presence": presence,
                "area": space.area,
                "since": since,
                "lease_until": _lease_end(rng, since, today),
                "is_main": True,
                "source": "演示",
            }
        )
        if rng.random() < 0.45:
            tenancies.append(_before(rng, enterprises, tenancies[-1], since))
    upsert_tenancies(actor=actor, rows=tenancies, why=WHY)


def _lease_end(rng: Random, since: date, today: date) -> date:
    """The end of the running term of two to five years; one lease in fifty ran out unrenewed."""
    term = timedelta(days=365 * rng.randrange(2, 6))
    end = since + term
    while end <= today:
        end += term
    late = rng.random() < 0.02 and end - term > since
    return (end - term if late else end) - timedelta(days=1)


def _before(
    rng: Random, enterprises: list[int], now: dict[str, Any], since: date
) -> dict[str, Any]:
    """The tenant before: left some weeks or months earlier, sits elsewhere today."""
    until = since - timedelta(days=rng.choice((1, 14, 45, 90, 160, 260)))
    said = {name: value for name, value in now.items() if name != "presence"}
    return said | {
        "enterprise_id": rng.choice(enterprises),
        "sits": True,
        "since": until - timedelta(days=rng.randrange(300, 1500)),
        "until": until,
        "lease_until": until,
        "is_main": False,
    }


def _contacts(actor: Actor, rng: Random, enterprises: list[int]) -> None:
    titles = ("行政主管", "总经理助理", "办公室主任", "人事经理", "店长")
    rows: list[Any] = [
        {
            "enterprise_id": pk,
            "name": names.person(rng),
            "phone": f"199{number:08d}",
            "title": rng.choice(titles),
            "is_primary": True,
        }
        for number, pk in enumerate(enterprises, 1)
    ]
    upsert_contacts(actor=actor, rows=rows, why=WHY)


JUDGED = (
    ("green", "经营平稳，刚续过租约"),
    ("green", "用工稳定，没有迁出的打算"),
    ("blue", "想在同一幢楼扩租"),
    ("yellow", "租约明年到期，还没谈续租"),
    ("orange", "问过别处的租金，正在比较"),
    ("red", "已定迁往区外，在办交接"),
)
MOST_JUDGED = 90


def _mark(actor: Actor, rng: Random, ids: list[int], today: date) -> None:
    """Tags by rule and by hand, and judgements of a few: whoever looks after a firm makes those."""
    apply_tag_rules(actor=actor)
    for kind, share, source in (
        ("above_scale", 0.04, "统计部门名录"), ("high_tech", 0.05, "证书"),
        ("specialised", 0.02, "认定文件"), ("new_economy", 0.1, "党群摸排"),
    ):  # fmt: skip
        chosen = sorted(rng.sample(ids, max(1, int(len(ids) * share))))
        set_tag(actor=actor, enterprise_ids=chosen, kind=kind, source=source)
    for pk in sorted(rng.sample(ids, min(MOST_JUDGED, len(ids) // 4))):
        level, reason = rng.choices(JUDGED, (30, 25, 12, 18, 9, 4))[0]
        on = today - timedelta(days=rng.randrange(1, 90))
        judge_stability(actor=actor, enterprise_id=pk, level=level, reason=reason, on=on)


def with_homes(ids: list[int]) -> list[Enterprise]:
    """The enterprises as they stand after moving in, in the order of their ids."""
    reason = "the demo's own enterprises"
    return list(
        Enterprise.objects.unscoped(reason).filter(pk__gte=ids[0], pk__lte=ids[-1]).order_by("pk")
    )
