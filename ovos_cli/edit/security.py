"""Who may ask the server for anything: pages of its own, that know its token."""

import ipaddress
import secrets
import socket
from collections.abc import Collection
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_API = "/api/"
_TOKEN_BYTES = 32
_LOCAL = {"localhost", "127.0.0.1", "::1"}
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def new_token() -> str:
    """What nobody guesses."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server that is bound to this address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def names_of(host: str) -> set[str]:
    """Names by which a server is asked for that is bound to an address."""
    names = {host.lower()}
    if is_loopback(host):
        names |= _LOCAL
    else:
        names |= {socket.gethostname().lower(), socket.getfqdn().lower()} | _LOCAL
    return names


class Guard:
    """Refuses what does not come from the page: ASGI.

    A page of somebody else's knows no token. Nor does it learn what is answered by giving its own
    name another address (DNS rebinding), since then it asks for a host that is not ours.
    """

    def __init__(self, app: ASGIApp, *, token: str, names: Collection[str], any_address: bool):
        """Guard an application.

        Args:
            token: that each request to the API needs.
            names: of this host, as a browser may ask for it.
            any_address: whether it may be asked for by any number, too: what is bound to all
                addresses of a machine. A rebound name is no number.
        """
        self._app, self._token = app, token.encode()
        self._names, self._any_address = {*names}, any_address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with 403, or let a request through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        why = self._refusal(scope)
        app = self._app if why is None else JSONResponse({"error": why}, 403)
        await app(scope, receive, send_safely)

    def _refusal(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._is_ours(host):
            return "this address is not the one that `ovos edit` printed; open that one"
        origin = headers.get("origin")
        if origin is not None and origin.lower() != f"{scope['scheme']}://{host}".lower():
            return "another site asked for this"
        if scope["path"].startswith(_API) and not self._knows_token(scope, headers):
            return "the token is missing or wrong; open the address that `ovos edit` printed"
        return None

    def _is_ours(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if name in self._names:
            return True
        if not self._any_address:
            return False
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True

    def _knows_token(self, scope: Scope, headers: Headers) -> bool:
        given = headers.get("x-ovos-token")
        if given is None:  # pictures and events have no headers of ours
            query = parse_qs(scope["query_string"].decode("latin-1"))
            given = query.get("token", [""])[0]
        return secrets.compare_digest(given.encode(), self._token)
