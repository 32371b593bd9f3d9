"""Addresses of this package, under /tax/."""

from django.urls import path

from loushi.registry.tax.views import cube, figures, rules

app_name = "tax"
urlpatterns = [
    path("", cube.home, name="home"),
    path("purpose/", figures.purpose, name="purpose"),
    path("ledger/", figures.ledger, name="ledger"),
    path("bands/", figures.bands, name="bands"),
    path("firms/<int:pk>/", figures.firm, name="firm"),
    path("firms/<int:pk>/look/", figures.look, name="look"),
    path("returns/<int:pk>/correct/", figures.correct, name="correct"),
    path("totals/", rules.totals, name="totals"),
    path("rules/", rules.rules, name="rules"),
    path("release/", cube.release, name="release"),
    path("cube/", cube.cube, name="cube"),
    path("towers/", cube.towers, name="towers"),
]
