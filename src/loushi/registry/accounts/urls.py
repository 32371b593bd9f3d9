"""Addresses of login, own account, people and departments."""

from django.urls import path

from loushi.registry.accounts.views import (
    account,
    departments,
    entrance,
    people,
    posts,
    support,
)

app_name = "accounts"

urlpatterns = [
    path("login/", entrance.log_in, name="login"),
    path("login/demo/", entrance.enter_demo, name="enter_demo"),
    path("login/forgotten/", entrance.forgotten, name="forgotten"),
    path("logout/", entrance.log_out, name="logout"),
    path("account/language/", entrance.language, name="language"),
    path("account/", account.profile, name="profile"),
    path("account/password/", account.change_password, name="change_password"),
    path("account/devices/", account.devices, name="sessions"),
    path("account/devices/<int:pk>/end/", account.end_device, name="end_session"),
    path("account/tokens/", account.tokens, name="tokens"),
    path("account/tokens/<int:pk>/revoke/", account.revoke_token, name="revoke_token"),
    path("account/support/<int:pk>/start/", account.start_support, name="start_support"),
    path("account/support/<int:pk>/end/", account.end_support, name="end_support"),
    path("people/", people.people, name="people"),
    path("people/new/", people.new_person, name="new_person"),
    path("people/appoint/", posts.appoint_many, name="appoint_many"),
    path("people/support/", support.supports, name="supports"),
    path("people/support/<int:pk>/revoke/", support.revoke_support, name="revoke_support"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/edit/", people.edit_person, name="edit_person"),
    path("people/<int:pk>/reset/", people.reset_password, name="reset_password"),
    path("people/<int:pk>/appoint/", posts.appoint, name="appoint"),
    path("people/<int:pk>/unlock/", people.change_state, {"verb": "unlock"}, name="unlock_person"),
    path(
        "people/<int:pk>/close/", people.change_state, {"verb": "deactivate"}, name="close_person"
    ),
    path("people/<int:pk>/open/", people.change_state, {"verb": "reactivate"}, name="open_person"),
    path("people/<int:pk>/leave/", people.change_state, {"verb": "leave"}, name="leave_person"),
    path("people/posts/<int:pk>/end/", posts.end_post, name="end_post"),
    path("departments/", departments.departments, name="departments"),
    path("departments/new/", departments.new_department, name="new_department"),
    path("departments/<int:pk>/", departments.department, name="department"),
    path("departments/<int:pk>/edit/", departments.edit_department, name="edit_department"),
]
