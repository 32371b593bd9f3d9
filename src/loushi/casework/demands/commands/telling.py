"""Who is told what: notices and the search index, written in the command's own transaction."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_noop

from loushi.casework.demands.models import Assignment, Demand
from loushi.foundation.language.commands import Text, index_many, index_text
from loushi.foundation.notices.commands import Phrase, notify
from loushi.registry.accounts import queries as accounts
from loushi.registry.buildings import queries as buildings
from loushi.registry.enterprises import queries as enterprises

SUBJECT = "demands.demand"
WHY_INDEX = "search tokens of demands that were written"


def link_to(demand: Demand) -> str:
    return f"/demands/{demand.pk}/"


def tokens_of(demand: Demand, parts: Iterable[Assignment]) -> list[str]:
    """Search tokens of those who see the demand by participation instead of by unit."""
    tokens = set()
    if demand.enterprise_id:
        tokens.add(f"e{demand.enterprise_id}")
    if demand.submitter_id:
        tokens.add(f"s{demand.submitter_id}")
    for part in parts:
        is_department = part.body == Assignment.Body.DEPARTMENT
        tokens.add(f"d{part.department_id}" if is_department else f"b{part.building_id}")
    return sorted(tokens)


def searchable_text(demand: Demand) -> str:
    enterprise = demand.enterprise.name if demand.enterprise else ""
    building = demand.building.name if demand.building else ""
    return "\n".join([demand.number, demand.title, demand.text, enterprise, building, demand.place])


def index(demand: Demand, parts: Iterable[Assignment] | None = None) -> None:
    """Puts the demand into the search index, with the keys of those who may find it; `parts` are
    its parts where the caller knows them."""
    if parts is None:
        parts = Assignment.objects.unscoped("search tokens of one demand").filter(demand=demand)
    index_text(
        kind="demand",
        object_id=demand.pk,
        text=searchable_text(demand),
        unit_path=demand.unit_path,
        at=demand.submitted_at,
        participants=tokens_of(demand, parts),
    )


def index_again(ids: Sequence[int]) -> None:
    """The same for demands that exist, by their ids."""
    parts: dict[int, list[Assignment]] = {}
    for part in Assignment.objects.unscoped(WHY_INDEX).filter(demand_id__in=ids).order_by("id"):
        parts.setdefault(part.demand_id, []).append(part)
    rows = Demand.objects.unscoped(WHY_INDEX).filter(pk__in=ids).order_by("pk")
    index_many(
        Text(
            kind="demand",
            object_id=demand.pk,
            text=searchable_text(demand),
            unit_path=demand.unit_path,
            at=demand.submitted_at,
            participants=tokens_of(demand, parts.get(demand.pk, ())),
        )
        for demand in rows.select_related("enterprise", "building")
    )


def tell(demand: Demand, user_ids: Iterable[int], kind: str, title: str | Phrase, key: str) -> None:
    """One notice each; `key` makes a repeated command send nothing twice. `title` is a msgid
    (marked with gettext_noop), or a Phrase where it has values."""
    ids = sorted(set(user_ids))
    if ids:
        notify(
            user_ids=ids,
            kind=kind,
            title=title if isinstance(title, Phrase) else Phrase(title),
            body=f"{demand.number} {demand.title}",
            link=link_to(demand),
            subject=(SUBJECT, demand.pk),
            key=f"demand:{demand.pk}:{key}",
        )


def firm_people(demand: Demand) -> list[int]:
    """The submitter and the enterprise's contacts."""
    people = (
        enterprises.members_to_notify(demand.enterprise_id, "demands.view")
        if demand.enterprise_id
        else []
    )
    return people + ([demand.submitter_id] if demand.submitter_id else [])


def centre_people(demand: Demand, permission: str = "demands.accept") -> list[int]:
    return list(accounts.users_with_permission(permission, unit_path=demand.unit_path))


def unit_people(parts: Sequence[Assignment]) -> list[int]:
    people: list[int] = []
    for part in parts:
        if part.body == Assignment.Body.DEPARTMENT:
            people += accounts.users_with_permission(
                "demands.handle", department_id=part.department_id
            )
        elif part.building_id is not None:
            people += buildings.people_with_permission("demands.handle", part.building_id)
    return people


def submitted(demand: Demand) -> None:
    tell(
        demand,
        centre_people(demand),
        "demand_submitted",
        gettext_noop("有新的诉求待受理"),
        "submitted",
    )


FIRM_TITLES: dict[str, str] = {
    "accept": gettext_noop("您的诉求已受理"),
    "decline": gettext_noop("您的诉求未予受理，请看说明"),
    "ask_info": gettext_noop("请您补充信息，补充后继续办理"),
    "dispatch": gettext_noop("您的诉求已交办"),
    "suspend": gettext_noop("您的诉求已挂账，到复核日再办"),
    "resume": gettext_noop("您的诉求已恢复办理"),
    "resolve": gettext_noop("您的诉求已有答复，请您评价"),
    "escalate": gettext_noop("您的诉求已提级办理"),
    "grant_extension": gettext_noop("您的诉求办理期限已延长"),
    "merge": gettext_noop("您的诉求已与同类诉求合并办理"),
}


def moved(demand: Demand, move: str, event_id: int, parts: Sequence[Assignment]) -> None:
    """Tells whoever has to know of a move; `event_id` keeps repeats silent."""
    key = f"{move}:{event_id}"
    if move in FIRM_TITLES:
        tell(demand, firm_people(demand), f"demand_{move}", FIRM_TITLES[move], key)
    if move in {"dispatch", "refer", "transfer", "arbitrate", "reopen"}:
        tell(
            demand,
            unit_people(parts),
            "demand_dispatched",
            gettext_noop("有诉求交到您单位，请签收"),
            key,
        )
    elif move in {"supply_info", "supervise", "refuse_extension", "grant_extension", "resume"}:
        tell(
            demand,
            unit_people(parts),
            f"demand_{move}",
            gettext_noop("您办理的诉求有新情况"),
            f"u:{key}",
        )
    if move == "urge":
        people = unit_people(parts) or centre_people(demand)
        tell(demand, people, "demand_urge", gettext_noop("企业催办，请尽快联系"), key)
    if move == "hand_back":
        arbitration = demand.state == "arbitration"
        permission = "demands.arbitrate" if arbitration else "demands.dispatch"
        title = (
            gettext_noop("第二次退回，请您裁定")
            if arbitration
            else gettext_noop("有诉求被退回，请重新交办")
        )
        tell(demand, centre_people(demand, permission), "demand_returned", title, key)
    if move in {"supply_info", "withdraw", "answer_part"} or move.startswith("ask_ext"):
        tell(
            demand,
            centre_people(demand, "demands.dispatch"),
            f"demand_{move}",
            gettext_noop("诉求有新情况"),
            f"c:{key}",
        )
    if move == "ask_suspension":
        tell(
            demand,
            centre_people(demand, "demands.suspend"),
            "demand_suspend",
            gettext_noop("有单位申请挂账"),
            key,
        )
    if move == "rate" and (demand.solved == "no" or (demand.score or 5) <= 2):
        tell(
            demand,
            centre_people(demand, "demands.close"),
            "demand_bad_rating",
            gettext_noop("企业不满意，请回访"),
            key,
        )
