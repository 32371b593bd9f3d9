"""Departments, staff with appointments, people of enterprises and towers."""

from dataclasses import dataclass, field
from datetime import date
from random import Random

from loushi.demo import names
from loushi.demo.places import Places, Template
from loushi.foundation.core.actor import DEPARTMENT, UNIT, Actor, Grant
from loushi.registry.accounts.commands import (
    NewAppointment,
    NewDepartment,
    NewPerson,
    appoint_many,
    create_departments,
    create_users,
    install_roles,
)
from loushi.registry.accounts.models import Department, User
from loushi.registry.buildings.commands import add_manager_member, appoint_building_role
from loushi.registry.buildings.models import Building
from loushi.registry.enterprises.commands import add_members
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.territory.models import Unit

PASSWORD = "loushi-demo-2026"
# Roles that one person holds: at the first community, its first tower, that tower's manager.
SINGLE = (
    ("party1", "party_instructor", "党群指导员"),
    ("info1", "information_officer", "社区信息员"),
    ("policy1", "policy_advisor", "政策宣传员"),
    ("mediator1", "mediation_officer", "矛盾调解员"),
    ("property1", "property_officer", "物业服务员"),
    ("manager1", "property_staff", "物业公司人员"),
)


@dataclass
class Staff:
    """Who works where, for histories and for the list of demo accounts."""

    departments: dict[str, Department] = field(default_factory=dict)
    clerks: dict[int, list[User]] = field(default_factory=dict)
    secretaries: dict[int, User] = field(default_factory=dict)
    officers: dict[int, list[int]] = field(default_factory=dict)
    handlers: dict[int, User] = field(default_factory=dict)
    accounts: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Post:
    username: str
    role: str
    title: str
    unit: Unit | None = None
    department: Department | None = None
    shown: bool = False


def _posts(places: Places, staff: Staff) -> list[_Post]:
    district = places.district
    posts = [
        _Post("office", "district_office", "区级统筹", district, shown=True),
        _Post("leader", "district_viewer", "区级查看", district, shown=True),
        _Post("finance", "finance_officer", "财务专员", district, shown=True),
        _Post("supervisor", "supervisor", "督办", district, shown=True),
        _Post("sysadmin", "system_admin", "系统管理员", district, shown=True),
        _Post("secadmin", "security_admin", "安全管理员", district, shown=True),
        _Post("auditor", "audit_admin", "审计管理员", district, shown=True),
    ]
    subdistricts = {unit.pk: unit for unit in places.subdistrict_of.values()}
    for n, unit in enumerate(subdistricts.values(), 1):
        posts.append(_Post(f"street{n}", "subdistrict_officer", "街道负责人", unit, shown=n == 1))
    for n, unit in enumerate(places.communities, 1):
        first = n == 1
        posts.append(_Post(f"secretary{n}", "community_secretary", "社区书记", unit, shown=first))
        for m in (1, 2):
            name = "clerk" if m == 1 else "desk"
            posts.append(_Post(f"{name}{n}", "window_clerk", "窗口", unit, shown=first and m == 1))
        for m in (1, 2, 3):
            shown = first and m == 1
            posts.append(
                _Post(f"officer{n}.{m}", "enterprise_officer", "企业专员", unit, shown=shown)
            )
        posts.append(_Post(f"liaison{n}", "investment_liaison", "招商联络员", unit, shown=first))
        posts.append(_Post(f"referral{n}", "referral_post", "招商联络站", unit, shown=first))
        grid = places.grids[unit.pk][0]
        posts.append(_Post(f"chief{n}", "micro_grid_chief", "微网格长", grid, shown=first))
    for n, department in enumerate(staff.departments.values(), 1):
        posts.append(_Post(f"dept{n}", "department_handler", "部门经办", department=department,
                           shown=n == 1))  # fmt: skip
        posts.append(_Post(f"head{n}", "department_head", "部门负责人", department=department,
                           shown=n == 1))  # fmt: skip
    return posts


def hire(actor: Actor, rng: Random, shape: Template, places: Places, since: date) -> Staff:
    """Departments and about two hundred people with their appointments."""
    install_roles(actor=actor)
    staff = Staff()
    made = create_departments(
        actor=actor,
        departments=[
            NewDepartment(f"D{n:02d}", name, places.district.pk, short, f"8800 {n:04d}", duties)
            for n, (name, short, duties) in enumerate(names.DEPARTMENTS, 1)
        ],
    )
    staff.departments = {row.short_name: row for row in made}
    posts = _posts(places, staff)
    users = create_users(
        actor=actor,
        people=[
            NewPerson(post.username, names.person(rng), f"198{n:08d}", "", PASSWORD, False, "演示")
            for n, post in enumerate(posts, 1)
        ],
    )
    appoint_many(
        actor=actor,
        appointments=[
            NewAppointment(
                user.pk,
                post.role,
                since,
                post.unit.pk if post.unit else None,
                post.department.pk if post.department else None,
            )
            for post, user in zip(posts, users, strict=True)
        ],
    )
    for post, user in zip(posts, users, strict=True):
        _note(staff, post, user)
    return staff


def _note(staff: Staff, post: _Post, user: User) -> None:
    if post.unit is not None and post.role == "window_clerk":
        staff.clerks.setdefault(post.unit.pk, []).append(user)
    elif post.unit is not None and post.role == "community_secretary":
        staff.secretaries[post.unit.pk] = user
    elif post.unit is not None and post.role == "enterprise_officer":
        staff.officers.setdefault(post.unit.pk, []).append(user.pk)
    elif post.department is not None and post.role == "department_handler":
        staff.handlers[post.department.pk] = user
    if post.shown:
        _show(staff, user, post.title, str(post.unit or post.department))


def _show(staff: Staff, user: User, role: str, place: str) -> None:
    staff.accounts.append(
        {
            "username": user.username,
            "password": PASSWORD,
            "role": role,
            "unit": place,
            "name": user.name,
        }
    )


def join_enterprises(
    actor: Actor, rng: Random, staff: Staff, places: Places, enterprises: list[Enterprise],
    since: date,
) -> dict[int, User]:  # fmt: skip
    """A contact with an account for one enterprise of each community, an employee for the first;
    a tower chief and a council member for the first tower. Returns contacts by enterprise."""
    firsts: dict[int, Enterprise] = {}
    for community in places.communities:
        found = next((e for e in enterprises if e.unit_path.startswith(community.path)), None)
        if found is not None:
            firsts[community.pk] = found
    posts = [(f"firm{n}", "enterprise_contact") for n in range(1, len(firsts) + 1)]
    posts += [("worker1", "employee"), ("tower1", "building_chief"), ("council1", "council_member")]
    users = create_users(
        actor=actor,
        people=[
            NewPerson(name, names.person(rng), f"197{n:08d}", "", PASSWORD, False, "演示")
            for n, (name, _role) in enumerate(posts, 1)
        ],
    )
    chosen = list(firsts.values())
    contacts = dict(zip([e.pk for e in chosen], users, strict=False))
    add_members(
        actor=actor,
        rows=[
            {
                "enterprise_id": enterprise.pk,
                "user_id": user.pk,
                "role": role,
                "since": since,
                "until": None,
            }
            for enterprise, user, role in [
                *[(e, u, "enterprise_contact") for e, u in zip(chosen, users, strict=False)],
                (chosen[0], users[-3], "employee"),
            ]
        ],
    )
    tower = next(t for t in places.towers if t.unit_path.startswith(places.communities[0].path))
    for user, role, title in (
        (users[-2], "building_chief", "楼长"),
        (users[-1], "council_member", "楼委会委员"),
    ):
        appoint_building_role(
            actor=actor, building_id=tower.pk, user_id=user.pk, role=role, since=since
        )
        _show(staff, user, title, tower.name)
    _show(staff, users[0], "企业联系人", chosen[0].name)
    _show(staff, users[-3], "职工", chosen[0].name)
    _fill_single_posts(actor, staff, places.communities[0], tower, since)
    return contacts


def _fill_single_posts(
    actor: Actor, staff: Staff, community: Unit, tower: Building, since: date
) -> None:
    """Their names come from a draw of their own: one role more leaves the district as it is."""
    rng = Random("single")
    users = create_users(
        actor=actor,
        people=[
            NewPerson(name, names.person(rng), f"196{n:08d}", "", PASSWORD, False, "演示")
            for n, (name, _role, _title) in enumerate(SINGLE, 1)
        ],
    )
    posts = []
    for user, (_name, role, title) in zip(users, SINGLE, strict=True):
        place = tower.name
        if role == "property_officer":
            appoint_building_role(
                actor=actor, building_id=tower.pk, user_id=user.pk, role=role, since=since
            )
        elif role == "property_staff" and tower.manager is not None:
            add_manager_member(
                actor=actor, manager_id=tower.manager.pk, user_id=user.pk, role=role, since=since
            )
            place = tower.manager.name
        else:
            posts.append(NewAppointment(user.pk, role, since, community.pk, None))
            place = str(community)
        _show(staff, user, title, place)
    appoint_many(actor=actor, appointments=posts)


def as_clerk(user: User, unit: Unit) -> Actor:
    """A clerk as histories name them."""
    grant = Grant("window_clerk", frozenset({"demands.accept"}), UNIT, unit.path)
    return Actor(user.pk, user.name, (grant,), f"{unit.name} 窗口")


def as_secretary(user: User, unit: Unit) -> Actor:
    grant = Grant("community_secretary", frozenset({"demands.suspend"}), UNIT, unit.path)
    return Actor(user.pk, user.name, (grant,), f"{unit.name} 社区书记")


def as_handler(user: User, department: Department) -> Actor:
    """A handler; histories need the grant to know whose part is meant."""
    grant = Grant(
        "department_handler", frozenset({"demands.handle"}), DEPARTMENT, str(department.pk)
    )
    return Actor(user.pk, user.name, (grant,), f"{department.name} 部门经办")
