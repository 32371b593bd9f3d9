"""What goes in and out. Ids are ours, times ISO 8601 with zone, words in the asked language."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import AfterValidator, StringConstraints

from loushi.casework.demands.models import Channel, Side, State, Tier, Urgency, Verdict
from loushi.foundation.core.clocks import LimitKind
from loushi.foundation.core.rating import Solved
from loushi.registry.buildings.models import ReferenceSystem

LARGEST = 2**63 - 1


def _storable(text: str) -> str:
    """PostgreSQL keeps no NUL, and no database keeps half a surrogate pair."""
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError("control characters are not accepted")
    return text


Id = Annotated[int, Field(ge=1, le=LARGEST)]
Line = Annotated[str, AfterValidator(_storable)]
Text = Annotated[str, StringConstraints(max_length=5000), AfterValidator(_storable)]
MoveName = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,30}$")]


class FieldProblem(Schema):
    """One wrong field, with a sentence that says the way out."""

    field: str
    message: str


class Problem(Schema):
    """RFC 9457 problem details (application/problem+json)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str | None = None
    errors: list[FieldProblem] | None = None
    request_id: str | None = None


class Choice(Schema):
    """A code with its word."""

    code: str
    label: str


class Named(Schema):
    """A row of another register."""

    id: int
    name: str


class CategoryOut(Schema):
    """A category; the second level names its first level as `parent`."""

    code: str
    name: str
    name_en: str
    parent: str | None
    is_active: bool


class ListItem(Schema):
    """One demand of a list. The contact stands only on the single demand."""

    id: int
    number: str
    title: str
    state: Choice
    side: str
    urgency: str
    tier: str
    category: str
    enterprise_or_person: str
    building: str | None
    unit: str
    lead: str | None
    submitted_at: datetime
    due_at: datetime | None
    is_late: bool
    is_supervised: bool
    hand_backs: int
    review_on: date | None
    score: int | None
    solved: str | None


class DemandPage(Schema):
    """A keyset page. `next` is the cursor for `after` (null on the last page).

    `count` is exact up to 1,000; beyond that `count_is_capped` is true.
    """

    items: list[ListItem]
    next: str | None
    count: int
    count_is_capped: bool


class ClockOut(Schema):
    """A clock; minutes are those of the limit's own kind (working or clock time)."""

    kind: str
    label: str
    part: int | None
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    limit_kind: str
    limit_amount: int
    used_minutes: float
    whole_minutes: float
    is_late: bool
    is_paused: bool
    why: list[str]
    warnings: list[str]


class PartOut(Schema):
    """A unit's part: lead or co-unit, a department or a building council."""

    id: int
    part: Literal["lead", "co"]
    body: Literal["department", "council"]
    department: Named | None
    building: Named | None
    state: Choice
    is_active: bool
    dispatched_at: datetime
    signed_at: datetime | None
    answered_at: datetime | None
    due_at: datetime | None
    is_late: bool
    answer: str
    reason: str


class MoveOut(Schema):
    """A step that may be made now; `required` names the fields of the body it needs."""

    name: str
    label: str
    required: list[str]
    primary: bool


class AttachmentOut(Schema):
    """A file; `href` is its download address below this API."""

    id: int
    name: str
    size: int
    content_type: str
    created_at: datetime
    href: str


class DemandOut(Schema):
    """One demand. Fields listed in `hidden` are null because this caller must not see them."""

    id: int
    number: str
    title: str
    text: str
    state: Choice
    side: Choice
    urgency: Choice
    channel: Choice
    tier: Choice
    category: CategoryOut
    enterprise: Named | None
    unit: Named
    building: Named | None
    space: Named | None
    place: str
    longitude: Decimal | None
    latitude: Decimal | None
    crs: str
    contact_name: str | None
    contact_phone: str | None
    contact_email: str | None
    hide_name: bool
    hidden: list[str]
    submitted_at: datetime
    accepted_at: datetime | None
    dispatched_at: datetime | None
    contacted_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    due_at: datetime | None
    is_late: bool
    review_on: date | None
    hand_backs: int
    is_arbitrated: bool
    is_supervised: bool
    urges: int
    reopened: int
    verdict: Choice | None
    answer: str
    score: int | None
    solved: Choice | None
    rated_at: datetime | None
    parts: list[PartOut]
    clocks: list[ClockOut]
    moves: list[MoveOut]
    attachments: list[AttachmentOut]


class EventOut(Schema):
    """One line of the history, newest first."""

    id: int
    move: str
    label: str
    from_state: str
    to_state: str
    at: datetime
    who: str
    note: str
    data: dict[str, Any]
    is_public: bool


class Submitted(Schema):
    """A new demand. A place is needed: a space, a building, a unit, or the enterprise's home."""

    text: Text
    category: Annotated[Line, Field(description="code of an active category", max_length=30)]
    title: Annotated[Line, Field(max_length=80)] = ""
    side: Side = Side.ENTERPRISE
    urgency: Urgency = Urgency.NORMAL
    channel: Channel = Channel.API
    tier: Tier = Tier.COMMUNITY
    enterprise: Id | None = None
    unit: Id | None = None
    building: Id | None = None
    space: Id | None = None
    place: Annotated[Line, Field(max_length=120)] = ""
    longitude: Annotated[Decimal, Field(ge=-180, le=180, decimal_places=7)] | None = None
    latitude: Annotated[Decimal, Field(ge=-90, le=90, decimal_places=7)] | None = None
    crs: ReferenceSystem = ReferenceSystem.UNKNOWN
    contact_name: Annotated[Line, Field(max_length=40)] = ""
    contact_phone: Annotated[Line, Field(max_length=20)] = ""
    contact_email: Annotated[
        Line, Field(max_length=254, description="gets the link to rate by, without an account")
    ] = ""
    hide_name: bool = False


class LimitIn(Schema):
    """A limit of the dispatcher's own instead of the service level's."""

    kind: LimitKind
    amount: Annotated[int, Field(ge=1, le=100_000)]


class MoveIn(Schema):
    """The fields of a move; GET …/moves says which ones a move requires, others are ignored."""

    note: Text | None = None
    reason: Text | None = None
    lead: Id | None = Field(None, description="department")
    co: Annotated[list[Id], Field(max_length=20)] | None = Field(None, description="departments")
    lead_limit: LimitIn | None = None
    co_limit: LimitIn | None = None
    verdict: Verdict | None = None
    answer: Text | None = None
    amount: Annotated[int, Field(ge=1, le=365)] | None = None
    limit_kind: LimitKind | None = None
    review_on: date | None = None
    into: Id | None = Field(None, description="the demand that it is merged into")
    parts: Annotated[list[Text], Field(max_length=9)] | None = None
    score: Annotated[int, Field(ge=1, le=5)] | None = None
    solved: Solved | None = None
    words: Text | None = None
    is_public: bool | None = Field(None, description="whether the enterprise reads the line")


class Moved(Schema):
    """What became of it; `visible` is false when the caller no longer sees the demand."""

    id: int
    number: str
    state: Choice
    due_at: datetime | None
    visible: bool


class RatingLinkOut(Schema):
    """A one-time address for rating without login; it is shown only now."""

    url: str
    expires_at: datetime


class ListQuery(Schema):
    """The filters of the pages, by the same names; absent or empty means no filter."""

    queue: Literal[
        "", "open", "waiting", "to_dispatch", "today", "overdue", "returned", "arbitration",
        "suspended", "need_info", "unrated", "supervised", "to_sign", "handling", "unhappy",
        "ended",
    ] = ""  # fmt: skip
    q: Annotated[Line, Field(max_length=100, description="words to search for")] = ""
    state: State | None = None
    category: Annotated[Line, Field(max_length=30)] = ""
    urgency: Urgency | None = None
    tier: Tier | None = None
    side: Side | None = None
    channel: Channel | None = None
    unit: Annotated[str, Field(pattern=r"^[0-9]{0,96}$", description="unit path")] = ""
    department: Id | None = None
    building: Id | None = None
    enterprise: Id | None = None
    since: date | None = Field(None, description="submitted on or after")
    until: date | None = Field(None, description="submitted on or before")
    late: bool = False
    sort: Literal["due", "new", "old"] = "new"
    after: Annotated[str, Field(max_length=60, pattern=r"^[0-9.~-]*$")] = Field(
        "", description="cursor: `next` of the previous page"
    )
    limit: Annotated[int, Field(ge=1, le=200)] = 50
