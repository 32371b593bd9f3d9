"""Connects what the foundation leaves open to the packages that know: one list, no logic."""

from collections.abc import Collection, Mapping
from typing import Any


def connect() -> None:
    """Called once when all packages are loaded."""
    from loushi.casework.applications.models import Application
    from loushi.casework.demands.commands import rating_mail
    from loushi.casework.demands.models import Demand
    from loushi.casework.demands.workflow import MOVES
    from loushi.casework.matching.models import CommonIssue, JointDecision, JointMeeting
    from loushi.casework.matching.workflow import MOVES as JOINT
    from loushi.config.actions import ACTIONS
    from loushi.config.kinds import KINDS
    from loushi.config.page import Frame
    from loushi.foundation.audit.policy import name_actions
    from loushi.foundation.core.scoping import set_root
    from loushi.foundation.lists import registry as lists
    from loushi.foundation.notices.registry import (
        register_address,
        register_language,
        register_link,
        register_visibility,
    )
    from loushi.foundation.transfer import registry as transfer
    from loushi.foundation.web.parts import set_frame
    from loushi.registry.accounts.entrance import offer_demo
    from loushi.registry.buildings.commands import register_holders
    from loushi.registry.enterprises.queries import held_spaces, name_kinds, stays_from
    from loushi.registry.leads.models import InvestmentLead, Referral
    from loushi.registry.territory.queries import root_path

    set_root(root_path)
    _offline()
    register_holders(holders=held_spaces, stays=stays_from)
    set_frame(Frame)
    moves = {f"demands.{move.name}": move.label for move in MOVES}
    moves |= {f"matching.{move.name}": move.label for move in JOINT}
    name_actions(moves | ACTIONS)
    name_kinds(KINDS)
    offer_demo(_demo_accounts)
    register_address(_mail_address)
    register_language(_language)
    register_visibility("demands.demand", _visible(Demand))
    for joint in (Application, CommonIssue, JointDecision, JointMeeting):
        register_visibility(joint._meta.label_lower, _visible(joint))
    register_visibility("leads.investmentlead", _visible(InvestmentLead))
    register_visibility("leads.referral", _visible(Referral))
    register_visibility(rating_mail.SUBJECT, rating_mail.worth_sending)
    register_link(rating_mail.SUBJECT, rating_mail.page_of)
    transfer.provide_record(_record)
    lists.provide_record(_record)
    transfer.provide_actor(_actor)
    transfer.provide_uses(_attachments)


def _record(*, actor: Any, action: str, lines: Any) -> None:
    """Lines of an import in the audit."""
    from loushi.foundation.audit.commands import Line, record_many

    record_many(actor=actor, action=action, lines=[Line(**line) for line in lines])


def _actor(user_id: int) -> Any:
    """A person with today's grants, None when they may not log in."""
    from django.utils import timezone

    from loushi.registry.accounts.queries import actor_by_id

    return actor_by_id(user_id, timezone.localdate())


def _attachments(label: str, ids: Any) -> dict[Any, str]:
    """Rows that have files attached."""
    from django.utils.translation import gettext as _

    from loushi.foundation.files.queries import parents_with_files

    return {pk: _("附有文件") for pk in parents_with_files(label, ids)}


def _offline() -> None:
    """What is recorded and taken along without a network."""
    from loushi.casework.visits.policy import RECORD, SWEEP
    from loushi.casework.visits.views import offline as visits
    from loushi.foundation.web.offline import register, register_pack

    register("visit", command="visits.record", save=visits.save_visit)
    register("room", command="visits.sweep", save=visits.save_room)
    register_pack(visits.pack, RECORD, SWEEP, files=("visits/visits.css",))


def _demo_accounts() -> Any:
    """The demo's accounts for one-click entry (asked for in the demo only)."""
    from loushi.demo.commands import accounts

    return accounts()


def _mail_address(user_id: int) -> str:
    """The address of a person who may still log in, or ''."""
    from loushi.registry.accounts.models import User

    active = User.objects.filter(pk=user_id, is_active=True)
    return active.values_list("email", flat=True).first() or ""


def _language(user_id: int) -> str:
    """The language that a person chose, or ''."""
    from loushi.registry.accounts.models import User

    chosen = User.objects.filter(pk=user_id).values_list("language", flat=True)
    return chosen.first() or ""


def _visible(model: Any) -> Any:
    """Which rows of a scoped model people see with today's grants."""
    from loushi.foundation.core.scoping import held, permits, scope_of

    def seen_of(wanted: Mapping[int, Collection[int]]) -> set[tuple[int, int]]:
        ids = {pk for asked in wanted.values() for pk in asked}
        rows = model.objects.unscoped("each person's grants are asked next").filter(pk__in=ids)
        known = {row.pk: row for row in held(list(rows))}
        view = scope_of(model).view
        seen: set[tuple[int, int]] = set()
        for user_id, asked in wanted.items():
            if (actor := _actor(user_id)) is not None:
                found = [known[pk] for pk in asked if pk in known]
                seen |= {(user_id, row.pk) for row in found if permits(actor, view, row)}
        return seen

    return seen_of
