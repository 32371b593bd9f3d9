"""The Django side of the kill bench: a small district, the two changes, and the examination.

Each function runs in a process of its own, `python -c "import bench._kill_district as d; …"`, with
the database of one engine in its environment.
"""

import json
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

FOUNDED = date(2024, 1, 1)
CLERKS = 3
ENTERPRISES = 20
BUILDINGS = 4


def _begin() -> None:
    import django

    django.setup()


# ---- before --------------------------------------------------------------------------------------


def prepare(answer: str) -> None:
    """Two communities, four buildings, twenty enterprises with a person each; writes what the
    bench needs to submit (tokens, ids) as JSON."""
    _begin()
    from loushi.casework.demands.commands.configure import install_default_categories
    from loushi.casework.demands.models import DemandCategory
    from loushi.foundation.core.actor import system_actor
    from loushi.foundation.core.clocks.levels import install_default_service_levels
    from loushi.registry.accounts import commands as accounts
    from loushi.registry.accounts.commands.appointments import NewAppointment
    from loushi.registry.accounts.commands.users import NewPerson
    from loushi.registry.buildings import commands as buildings
    from loushi.registry.enterprises import commands as enterprises
    from loushi.registry.territory import commands as territory
    from loushi.registry.territory.models import UnitKind

    actor = system_actor("压测")
    install_default_categories(actor=actor)
    install_default_service_levels()
    units = territory.found_units(
        actor=actor,
        units=[
            territory.NewUnit("Q", "临漕区", UnitKind.DISTRICT, None, FOUNDED),
            territory.NewUnit("C1", "望澜商务社区", UnitKind.COMMUNITY, "Q", FOUNDED),
            territory.NewUnit("C2", "新桥商务社区", UnitKind.COMMUNITY, "Q", FOUNDED),
        ],
    )
    unit = {row.code: row.pk for row in units}
    made = buildings.create_buildings(
        actor=actor,
        rows=[
            {"code": f"B{n}", "name": f"望澜大厦{n}座", "unit_id": unit["C1"], "address": f"{n}号"}
            for n in range(1, BUILDINGS + 1)
        ],
    )
    towers = [row.pk for row in made]
    clerks = accounts.create_users(
        actor=actor,
        people=[
            NewPerson(f"clerk{n}", f"窗口{n}", email=f"clerk{n}@example.cn")
            for n in range(1, CLERKS + 1)
        ],
    )
    accounts.appoint_many(
        actor=actor,
        appointments=[
            NewAppointment(clerk.pk, "district_office", FOUNDED, unit_id=unit["Q"])
            for clerk in clerks
        ],
    )
    people = accounts.create_users(
        actor=actor,
        people=[
            NewPerson(
                f"firm{n}",
                f"联系人{n}",
                email=f"firm{n}@example.cn",
                password="not-a-secret-of-anybody-1",
                must_change_password=False,
            )
            for n in range(ENTERPRISES)
        ],
    )
    firms = []
    for n, person in enumerate(people):
        firm = enterprises.register_enterprise(actor=actor, values={"name": f"远帆科技{n}有限公司"})
        tenancy = enterprises.move_in(
            actor=actor,
            enterprise_id=firm.pk,
            values={"building_id": towers[n % BUILDINGS], "since": FOUNDED, "is_main": True},
        )
        enterprises.add_member(
            actor=actor,
            enterprise_id=firm.pk,
            user_id=person.pk,
            role="enterprise_contact",
            since=FOUNDED,
        )
        token = accounts.issue_token(username=person.username)
        firms.append({"id": firm.pk, "token": token, "tenancy": tenancy.pk,
                      "building": towers[n % BUILDINGS]})  # fmt: skip
    category = DemandCategory.objects.filter(is_active=True).order_by("-code").first()
    assert category
    Path(answer).write_text(
        json.dumps(
            {
                "firms": firms,
                "community": unit["C1"],
                "buildings": towers,
                "category": category.pk,
                "category_code": category.code,
                "clerks": [clerk.pk for clerk in clerks],
            }
        )
    )


# ---- meanwhile -----------------------------------------------------------------------------------


def split(community: int, first: list[int], second: list[int]) -> None:
    """Divides the community into two on today; says so if it is divided already."""
    _begin()
    from django.utils import timezone

    from loushi.foundation.core.actor import system_actor
    from loushi.registry.territory import commands
    from loushi.registry.territory.commands.parts import Part
    from loushi.registry.territory.models import UnitSuccession

    if UnitSuccession.objects.filter(unit_id=community).exists():
        return
    commands.split_unit(
        actor=system_actor("压测"),
        unit_id=community,
        on=timezone.localdate(),
        parts=[
            Part(code="C1A", name="望澜东商务社区", buildings=tuple(first)),
            Part(code="C1B", name="望澜西商务社区", buildings=tuple(second)),
        ],
        dissolve=True,
        why="规模过大",
    )


def move_out(tenancy: int) -> None:
    """The enterprise leaves today; says so if it has left already."""
    _begin()
    from django.utils import timezone

    from loushi.foundation.core.actor import system_actor
    from loushi.foundation.core.errors import Conflict
    from loushi.registry.enterprises import commands

    try:
        commands.move_out(
            actor=system_actor("压测"),
            tenancy_id=tenancy,
            on=timezone.localdate(),
            why="租约到期不续",
        )
    except Conflict:
        return


def waiting() -> None:
    """Prints how much is still to be done, as JSON."""
    _begin()
    from loushi.foundation.core import jobs
    from loushi.registry.territory.models import PathRewrite, UnitSuccession

    status = jobs.status()
    rest = {name: gauge.pending for name, gauge in status.gauges.items()}
    rest["rewrites"] = PathRewrite.objects.filter(done_at__isnull=True).count()
    rest["announcements"] = UnitSuccession.objects.filter(announced_at__isnull=True).count()
    json.dump({"pending": rest, "dead": status.dead}, sys.stdout)


# ---- afterwards ----------------------------------------------------------------------------------


class Findings:
    """Counts how often each promise was broken, with the first examples."""

    def __init__(self) -> None:
        self.checked: dict[str, int] = {}
        self.broken: dict[str, list[str]] = {}

    def check(self, promise: str, good: bool, what: object = "") -> None:
        self.checked[promise] = self.checked.get(promise, 0) + 1
        self.broken.setdefault(promise, [])
        if not good:
            self.broken[promise].append(str(what))

    def rows(self) -> list[dict[str, Any]]:
        return [
            {"promise": promise, "checked": count, "broken": len(self.broken[promise]),
             "examples": "; ".join(self.broken[promise][:3])}
            for promise, count in self.checked.items()
        ]  # fmt: skip


def examine(report: str, answer: str) -> None:
    """Compares what was acknowledged and what mail arrived with what the database holds."""
    _begin()
    told = json.loads(Path(report).read_text())
    found = Findings()
    _demands(found, told)
    _notices(found, told)
    _move_out(found, told)
    _split(found, told)
    _left_over(found)
    Path(answer).write_text(json.dumps({"rows": found.rows()}, ensure_ascii=False))


def examine_submissions(report: str, answer: str) -> None:
    """The same for submissions alone: every demand with all its rows, every clerk told once."""
    _begin()
    told = json.loads(Path(report).read_text())
    found = Findings()
    _demands(found, told)
    _heard(found, told)
    Path(answer).write_text(json.dumps({"rows": found.rows()}, ensure_ascii=False))


def _demands(found: Findings, told: dict[str, Any]) -> None:
    from loushi.casework.demands.models import Demand, DemandClock, DemandEvent
    from loushi.foundation.audit.models import Entry
    from loushi.foundation.core.models import IdempotencyKey
    from loushi.foundation.language.models import IndexEntry

    why = "the bench examines everything"
    rows = list(Demand.objects.unscoped(why).order_by("pk"))
    by_mark: dict[str, list[int]] = {}
    for row in rows:
        by_mark.setdefault(row.text.split("号")[0], []).append(row.pk)
    for mark, pk in told["acknowledged"].items():
        good = by_mark.get(mark) == [pk]
        found.check(
            "an acknowledged demand exists exactly once", good, (mark, pk, by_mark.get(mark))
        )
    for mark in told["sent"]:
        found.check("nothing sent exists twice", len(by_mark.get(mark, [])) <= 1, mark)
    numbers = Counter(row.number for row in rows)
    found.check("every number is given once", max(numbers.values(), default=1) == 1)

    def counted(query: Any, key: str) -> Counter[int]:
        return Counter(query.values_list(key, flat=True))

    parts = {
        "one submission in its history": counted(
            DemandEvent.objects.unscoped(why).filter(move="submit"), "row_id"
        ),
        "one audit entry of its submission": counted(
            Entry.objects.unscoped(why).filter(action="demands.submit"), "subject_id"
        ),
        "one accept clock": counted(
            DemandClock.objects.unscoped(why).filter(kind=DemandClock.Kind.ACCEPT), "demand_id"
        ),
        "one entry in the search index": counted(
            IndexEntry.objects.unscoped(why).filter(kind="demand"), "object_id"
        ),
        "one idempotency key": counted(
            IdempotencyKey.objects.filter(command="demands.submit"), "object_id"
        ),
    }
    pks = {row.pk for row in rows}
    for promise, counts in parts.items():
        for pk in pks | set(counts):
            found.check(f"each demand has {promise}", counts[pk] == 1 and pk in pks, pk)


def _heard(found: Findings, told: dict[str, Any]) -> list[dict[str, Any]]:
    """Checks the notices inside the application; returns them."""
    from loushi.casework.demands.models import Demand
    from loushi.foundation.notices.models import Notice

    why = "the bench examines everything"
    notices = list(
        Notice.objects.unscoped(why)
        .order_by("pk")
        .values("pk", "recipient_id", "key", "subject_id", "kind", "withheld_at")
    )
    pairs = Counter((row["recipient_id"], row["key"]) for row in notices)
    for pair, count in pairs.items():
        found.check("each notice is in the app once", count == 1, pair)
    heard: dict[int, list[int]] = {}
    for row in notices:
        if row["kind"] == "demand_submitted":
            heard.setdefault(row["subject_id"], []).append(row["recipient_id"])
    for pk in Demand.objects.unscoped(why).order_by("pk").values_list("pk", flat=True):
        good = sorted(heard.get(pk, [])) == sorted(told["clerks"])
        found.check("each submission is told to each clerk once", good, (pk, heard.get(pk)))
    return notices


def _notices(found: Findings, told: dict[str, Any]) -> None:
    from loushi.foundation.notices.models import Delivery

    why = "the bench examines everything"
    notices = _heard(found, told)
    arrived = Counter(told["message_ids"])
    host = told["host"]
    expected = {f"<notice-{row['pk']}@{host}>" for row in notices if not row["withheld_at"]}
    for name in expected:
        found.check("each notice is mailed at least once, under its own Message-ID",
                    arrived[name] >= 1, name)  # fmt: skip
    for name in arrived:
        found.check("no mail carries another Message-ID", name in expected, name)
    states = Counter(Delivery.objects.unscoped(why).values_list("state", flat=True))
    found.check("every delivery is marked as sent", set(states) <= {"sent"}, dict(states))


def _move_out(found: Findings, told: dict[str, Any]) -> None:
    from loushi.casework.demands.models import Demand, DemandEvent
    from loushi.foundation.audit.models import Entry
    from loushi.foundation.core.models import Event, EventDelivery
    from loushi.foundation.notices.models import Notice
    from loushi.registry.enterprises.models import Tenancy

    why = "the bench examines everything"
    tenancy, firm = told["left_tenancy"], told["left_firm"]
    ended = Tenancy.objects.unscoped(why).get(pk=tenancy)
    found.check("the enterprise has moved out", ended.until is not None)
    entries = Entry.objects.unscoped(why).filter(action="enterprises.move_out", subject_id=tenancy)
    found.check("the move-out is in the audit once", entries.count() == 1, entries.count())
    events = Event.objects.filter(name="enterprise_moved_out")
    found.check("the move-out was announced once", events.count() == 1, events.count())
    open_then = [
        pk
        for pk, at in Demand.objects.unscoped(why)
        .filter(enterprise_id=firm)
        .order_by("pk")
        .values_list("pk", "submitted_at")
        if at < events.get().created_at
    ]
    done = EventDelivery.objects.get(event=events.get())
    found.check("its listener ran to the end", done.state == EventDelivery.State.DONE, done.state)
    lines = Counter(
        DemandEvent.objects.unscoped(why).filter(move="moved_out").values_list("row_id", flat=True)
    )
    for pk in {*open_then, *lines}:
        found.check("each open demand of it was marked once", lines[pk] == 1, pk)
    notices = Counter(
        Notice.objects.unscoped(why)
        .filter(kind="demand_moved_out")
        .values_list("subject_id", flat=True)
    )
    for pk in {*lines, *notices}:
        found.check("and told to each clerk once", notices[pk] == len(told["clerks"]), pk)


def _split(found: Findings, told: dict[str, Any]) -> None:
    from loushi.casework.demands.models import Demand
    from loushi.foundation.audit.models import Entry
    from loushi.foundation.core.models import Event, EventDelivery
    from loushi.registry.territory.models import Unit, UnitSuccession

    why = "the bench examines everything"
    unit = told["community"]
    entries = Entry.objects.unscoped(why).filter(action="territory.split", subject_id=unit)
    found.check("the split is in the audit once", entries.count() == 1, entries.count())
    heirs = set(UnitSuccession.objects.filter(unit_id=unit).values_list("heir_id", flat=True))
    found.check("the community has two heirs", len(heirs) == 2, heirs)
    events = Event.objects.filter(name="unit_split")
    found.check("the split was announced once", events.count() == 1, events.count())
    open_ = EventDelivery.objects.filter(event__in=events).exclude(state=EventDelivery.State.DONE)
    found.check("its listeners ran to the end", not open_.exists())
    paths = dict(Unit.objects.filter(pk__in=heirs).values_list("pk", "path"))
    towers = {pk: paths[heir] for heir, pks in _inherited(unit).items() for pk in pks}
    for pk, building, path, row_unit in (
        Demand.objects.unscoped(why)
        .order_by("pk")
        .values_list("pk", "building_id", "unit_path", "unit_id")
    ):
        good = path == towers.get(building) and row_unit in heirs
        found.check("each demand stands at the heir of its building", good, (pk, building, path))


def _inherited(unit: int) -> dict[int, list[int]]:
    from loushi.registry.territory.models import UnitSuccession

    found: dict[int, list[int]] = {}
    rows = UnitSuccession.objects.filter(unit_id=unit, building_id__isnull=False)
    for heir, building in rows.values_list("heir_id", "building_id"):
        found.setdefault(heir, []).append(building)
    return found


def _left_over(found: Findings) -> None:
    from loushi.foundation.audit import seals
    from loushi.foundation.core import jobs

    status = jobs.status()
    found.check("nothing is left over", status.pending == 0, dict(status.gauges))
    found.check("nothing became a dead letter", status.dead == 0, dict(status.gauges))
    found.check("the audit's chain is whole", seals.verify().broken == ())
