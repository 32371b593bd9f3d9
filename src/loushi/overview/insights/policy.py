"""Who sees figures: those who hold insights.view, over the rows that this grant covers."""

from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.permissions import declare

declare("insights.view", _("查看数图"))
