"""A small district in which every kind of row exists once, in the community C1.

The sweep opens every address as every role of C1, and as the people of the neighbour C2.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from loushi.casework.applications.commands import token_of
from loushi.casework.applications.models import (
    Application,
    ApplicationEvent,
    ApplicationStep,
)
from loushi.casework.codes.models import PlaceCode
from loushi.casework.demands.factories import World as DemandWorld
from loushi.casework.demands.models import Demand, DemandCategory, SavedView
from loushi.casework.matching.models import (
    CommonIssue,
    CommonIssueDemand,
    Comparison,
    JointDecision,
    JointMeeting,
    Match,
    MeetingIssue,
    MeetingKind,
    MeetingSeat,
)
from loushi.casework.visits.models import (
    PlanStop,
    RetentionAlert,
    SweepCampaign,
    SweepTask,
    Visit,
)
from loushi.foundation.audit.models import Entry
from loushi.foundation.core.clocks import install_default_service_levels
from loushi.foundation.files.models import Attachment
from loushi.foundation.notices.models import Notice
from loushi.foundation.transfer.models import ImportBatch, UnplacedRow
from loushi.registry.accounts import factories as accounts
from loushi.registry.accounts.models import (
    ApiToken,
    Appointment,
    Department,
    Role,
    SupportAccess,
    User,
    UserSession,
)
from loushi.registry.buildings.models import (
    Amenity,
    Building,
    BuildingRole,
    Owner,
    Ownership,
    PropertyManager,
    PropertyManagerMember,
    Space,
    Venue,
)
from loushi.registry.enterprises.models import (
    DuplicateProposal,
    Enterprise,
    EnterpriseContact,
    EnterpriseMembership,
    EnterpriseMerge,
    SignUp,
    Tenancy,
)
from loushi.registry.leads.models import InvestmentLead, ReferralPost
from loushi.registry.tax.models import TaxReturn
from loushi.registry.territory import factories as territory
from loushi.registry.territory.models import Unit
from loushi.services.catalogue.models import (
    BundleVersion,
    Declaration,
    ItemVersion,
    MenuEntry,
    Policy,
    Resource,
    ResourceBooking,
    ResourceSlot,
    ResourceTimes,
    ServiceBundle,
    ServiceItem,
)
from loushi.services.governance.models import (
    AgendaItem,
    Body,
    BodyKind,
    CouncilMeeting,
    CouncilSeat,
    Resolution,
    ResolutionTask,
)
from loushi.services.stations.models import (
    Booking,
    BookingSlot,
    Counter,
    DutyMember,
    DutyRota,
    DutyShift,
    DutySlot,
    QueueTicket,
    Station,
    SwapRequest,
)

WHY = "the sweep lays out its world"
NEIGHBOURS = ("community_secretary", "window_clerk", "enterprise_officer", "information_officer")


class Once(dict[str, int]):
    """Takes each name once: two packages with one word for two things would ask for a wrong row."""

    def __ior__(self, more: Any) -> "Once":  # type: ignore[override,misc]
        assert not self.keys() & more.keys(), self.keys() & more.keys()
        self.update(more)
        return self


@dataclass
class World:
    """`ids` holds one row of each kind; `staff` one user of each role of C1."""

    units: dict[str, Unit]
    ids: dict[str, int] = field(default_factory=Once)
    staff: dict[str, User] = field(default_factory=dict)
    neighbours: dict[str, User] = field(default_factory=dict)
    visitor: User | None = None
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def here(self) -> Unit:
        return self.units["C1"]

    @property
    def there(self) -> Unit:
        return self.units["C2"]


def build() -> World:
    world = World(territory.make_district(communities=2))
    install_default_service_levels()
    department = accounts.make_department(world.units["Q"])
    _registry(world)
    _people(world, department)
    _casework(world, department)
    _stations(world, department)
    _governance(world)
    _catalogue(world)
    _bundles(world, department)
    _visits(world, department)
    _matching(world, department)
    _foundation(world)
    return world


def _registry(world: World) -> None:
    here = {"unit": world.here, "unit_path": world.here.path}
    path = {"unit_path": world.here.path}
    manager = _make(PropertyManager, name="望澜物业", **_only(PropertyManager, path))
    tower = _make(Building, name="望澜中心", code="B1", manager=manager, **here)
    space = _make(Space, building=tower, number="1201", **here)
    owner = _make(Owner, name="望澜置业", phone="13800000000")
    firm = _make(Enterprise, name="云栈智联供应链有限公司", **here)
    twin = _make(Enterprise, name="云栈智联供应链（临漕）", **here)
    former = {"former_id": 10_000_000, "former_name": "云栈智联", "snapshot": {}, "why": "同一家"}
    world.ids |= {
        "look_alike": twin.pk,
        "proposal": _make(DuplicateProposal, first=firm, second=twin, probability=0.97, **path).pk,
        "merge": _make(EnterpriseMerge, enterprise=firm, **former, **path).pk,
        "unit": world.here.pk,
        "manager": manager.pk,
        "building": tower.pk,
        "space": space.pk,
        "enterprise": firm.pk,
        "lead": _make(InvestmentLead, company="来访企业", source="call", **here).pk,
        "referral_post": _make(ReferralPost, name="业委会", since=accounts.SINCE, **here).pk,
        "return": _make(TaxReturn, enterprise=firm, year=2025, amount=1, source="x", **path).pk,
        "owner": owner.pk,
        "ownership": _make(Ownership, owner=owner, building=tower).pk,
        "amenity": _make(Amenity, building=tower, kind_id="parking").pk,
        "venue": _make(Venue, building=tower, name="共享大堂").pk,
        "tenancy": _make(Tenancy, enterprise=firm, building=tower, **path).pk,
        "contact": _make(EnterpriseContact, enterprise=firm, name="陈屿", **path).pk,
    }


def _people(world: World, department: Department) -> None:
    places: dict[str, Any] = {
        "district": world.units["Q"],
        "community": world.here,
        "grid": world.units["C1-G1"],
    }
    since = accounts.SINCE
    for role in Role.objects.order_by("id"):
        name = role.code
        if role.kind == "unit":
            level = next(
                (one for one in ("community", "district", "grid") if one in role.levels), ""
            )
            if role.levels and not level:
                continue  # a level that this little district lacks
            world.staff[name] = accounts.make_staff(name, places[level or "community"], name=name)
        elif role.kind == "department":
            world.staff[name] = accounts.make_staff(name, department, name=name)
        else:
            world.staff[name] = user = accounts.make_user(name)
            held = {"user": user, "role": role, "since": since}
            path = {"unit_path": world.here.path}
            if role.kind == "building":
                _make(BuildingRole, building_id=world.ids["building"], **held, **path)
            elif role.kind == "manager":
                more = _only(PropertyManagerMember, path)
                _make(PropertyManagerMember, manager_id=world.ids["manager"], **held, **more)
            else:
                _make(EnterpriseMembership, enterprise_id=world.ids["enterprise"], **held, **path)
    for name in NEIGHBOURS:
        world.neighbours[name] = accounts.make_staff(name, world.there, name=f"邻{name}")
    world.visitor = accounts.make_user("无任职")
    person = world.staff["window_clerk"]
    later = timezone.now() + timedelta(days=1)
    post = Appointment.objects.unscoped(WHY).filter(user=person).get()
    world.ids |= {
        "person": person.pk,
        "department": department.pk,
        "post": post.pk,
        "session": _make(UserSession, user=person, session_key="k" * 32).pk,
        "token": _make(ApiToken, user=person, digest="d" * 64).pk,
        "support": _make(
            SupportAccess, user=person, granted_by=person, reason="sweep", expires_at=later
        ).pk,
        "sign_up": _make(
            SignUp, user=world.visitor, unit=world.here, unit_path=world.here.path,
            credit_code="91330105MA2XXXXX0X", enterprise_name="待审核企业",
        ).pk,
    }  # fmt: skip


def _casework(world: World, department: Department) -> None:
    top = DemandCategory.objects.create(code="90", name="城市管理")
    category = DemandCategory.objects.create(code="90.01", name="停车秩序", parent=top)
    tower = Building.objects.unscoped(WHY).get(pk=world.ids["building"])
    firm = Enterprise.objects.unscoped(WHY).get(pk=world.ids["enterprise"])
    made = DemandWorld(
        world.here, world.there, tower, firm, category, department, department, department
    )
    contact = accounts.actor_of(world.staff["enterprise_contact"])
    demand: Demand = made.submit(contact)
    clerk = accounts.actor_of(world.staff["window_clerk"])
    made.move(demand, "accept", clerk)
    made.move(demand, "dispatch", clerk, lead=department.pk)
    view = _make(SavedView, user=world.staff["window_clerk"], name="我的", query="state=open")
    world.ids |= {"demand": demand.pk, "category": category.pk, "view": view.pk}


def _stations(world: World, department: Department) -> None:
    here = {"unit": world.here, "unit_path": world.here.path}
    path = {"unit_path": world.here.path}
    today, now = timezone.localdate(), timezone.now()
    station = _make(
        Station, name="望澜驿站", kind="rider", tenure="shared", since=today, slot_minutes=30,
        workday_hours="09:00-17:00", restday_hours="09:00-17:00", **here,
    )  # fmt: skip
    time = _make(
        BookingSlot, station=station, starts_at=now + timedelta(days=1), places=2, taken=1,
        ends_at=now + timedelta(days=1, minutes=30), **path,
    )  # fmt: skip
    contact = world.staff["enterprise_contact"]
    booked = _make(
        Booking, slot=time, station=station, user=contact, holder=f"user:{contact.pk}", turn=1,
        state="booked", name=contact.name, **path,
    )  # fmt: skip
    counter = _make(Counter, station=station, name="1 号窗口", **path)
    ticket = _make(QueueTicket, station=station, on=today, number=1, counter=counter, **path)
    rota = _make(DutyRota, name="本月轮值", first=today, last=today, **here)
    names = {"name": "部门", "rota": rota, **path}
    one = _make(DutyMember, department=department, **names)
    two = _make(DutyMember, user=world.staff["window_clerk"], **names)
    slot = _make(
        DutySlot, rota=rota, station=station, on=today, starts_at=now + timedelta(hours=1),
        ends_at=now + timedelta(hours=2), **path,
    )  # fmt: skip
    shift = _make(DutyShift, slot=slot, member=one, department=department, published=True, **path)
    swap = _make(
        SwapRequest, shift=shift, giver=one, taker=two,
        taker_user=world.staff["window_clerk"], **path,
    )  # fmt: skip
    world.ids |= {
        "station": station.pk, "rota": rota.pk, "shift": shift.pk, "swap": swap.pk,
        "booking": booked.pk, "queue_ticket": ticket.pk,
    }  # fmt: skip


def _governance(world: World) -> None:
    here = {"unit": world.here, "unit_path": world.here.path}
    path = {"unit_path": world.here.path}
    today = timezone.localdate()
    kind = BodyKind.objects.get(code="council")
    body = _make(Body, name="望澜楼宇治理委员会", kind=kind, since=today, **here)
    seat = _make(CouncilSeat, body=body, name="委员", side="firms", since=today, **path)
    meeting = _make(
        CouncilMeeting, body=body, title="例会", starts_at=timezone.now(), place="会议室",
        state="closed", **path,
    )  # fmt: skip
    item = _make(AgendaItem, body=body, meeting=meeting, title="议题", source="proposal", **path)
    made = _make(
        Resolution, body=body, item=item, year=today.year, adopted=True, text="同意",
        adopted_on=today, **path,
    )  # fmt: skip
    world.ids |= {
        "body": body.pk, "council_seat": seat.pk, "meeting": meeting.pk, "item": item.pk,
        "resolution": made.pk,
        "resolution_task": _make(
            ResolutionTask, resolution=made, what="任务", owner_name="某人", due_on=today, **path
        ).pk,
    }  # fmt: skip


def _catalogue(world: World) -> None:
    here = {"unit": world.here, "unit_path": world.here.path}
    policy = _make(
        Policy, title="小微企业房租补贴", issuer="商务局", state="published",
        conditions={"all": [{"fact": "size", "values": ["small"]}]}, **here,
    )  # fmt: skip
    today, path = timezone.localdate(), {"unit_path": world.here.path}
    room = _make(
        Resource,
        name="青年食堂",
        kind_id="canteen",
        state="published",
        capacity=200,
        firm_id=world.ids["enterprise"],
        **here,
    )
    _make(ResourceTimes, resource=room, minutes=60, places=2, workday_hours="09:00-17:00", **path)
    now, contact = timezone.now(), world.staff["enterprise_contact"]
    slot = _make(
        ResourceSlot, resource=room, starts_at=now + timedelta(days=1), places=2, taken=1,
        ends_at=now + timedelta(days=1, hours=1), **path,
    )  # fmt: skip
    booked = _make(
        ResourceBooking, slot=slot, resource=room, user=contact, holder=f"user:{contact.pk}",
        turn=1, state="booked", name=contact.name, **path,
    )  # fmt: skip
    item = _make(ServiceItem, code="C01", **here)
    said = {"title": "店招备案", "field_id": "government", "side_id": "government"}
    _make(ItemVersion, item=item, number=1, since=today, **said, **path)
    world.ids |= {
        "policy": policy.pk,
        "service_item": item.pk,
        "menu_entry": _make(MenuEntry, item=item, since=today, **here).pk,
        "resource": room.pk,
        "resource_booking": booked.pk,
        "declaration": _make(
            Declaration, policy=policy, enterprise_id=world.ids["enterprise"],
            began_on=timezone.localdate(), unit_path=world.here.path,
        ).pk,
    }  # fmt: skip


def _bundles(world: World, department: Department) -> None:
    here = {"unit": world.here, "unit_path": world.here.path}
    path = {"unit_path": world.here.path}
    content = {
        "fields": [{"code": "f1", "label": "店名"}],
        "records": [{"code": "r1", "label": "人次"}],
        "steps": [{"code": "s1", "title": "办", "department": department.pk, "closing": True}],
    }
    bundle = _make(ServiceBundle, title="开店", state="published", live=1, founders=True, **here)
    version = _make(
        BundleVersion, bundle=bundle, number=1, state="published", content=content, **path
    )
    _make(BundleVersion, bundle=bundle, number=2, content=content, **path)
    row = _make(
        Application, year=2026, bundle=bundle, version=version, title="开店", applicant="某店",
        enterprise_id=world.ids["enterprise"], answers={"f1": "店"}, seed="x", **here,
    )  # fmt: skip
    step = _make(
        ApplicationStep, application=row, code="s1", position=0, title="办",
        department=department, state="open", **path,
    )  # fmt: skip
    _make(ApplicationEvent, row=row, step=step, move="start", **path)
    world.ids |= {"bundle": bundle.pk, "application": row.pk}
    world.tokens |= {"application": token_of(row)}


def _visits(world: World, department: Department) -> None:
    here = {"unit": world.here, "unit_path": world.here.path}
    officer = world.staff["enterprise_officer"]
    visit = _make(
        Visit, **here, enterprise_id=world.ids["enterprise"], building_id=world.ids["building"],
        visitor=officer, visitor_name=officer.name, team=f"unit:{world.here.pk}",
        team_name=world.here.name, at=timezone.now(), purpose="routine", met="nobody",
    )  # fmt: skip
    stop = _make(
        PlanStop, user=world.staff["department_handler"], department=department,
        team=f"department:{department.pk}", team_name=department.name,
        enterprise_id=world.ids["enterprise"], unit_path=world.here.path,
        on=timezone.localdate(), subject="年检",
    )  # fmt: skip
    today = timezone.localdate()
    sweep = _make(
        SweepCampaign, name="秋季扫楼", starts_on=today, due_on=today, created_by="sweep", **here
    )
    task = _make(
        SweepTask, campaign=sweep, building_id=world.ids["building"],
        space_id=world.ids["space"], number="1201", **here,
    )  # fmt: skip
    alert = _make(
        RetentionAlert, enterprise_id=world.ids["enterprise"], unit_path=world.here.path,
        sign="lease", numbers={"on": today.isoformat()}, since=today,
    )  # fmt: skip
    world.ids |= {
        "alert": alert.pk,
        "visit": visit.pk,
        "inspection": stop.pk,
        "place_code": _make(
            PlaceCode,
            building_id=world.ids["building"],
            code="1-sweepabc",
            created_by="x",
            **_only(PlaceCode, {"unit_path": world.here.path}),
        ).pk,
        "sweep": sweep.pk,
        "sweep_task": task.pk,
        "task": task.pk,
    }


def _matching(world: World, department: Department) -> None:
    here = {"unit": world.here, "unit_path": world.here.path}
    path = {"unit_path": world.here.path}
    today, now = timezone.localdate(), timezone.now()
    issue = _make(CommonIssue, year=today.year, name="停车", state="answered", **here)
    _make(CommonIssueDemand, issue=issue, demand_id=world.ids["demand"], **path)
    joint = _make(
        JointMeeting, kind=MeetingKind.objects.get(code="topic"), title="对接会", starts_at=now,
        place="会议室", convener="望澜", state="closed", **here,
    )  # fmt: skip
    _make(MeetingIssue, meeting=joint, issue=issue, **path)
    _make(MeetingSeat, meeting=joint, department=department, part="lead", **path)
    decision = _make(
        JointDecision, meeting=joint, issue=issue, text="决定", owner="某人", due_on=today, **path
    )
    match = _make(
        Match, demand_id=world.ids["demand"], resource_id=world.ids["resource"], why="服务这幢楼",
        expires_on=today, **path,
    )  # fmt: skip
    _make(Comparison, looked=1, **here)
    world.ids |= {"issue": issue.pk, "joint": joint.pk, "decision": decision.pk, "match": match.pk}


def _foundation(world: World) -> None:
    person = world.staff["window_clerk"]
    secretary = world.staff["community_secretary"]
    path = {"unit_path": world.here.path}
    batch = {"importer": "buildings", "permission": "buildings.import"}
    attachment = Attachment.objects.create(
        parent_type="demands.demand", parent_id=world.ids["demand"], name="a.png", size=1,
        content_type="image/png", sha256="0" * 64, stored_as="aa/none.png",
    )  # fmt: skip
    world.ids |= {
        "attachment": attachment.pk,
        "notice": _make(Notice, recipient_id=person.pk, kind="x", title="x", key="sweep").pk,
        "batch": _make(ImportBatch, **batch, file_name="a.csv", sha256="0" * 64,
                       created_by=secretary, **path).pk,
        "unplaced": _make(UnplacedRow, **batch, row_number=2, reason="x",
                          created_by=secretary, **path).pk,
        "audit": Entry.objects.unscoped(WHY).latest("id").pk,
    }  # fmt: skip


def _make(model: Any, **fields: Any) -> Any:
    return model.objects.unscoped(WHY).create(**fields)


def _only(model: Any, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that the model has."""
    names = {one.name for one in model._meta.get_fields()}
    return {key: value for key, value in fields.items() if key in names}


def session_cookie(user: User) -> tuple[str, str]:
    """Name and value of a cookie that is this user's session."""
    from django.test import Client

    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value
