"""The server of the editor: where it listens, and how it ends."""

import errno
import socket
import threading
import webbrowser
from collections.abc import Callable
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from models.errors import InputError
from ovos_cli.edit.security import Guard, is_loopback, names_of, new_token
from ovos_cli.edit.session import Session

_GRACE = 5
"""Seconds in which answers that are under way end after Ctrl-C."""
_ANY = {"0.0.0.0", "::", ""}


class EditServer(uvicorn.Server):
    """Ends the streams of events when it is told to end, which would go on for good."""

    def __init__(self, config: uvicorn.Config, session: Session) -> None:
        super().__init__(config)
        self._session = session

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End in order; told again, at once."""
        self._session.events.close()
        self.should_exit, self.force_exit = True, self.should_exit


class Address:
    """Where the server listens: taken at once, so that the address can be told.

    known: whether pages may be open that have this address.
    """

    known = False

    def __init__(self, host: str, port: int) -> None:
        """Listen.

        Args:
            host: a name or a number of this machine.
            port: 0 is any that is free.

        Raises:
            InputError: the port is taken, or there is no such address here.
        """
        self.host, self.token = host, new_token()
        try:
            family = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM)[0][0]
            self.socket = socket.create_server((host, port), family=family)
        except OSError as error:
            raise InputError(_why_not(host, port, error)) from error
        self.port: int = self.socket.getsockname()[1]

    @property
    def url(self) -> str:
        """What a browser opens; it holds the token."""
        name = "127.0.0.1" if self.host in _ANY else self.host
        return f"http://{f'[{name}]' if ':' in name else name}:{self.port}/?token={self.token}"

    @property
    def warning(self) -> str | None:
        """That others reach it, for people."""
        if is_loopback(self.host):
            return None
        return (
            f"--host {self.host} lets others in the network reach this page. Whoever learns the "
            "address with its token sees the video and changes the masks, and nothing is encrypted"
        )


def guarded(app: Starlette, address: Address) -> Guard:
    """An application that answers to this address only."""
    names = names_of(address.host)
    return Guard(app, token=address.token, names=names, any_address=address.host in _ANY)


def serve(app: Starlette, session: Session, address: Address, *, debug: bool) -> None:
    """Answer until Ctrl-C, or until the process is told to end.

    Args:
        debug: show what the server itself says.
    """
    level = "info" if debug else "critical"
    config = uvicorn.Config(
        guarded(app, address),
        log_level=level,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=_GRACE,
    )
    EditServer(config, session).run(sockets=[address.socket])


def open_browser(
    url: str, failed: Callable[[], None], wanted: Callable[[], bool] = lambda: True
) -> threading.Thread:
    """Open a page, in a thread of its own: some browsers take their time to say that they are.

    Args:
        failed: is called if none opens.
        wanted: whether one is to be opened; may wait until it is known.
    """

    def open_it() -> None:
        if not wanted():
            return
        try:
            opened = webbrowser.open(url)
        except (webbrowser.Error, OSError):
            opened = False
        if not opened:
            failed()

    thread = threading.Thread(target=open_it, name="ovos-browser", daemon=True)
    thread.start()
    return thread


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"the port {port} is taken by another program; choose another --port, or leave it out "
            "for one that is free"
        )
    if error.errno == errno.EACCES:
        return f"the port {port} is not for everybody; choose a --port above 1023"
    return f"--host {host} cannot be listened at: {error.strerror or error}"
