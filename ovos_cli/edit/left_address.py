"""The address of a page whose server was killed: where the next one is found by it."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from models.errors import InputError
from models.utils.text_file import read_json
from ovos_cli.edit.server import Address
from ovos_cli.shot.folder import KEPT


class _Left(NamedTuple):
    host: str
    port: int
    token: str


class LeftAddress:
    """Lies in the folder of a shot while it is served, for its owner's eyes only.

    A page that is open goes on then, with what it could not save.
    """

    def __init__(self, folder: Path) -> None:
        """Name it; nothing is read yet."""
        self._file = folder / KEPT / "page.json"

    def instead_of(self, address: Address, port: int) -> Address:
        """Where a server was killed, if it may be had again; else the same.

        Args:
            address: that is listened at.
            port: that was asked for; 0 is any.
        """
        left = self._read()
        if left is None or left.host != address.host or port not in (0, left.port):
            return address
        if address.port != left.port:
            try:
                again = Address(left.host, left.port)
            except InputError:
                return address  # taken: whoever is there now may have heard the token
            address.socket.close()
            address = again
        address.token, address.known = left.token, True
        return address

    def keep(self, address: Address) -> None:
        """Keep it until it is forgotten. A page can do without: no fault is one."""
        with suppress(OSError):
            self.forget()
            how = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            with open(os.open(self._file, how, 0o600), "w", encoding="utf-8") as file:
                json.dump(_Left(address.host, address.port, address.token)._asdict(), file)

    def forget(self) -> None:
        """The server ends in order: its address is of no use to anybody."""
        with suppress(OSError):
            self._file.unlink(missing_ok=True)

    def _read(self) -> _Left | None:
        """None where there is none, or it may be somebody else's."""
        try:
            if hasattr(os, "getuid"):
                state = self._file.stat()
                if state.st_uid != os.getuid() or state.st_mode & 0o077:
                    return None
            found = read_json(self._file)
        except (OSError, InputError):
            return None
        if not isinstance(found, dict):
            return None
        host, port, token = (found.get(name) for name in _Left._fields)
        if not (isinstance(host, str) and isinstance(token, str) and token and type(port) is int):
            return None
        return _Left(host, port, token) if 0 < port < 2**16 else None
