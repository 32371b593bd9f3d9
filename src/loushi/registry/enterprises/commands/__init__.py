"""The only way to write enterprises, contacts, members, tenancies and sign-ups."""

from .contacts import (
    MemberValues,
    add_member,
    add_members,
    end_member,
    remove_contact,
    reveal_phone,
    save_contact,
    upsert_contacts,
)
from .credit_code import CodeError, check_code, complete, is_valid
from .days import turn_of_day
from .enterprises import (
    Upserted,
    register_enterprise,
    register_enterprises,
    update_enterprise,
    update_enterprises,
    upsert_enterprises,
)
from .facts import FactValues, Statement, record_fact
from .industries import IndustryValues, load_industries
from .licence import Reading, licence_reading_available, read_licence
from .lists import install_lists
from .merging import merge_enterprises, undo_merge
from .officers import assign_officers
from .proposals import refresh_proposals, reopen_proposal, set_apart
from .sign_ups import KnownCode, SignUpData, approve_sign_up, refuse_sign_up, sign_up
from .stability import judge_stability
from .tag_rules import set_tag_rule
from .tagging import apply_tag_rules, end_tag, set_tag
from .tenancies import (
    change_tenancy,
    follow_building,
    move,
    move_in,
    move_out,
    upsert_tenancies,
)
from .totals import renew_totals, repair_totals, write_totals
from .values import ContactValues, EnterpriseValues, TenancyValues

__all__ = [
    "set_tag_rule",
    "renew_totals",
    "repair_totals",
    "turn_of_day",
    "write_totals",
    "KnownCode",
    "SignUpData",
    "approve_sign_up",
    "refuse_sign_up",
    "sign_up",
    "CodeError",
    "ContactValues",
    "EnterpriseValues",
    "IndustryValues",
    "MemberValues",
    "TenancyValues",
    "Upserted",
    "FactValues",
    "Statement",
    "add_member",
    "assign_officers",
    "record_fact",
    "add_members",
    "change_tenancy",
    "check_code",
    "complete",
    "end_member",
    "follow_building",
    "apply_tag_rules",
    "end_tag",
    "install_lists",
    "judge_stability",
    "set_tag",
    "is_valid",
    "Reading",
    "licence_reading_available",
    "load_industries",
    "read_licence",
    "merge_enterprises",
    "refresh_proposals",
    "reopen_proposal",
    "set_apart",
    "undo_merge",
    "move",
    "move_in",
    "move_out",
    "register_enterprise",
    "register_enterprises",
    "remove_contact",
    "reveal_phone",
    "save_contact",
    "update_enterprise",
    "update_enterprises",
    "upsert_contacts",
    "upsert_enterprises",
    "upsert_tenancies",
]
