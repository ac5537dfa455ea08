"""Questions to a served workbench, with every header in the test's hands."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clusters.workbench import Session


@dataclass
class Reply:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(repr=False)

    @property
    def told(self) -> Any:
        return json.loads(self.body)


def request(
    session: Session,
    method: str,
    path: str,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> Reply:
    """Send exactly these headers: no Host is added where the test gives its own or none."""
    line = http.client.HTTPConnection("127.0.0.1", session.port, timeout=20)
    try:
        line.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            for one in value if isinstance(value, list) else [value]:
                line.putheader(name, one)
        if body is not None and "Content-Length" not in (headers or {}):
            line.putheader("Content-Length", str(len(body)))
        line.endheaders(body)
        answer = line.getresponse()
        return Reply(answer.status, answer.read(), dict(answer.getheaders()))
    finally:
        line.close()


def host(session: Session) -> str:
    return f"127.0.0.1:{session.port}"


def good(session: Session) -> dict[str, Any]:
    """The headers that the page's own questions carry."""
    return {
        "Host": host(session),
        "Origin": f"http://{host(session)}",
        "Content-Type": "application/json",
        "X-Workbench-Token": session.token,
        "Sec-Fetch-Site": "same-origin",
    }


def window(session: Session) -> str:
    """Open the page, as a browser does; return the mark of its window."""
    reply = request(session, "GET", f"/?token={session.token}", {"Host": host(session)})
    assert reply.status == 200
    found = re.search(rb'"window":"([^"]+)"', reply.body)
    assert found
    return found[1].decode()


def ask(
    session: Session,
    what: str,
    body: Mapping[str, Any] | bytes,
    headers: Mapping[str, Any] | None = None,
) -> Reply:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return request(session, "POST", f"/api/{what}", headers or good(session), data)
