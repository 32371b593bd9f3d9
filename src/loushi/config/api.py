"""/api/v1: one NinjaAPI; every package with an `api.py` that has a `router` hangs into it.

A caller shows a bearer token (`loushi token USERNAME`); the same policies apply as on the pages.
Every error is a problem document (RFC 9457). The description is OpenAPI 3.1 at openapi.json.
"""

from http import HTTPStatus
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer

from loushi.foundation.core.errors import LoushiError, NotVisible
from loushi.foundation.core.logs import request_id
from loushi.registry.accounts import queries, tokens

ROUTERS = (
    ("units", "loushi.registry.territory"),
    ("accounts", "loushi.registry.accounts"),
    ("buildings", "loushi.registry.buildings"),
    ("enterprises", "loushi.registry.enterprises"),
    ("tax", "loushi.registry.tax"),
    ("leads", "loushi.registry.leads"),
    ("catalogue", "loushi.services.catalogue"),
    ("stations", "loushi.services.stations"),
    ("governance", "loushi.services.governance"),
    ("demands", "loushi.casework.demands"),
    ("visits", "loushi.casework.visits"),
    ("matching", "loushi.casework.matching"),
    ("applications", "loushi.casework.applications"),
    ("insights", "loushi.overview.insights"),
    ("search", "loushi.overview.search"),
    ("notices", "loushi.foundation.notices"),
    ("audit", "loushi.foundation.audit"),
    ("files", "loushi.foundation.files"),
    ("transfer", "loushi.foundation.transfer"),
)


# Where pydantic found the field; the field's own name is enough for the caller.
PLACES = frozenset({"body", "payload", "query", "path", "header", "file", "form"})


class BearerToken(HttpBearer):
    """`Authorization: Bearer loushi_…`; sets `request.actor` to the token's person."""

    openapi_bearerFormat = "loushi token"

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        user = tokens.owner(token)
        if user is None or user.must_change_password:
            return None
        request.user = user
        request.actor = queries.actor_for(user, timezone.localdate())
        return user


PROBLEM: dict[str, Any] = {
    "title": "ProblemDetails",
    "description": "A problem document (RFC 9457); a conflict carries both sides.",
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "mine": {},
        "theirs": {},
    },
}
PROBLEM_SHAPE = {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}


class Api(NinjaAPI):
    """Says of every operation that its refusals are problem documents; those that any operation may
    give are declared here, once, for packages that name none themselves."""

    def get_openapi_schema(self, **options: Any) -> Any:
        schema = super().get_openapi_schema(**options)
        schema["components"]["schemas"]["ProblemDetails"] = PROBLEM
        for path, methods in schema["paths"].items():
            for operation in methods.values():
                responses = operation["responses"]
                for status in (401, 403, 422, *((404,) if "{" in path else ())):
                    said = HTTPStatus(status).phrase
                    responses.setdefault(status, {"description": said, "content": {}})
                for status, response in responses.items():
                    if int(status) >= 400:
                        given = (response.get("content") or {}).get("application/json", {})
                        shape = given if "$ref" in given.get("schema", {}) else PROBLEM_SHAPE
                        response["content"] = {"application/problem+json": shape}
        return schema


api = Api(
    title="楼事 Loushi",
    version="1",
    description=_("商务社区诉求、企业、楼宇与组织的接口。与页面同一套权限。"),
    urls_namespace="api",
    auth=BearerToken(),
    docs_url=None,
)


def problem(
    status: int,
    title: str,
    detail: str = "",
    errors: list[dict[str, str]] | None = None,
    sides: dict[str, Any] | None = None,
) -> HttpResponse:
    """A problem document; `errors` names the fields, `sides` are those of a conflict."""
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    body |= sides or {}
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = errors
    if request_id.get():
        body["request_id"] = request_id.get()
    return JsonResponse(
        body,
        status=status,
        content_type="application/problem+json; charset=utf-8",
        json_dumps_params={"ensure_ascii": False, "default": str},
    )


@api.exception_handler(LoushiError)
def _refusal(request: HttpRequest, error: LoushiError) -> HttpResponse:
    errors = [
        {"field": found.field, "message": str(found.message)}
        for found in error.errors
        if found.field
    ]
    sides = {side: value for side in ("mine", "theirs") if (value := getattr(error, side, None))}
    return problem(error.status, str(error.title), str(error), errors, sides)


@api.exception_handler(AuthenticationError)
def _unauthenticated(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    response = problem(
        401, _("需要有效的接口令牌。"), _("请在 Authorization 头里带上 Bearer 令牌。")
    )
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(ValidationError)
def _malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [
        {
            "field": ".".join(str(part) for part in found["loc"] if part not in PLACES),
            "message": str(found["msg"]),
        }
        for found in error.errors
    ]
    return problem(422, _("有内容需要修改"), "", errors)


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, str(error))


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(404, str(NotVisible.title))


def _connect() -> None:
    for prefix, package in ROUTERS:
        if find_spec(f"{package}.api") is None:
            continue
        module = import_module(f"{package}.api")
        if hasattr(module, "router"):
            api.add_router(f"/{prefix}", module.router)


_connect()
