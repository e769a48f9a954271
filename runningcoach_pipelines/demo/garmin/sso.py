"""Garmin's sign-in in its three forms (mobile app, web portal, embedded widget), and the server that changes tickets
into tokens.
"""

import base64
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from runningcoach_pipelines.demo.garmin.account import CODE, EMAIL, PASSWORD, DemoAccount

_CLIENTS = ("GARMIN_CONNECT_MOBILE_ANDROID_DI_2025Q2", "GARMIN_CONNECT_MOBILE_ANDROID_DI_2024Q4")
_TICKET_GRANT = "https://connectapi.garmin.com/di-oauth2-service/oauth/grant/service_ticket"
_CSRF = "4E5F60"


def pages(garmin: DemoAccount) -> APIRouter:
    """The forms of the app and of the portal: a page with a cookie, then JSON."""
    router = APIRouter()

    @router.get("/mobile/sso/en_US/sign-in")
    @router.get("/portal/sso/en-US/sign-in")
    def page() -> Response:
        return _first_page(garmin)

    @router.post("/mobile/api/login")
    @router.post("/portal/api/login")
    async def credentials(request: Request) -> Response:
        session = request.cookies.get("SESSION", "")
        if session not in garmin.sessions or "/sign-in" not in request.headers.get("referer", ""):
            return JSONResponse({"error": {"status-code": "429"}}, 429)
        sent = await request.json()
        if (sent["username"], sent["password"]) != (EMAIL, PASSWORD):
            return JSONResponse({"responseStatus": {"type": "INVALID_USERNAME_PASSWORD"}}, 401)
        if garmin.mfa:
            garmin.sessions[session] = "code"
            method = {"mfaLastMethodUsed": "email"}
            return JSONResponse({"responseStatus": {"type": "MFA_REQUIRED"}, "customerMfaInfo": method})
        return _signed_in(garmin, request)

    @router.post("/mobile/api/mfa/verifyCode")
    @router.post("/portal/api/mfa/verifyCode")
    async def code(request: Request) -> Response:
        sent = await request.json()
        if not _awaits_code(garmin, request) or sent["mfaVerificationCode"] != CODE:
            return JSONResponse({"responseStatus": {"type": "MFA_CODE_INVALID"}}, 401)
        return _signed_in(garmin, request)

    return router


def widget(garmin: DemoAccount) -> APIRouter:
    """The form for embedding: HTML all the way, told apart by its titles."""
    router = APIRouter()

    @router.get("/sso/embed")
    def embed() -> Response:
        return _first_page(garmin)

    @router.get("/sso/signin")
    def form() -> Response:
        return _html("GARMIN Authentication Application", _csrf_field())

    @router.post("/sso/signin")
    async def credentials(request: Request) -> Response:
        sent = await _form(request)
        session = request.cookies.get("SESSION", "")
        if session not in garmin.sessions or sent.get("_csrf") != _CSRF:
            return _html("Page Not Available", status=403)
        if (sent["username"], sent["password"]) != (EMAIL, PASSWORD):
            return _html("Invalid sign-in")
        if garmin.mfa:
            garmin.sessions[session] = "code"
            variables = 'var mfaMethod = "email"; var customerGuid = "g"; var codeSentTo = "r***@e";'
            return _html("Enter MFA code", f"<script>{variables}</script>{_csrf_field()}")
        return _widget_success(garmin)

    @router.post("/sso/verifyMFA/loginEnterMfaCode")
    async def code(request: Request) -> Response:
        sent = await _form(request)
        if not _awaits_code(garmin, request) or sent["mfa-code"] != CODE:
            return _html("Enter MFA code", _csrf_field())
        return _widget_success(garmin)

    return router


def token_server(garmin: DemoAccount) -> APIRouter:
    """Tickets and refresh tokens into new tokens; and the web site, which gives no cookie for a ticket."""
    router = APIRouter()

    @router.post("/di-oauth2-service/oauth/token")
    async def token(request: Request) -> Response:
        sent = await _form(request)
        client_id = sent.get("client_id", "")
        basic = base64.b64encode(f"{client_id}:".encode()).decode()
        if client_id not in _CLIENTS or request.headers.get("authorization") != f"Basic {basic}":
            return JSONResponse({"error": "invalid_client"}, 401)
        if sent["grant_type"] == _TICKET_GRANT:
            good = garmin.redeem(sent["service_ticket"], sent["service_url"])
        else:
            good = sent["grant_type"] == "refresh_token" and garmin.spend_refresh(sent["refresh_token"])
        if not good:
            # A careless server: what it was sent stands in its answer, where a log might show it.
            return JSONResponse({"error": "invalid_grant", "token": sent.get("refresh_token")}, 400)
        return JSONResponse(garmin.new_tokens(client_id))

    @router.get("/gcm/ios")
    @router.get("/gcm/android")
    @router.get("/app")
    def web_site() -> Response:
        return _html("Garmin Connect")

    return router


def _first_page(garmin: DemoAccount) -> Response:
    answer = _html("GARMIN Authentication Application")
    answer.set_cookie("SESSION", garmin.new_session())
    return answer


def _awaits_code(garmin: DemoAccount, request: Request) -> bool:
    return garmin.sessions.get(request.cookies.get("SESSION", "")) == "code"


def _signed_in(garmin: DemoAccount, request: Request) -> Response:
    ticket = garmin.new_ticket(request.query_params["service"])
    return JSONResponse({"responseStatus": {"type": "SUCCESSFUL"}, "serviceTicketId": ticket})


def _widget_success(garmin: DemoAccount) -> Response:
    service = f"{garmin.url}/sso/embed"
    return _html("Success", f'<a href="{service}?ticket={garmin.new_ticket(service)}"></a>')


def _csrf_field() -> str:
    return f'<input type="hidden" name="_csrf" value="{_CSRF}" />'


def _html(title: str, body: str = "", status: int = 200) -> HTMLResponse:
    return HTMLResponse(f"<html><title>{title}</title>{body}</html>", status)


async def _form(request: Request) -> dict[str, Any]:
    return {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
