"""Addresses of this package, under /enterprises/."""

from django.urls import path

from loushi.registry.enterprises.views import (
    care,
    desk,
    duplicates,
    licence,
    own,
    sign_ups,
    tag_rules,
    vacancies,
)

app_name = "enterprises"
urlpatterns = [
    path("", desk.enterprise_list, name="list"),
    path("new/", desk.create, name="create"),
    path("new/licence/", licence.licence, name="licence"),
    path("<int:pk>/", desk.enterprise, name="page"),
    path("tags/<slug:code>/rule/", tag_rules.tag_rule, name="tag_rule"),
    path("bulk/", care.bulk, name="bulk"),
    path("<int:pk>/facts/", care.facts, name="facts"),
    path("<int:pk>/facts/<slug:kind>/", care.fact, name="fact"),
    path("<int:pk>/stability/", care.stability, name="stability"),
    path("<int:pk>/edit/", desk.edit, name="edit"),
    path("<int:pk>/move-in/", desk.move_in, name="move_in"),
    path("<int:pk>/contact/", desk.contact, name="contact"),
    path("tenancies/<int:pk>/move-out/", desk.move_out, name="move_out"),
    path("contacts/<int:pk>/reveal/", desk.reveal, name="reveal"),
    path("duplicates/", duplicates.proposal_list, name="duplicates"),
    path("duplicates/pair/", duplicates.pair, name="pair"),
    path("duplicates/look/", duplicates.look_alikes, name="look_alikes"),
    path("duplicates/<int:pk>/apart/", duplicates.set_apart, name="set_apart"),
    path("duplicates/<int:pk>/reopen/", duplicates.reopen, name="reopen_proposal"),
    path("<int:pk>/compare/<int:other>/", duplicates.compare, name="compare"),
    path("merges/", duplicates.merge_list, name="merges"),
    path("merges/<int:pk>/undo/", duplicates.undo, name="undo_merge"),
    path("vacancies/", vacancies.vacancies, name="vacancies"),
    path("vacancies/calendar/", vacancies.calendar, name="calendar"),
    path("mine/", own.own, name="own"),
    path("sign-up/", sign_ups.sign_up, name="sign_up"),
    path("sign-up/done/", sign_ups.signed_up, name="signed_up"),
    path("sign-up/status/", sign_ups.own_status, name="own_status"),
    path("sign-ups/", sign_ups.review_list, name="sign_ups"),
    path("sign-ups/<int:pk>/", sign_ups.review, name="review"),
    path("sign-ups/<int:pk>/approve/", sign_ups.approve, name="approve"),
    path("sign-ups/<int:pk>/refuse/", sign_ups.refuse, name="refuse"),
]
