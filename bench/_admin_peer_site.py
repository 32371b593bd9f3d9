"""The admin site of the peer: one changelist, restricted to what the person may see."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import path
from django.utils import timezone

from loushi.casework.demands.models import Assignment, Demand
from loushi.registry.accounts.models import Appointment


class Site(admin.AdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and request.user.is_active


class PlainDemandAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = (
        "number", "title", "state", "enterprise", "building", "unit", "lead", "due_at",
    )  # fmt: skip
    list_filter = ("state",)
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> Any:
        """The rows of the person's community, or of the department."""
        rows = Demand.plain.all()
        today = timezone.localdate()
        held = Appointment.plain.filter(user_id=request.user.pk, since__lte=today).first()
        if held is None:
            return rows.none()
        if held.unit_id:
            return rows.filter(unit_path__gte=held.unit_path, unit_path__lt=held.unit_path + ":")
        parts = Assignment.plain.filter(department_id=held.department_id)
        return rows.filter(pk__in=parts.values("demand_id"))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True


class DemandAdmin(PlainDemandAdmin):
    """As somebody who knows the admin would set it: no query per row."""

    list_select_related = ("enterprise", "building", "unit", "lead")


site, plain = Site(), Site(name="plain")
site.register(Demand, DemandAdmin)
plain.register(Demand, PlainDemandAdmin)
urlpatterns = [path("admin/", site.urls), path("plain/", plain.urls)]
