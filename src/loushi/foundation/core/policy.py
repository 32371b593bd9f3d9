"""Permissions of the core's own tables; they are public to read."""

from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.permissions import declare

CALENDAR_CHANGE = declare("core.calendar_change", _("维护工作日历"))
SERVICE_LEVEL_CHANGE = declare("core.service_level_change", _("维护办理时限"))
