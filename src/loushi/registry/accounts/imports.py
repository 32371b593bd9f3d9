"""Importer of people: account and post in one row; several rows of one person are several posts."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loushi.foundation.audit.commands import Line, record_many
from loushi.foundation.transfer.commands import (
    Column,
    Importer,
    Key,
    Row,
    Stored,
    parsers,
    register,
)
from loushi.registry.accounts import commands, queries
from loushi.registry.accounts.commands.users import wrong_fields
from loushi.registry.accounts.models import User
from loushi.registry.accounts.policy import MANAGE
from loushi.registry.territory.queries import units_by_name

lazy = gettext_lazy


@register
class PeopleImporter(Importer):
    """New people get no password: the security administrator hands out one-time passwords.

    The operator may give the first administrators a password of their own on the command line.
    """

    name = "people"
    label = lazy("人员与任职")
    permission = MANAGE
    kind = "accounts.user"
    model = User
    irreversible = lazy("账号和任职已经生效、留痕，不能整批撤回。请逐人停用或结束任职。")
    key = ("username", "role", "place")
    placed = False
    external = False
    order = 15
    help = lazy("一人多职写多行。新账号没有密码，由安全管理员逐人给出一次性密码。")
    columns = (
        Column("username", lazy("用户名"), parsers.Text(60, fold=True), required=True,
               aliases=("账号", "登录名"), example="zhou.wendi"),
        Column("name", lazy("姓名"), parsers.Text(40), required=True, example="周闻笛"),
        Column("phone", lazy("手机号"), parsers.Text(20, fold=True), private=True,
               aliases=("电话", "联系电话", "手机")),
        Column("email", lazy("邮箱"), parsers.Text(254, fold=True), private=True,
               aliases=("电子邮箱", "邮件")),
        Column("password", lazy("初始密码"), parsers.Text(128), field=None, private=True,
               help=lazy("只在服务器上用命令行导入时可填，首次登录须改")),
        Column("role", lazy("角色"), parsers.Text(40), field=None, aliases=("职务", "岗位"),
               example="窗口"),
        Column("unit", lazy("任在单元"), parsers.Text(60), field=None,
               aliases=("单元", "社区", "所属社区", "单位"), example="望澜商务社区"),
        Column("department", lazy("任在部门"), parsers.Text(60), field=None, aliases=("部门",)),
        Column("since", lazy("任职起"), parsers.Day(), field=None, aliases=("到岗日期",)),
        Column("until", lazy("任职止"), parsers.Day(), field=None),
        Column("place", lazy("任职处"), derived=True, field=None),
    )  # fmt: skip

    def prepare(self, rows: Sequence[Row]) -> None:
        self.units = units_by_name({str(row.get("unit")) for row in rows if row.get("unit")})
        self.departments = queries.departments_by_name(
            {str(row.get("department")) for row in rows if row.get("department")}
        )
        self.roles = {}
        for role in queries.roles():
            self.roles[role.code] = self.roles[role.name] = role.code

    def check_row(self, row: Row) -> None:
        row.data = {"unit_id": None, "department_id": None, "role": ""}
        values = row.values
        values["username"] = str(values.get("username") or "").lower()
        for column, sentence in wrong_fields(
            values["username"],
            str(values.get("name") or "无名"),
            str(values.get("phone") or ""),
            str(values.get("email") or ""),
        ):
            row.error(column, sentence)
        self._check_password(row)
        self._place(row)
        values["place"] = self._key_of(row.data["unit_id"], row.data["department_id"])

    def _check_password(self, row: Row) -> None:
        """Passwords come in files only from the operator: the first administrators' own."""
        password = row.get("password")
        if not password:
            return
        if not self.context.actor.system:
            row.error("password", _("初始密码只能由运维在服务器上导入。请删去这一列。"))
            return
        try:
            validate_password(str(password))
        except ValidationError as error:
            row.error("password", " ".join(error.messages))

    def _place(self, row: Row) -> None:
        said, unit, department = row.get("role"), row.get("unit"), row.get("department")
        if not said:
            if unit or department:
                row.error("role", _("写了单元或部门，就要写角色。"))
            return
        row.data["role"] = self.roles.get(str(said), "")
        if not row.data["role"]:
            row.error("role", _("没有“%(role)s”这个角色，请按角色表填写。") % {"role": said})
        if bool(unit) == bool(department):
            row.error("unit", _("单元和部门填一个，不多不少。"))
        elif unit:
            found = self.units.get(str(unit), [])
            if len(found) != 1:
                sentence = _("没有“%(name)s”这个单元，或有同名的；请填编码。")
                row.error("unit", sentence % {"name": unit})
            else:
                row.data["unit_id"] = found[0].pk
        elif str(department) not in self.departments:
            row.error("department", _("名录里没有“%(name)s”这个部门。") % {"name": department})
        else:
            row.data["department_id"] = self.departments[str(department)].pk

    @staticmethod
    def _key_of(unit_id: int | None, department_id: int | None) -> str:
        return f"u{unit_id}" if unit_id else f"d{department_id}" if department_id else ""

    def natural_key(self, row: Row) -> Key | None:
        if not row.get("username"):
            return None
        return (row.values["username"], row.data["role"], row.values["place"])

    def existing(self, keys: Collection[Key]) -> dict[Key, Stored]:
        users = queries.users_by_name({str(key[0]) for key in keys})
        self.known = users
        today = timezone.localdate(self.context.now)
        held: dict[tuple[int, str, str], bool] = {}
        for post in queries.open_posts([user.pk for user in users.values()], today):
            place = self._key_of(post.unit_id, post.department_id)
            held[(post.user_id, post.role.code, place)] = True
        found: dict[Key, Stored] = {}
        for key in keys:
            user = users.get(str(key[0]))
            if user and (not key[1] or (user.pk, key[1], key[2]) in held):
                found[key] = Stored(
                    user.pk, {"name": user.name, "phone": user.phone, "email": user.email}
                )
        return found

    def apply_new(self, rows: Sequence[Row]) -> None:
        actor = self.context.actor
        people: dict[str, commands.NewPerson] = {}
        for row in rows:
            username = row.values["username"]
            if username not in self.known and username not in people:
                people[username] = commands.NewPerson(
                    username,
                    row.values["name"],
                    row.get("phone") or "",
                    row.get("email") or "",
                    password=row.get("password") or "",
                    source=self.context.source,
                )
        made = commands.create_users(actor=actor, people=list(people.values()))
        users = dict(self.known) | {user.username: user for user in made}
        posts = []
        for row in rows:
            row.object_id = users[row.values["username"]].pk
            if row.data["role"]:
                posts.append(self._post(row))
        commands.appoint_many(actor=actor, appointments=posts)

    def _post(self, row: Row) -> commands.NewAppointment:
        since: date = row.get("since") or timezone.localdate(self.context.now)
        return commands.NewAppointment(
            user_id=int(row.object_id or 0),
            role=row.data["role"],
            since=since,
            unit_id=row.data["unit_id"],
            department_id=row.data["department_id"],
            until=row.get("until"),
            note=self.context.batch_number,
        )

    def apply_changed(self, rows: Sequence[Row]) -> None:
        for row in rows:
            user = self.known[row.values["username"]]
            after: dict[str, Any] = {
                name: row.after.get(name, getattr(user, name)) or ""
                for name in ("name", "phone", "email")
            }
            commands.change_user(actor=self.context.actor, user_id=user.pk, **after)

    def audit(self, new: Sequence[Row], changed: Sequence[Row]) -> None:
        (first, *_rest) = self.audit_entries(new, [])
        record_many(
            actor=self.context.actor, action="accounts.import_people", lines=[Line(**first)]
        )
