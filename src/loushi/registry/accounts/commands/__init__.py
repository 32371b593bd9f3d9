"""Changing people, posts, departments, access: the only way to write."""

from .access import (
    end_session,
    end_support,
    grant_support,
    issue_token,
    revoke_support,
    revoke_token,
    start_support,
)
from .appointments import (
    NewAppointment,
    appoint,
    appoint_many,
    check_appointments,
    close_left,
    end_appointment,
    end_appointments_of_unit,
    leave,
)
from .departments import (
    NewDepartment,
    change_department,
    create_department,
    create_departments,
)
from .roles import install_roles
from .users import (
    NewPerson,
    change_own_password,
    change_profile,
    change_user,
    create_user,
    create_users,
    deactivate_user,
    reactivate_user,
    reset_password,
    unlock_user,
)

__all__ = [
    "NewAppointment",
    "NewDepartment",
    "NewPerson",
    "appoint",
    "appoint_many",
    "change_department",
    "change_own_password",
    "change_profile",
    "change_user",
    "check_appointments",
    "close_left",
    "create_department",
    "create_departments",
    "create_user",
    "create_users",
    "deactivate_user",
    "end_appointment",
    "end_appointments_of_unit",
    "end_session",
    "end_support",
    "grant_support",
    "install_roles",
    "issue_token",
    "leave",
    "reactivate_user",
    "reset_password",
    "revoke_support",
    "revoke_token",
    "start_support",
    "unlock_user",
]
