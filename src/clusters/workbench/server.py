"""The served page: one address, one token, a handful of questions, and no way to the disk.

Every request must come from this computer, name this address as its host, and, where it says where
it comes from, come from this page; questions must bring the token. Nothing that a request says is
ever used as a path.
"""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import anyio
import anyio.to_thread
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from clusters.budget import Split
from clusters.domain import Plan, Rules
from clusters.errors import ClustersError, DataError
from clusters.money import pounds
from clusters.readers.decisions import SavedPlan, parse_decisions
from clusters.workbench import library
from clusters.workbench.bundle import policy_of
from clusters.workbench.jobs import KINDS
from clusters.workbench.meeting import SupersededError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from clusters.workbench.session import Session

__all__ = ["LARGEST_BODY", "application"]

LARGEST_BODY = 8 * 1024 * 1024
"""Bytes of one request; the decisions of a long meeting on 2,000 schools are a quarter of it."""

AT_ONCE = 2
"""Questions that are worked on at the same time; the machine is the presenter's laptop."""

WAITING = 64
"""Questions that may wait; more are asked to come again."""

LONGEST_SEARCH_S = 3600.0

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

Answer: TypeAlias = "Callable[[Session, Mapping[str, Any]], dict[str, Any]]"


def application(session: Session, port: int) -> ASGIApp:
    """Make the application of one session."""

    async def page(request: Request) -> Response:
        if not _same(request.query_params.get("token", ""), session.token):
            return _refused("Open the page with the address that was printed at the start.", 403)
        policy = policy_of(served=True) + "; frame-ancestors 'none'"
        return HTMLResponse(session.page(), headers={"Content-Security-Policy": policy})

    desk = _Desk(session)
    routes = [Route("/", page, methods=["GET"])]
    routes += [
        Route(f"/api/{name}", desk.question(answer), methods=["POST"])
        for name, answer in QUESTIONS.items()
    ]
    return Guard(Starlette(routes=routes), port)


class Guard:
    """Turn away whatever does not come from this page on this computer."""

    def __init__(self, inner: ASGIApp, port: int) -> None:
        self.inner = inner
        self.hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self.origins = {f"http://{host}" for host in self.hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request, and put the headers of safety on its answer."""
        if scope["type"] != "http":
            return
        reason = self.reason(scope)
        app: ASGIApp = self.inner if reason is None else _refused(reason, 403)

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = [(k.lower().encode(), v.encode()) for k, v in HEADERS.items()]
                message = {**message, "headers": [*message["headers"], *given]}
            await send(message)

        await app(scope, receive, answered)

    def reason(self, scope: Scope) -> str | None:
        """Why a request is turned away; None where it is let through."""
        heads: dict[str, list[str]] = {}
        for name, value in scope["headers"]:
            heads.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
        client = scope.get("client")
        if client is None or client[0] not in ("127.0.0.1", "::1"):
            return "This page answers on this computer only."
        hosts = heads.get("host", [])
        if len(hosts) != 1 or hosts[0].lower() not in self.hosts:
            return "This address is not the workbench's."
        origins = heads.get("origin", [])
        if any(origin.lower() not in self.origins for origin in origins):
            return "Requests from other pages are not answered."
        if scope["method"] == "POST" and len(origins) != 1:
            return "Questions are answered to the page only."
        site = heads.get("sec-fetch-site", ["none"])
        if scope["method"] == "POST" and site not in (["none"], ["same-origin"]):
            return "Requests from other sites are not answered."
        return None


class _Desk:
    """Answers questions one after the other, few at once; more than can wait are sent away."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.waiting = 0
        self.limit: anyio.CapacityLimiter | None = None

    def question(self, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        """Make the handler of one question."""

        async def handle(request: Request) -> Response:
            if not _same(request.headers.get("x-workbench-token", ""), self.session.token):
                return _refused("The token is not the page's: open the page again.", 403)
            if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
                return _refused("Questions are asked as JSON.", 415)
            if self.waiting >= WAITING:
                return _refused("Too many questions at once: ask again in a moment.", 503)
            self.waiting += 1
            try:
                return await self._answered(request, answer)
            finally:
                self.waiting -= 1

        return handle

    async def _answered(self, request: Request, answer: Answer) -> Response:
        body = await _body_of(request)
        if body is None:
            return _refused("The request is too large.", 413)
        if self.limit is None:
            self.limit = anyio.CapacityLimiter(AT_ONCE)
        return await anyio.to_thread.run_sync(self._worked, answer, body, limiter=self.limit)

    def _worked(self, answer: Answer, body: bytes) -> Response:
        try:
            asked = json.loads(body)
            if not isinstance(asked, dict):
                raise ValueError
        except (ValueError, RecursionError):
            return _refused("The question is not JSON as the page writes it.", 400)
        if not self.session.is_current(asked.get("window")):
            return _refused("the meeting was opened in another window, which goes on with it.", 409)
        try:
            return JSONResponse(_for_json(answer(self.session, asked)))
        except SupersededError as error:
            return _refused(str(error), 409)
        except ClustersError as error:
            return _refused(str(error), 422)


async def _body_of(request: Request) -> bytes | None:
    """Read a body, at most so much of it."""
    declared = request.headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared) > LARGEST_BODY:
        return None
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST_BODY:
            return None
        parts.append(part)
    return b"".join(parts)


def _same(given: str, token: str) -> bool:
    return secrets.compare_digest(given.encode(), token.encode())


def _refused(reason: str, status: int) -> JSONResponse:
    return JSONResponse({"error": reason}, status_code=status)


def _for_json(value: Any) -> Any:
    """Infinity becomes text, which JSON can hold."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _for_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_for_json(item) for item in value]
    return value


# ---- questions ----------------------------------------------------------------------------------


def _plan(asked: Mapping[str, Any]) -> Plan:
    """Read the plan of a question, as the decisions file has it."""
    from pydantic import ValidationError

    try:
        return SavedPlan.model_validate_json(json.dumps(asked.get("plan"))).plan
    except (ValidationError, ValueError, RecursionError):
        raise DataError.of("the question holds no plan", "ask from the page") from None


def _verify(session: Session, asked: Mapping[str, Any]) -> dict[str, Any]:
    meeting = session.meeting
    found = library.certificate(meeting.problem, meeting.rules, _plan(asked), meeting.priorities)
    return {"certificate": found.to_dict(), "summary": found.summary()}


def _money(session: Session, asked: Mapping[str, Any]) -> dict[str, Any]:
    meeting = session.meeting
    if meeting.money is None:
        raise DataError.of("no pot was given", "open the workbench with a pot")
    split = library.split(meeting.problem, _plan(asked), meeting.money)
    return {
        "said": _said(split),
        "clusters": _rows(split, "cluster"),
        "schools": _rows(split, "school"),
    }


def _said(split: Split) -> str:
    paid = sum(share.total_pence for share in split.clusters)
    held = f"; {pounds(split.held_pence)} is held back" if split.held_pence else ""
    return (
        f"{pounds(paid)} is shared between {len(split.clusters)} clusters{held}: "
        f"{pounds(split.pot.total_pence)} in all, to the penny."
    )


def _rows(split: Split, level: str) -> list[dict[str, str]]:
    shares = split.shares(level)
    return [{"name": share.name, "pence": str(share.total_pence)} for share in shares]


def _why(session: Session, asked: Mapping[str, Any]) -> dict[str, Any]:
    meeting = session.meeting
    school = asked.get("school")
    if not isinstance(school, str | int) or isinstance(school, bool):
        raise DataError.of("the question names no school", "ask from the page")
    found = library.why(meeting.problem, meeting.rules, _plan(asked), school, meeting.priorities)
    return {"sentence": found.sentence}


def _save(session: Session, asked: Mapping[str, Any]) -> dict[str, Any]:
    return {"said": session.save(asked.get("window"), json.dumps(asked.get("decisions")))}


def _start(session: Session, asked: Mapping[str, Any]) -> dict[str, Any]:
    kind, seconds = asked.get("kind"), asked.get("seconds")
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        seconds = 0  # as little as a time that is too short
    if kind not in KINDS or not 0 < seconds <= LONGEST_SEARCH_S:
        raise DataError.of("there is no such search", "ask from the page")
    plan = _plan(asked)
    session.start(str(kind), plan, _pinned(session, plan, asked.get("pins")), float(seconds))
    return {"started": True}


def _pinned(session: Session, plan: Plan, pins: Any) -> Rules:
    """Return the meeting's rules with the pins of a question."""
    if not isinstance(pins, list) or not all(type(pin) in (str, int) for pin in pins):
        raise DataError.of("the pins are no list of ids", "ask from the page")
    from clusters.workbench.searching import plan_to_json

    saved = {
        "format": "clusters decisions",
        "version": 1,
        "saved_at": "2000-01-01T00:00:00Z",
        "plan": plan_to_json(plan),
        "pins": [{"urn": pin} for pin in pins],
    }
    return parse_decisions(json.dumps(saved)).rules(session.meeting.rules)


def _progress(session: Session, _asked: Mapping[str, Any]) -> dict[str, Any]:
    if session.job is None:
        raise DataError.of("no search was started", "start one")
    return session.job.progress()


def _stop(session: Session, _asked: Mapping[str, Any]) -> dict[str, Any]:
    if session.job is not None:
        session.job.stop()
    return {"stopping": True}


QUESTIONS: Mapping[str, Answer] = {
    "verify": _verify,
    "money": _money,
    "why": _why,
    "save": _save,
    "start": _start,
    "progress": _progress,
    "stop": _stop,
}
