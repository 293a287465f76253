"""From a request to its answer: read whole, answered in a thread, and every fault a sentence."""

import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

from anyio import from_thread
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from models.errors import InputError, OvosError
from ovos_cli.edit import wire
from ovos_cli.edit.session import Session
from ovos_cli.edit.windows import ReadOnlyError

_WINDOW = "x-ovos-window"
_LONGEST_WINDOW = 64


@dataclass(frozen=True)
class Asked:
    """A request, read whole.

    values: of its path and its query. body: no longer than its route allows. window: that asks.
    gone: whether nobody waits for the answer any more.
    """

    values: Mapping[str, str]
    body: bytes
    window: str
    gone: Callable[[], bool]

    @property
    def frame(self) -> int:
        """Of the path."""
        return wire.whole_number(self.values, "frame")

    @property
    def fields(self) -> dict[str, Any]:
        """Of the body, JSON."""
        return wire.fields(self.body)


Answer = Callable[[Session, Asked], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


class _TooLargeError(Exception):
    """More was sent than a route takes."""


def endpoint(answer: Answer, most: int, *, debug: bool) -> Endpoint:
    """What reads a request, answers it in a thread, and makes of every fault a sentence.

    Args:
        most: bytes of a body.
        debug: print where faults come from.
    """

    async def answered(request: Request) -> Response:
        try:
            body = await _body(request, most)
            values = {**request.query_params, **request.path_params}
            window = request.headers.get(_WINDOW, values.get("window", ""))[:_LONGEST_WINDOW]
            asked = Asked(values, body, window, partial(from_thread.run, request.is_disconnected))
            return await run_in_threadpool(answer, request.app.state.session, asked)
        except _TooLargeError:
            return _error(413, f"more was sent than the {most} bytes that are taken here")
        except ReadOnlyError as error:
            return _error(409, str(error))
        except InputError as error:
            return _error(400, str(error))
        except OvosError as error:
            return _error(500, str(error))
        except Exception as error:
            if debug:
                traceback.print_exc()
            return _error(500, f"failed while running: {error or type(error).__name__}")

    return answered


async def no_such(request: Request) -> Response:
    """The answer to a request that is none of ours."""
    return _error(404, f"there is no {request.method} {request.url.path}")


async def refused(request: Request, error: Exception) -> Response:
    """What Starlette itself refuses: a page's file that is not there, a method."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    return _error(status, f"{request.method} {request.url.path}: {HTTPStatus(status).phrase}")


async def _body(request: Request, most: int) -> bytes:
    """All of it, and never more than is taken."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > most:
            raise _TooLargeError
    return bytes(content)


def _error(status: int, sentence: str) -> Response:
    return JSONResponse({"error": sentence}, status)
