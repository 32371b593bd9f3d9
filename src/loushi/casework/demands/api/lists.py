"""Lists: demands under the filters of the pages, categories."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query

from loushi.casework.demands import queries
from loushi.casework.demands.api.routing import answers, router
from loushi.casework.demands.api.schemas import CategoryOut, DemandPage, ListQuery
from loushi.casework.demands.models import State
from loushi.casework.demands.queries import Filters, Row
from loushi.casework.demands.queries.configuration import category_list
from loushi.foundation.core.errors import Refused

STATES = dict(State.choices)


@router.get(
    "",
    response=answers(200, DemandPage, 422),
    operation_id="list_demands",
    summary=_("诉求列表"),
)
def list_demands(request: HttpRequest, response: HttpResponse, query: Query[ListQuery]) -> Any:
    """The demands that the caller may see, under the filters of the pages, in keyset pages.

    Follow `next` (also in the Link header) until it is null: no row is lost or repeated while
    others are being added. With `q` the hits of the text index come newest first.
    """
    given = query.dict()
    after, limit = given.pop("after"), given.pop("limit")
    filters = Filters(
        unit_path=given.pop("unit"), **{name: value or "" for name, value in given.items()
        if name not in {"department", "building", "enterprise", "since", "until", "late"}},
        **{name: given[name] for name in
           ("department", "building", "enterprise", "since", "until", "late")},
    )  # fmt: skip
    try:
        page = queries.page(request.actor, filters, after=after, size=limit)
    except ValueError:
        raise Refused(_("翻页位置不对，请从第一页重新取。"), field="after") from None
    if page.next:
        params = request.GET.copy()
        params["after"] = page.next
        address = request.build_absolute_uri(f"{request.path}?{params.urlencode()}")
        response["Link"] = f'<{address}>; rel="next"'
    return {
        "items": [_item(row) for row in page.rows],
        "next": page.next or None,
        "count": page.count,
        "count_is_capped": page.is_capped,
    }


def _item(row: Row) -> dict[str, Any]:
    return asdict(row) | {
        "state": {"code": row.state, "label": str(STATES[row.state])},
        "enterprise_or_person": row.who,
        "building": row.building or None,
        "lead": row.lead or None,
        "solved": row.solved or None,
    }


@router.get(
    "/categories",
    response=answers(200, list[CategoryOut]),
    operation_id="list_categories",
    summary=_("诉求类别"),
)
def list_categories(request: HttpRequest) -> Any:
    """All categories in their order, first level before its second."""
    return [
        {"code": code, "name": name, "name_en": english, "parent": parent or None,
         "is_active": active}
        for code, name, english, parent, active in category_list()
    ]  # fmt: skip
