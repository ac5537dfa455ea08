"""One meeting at the served page: what is on the table, what is on disk, who asks."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import os
import secrets
import socket
import tempfile
import threading
import time
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Self

from clusters.domain import Plan, Rules
from clusters.errors import ClustersError, DataError
from clusters.readers.decisions import Decisions, parse_decisions
from clusters.workbench.bundle import page
from clusters.workbench.jobs import Job
from clusters.workbench.meeting import Meeting, SupersededError
from clusters.workbench.payload import payload
from clusters.writers.atomic import write_bytes

if TYPE_CHECKING:
    import uvicorn

__all__ = ["Session"]

LOOPBACK = "127.0.0.1"
START_S = 20.0


class Session:
    """A meeting that is served on this computer; made by :func:`clusters.workbench`.

    Attributes
    ----------
    url
        Address of the page, with its token. Whoever has it and sits at this computer can read and
        change the meeting.
    path
        The decisions file.
    """

    def __init__(self, meeting: Meeting, path: Path, *, port: int = 0) -> None:
        self.meeting = meeting
        self.path = path.absolute()
        self.token = secrets.token_urlsafe(32)
        self.job: Job | None = None
        self._decisions = meeting.decisions
        self._window = ""
        self._on_disk = _digest_of(self.path)
        self._lock = threading.Lock()
        self._launcher: Path | None = None
        self._payload = payload(**vars(meeting))
        if not self.path.parent.is_dir():
            raise DataError.of(
                "the decisions cannot be saved: there is no such folder",
                "make the folder first",
                where=str(self.path.parent),
            )
        self._server, self._thread, self.port = _serve(self, port)

    # ---- for people ----------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Address of the page."""
        return f"http://{LOOPBACK}:{self.port}/?token={self.token}"

    @property
    def decisions(self) -> Decisions | None:
        """What was saved last; None where nothing was changed yet."""
        return self._decisions

    @property
    def plan(self) -> Plan:
        """The plan as it stands."""
        if self._decisions is None:
            return next(iter(self.meeting.options.values()))
        return self._decisions.plan

    @property
    def pinned_rules(self) -> Rules:
        """The rules of the meeting, under which the pins hold too."""
        rules = self.meeting.rules
        return rules if self._decisions is None else self._decisions.rules(rules)

    def open(self) -> None:
        """Open the page in the browser.

        The browser is given a file that only this user can read and that leads on to the page, so
        that the token stands in no list of running programs.
        """
        file, name = tempfile.mkstemp(prefix="workbench-", suffix=".html")
        with os.fdopen(file, "w", encoding="utf-8") as out:
            out.write(
                '<!doctype html><meta charset="utf-8"><title>Workbench</title>'
                '<meta name="referrer" content="no-referrer">'
                f'<meta http-equiv="refresh" content="0; url={self.url}">'
                f'<p><a href="{self.url}">Open the workbench</a></p>'
            )
        self._launcher = Path(name)
        webbrowser.open(self._launcher.as_uri())

    def wait(self) -> None:
        """Wait until the session is closed (Ctrl-C in the terminal closes it)."""
        while self._thread.is_alive():
            self._thread.join(0.5)

    def close(self) -> None:
        """End the session; what was saved stays."""
        if self.job is not None:
            self.job.end()
        self._server.should_exit = True
        if threading.current_thread() is not self._thread:
            self._thread.join(10)
        if self._launcher is not None:
            self._launcher.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        """Give the session itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def __repr__(self) -> str:
        """Say where it is, without the token."""
        return f"<Session at {LOOPBACK}:{self.port}, saved in {self.path.name}>"

    def _repr_html_(self) -> str:
        return f'<p>The workbench is open: <a href="{self.url}">go to its page</a>.</p>'

    # ---- for the server ------------------------------------------------------------------------

    def page(self) -> str:
        """Make the page for a new window: from now on, only that one may change the meeting."""
        with self._lock:
            self._window = secrets.token_urlsafe(12)
            held = None
            if self._decisions is not None:
                held = self._decisions.model_dump(mode="json", by_alias=True)
            server = {"token": self.token, "window": self._window, "file": self.path.name}
        return page({**self._payload, "decisions": held, "server": server})

    def is_current(self, window: object) -> bool:
        """Whether a request comes from the window that was opened last."""
        return isinstance(window, str) and secrets.compare_digest(
            window.encode("utf-8", "surrogatepass"), self._window.encode()
        )

    def save(self, window: object, text: str) -> str:
        """Put decisions on disk, whole or not at all; say so in a sentence.

        Raises
        ------
        SupersededError
            If another window is the current one, or the file is not as this session left it.
        DataError
            If it is no decisions file, or cannot be written.
        """
        with self._lock:
            if not self.is_current(window):
                raise SupersededError(
                    "the meeting was opened in another window, which goes on with it."
                )
            decisions = parse_decisions(text)
            if _digest_of(self.path) != self._on_disk:
                raise SupersededError(f"{self.path.name} was changed by another program.")
            data = decisions.to_json().encode()
            write_bytes(self.path, data)
            self._on_disk = hashlib.sha256(data).hexdigest()
            self._decisions = decisions
        at = datetime.datetime.now().astimezone()
        return f"Saved on this computer in {self.path.name}, {at:%H:%M:%S}."

    def start(self, kind: str, plan: Plan, rules: Rules, seconds: float) -> None:
        """Start a search in a program of its own; one at a time.

        Raises
        ------
        ClustersError
            If one is running.
        """
        with self._lock:
            if self.job is not None and not self.job.done:
                raise ClustersError("A search is running already: wait for it or stop it.")
            self.job = Job(
                kind, self.meeting.problem, rules, plan, self.meeting.priorities, seconds
            )


def _digest_of(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DataError.of(
            f"the decisions file cannot be read ({error.strerror or error})",
            "give the path of a file that may be read and written",
            where=str(path),
        ) from None


def _serve(session: Session, port: int) -> tuple[uvicorn.Server, threading.Thread, int]:
    """Listen on the loopback address, in a thread of its own."""
    try:
        import uvicorn

        from clusters.workbench.server import application
    except ImportError as error:
        msg = 'the served workbench needs starlette and uvicorn: pip install "clusters[workbench]"'
        raise ImportError(msg) from error
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((LOOPBACK, port))
    except (OSError, OverflowError) as error:
        door.close()
        raise DataError.of(
            f"the port cannot be used ({error})",
            "give another port, or 0 for any free one",
            value=port,
        ) from None
    bound = int(door.getsockname()[1])
    config = uvicorn.Config(
        application(session, bound),
        log_level="critical",
        access_log=False,
        lifespan="off",
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=2,
        h11_max_incomplete_event_size=64 * 1024,
        backlog=2048,
        http="h11",
        ws="none",
        loop="asyncio",
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [door]}, daemon=True, name="clusters-workbench"
    )
    thread.start()
    deadline = time.monotonic() + START_S
    while not server.started and thread.is_alive() and time.monotonic() < deadline:
        time.sleep(0.01)
    if not server.started:
        server.should_exit = True
        with contextlib.suppress(OSError):
            door.close()
        raise ClustersError("the workbench could not start listening on this computer.")
    return server, thread, bound
