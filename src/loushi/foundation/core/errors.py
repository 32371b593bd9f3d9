"""What can go wrong in a command, as exceptions that carry a sentence for the person.

Each sentence names the field and the way out. Views and the API turn them into pages, fragments or
problem details: Refused 422, Denied 403, NotVisible 404, Conflict 409, Gone 410, TooMany 429.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class FieldError:
    """One sentence about one field (`field` is '' when it concerns the whole)."""

    field: str
    message: Any


class LoushiError(Exception):
    """Base of all refusals; `status` is the HTTP status that says the same."""

    status = 400
    title: Any = _("不能这样做")

    def __init__(self, message: Any = "", *, field: str = "") -> None:
        self.errors: tuple[FieldError, ...] = (FieldError(field, message or self.title),)
        super().__init__(message)

    @property
    def message(self) -> str:
        return str(self.errors[0].message)

    def __str__(self) -> str:
        return " ".join(str(error.message) for error in self.errors)


class Refused(LoushiError):
    """The input breaks a rule; nothing was changed."""

    status = 422
    title = _("有内容需要修改")

    @classmethod
    def many(cls, errors: Mapping[str, Any]) -> "Refused":
        """A refusal that names every wrong field at once."""
        refusal = cls(next(iter(errors.values())), field=next(iter(errors)))
        refusal.errors = tuple(FieldError(field, message) for field, message in errors.items())
        return refusal


class Denied(LoushiError):
    """The row may be seen, but this may not be done with it."""

    status = 403
    title = _("您没有办理这一步的权限。需要时请联系本单位负责人。")


class NotVisible(LoushiError):
    """The row does not exist, or must not be known to exist."""

    status = 404
    title = _("没有找到。可能编号有误，或不在您的管辖范围内。")


class Conflict(LoushiError):
    """Somebody was faster, or the same key came with different content.

    `mine` and `theirs` are both sides where a person has to choose: what was sent, what stands now.
    """

    status = 409
    title = _("这条记录刚刚被别人改过。请刷新后再办。")

    def __init__(
        self,
        message: Any = "",
        *,
        field: str = "",
        mine: Mapping[str, Any] | None = None,
        theirs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, field=field)
        self.mine = dict(mine or {})
        self.theirs = dict(theirs or {})


class Gone(LoushiError):
    """A one-time link that has been used or has expired."""

    status = 410
    title = _("这个链接已经用过或已过期。")


class TooMany(LoushiError):
    """A rate limit."""

    status = 429
    title = _("操作过于频繁，请稍后再试。")
