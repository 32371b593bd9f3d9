"""The enterprise's own phone page 我的企业."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from loushi.registry.buildings.queries import panels_of
from loushi.registry.enterprises import queries


@require_GET
def own(request: HttpRequest) -> HttpResponse:
    """What the register says about one's own enterprise, and whom to tell when it is wrong."""
    row = queries.enterprise_of(request.actor)
    if row is None:
        return redirect("enterprises:own_status")
    page = queries.own_page(request.actor, row.pk)
    context = {
        "enterprise": row,
        "page": page,
        "others": [pair for pair in queries.enterprises_of(request.actor) if pair[0] != row.pk],
        "panels": panels_of(request.actor, "enterprise.own", row.pk),
    }
    return render(request, "enterprises/own.html", context)
