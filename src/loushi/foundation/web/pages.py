"""What an error page says: what happened, why, and what to do next. One table for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.logs import request_id

HOME = "/"


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """The words of one page; `why` may be replaced by the sentence of the refusal itself.

    `whole`: a refusal's own sentence also says how to go on, so `next` would contradict it.
    """

    status: int
    title: Any
    why: Any
    next: Any
    acts: tuple[tuple[Any, str], ...] = field(default=((_("回到首页"), HOME),))
    whole: bool = False


PAGES: dict[int, ErrorPage] = {
    page.status: page
    for page in (
        ErrorPage(
            400,
            _("这个请求看不明白"),
            _("地址或提交的内容不完整，可能是链接被截断，或页面停留太久。"),
            _("请回到上一页刷新后再试；如果是别人发来的链接，请向对方要完整的。"),
        ),
        ErrorPage(
            403,
            _("这一步您不能办"),
            _("您能看到这里，但您现在的任职没有办理这一步的权限。"),
            _("需要时请联系本单位负责人，或请有权限的同事办理。"),
        ),
        ErrorPage(
            404,
            _("没有找到"),
            _("可能编号有误、链接已经变了，或者它不在您的管辖范围内。"),
            _("请核对编号，或回到首页查找。"),
        ),
        ErrorPage(
            405,
            _("这个地址只接收提交"),
            _("它是表单的去处，不能直接打开；刷新或切换语言之后可能会到这里。什么都没有办。"),
            _("请回到上一页，从页面上的按钮办理。"),
        ),
        ErrorPage(
            409,
            _("刚刚有人先改了"),
            _("您打开以后，别人已经改过这一条。为免覆盖，您的提交没有保存。"),
            _("请回到上一页刷新，看过新内容后再办。"),
        ),
        ErrorPage(
            410,
            _("这个链接已经用过或已过期"),
            _("一次性的链接只能用一次，并且有期限。"),
            _("请向发给您的人要一个新的，或登录后从页面里办理。"),
            whole=True,
        ),
        ErrorPage(
            413,
            _("提交的内容太大"),
            _("文件或文字超过了可以接收的大小，内容没有保存。"),
            _("请分几次提交，或先压缩文件。"),
        ),
        ErrorPage(
            422,
            _("有内容需要修改"),
            _("提交的内容不符合要求，没有保存。"),
            _("请回到上一页，按提示修改后再提交。写好的内容都在。"),
        ),
        ErrorPage(
            429,
            _("操作过于频繁"),
            _("短时间内尝试的次数太多，为保护账号和系统，暂时不再接收。"),
            _("请过几分钟再试。"),
            whole=True,
        ),
        ErrorPage(
            500,
            _("系统出了问题"),
            _("服务器处理这次请求时出错，内容没有保存。错误已经记录。"),
            _("请稍后再试；一直这样，请把下面的编号告诉管理员。"),
        ),
        ErrorPage(
            503,
            _("系统暂时不能用"),
            _("系统正在维护，或数据库暂时连不上。"),
            _("请过几分钟刷新。急事请拨打服务热线。"),
        ),
    )
}

EXPIRED = ErrorPage(
    403,
    _("表单已经过期"),
    _("这一页打开得太久，或浏览器没有保存 Cookie，所以内容没有提交。"),
    _("请回到上一页，先把写好的内容复制下来，刷新后再交；一直这样，请在浏览器里允许保存 Cookie。"),
)
LOG_IN = {
    403: _("这里要有相应任职的账号才能打开，请先登录。"),
    404: _("请核对地址。要看内部的内容，请先登录。"),
}
"""How a stranger goes on: an account may help, a superior does not."""


def wants_json(request: HttpRequest) -> bool:
    """Whether a program asks: the API, or a client that accepts JSON and not HTML."""
    accept = request.headers.get("Accept", "")
    return request.path.startswith("/api/") or (
        "application/json" in accept and "text/html" not in accept
    )


def error_response(
    request: HttpRequest,
    status: int,
    why: Any = "",
    details: Sequence[Any] = (),
    page: ErrorPage | None = None,
) -> HttpResponse:
    """The calm page of a status, a short fragment for htmx, or problem details for a program."""
    page = page or _page(request, status)
    number = request_id.get()
    if wants_json(request):
        problem = {
            "type": "about:blank",
            "title": str(page.title),
            "status": status,
            "detail": str(why or page.why),
            "request_id": number,
        }
        if details:
            problem["errors"] = [str(detail) for detail in details]
        return JsonResponse(
            problem,
            status=status,
            content_type="application/problem+json",
            json_dumps_params={"ensure_ascii": False},
        )
    fragment = request.headers.get("HX-Request") == "true"
    error = {
        "status": status,
        "title": page.title,
        "why": why or page.why,
        "details": list(details),
        "next": "" if why and page.whole else page.next,
        "acts": [{"label": label, "href": href} for label, href in page.acts],
        "request_id": number,
    }
    template = "web/error_fragment.html" if fragment else "web/error.html"
    return render(request, template, {"error": error}, status=status)


def _page(request: HttpRequest, status: int) -> ErrorPage:
    """The words of a status; whoever is not logged in is told to log in, not to ask a superior."""
    page = PAGES.get(status, PAGES[500])
    actor = getattr(request, "actor", None)
    if status not in LOG_IN or actor is None or actor.is_authenticated:
        return page
    why = _("这一页不对外公开。") if status == HTTPStatus.FORBIDDEN else page.why
    acts = ((_("登录"), settings.LOGIN_URL), *page.acts)
    return replace(page, why=why, next=LOG_IN[status], acts=acts)
