"""What the API of visits takes and gives."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field

Text = Annotated[str, Field(pattern=r"^[^\x00]*$", max_length=5000)]  # PostgreSQL keeps no NUL
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Area = Annotated[Decimal, Field(ge=-(10**7), le=10**7, decimal_places=2)]
Count = Annotated[int, Field(ge=0, le=10**6)]


class FindingIn(Schema):
    """One finding; `seen` is the register's value that the person saw (null: not compared);
    `company` is the firm of a lead (empty: the visited one), its `value` the area asked for."""

    kind: Text
    text: Text = ""
    category_id: Id | None = None
    valid_until: date | None = None
    about: Text = ""
    value: Text = ""
    seen: Text | None = None
    tenancy_id: Id | None = None
    contact_name: Text = ""
    contact_phone: Text = ""
    contact_title: Text = ""
    company: Text = ""


class VisitIn(Schema):
    """One visit; without `at` it is now."""

    enterprise_id: Id
    purpose: Text
    met: Text
    at: datetime | None = None
    met_name: Text = ""
    met_title: Text = ""
    note: Text = ""
    despite: Text = ""
    findings: Annotated[list[FindingIn], Field(max_length=20)] = []
    payload_version: Count = 1


class VisitEditIn(Schema):
    """What changes; null leaves a value as it is. `version` is the one that was read."""

    version: Count
    purpose: Text | None = None
    met: Text | None = None
    met_name: Text | None = None
    met_title: Text | None = None
    note: Text | None = None
    at: datetime | None = None
    findings: Annotated[list[FindingIn], Field(max_length=20)] = []
    why: Text = ""
    payload_version: Count = 1


class WithdrawIn(Schema):
    version: Count
    why: Text = ""


class FindingOut(Schema):
    kind: str
    label: str
    text: str
    demand_id: int | None
    lead_id: int | None
    about: str
    before: str
    after: str
    valid_until: date | None


class VisitOut(Schema):
    """One visit as the lists show it."""

    id: int
    enterprise_id: int
    enterprise: str
    place: str
    unit: str
    at: datetime
    purpose: str
    met: str
    met_text: str
    visitor: str
    team: str
    findings: list[FindingOut]
    note: str
    despite: str
    state: str


class VisitDetail(VisitOut):
    version: int
    may_edit: bool


class VisitPage(Schema):
    """A keyset page; `next` is the cursor for `after`, null on the last page."""

    items: list[VisitOut]
    next: str | None
    count: int | None
    count_is_capped: bool


class StopOut(Schema):
    number: int
    enterprise_id: int
    name: str
    place: str
    floor: int | None
    reason: str
    mark: str
    visit_id: int | None
    disturbance: str
    despite: str


class PlanOut(Schema):
    """The plan of a day; `reached` of `firms` were met this month."""

    on: date
    is_suggested: bool
    stops: list[StopOut]
    reached: int
    firms: int


class SweepOut(Schema):
    id: int
    name: str
    unit: str
    state: str
    starts_on: date
    due_on: date
    rooms: int
    reached: int
    revisit: int
    open: int


class RoomOut(Schema):
    """One room of a sweep with what the register says; send `version` and `stamp` back."""

    id: int
    space_id: int
    building_id: int
    building: str
    floor: int | None
    number: str
    outcome: str
    note: str
    version: int
    stamp: str
    facts: dict[str, Any]


class TenantIn(Schema):
    tenancy_id: Id
    gone: Text = ""
    left_on: date | None = None
    presence: Text = ""
    staff_count: Count | None = None
    area: Area | None = None
    lease_until: date | None = None
    contact_name: Text = ""
    contact_phone: Text = ""
    contact_title: Text = ""


class NewcomerIn(Schema):
    name: Text = ""
    credit_code: Text = ""
    presence: Text = "here_registered"
    staff_count: Count | None = None
    area: Area | None = None
    lease_until: date | None = None
    since: date | None = None
    contact_name: Text = ""
    contact_phone: Text = ""
    contact_title: Text = ""


class RoomIn(Schema):
    """The result at one door; without `at` it is now. `notes` answers checks that want a word:
    code → note."""

    outcome: Text
    version: Count
    stamp: Text = ""
    note: Text = ""
    tenants: Annotated[list[TenantIn], Field(max_length=50)] = []
    newcomers: Annotated[list[NewcomerIn], Field(max_length=20)] = []
    state: Text = ""
    area: Area | None = None
    notes: dict[Text, Text] = {}
    at: datetime | None = None
    payload_version: Count = 1


class ChangeOut(Schema):
    kind: str
    enterprise_id: int | None
    name: str
    before: str | None
    after: str | None


class SavedOut(Schema):
    """The room's new version, what the register became, hints that stop nothing."""

    id: int
    version: int
    outcome: str
    changes: list[ChangeOut]
    hints: list[str]


class FieldProblem(Schema):
    field: str
    message: str


class VisitProblem(Schema):
    """A problem document (RFC 9457); a conflict carries both sides."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: list[FieldProblem] = []
    mine: dict[str, Any] = {}
    theirs: dict[str, Any] = {}


class ListQuery(Schema):
    q: Annotated[str, Field(pattern=r"^[^\x00]*$", max_length=80)] = ""
    enterprise: Id | None = None
    building: Id | None = None
    since: date | None = None
    until: date | None = None
    mine: bool = False
    after: Annotated[str, Field(pattern=r"^[^\x00]*$", max_length=500)] = ""
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class AlertOut(Schema):
    """One sign at one firm: why it is on the list, in words, and what was done about it."""

    id: int
    enterprise_id: int
    name: str
    place: str
    officer: str
    sign: str
    sign_label: str
    sentence: str
    state: str
    state_label: str
    since: date
    snoozed_until: date | None
    outcome: str
    decided: str


class AlertPage(Schema):
    """A keyset page of signs; `firms` of the `whole` in the same narrowing have one."""

    items: list[AlertOut]
    next: str | None
    count: int | None
    count_is_capped: bool
    firms: int
    whole: int
    as_of: datetime


class RetentionQuery(Schema):
    """`officer` 0 is "has none"; `state` defaults to what is open, "all" is every state."""

    sign: Annotated[str, Field(pattern=r"^[a-z_]*$", max_length=20)] = ""
    unit: Id | None = None
    officer: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = None
    state: Literal["open", "snoozed", "handled", "gone", "all"] = "open"
    after: Annotated[str, Field(pattern=r"^[^\x00]*$", max_length=500)] = ""
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class HandleIn(Schema):
    outcome: Text


class SnoozeIn(Schema):
    until: date | None = None
    why: Text = ""
