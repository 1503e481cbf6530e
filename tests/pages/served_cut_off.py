"""Starts the app as it is served, on a machine from which nothing outside is reached: each attempt fails, and is told."""

import socket
import sys
from typing import Any

from streamlit.web.cli import main

ATTEMPT = "attempt to reach"
resolve, connect = socket.getaddrinfo, socket.socket.connect


def refuse(host: object) -> None:
    """Tell of a host that is not this machine, and fail as where no network is."""
    if host not in (None, "127.0.0.1", "0.0.0.0", "localhost"):
        sys.stdout.write(f"{ATTEMPT} {host}\n")
        sys.stdout.flush()
        raise OSError(f"no way to {host}")


def resolve_here(host: Any, *more: Any, **named: Any) -> Any:
    refuse(host)
    return resolve(host, *more, **named)


def connect_here(own: socket.socket, address: Any) -> None:
    refuse(address[0] if isinstance(address, tuple) else None)
    connect(own, address)


if __name__ == "__main__":
    socket.getaddrinfo, socket.socket.connect = resolve_here, connect_here
    main(["run", "app.py", *sys.argv[1:]])
