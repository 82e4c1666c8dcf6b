"""Real triple stores for tests, each on free ports of this machine: Oxigraph's server in memory, and Virtuoso."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

OXIGRAPH = Path(sys.executable).parent / "oxigraph"
VIRTUOSO = shutil.which("virtuoso-t")
PATIENCE = 20.0
"""Seconds until a server must listen."""


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Server:
    """A server that runs as long as the context.

    Attributes:
        endpoint: the address for queries.
        store: the address for graphs.
        keeps_geometry_its_own_way: whether it gives geometries back in a form of its own.
    """

    keeps_geometry_its_own_way = False

    def __init__(self, endpoint: str, store: str, folder: Path | None, *command: str) -> None:
        self.endpoint, self.store = endpoint, store
        self._command, self._folder = command, folder

    def kill(self) -> None:
        """End the server at once."""
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Server:
        self._process = subprocess.Popen(
            self._command, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        port, until = urlsplit(self.endpoint).port, time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                assert self._process.poll() is None, "The server has ended."
                assert time.monotonic() < until, "The server does not listen."
                time.sleep(0.02)
            else:
                return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()


class Oxigraph(Server):
    """Oxigraph's server, in memory."""

    def __init__(self, *options: str) -> None:
        address = f"127.0.0.1:{free_port()}"
        command = (str(OXIGRAPH), "serve", "--bind", address, *options)
        super().__init__(f"http://{address}/query", f"http://{address}/store", None, *command)


class Virtuoso(Server):
    """Virtuoso, with its database in a folder of the test's own; anybody may write."""

    keeps_geometry_its_own_way = True

    def __init__(self, folder: Path) -> None:
        self._sql, web = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
        folder.joinpath("virtuoso.ini").write_text(INI.format(sql=self._sql, web=web), encoding="utf-8")
        command = (str(VIRTUOSO), "+foreground", "+configfile", "virtuoso.ini")
        super().__init__(f"http://{web}/sparql", f"http://{web}/sparql-graph-crud", folder, *command)

    def __enter__(self) -> Server:
        super().__enter__()
        grant = 'exec=GRANT SPARQL_UPDATE TO "SPARQL"'
        subprocess.run(["isql-vt", self._sql, "dba", "dba", grant], check=True, capture_output=True)
        return self


INI = """\
[Database]
DatabaseFile = virtuoso.db
TransactionFile = virtuoso.trx
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = {sql}
NumberOfBuffers = 10000
DirsAllowed = .
DisableUnixSocket = 1
[HTTPServer]
ServerPort = {web}
ServerThreads = 10
"""
