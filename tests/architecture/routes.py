"""What the route sweep knows about each address. A new route must be entered here.

`PUBLIC` names the routes that may be opened without login, with the reason. `SAMPLES` gives, for
every route with parameters, something that belongs to the sweep's own community C1; the people of
the neighbour C2 must not be able to open it, unless `shared` says why they may.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

PUBLIC: dict[str, str] = {
    "accounts:login": "the way in",
    "accounts:forgotten": "says whom to ask for a new password",
    "accounts:language": "the login page already offers English",
    "accounts:enter_demo": "one-click entry, in the demo only",
    "accounts:logout": "does nothing for those who are out already",
    "api:api-root": "names the API, shows nothing",
    "api:openapi-json": "the description of the API, the same for everybody",
    "applications:follow": "the applicant's own link, printed on the receipt at the window",
    "stations:feed": "calendar programs cannot log in; the secret in the address is the key",
    "demands:rate_link": "the one-time link by which a firm rates without an account",
    "demands:track": "a caller follows the own demand by number and phone",
    "enterprises:sign_up": "an enterprise registers itself",
    "enterprises:signed_up": "says what happens after registering",
    "web:healthz": "for monitoring: that the process answers",
    "web:readyz": "for monitoring: that database and migrations are there",
    "codes:scan": "whoever stands at a door may scan its code; a stranger gets the public card",
    "web:manifest": "what the installed app is called",
    "web:worker": "the service worker's own text, the same for everybody",
    "web:shell": "says that there is no network; nothing personal",
    "web:session": "answers 401 itself, never a redirect",
    "web:pack": "answers 401 itself, never a redirect",
    "web:sync": "answers 401 itself, never a redirect",
    "web:language": "the login page already offers English",
    "web:theme": "the login page already offers light and dark",
    "web:styleguide": "shows components with invented content",
    "web:styleguide_part": "shows components with invented content",
}


@dataclass(frozen=True)
class Sample:
    """How to fill in a route's parameters: `parameters(world)` → keyword arguments."""

    parameters: Callable[[Any], dict[str, Any]]
    shared: str = ""
    form_first: str = ""  # why a POST may be sent back before the right is looked at


def row(kind: str, /, shared: str = "", form_first: str = "", **more: Any) -> Sample:
    """The world's row of a kind, as `pk`."""
    return Sample(lambda world: {"pk": world.ids[kind], **more}, shared, form_first)


def part(name: str, kind: str) -> Sample:
    """The world's building as `pk` and a part of it."""
    return Sample(lambda world: {"pk": world.ids["building"], name: world.ids[kind]})


def api(*kinds: str, **more: Any) -> Sample:
    """The world's rows, as `demand_id` and the like."""
    return Sample(lambda world: {f"{kind}_id": world.ids[kind] for kind in kinds} | more)


def fixed(shared: str, **parameters: Any) -> Sample:
    """Parameters that name no row of anybody."""
    return Sample(lambda world: parameters, shared)


def sweep_building() -> Sample:
    """One building of the world's sweep."""
    return Sample(lambda world: {"pk": world.ids["sweep"], "building": world.ids["building"]})


DIRECTORY = "the directory of departments is open to all staff"
TREE = "the tree of units is open to all staff"
BY_ROLE = "depends on the role, not on the community"
OWN_TOKEN = "an upload waits under the random token of its form"
COMMAND = "an empty form is sent back; the command looks at the right"
INVENTED = "invented content"

SAMPLES: dict[str, Sample] = {
    # web
    "web:styleguide_part": fixed(INVENTED, part="form"),
    # accounts
    "accounts:end_session": row("session"),
    "accounts:revoke_token": row("token"),
    "accounts:start_support": row("support"),
    "accounts:end_support": row("support"),
    "accounts:revoke_support": row("support"),
    "accounts:person": row("person"),
    "accounts:edit_person": row("person"),
    "accounts:reset_password": row("person"),
    "accounts:appoint": row("person"),
    "accounts:leave_person": row("person", form_first=COMMAND),
    "accounts:open_person": row("person"),
    "accounts:close_person": row("person"),
    "accounts:unlock_person": row("person"),
    "accounts:end_post": row("post", form_first=COMMAND),
    "accounts:department": row("department", DIRECTORY),
    "accounts:edit_department": row("department", BY_ROLE),
    # territory
    "territory:unit": row("unit", TREE),
    "territory:found": row("unit", BY_ROLE),
    "territory:rename": row("unit", BY_ROLE),
    "territory:move": row("unit", BY_ROLE),
    "territory:merge": row("unit", BY_ROLE),
    "territory:split": row("unit", BY_ROLE),
    "territory:details": row("unit", BY_ROLE),
    "territory:add_host": row("unit", BY_ROLE),
    "territory:end_host": row("unit", BY_ROLE, host=1),
    # buildings
    "buildings:page": row("building"),
    "buildings:edit": row("building"),
    "buildings:spaces": row("building"),
    "buildings:create_space": row("building"),
    "buildings:facts": row("building"),
    "buildings:appoint": row("building"),
    "buildings:edit_space": row("space"),
    "buildings:replace_spaces": row("building"),
    "buildings:restore_space": row("space"),
    "buildings:record_state": row("space"),
    "buildings:owners": row("building"),
    "buildings:add_owner": row("building"),
    "buildings:end_owner": part("owner", "ownership"),
    "buildings:reveal": row("owner"),
    "buildings:add_contract": row("building"),
    "buildings:amenities": row("building"),
    "buildings:add_amenity": row("building"),
    "buildings:remove_amenity": part("amenity", "amenity"),
    "buildings:add_venue": row("building"),
    "buildings:remove_venue": part("venue", "venue"),
    "buildings:add_files": row("building"),
    "buildings:remove_file": row("building", file=1),
    # enterprises
    "codes:building": row("building"),
    "codes:sheet": row("building"),
    "codes:phone": row("building"),
    "codes:revoke": row("place_code"),
    "codes:scan": fixed("the code is the key", code="1-nosuchcd"),
    "enterprises:page": row("enterprise"),
    "enterprises:edit": row("enterprise"),
    "enterprises:facts": row("enterprise"),
    "enterprises:fact": row("enterprise", kind="registration"),
    "enterprises:stability": row("enterprise"),
    "enterprises:move_in": row("enterprise"),
    "enterprises:contact": row("enterprise"),
    "enterprises:move_out": row("tenancy"),
    "enterprises:reveal": row("contact"),
    "enterprises:compare": Sample(
        lambda world: {"pk": world.ids["enterprise"], "other": world.ids["look_alike"]}
    ),
    "enterprises:set_apart": row("proposal"),
    "enterprises:reopen_proposal": row("proposal"),
    "enterprises:undo_merge": row("merge"),
    "enterprises:review": row("sign_up"),
    "enterprises:approve": row("sign_up"),
    "enterprises:refuse": row("sign_up"),
    "insights:timeline": row("enterprise"),
    # tax
    "tax:firm": row("enterprise"),
    "tax:look": row("enterprise"),
    "tax:correct": row("return"),
    # leads
    "leads:page": row("lead"),
    "leads:edit": row("lead"),
    "leads:move": row("lead", name="note"),
    "leads:referrer": row("referral_post"),
    # catalogue
    "catalogue:policy": row("policy"),
    "catalogue:edit": row("policy"),
    "catalogue:firms": row("policy"),
    "catalogue:act": row("policy", name="publish"),
    "catalogue:declaration": row("declaration"),
    "catalogue:resource": row("resource"),
    "catalogue:resource_edit": row("resource"),
    "catalogue:resource_act": row("resource", name="publish"),
    "governance:resource": row("resolution"),
    "catalogue:item": row("service_item"),
    "catalogue:item_edit": row("service_item"),
    "catalogue:item_withdraw": row("service_item"),
    "catalogue:menu_take": row("unit"),
    "catalogue:menu_entry": row("menu_entry"),
    "catalogue:menu_drop": row("menu_entry"),
    "catalogue:own_item": row("service_item"),
    "catalogue:bundle": row("bundle"),
    "catalogue:bundle_edit": row("bundle"),
    "catalogue:bundle_act": row("bundle", name="withdraw"),
    "catalogue:design": row("bundle"),
    "catalogue:part_new": row("bundle", part="step"),
    "catalogue:part": row("bundle", part="step", code="s1"),
    "catalogue:part_change": row("bundle", part="step", code="s1"),
    "catalogue:resource_times": row("resource"),
    "catalogue:book": row("resource"),
    "catalogue:resource_day": row("resource"),
    "catalogue:host_book": row("resource"),
    "catalogue:booking_cancel": row("resource_booking"),
    "catalogue:booking_mark": row("resource_booking"),
    "catalogue:provided_day": row("resource"),
    "catalogue:provided_mark": row("resource_booking"),
    "catalogue:booking_calendar": row("resource_booking"),
    "catalogue:own_policy": row("policy"),
    "catalogue:declare": row("policy"),
    # stations
    "stations:page": row("station"),
    "stations:edit": row("station"),
    "stations:inspect": row("station"),
    "stations:book_at": row("station"),
    "stations:window": row("station"),
    "stations:window_book": row("station"),
    "stations:booking_cancel": row("booking"),
    "stations:booking_mark": row("booking"),
    "stations:counters": row("station"),
    "stations:queue": row("station"),
    "stations:queue_print": row("station"),
    "stations:queue_screen": row("station"),
    "stations:queue_act": row("station", name="next"),
    "stations:ticket": row("station"),
    "stations:queue_number": row("queue_ticket"),
    "stations:rota": row("rota"),
    "stations:members": row("rota"),
    "stations:cover": row("rota"),
    "stations:away": row("rota"),
    "stations:act": row("rota", name="nothing"),
    "stations:shift": row("shift"),
    "stations:swap": row("shift"),
    "stations:answer": row("swap"),
    "stations:feed": fixed("the secret is the key", secret="x" * 43),
    # governance
    "governance:body": row("body"),
    "governance:edit": row("body"),
    "governance:seat_add": row("body"),
    "governance:seat": Sample(
        lambda world: {"pk": world.ids["body"], "seat": world.ids["council_seat"]}
    ),
    "governance:rule": row("body"),
    "governance:propose": row("body"),
    "governance:meet": row("body"),
    "governance:meeting": row("meeting"),
    "governance:meeting_edit": row("meeting"),
    "governance:agenda": row("meeting"),
    "governance:attendance": row("meeting"),
    "governance:meeting_act": row("meeting", name="notes"),
    "governance:minutes": row("meeting", kind="docx"),
    "governance:item": row("item"),
    "governance:item_edit": row("item"),
    "governance:vote_open": row("item"),
    "governance:vote": row("item"),
    "governance:roll": row("item"),
    "governance:item_act": row("item", name="void"),
    "governance:resolution": row("resolution"),
    "governance:resolution_edit": row("resolution"),
    "governance:task_add": row("resolution"),
    "governance:report": row("resolution"),
    "governance:task": row("resolution_task"),
    # demands
    "demands:case": row("demand"),
    "demands:move": row("demand", name="accept"),
    "demands:own": row("demand"),
    "demands:sent": row("demand"),
    "demands:rate": row("demand"),
    "demands:own_act": row("demand", name="urge"),
    "demands:rate_link": fixed("the token is the key", token="no-such-token"),
    "demands:remove_view": row("view"),
    "demands:category": row("category", BY_ROLE),
    "demands:category_switch": row("category", BY_ROLE),
    # visits
    "visits:page": row("visit"),
    "visits:edit": row("visit"),
    "visits:withdraw": row("visit"),
    "visits:record": row("enterprise"),
    "visits:own_visit": row("visit"),
    "visits:inspection_done": row("inspection"),
    "visits:inspection_cancel": row("inspection"),
    "visits:retention_decide": row("alert"),
    "visits:retention_reopen": row("alert"),
    "visits:sweep": row("sweep"),
    "visits:sweep_rooms": row("sweep"),
    "visits:sweep_report": row("sweep"),
    "visits:sweep_close": row("sweep"),
    "visits:sweep_building": sweep_building(),
    "visits:sweep_add": sweep_building(),
    "visits:room": row("sweep_task"),
    # applications
    "applications:register_one": row("bundle"),
    "applications:apply_one": row("bundle"),
    "applications:own": row("application"),
    "applications:own_act": row("application", name="withdraw"),
    "applications:follow": Sample(
        lambda world: {"token": world.tokens["application"]}, "whoever holds the link may follow"
    ),
    "applications:case": row("application"),
    "applications:receipt": row("application"),
    "applications:act": row("application", name="withdraw"),
    "applications:step": row("application", code="s1", move="done"),
    # matching
    "matching:match_decide": row("match", name="confirm"),
    "matching:issue": row("issue"),
    "matching:edit": row("issue"),
    "matching:add": row("issue"),
    "matching:remove": row("issue"),
    "matching:split": row("issue"),
    "matching:merge": row("issue"),
    "matching:assign": row("issue"),
    "matching:refer": row("issue"),
    "matching:answer": row("issue"),
    "matching:act": row("issue", name="note"),
    "matching:join": row("demand"),
    "matching:meeting": row("joint"),
    "matching:meeting_edit": row("joint"),
    "matching:attendance": row("joint"),
    "matching:decide": row("joint"),
    "matching:meeting_act": row("joint", name="notes"),
    "matching:minutes": row("joint", kind="docx"),
    "matching:decision": row("decision"),
    # foundation
    "lists:list": fixed(BY_ROLE, key="tags"),
    "enterprises:tag_rule": fixed(BY_ROLE, code="startup"),
    "audit:detail": row("audit"),
    "audit:export": fixed(BY_ROLE, form="csv"),
    "files:pending": fixed(OWN_TOKEN, token="no-such-token"),
    "files:withdraw": row("attachment", token="no-such-token"),
    "files:small": row("attachment"),
    "files:download": row("attachment", name="a.png"),
    "notices:open": row("notice"),
    "notices:read": row("notice"),
    "notices:retry": row("notice", BY_ROLE, what="delivery"),
    "transfer:upload": fixed(BY_ROLE, importer="buildings"),
    "transfer:template": fixed(BY_ROLE, importer="buildings"),
    "transfer:batch": row("batch"),
    "transfer:columns": row("batch"),
    "transfer:note": row("batch"),
    "transfer:progress": row("batch"),
    "transfer:recheck": row("batch"),
    "transfer:roll_back": row("batch"),
    "transfer:source": row("batch"),
    "transfer:apply": row("batch"),
    "transfer:cancel": row("batch"),
    "transfer:rejected": row("batch"),
    "transfer:waiting_row": row("unplaced"),
    "transfer:drop": row("unplaced"),
    # overview
    "insights:rows": fixed("figures count only what the reader may see", code="accepted_on_time"),
    # the API
    "api:add": api("demand"),
    "api:download_attachment": api("demand", "attachment"),
    "api:list_attachments": api("demand"),
    "api:list_moves": api("demand"),
    "api:make_move": api("demand", move="accept"),
    "api:make_rating_link": api("demand"),
    "api:list_spaces": api("building"),
    "api:read_building": api("building"),
    "api:read_enterprise": api("enterprise"),
    "api:list_facts": api("enterprise"),
    "api:read_marks": api("enterprise"),
    "api:read_timeline": api("enterprise"),
    "api:read_body": api("body"),
    "api:propose_item": api("body"),
    "api:read_meeting": api("meeting"),
    "api:read_item": api("item"),
    "api:cast_vote": api("item"),
    "api:move_task": Sample(lambda world: {"task_id": world.ids["resolution_task"]}),
    "api:read_common_issue": api("issue"),
    "api:list_proposals": api("issue"),
    "api:add_to_common_issue": api("issue"),
    "api:answer_common_issue": api("issue"),
    "api:read_bundle": api("bundle"),
    "api:read_application": api("application"),
    "api:move_application_step": api("application", code="s1", move="done"),
    "api:add_application_record": api("application"),
    "api:rate_application": api("application"),
    "api:read_demand": api("demand"),
    "api:read_history": api("demand"),
    "api:read_notice": api("notice"),
    "api:read_policy": api("policy"),
    "api:read_service_item": Sample(lambda world: {"item_id": world.ids["service_item"]}),
    "api:list_resource_slots": api("resource"),
    "api:book_resource": api("resource"),
    "api:list_received_bookings": api("resource"),
    "api:mark_received_booking": Sample(
        lambda world: {"booking_id": world.ids["resource_booking"]}
    ),
    "api:cancel_resource_booking": Sample(
        lambda world: {"booking_id": world.ids["resource_booking"]}
    ),
    "api:list_policy_firms": api("policy"),
    "api:list_enterprise_policies": api("enterprise"),
    "api:list_booking_slots": api("station"),
    "api:book_station": api("station"),
    "api:read_queue": api("station"),
    "api:confirm_match": api("match"),
    "api:dismiss_match": api("match"),
    "api:take_ticket": api("station"),
    "api:cancel_booking": api("booking"),
    "api:read_visit": api("visit"),
    "api:edit_visit": api("visit"),
    "api:withdraw_visit": api("visit"),
    "api:handle_alert": api("alert"),
    "api:snooze_alert": api("alert"),
    "api:reopen_alert": api("alert"),
    "api:read_sweep": api("sweep"),
    "api:list_sweep_rooms": api("sweep"),
    "api:read_room": api("task"),
    "api:save_room": api("task"),
}
