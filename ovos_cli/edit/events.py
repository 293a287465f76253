"""What the server tells pages that are open, as it happens."""

import asyncio
import json
from collections.abc import AsyncIterator
from threading import Lock
from typing import Any

_STILL_HERE = 15.0
"""Seconds without an event after which a line says that the connection lives."""
_MOST_WAITING = 1000
"""Events that wait for a page that does not read; then it is let go, and comes back by itself."""


class Events:
    """From any thread to every page: server-sent events."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pages = dict[asyncio.Queue[str | None], asyncio.AbstractEventLoop]()
        self._closed = False

    def tell(self, name: str, value: dict[str, Any] | None = None) -> None:
        """Send an event to all that listen."""
        self._send(_event(name, value or {}))

    def close(self) -> None:
        """End every stream."""
        self._closed = True
        self._send(None)

    async def stream(self) -> AsyncIterator[str]:
        """The events of one page, until it goes or all end; `here` says that none is missed."""
        queue = asyncio.Queue[str | None]()
        with self._lock:
            self._pages[queue] = asyncio.get_running_loop()
        try:
            yield _event("here", {})
            while not self._closed and queue.qsize() < _MOST_WAITING:
                try:
                    async with asyncio.timeout(_STILL_HERE):
                        text = await queue.get()
                except TimeoutError:
                    text = ": still here\n\n"
                if text is None:
                    return
                yield text
        finally:
            with self._lock:
                self._pages.pop(queue, None)

    def _send(self, text: str | None) -> None:
        with self._lock:
            for queue, loop in self._pages.items():
                if not loop.is_closed():
                    loop.call_soon_threadsafe(queue.put_nowait, text)


def _event(name: str, value: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(value)}\n\n"
