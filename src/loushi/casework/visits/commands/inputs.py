"""What a save brings along: from a form, the API or a device that was offline.

All of it is plain data, so that a queue on a phone can keep it and send it again. `payload_version`
says which shape was sent; a shape that is no longer understood is refused with a sentence.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from loushi.foundation.core.errors import Refused

PAYLOAD_VERSION = 1
UNDERSTOOD = frozenset({1})


@dataclass(frozen=True, slots=True)
class FindingInput:
    """One finding. `about` names what a correction changes: staff_count, contact, area,
    lease_until, moved_out; `seen` is the value that the person saw (None: not compared).
    `company` is the firm of a lead ('': the visited one, which wants more room); its `value` is
    the area that it asks for."""

    kind: str
    text: str = ""
    category_id: int | None = None
    valid_until: date | None = None
    about: str = ""
    value: str = ""
    seen: str | None = None
    tenancy_id: int | None = None
    contact_name: str = ""
    contact_phone: str = ""
    contact_title: str = ""
    company: str = ""


@dataclass(frozen=True, slots=True)
class VisitInput:
    """One visit. `at` None means now; `despite` says why somebody goes although another team was
    there lately."""

    enterprise_id: int
    purpose: str
    met: str
    at: datetime | None = None
    met_name: str = ""
    met_title: str = ""
    note: str = ""
    despite: str = ""
    findings: tuple[FindingInput, ...] = ()
    payload_version: int = PAYLOAD_VERSION


@dataclass(frozen=True, slots=True)
class VisitEdit:
    """What is changed of a visit; None leaves a value as it is."""

    version: int
    purpose: str | None = None
    met: str | None = None
    met_name: str | None = None
    met_title: str | None = None
    note: str | None = None
    at: datetime | None = None
    findings: tuple[FindingInput, ...] = ()
    why: str = ""
    payload_version: int = PAYLOAD_VERSION


@dataclass(frozen=True, slots=True)
class TenantInput:
    """What was found about one tenant of a room; None and '' leave a value as it is.

    `gone` is "left" (moved out) or "registered" (only its registration is left)."""

    tenancy_id: int
    gone: str = ""
    left_on: date | None = None
    presence: str = ""
    staff_count: int | None = None
    area: Decimal | None = None
    lease_until: date | None = None
    contact_name: str = ""
    contact_phone: str = ""
    contact_title: str = ""


@dataclass(frozen=True, slots=True)
class NewcomerInput:
    """A firm that the list did not know in this room; a known code names a registered firm."""

    name: str = ""
    credit_code: str = ""
    presence: str = "here_registered"
    staff_count: int | None = None
    area: Decimal | None = None
    lease_until: date | None = None
    since: date | None = None
    contact_name: str = ""
    contact_phone: str = ""
    contact_title: str = ""


@dataclass(frozen=True, slots=True)
class RoomInput:
    """The result at one door. `version` is the task's, `stamp` the register's as it was shown;
    `notes` answers the checks that want a word: code → note. `at` None means now: a device that was
    offline says when somebody stood at the door."""

    outcome: str
    version: int
    stamp: str = ""
    note: str = ""
    tenants: tuple[TenantInput, ...] = ()
    newcomers: tuple[NewcomerInput, ...] = ()
    state: str = ""
    area: Decimal | None = None
    notes: Mapping[str, str] = field(default_factory=dict)
    at: datetime | None = None
    payload_version: int = PAYLOAD_VERSION


def understand(payload_version: int) -> None:
    """Refuses a shape of data that this version does not understand."""
    if payload_version not in UNDERSTOOD:
        raise Refused(
            _(
                "这条记录是用别的版本写的（%(given)s），现在的版本看不懂。请更新页面后再上传，内容不会丢。"
            )
            % {"given": payload_version},
            field="payload_version",
        )
