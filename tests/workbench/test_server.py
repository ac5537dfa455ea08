"""The served page: what the library answers, and what an attacker gets."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import clusters as cl
from clusters.workbench.searching import plan_to_json
from clusters.workbench.server import LARGEST_BODY, QUESTIONS
from tests.workbench.asking import ask, good, host, request, window


def saved(plan, **more):
    return {
        "format": "clusters decisions",
        "version": 1,
        "saved_at": "2026-11-03T10:00:00Z",
        "plan": plan_to_json(plan),
        **more,
    }


# ---- answers ------------------------------------------------------------------------------------


def test_the_certificate_is_the_librarys(standing, valley, rules, drawn):
    reply = ask(standing, "verify", {"window": window(standing), "plan": plan_to_json(drawn)})
    priorities = cl.Priorities(travel_by="pupils")
    assert reply.told["certificate"] == cl.verify(valley, rules, drawn, priorities).to_dict()


def test_the_money_is_the_librarys_to_the_penny(standing, valley, drawn):
    told = ask(standing, "money", {"window": window(standing), "plan": plan_to_json(drawn)}).told
    formula = cl.Formula({"pupils": 1}, lump_per_cluster="100")
    split = cl.split_budget(valley, drawn, "18000.01", formula)
    assert told["clusters"] == [
        {"name": s.name, "pence": str(s.total_pence)} for s in split.clusters
    ]
    assert sum(int(row["pence"]) for row in told["schools"]) == 1_800_001


def test_why_here(standing, valley, rules, drawn):
    body = {"window": window(standing), "plan": plan_to_json(drawn), "school": "2"}
    priorities = cl.Priorities(travel_by="pupils")
    assert ask(standing, "why", body).told["sentence"] == (
        cl.why_here(valley, rules, drawn, "2", priorities).sentence
    )


def wait_for(standing, mark, seconds=400):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        told = ask(standing, "progress", {"window": mark}).told
        if told["state"] == "done":
            return told
        time.sleep(0.2)
    raise AssertionError("the search did not end")


@pytest.mark.slow
def test_repair_best_and_why_no_plan_in_a_program_of_their_own(session, valley, rules, drawn):
    mark = window(session)
    broken = cl.Plan((*drawn.clusters[:3],))  # four schools without a cluster
    start = {"window": mark, "plan": plan_to_json(broken), "pins": ["1", "2"], "seconds": 5}
    assert ask(session, "start", {**start, "kind": "repair"}).status == 200
    assert ask(session, "start", {**start, "kind": "best"}).status == 422  # one at a time
    told = wait_for(session, mark)
    assert told["certificate"]["ok"]
    assert ask(session, "start", {**start, "kind": "best"}).status == 200
    told = wait_for(session, mark)
    assert told["proved"]
    homes = {m["urn"]: c["label"] for c in told["plan"]["clusters"] for m in c["members"]}
    assert homes["1"] == homes["2"]  # pinned to the same cluster
    assert ask(session, "start", {**start, "kind": "conflict"}).status == 200
    assert "plan" in wait_for(session, mark)["said"].lower()


@pytest.mark.slow
def test_a_search_that_dies_leaves_the_meeting_alive(session, drawn):
    mark = window(session)
    start = {"window": mark, "plan": plan_to_json(drawn), "pins": [], "seconds": 60}
    ask(session, "start", {**start, "kind": "best"})
    session.job.end()  # as a crash of the solver would
    assert "as it was" in wait_for(session, mark)["error"]
    assert ask(session, "verify", {"window": mark, "plan": plan_to_json(drawn)}).status == 200


# ---- nothing lost -------------------------------------------------------------------------------


def test_a_change_is_on_disk_when_it_is_said_to_be(session, drawn):
    mark = window(session)
    reply = ask(session, "save", {"window": mark, "decisions": saved(drawn, title="Monday")})
    assert reply.told["said"].startswith("Saved")
    assert cl.read_decisions(session.path).title == "Monday"
    assert session.plan == drawn
    assert [path.name for path in session.path.parent.iterdir()] == ["decisions.json"]


def test_an_older_window_cannot_overwrite_the_newer(session, drawn):
    old = window(session)
    new = window(session)
    assert ask(session, "save", {"window": new, "decisions": saved(drawn)}).status == 200
    reply = ask(session, "save", {"window": old, "decisions": saved(drawn, title="old")})
    assert reply.status == 409
    assert cl.read_decisions(session.path).title == ""


def test_a_file_that_somebody_else_changed_is_not_overwritten(session, drawn):
    mark = window(session)
    ask(session, "save", {"window": mark, "decisions": saved(drawn)})
    session.path.write_text("somebody's notes")
    assert ask(session, "save", {"window": mark, "decisions": saved(drawn)}).status == 409
    assert session.path.read_text() == "somebody's notes"


def test_the_meeting_goes_on_from_the_file(valley, rules, drawn, tmp_path):
    path = tmp_path / "decisions.json"
    moved = {**drawn.labels, "2": "East"}
    with cl.workbench.serve_workbench(
        valley, rules, moved, open_browser=False, decisions=tmp_path / "a.json"
    ) as one:
        plan = one.plan
    path.write_text(json.dumps(saved(plan, pins=[{"urn": "2"}])))
    with cl.workbench.serve_workbench(
        valley, rules, drawn, open_browser=False, decisions=path
    ) as again:
        assert again.plan.labels["2"] == "East"
        assert again.pinned_rules.together
        page = request(again, "GET", f"/?token={again.token}", {"Host": host(again)})
        assert b'"pins":[{"urn":"2"' in page.body


def test_a_file_that_is_something_else_is_never_taken_for_decisions(valley, rules, drawn, tmp_path):
    path = tmp_path / "letter.json"
    path.write_text('{"dear": "sir"}')
    with pytest.raises(cl.DataError, match="would be replaced"):
        cl.workbench.serve_workbench(valley, rules, drawn, decisions=path, open_browser=False)
    assert path.read_text() == '{"dear": "sir"}'


def test_a_killed_server_leaves_a_whole_file(tmp_path):
    code = (
        "import clusters as cl\n"
        "p = cl.Problem.from_arrays(['a','b','c'], [[0,0],[1000,0],[2000,9]], {'need':[1,2,3]},"
        " [('a','b'),('b','c')])\n"
        "s = cl.workbench.serve_workbench(p, cl.Rules(n_clusters=1), {'a':'N','b':'N','c':'N'},"
        " open_browser=False, decisions='decisions.json')\n"
        "print(s.port, s.token, flush=True)\ns.wait()\n"
    )
    program = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=tmp_path
    )
    try:
        port, token = program.stdout.readline().split()
        there = type("There", (), {"port": int(port), "token": token})()
        mark, count = window(there), 0
        plan = cl.Plan((cl.Cluster("N", "a", ("a", "b", "c")),))
        for count in range(1, 30):
            body = {"window": mark, "decisions": saved(plan, title=f"change {count}")}
            assert ask(there, "save", body).status == 200
    finally:
        program.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
        program.wait(10)
        program.stdout.close()
    assert cl.read_decisions(tmp_path / "decisions.json").title == f"change {count}"


# ---- attacks ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["evil.example", "127.0.0.1.evil.example:{port}", "127.0.0.1", "evil.example:{port}", ""],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_dns_rebinding_another_host_is_turned_away(standing, name, method):
    heads = {**good(standing), "Host": name.format(port=standing.port)}
    path = f"/?token={standing.token}" if method == "GET" else "/api/verify"
    reply = request(standing, method, path, heads, b"{}" if method == "POST" else None)
    assert reply.status in (400, 403)
    assert b"School" not in reply.body


def test_no_host_and_two_hosts_are_turned_away(standing):
    path = f"/?token={standing.token}"
    assert request(standing, "GET", path, {}).status in (400, 403)
    two = {"Host": [host(standing), "evil.example"]}
    assert request(standing, "GET", path, two).status in (400, 403)


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "https://127.0.0.1:{port}", "http://127.0.0.1:1", None],
)
def test_a_post_from_another_page_is_turned_away(standing, drawn, origin):
    mark = window(standing)
    heads = good(standing)
    del heads["Origin"]
    if origin is not None:
        heads["Origin"] = origin.format(port=standing.port)
    reply = ask(standing, "save", {"window": mark, "decisions": saved(drawn)}, heads)
    assert reply.status == 403
    assert not standing.path.exists()


def test_a_cross_site_fetch_and_a_form_are_turned_away(standing, drawn):
    mark = window(standing)
    body = {"window": mark, "decisions": saved(drawn)}
    assert (
        ask(standing, "save", body, {**good(standing), "Sec-Fetch-Site": "cross-site"}).status
        == 403
    )
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        assert ask(standing, "save", body, {**good(standing), "Content-Type": kind}).status == 415
    assert not standing.path.exists()


def test_no_other_page_may_read_answers(standing):
    heads = {**good(standing), "Access-Control-Request-Method": "POST"}
    reply = request(standing, "OPTIONS", "/api/verify", heads)
    assert reply.status == 405
    assert not any(name.lower().startswith("access-control") for name in reply.headers)


@pytest.mark.parametrize("token", ["", "x", "{token}x", "{half}", "\xe9\xe9", "{token} "])
def test_a_wrong_token_opens_nothing(standing, token):
    given = token.format(token=standing.token, half=standing.token[:20])
    heads = {**good(standing), "X-Workbench-Token": given}
    if not given.endswith(" "):  # blanks round a header are no part of it
        assert ask(standing, "verify", {"window": window(standing)}, heads).status == 403
    path = f"/?token={given.strip().encode('latin-1').hex() if given else ''}"
    assert request(standing, "GET", path, {"Host": host(standing)}).status == 403
    assert request(standing, "GET", "/", {"Host": host(standing)}).status == 403


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd",
        "/..%2f..%2fetc%2fpasswd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/etc/passwd",
        "/decisions.json",
        "/api/../decisions.json",
        "/api/save/../../decisions.json",
        "/static/..\\..\\windows",
        "/api/",
        "/docs",
        "/openapi.json",
    ],
)
def test_no_path_leads_to_the_disk(session, drawn, path):
    ask(session, "save", {"window": window(session), "decisions": saved(drawn)})
    for method in ("GET", "POST", "PUT", "DELETE"):
        reply = request(session, method, f"{path}?token={session.token}", good(session), b"")
        assert reply.status in (400, 403, 404, 405)
        assert b"root:" not in reply.body
        assert b"clusters decisions" not in reply.body
    assert [one.name for one in session.path.parent.iterdir()] == ["decisions.json"]


def test_names_in_a_question_are_never_paths(session, drawn):
    mark = window(session)
    evil = saved(drawn, title="../../evil", path="/tmp/evil")
    assert ask(session, "save", {"window": mark, "decisions": evil}).status == 422
    fine = saved(drawn, title="../../evil")
    reply = ask(session, "save", {"window": mark, "decisions": fine, "path": "/tmp/evil.json"})
    assert reply.status == 200
    assert [one.name for one in session.path.parent.iterdir()] == ["decisions.json"]
    assert not Path("/tmp/evil.json").exists()


def test_bodies_that_are_too_large_are_refused(session):
    big = {**good(session), "Content-Length": str(LARGEST_BODY + 1)}
    assert request(session, "POST", "/api/save", big, b"{}").status == 413
    lie = {**good(session), "Content-Length": "99999999999999999999"}
    assert request(session, "POST", "/api/save", lie, b"{}").status in (400, 413)
    chunked = {**good(session), "Transfer-Encoding": "chunked", "Content-Length": None}
    del chunked["Content-Length"]
    assert _chunked(session, chunked, LARGEST_BODY + 4_000_000) == 413
    assert ask(session, "verify", {"window": "x"}).status == 409  # and it goes on answering


def _chunked(session, heads, size):
    import http.client

    line = http.client.HTTPConnection("127.0.0.1", session.port, timeout=20)
    line.putrequest("POST", "/api/save", skip_host=True, skip_accept_encoding=True)
    for name, value in heads.items():
        line.putheader(name, value)
    line.endheaders()
    part = b"%x\r\n" % 65536 + b" " * 65536 + b"\r\n"
    try:
        for _ in range(size // 65536):
            line.send(part)
        line.send(b"0\r\n\r\n")
    except (BrokenPipeError, ConnectionResetError):
        pass  # the server stopped listening, as it may
    try:
        return line.getresponse().status
    except (ConnectionResetError, BrokenPipeError):
        return 413
    finally:
        line.close()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"[" * 100_000,
        b'{"window": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"window": NaN}',
        b"\xff\xfe",
        b'{"window": {"a": 1}}',
        b'{"window": "\\ud800"}',
    ],
)
@pytest.mark.parametrize("what", sorted(QUESTIONS))
def test_nonsense_is_refused_in_words(standing, what, body):
    reply = ask(standing, what, body)
    assert reply.status in (400, 409)
    assert reply.told["error"]


@pytest.mark.parametrize(
    "plan",
    [
        None,
        5,
        {"clusters": 5},
        {"clusters": [{"label": 1, "members": []}]},
        {"clusters": [{"label": "x", "members": [{"urn": {"a": 1}}]}]},
        {"clusters": [{"label": "x", "members": [{"urn": True}]}]},
        {"clusters": [{"label": "x", "members": [{"urn": 10**400}]}]},
    ],
)
@pytest.mark.parametrize("what", ["verify", "money", "why", "start", "save"])
def test_plans_that_are_none_are_refused_in_words(standing, what, plan):
    body = {
        "window": window(standing),
        "plan": plan,
        "school": "1",
        "kind": "best",
        "seconds": 1,
        "pins": [],
        "decisions": plan,
    }
    reply = ask(standing, what, body)
    assert reply.status == 422
    assert reply.told["error"]
    assert standing.job is None


@pytest.mark.parametrize(
    "wrong",
    [{"seconds": 1e9}, {"seconds": "10"}, {"seconds": True}, {"kind": "rm"}, {"pins": "x"},
     {"pins": [{}]}, {"seconds": -1}],
)  # fmt: skip
def test_searches_that_are_none_are_not_started(standing, drawn, wrong):
    body = {"window": window(standing), "plan": plan_to_json(drawn), "kind": "best", "pins": []}
    assert ask(standing, "start", {**body, "seconds": 5, **wrong}).status == 422
    assert standing.job is None


def test_a_broken_plan_is_verified_and_not_an_error(standing):
    plan = {"clusters": [{"label": "x", "members": [{"urn": "no such"}, {"urn": "1"}]}]}
    mark = window(standing)
    told = ask(standing, "verify", {"window": mark, "plan": plan}).told
    assert not told["certificate"]["ok"]
    for what in ("money", "why"):
        reply = ask(standing, what, {"window": mark, "plan": plan, "school": "1"})
        assert reply.status == 422


def test_every_answer_carries_the_headers_of_safety(standing):
    page = request(standing, "GET", f"/?token={standing.token}", {"Host": host(standing)})
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    for reply in (
        page,
        ask(standing, "verify", b"{"),
        request(standing, "GET", "/no", {"Host": host(standing)}),
        request(standing, "GET", "/", {"Host": "evil"}),
    ):
        heads = {name.lower(): value for name, value in reply.headers.items()}
        assert heads["x-content-type-options"] == "nosniff"
        assert heads["x-frame-options"] == "DENY"
        assert heads["referrer-policy"] == "no-referrer"
        assert heads["cache-control"] == "no-store"
        assert "server" not in heads


def test_it_listens_on_the_loopback_address_only(standing):
    import socket

    others = {
        info[4][0]
        for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
        if not info[4][0].startswith("127.")
    }
    for address in others:
        with (
            pytest.raises(ConnectionError),
            socket.create_connection((address, standing.port), timeout=2),
        ):
            pass
    assert standing._server.config.uds is None
    assert re.match(r"http://127\.0\.0\.1:\d+/", standing.url)


def test_the_token_is_long_random_and_not_shown(session, valley, rules, drawn, tmp_path):
    assert len(session.token) >= 40
    assert session.token not in repr(session)
    with cl.workbench.serve_workbench(
        valley, rules, drawn, decisions=tmp_path / "two.json", open_browser=False
    ) as other:
        assert other.token != session.token
        heads = {**good(other), "X-Workbench-Token": session.token}
        assert ask(other, "verify", {}, heads).status == 403


def test_a_thousand_requests_at_once(session, drawn):
    mark = window(session)
    ask(session, "save", {"window": mark, "decisions": saved(drawn, title="before")})
    body = json.dumps({"window": mark, "plan": plan_to_json(drawn)}).encode()
    heads = "".join(f"{k}: {v}\r\n" for k, v in good(session).items())
    text = (
        f"POST /api/verify HTTP/1.1\r\n{heads}Content-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    ).encode() + body

    async def one(gate):
        async with gate:
            reader, writer = await asyncio.open_connection("127.0.0.1", session.port)
            writer.write(text)
            await writer.drain()
            line = await reader.readline()
            await reader.read()
            writer.close()
            return int(line.split()[1])

    async def all_of_them():
        gate = asyncio.Semaphore(1000)
        return await asyncio.gather(*(one(gate) for _ in range(1000)), return_exceptions=True)

    statuses = asyncio.run(asyncio.wait_for(all_of_them(), 60))
    told = [status for status in statuses if isinstance(status, int)]
    assert len(told) == 1000, [s for s in statuses if not isinstance(s, int)][:3]
    assert set(told) <= {200, 503}
    assert told.count(200) >= 1
    assert ask(session, "verify", {"window": mark, "plan": plan_to_json(drawn)}).status == 200
    assert cl.read_decisions(session.path).title == "before"


def test_a_port_that_is_taken_is_said(session, valley, rules, drawn, tmp_path):
    with pytest.raises(cl.DataError, match="port"):
        cl.workbench.serve_workbench(
            valley,
            rules,
            drawn,
            port=session.port,
            open_browser=False,
            decisions=tmp_path / "x.json",
        )


def test_the_launcher_is_for_this_user_only_and_goes_away(session, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    session.open()
    path = session._launcher
    assert opened == [path.as_uri()]
    assert session.token not in opened[0]
    if os.name == "posix":
        assert path.stat().st_mode & 0o077 == 0
    session.close()
    assert not path.exists()
