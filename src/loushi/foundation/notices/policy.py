"""Who may see notices: the recipient; deliveries that failed also the system administrator."""

from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.permissions import declare
from loushi.foundation.core.scoping import UserLeg, scope
from loushi.foundation.core.stamps import watch

from .models import Delivery, DigestItem, KindPreference, Notice, Preference

VIEW = "notices.view"
MANAGE = declare("notices.manage", _("处理未送达的消息与后台任务"))

OWN = frozenset({VIEW})

scope(Notice, view=VIEW, legs=[UserLeg("recipient_id", OWN)])
scope(Delivery, view=VIEW, legs=[UserLeg("recipient_id", OWN)])
scope(DigestItem, view=VIEW, legs=[UserLeg("recipient_id", OWN)])
scope(Preference, view=VIEW, legs=[UserLeg("user_id", OWN)])
scope(KindPreference, view=VIEW, legs=[UserLeg("user_id", OWN)])

watch("notices", Notice)
