"""The page behind the search box of the top bar."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from loushi.overview.search import queries


@require_GET
def results(request: HttpRequest) -> HttpResponse:
    """All hits in groups; a number goes straight to its case."""
    query = request.GET.get("q", "")
    case = queries.case_of_number(request.actor, query)
    if case is not None:
        return redirect("demands:case", case)
    found = queries.results(request.actor, query)
    return render(request, "search/results.html", {"results": found})
