"""How long the first view of each page takes on a server that has just said that it is ready, beside an empty Streamlit page.

    VULNCORE_STORE=STORE .venv/bin/python benchmarks/first_view.py

Until the server's script has run and all of it has arrived: what the browser then does isn't in it.
"""

import asyncio
import tempfile
import time
from pathlib import Path

from load import PAGES, free_port, started, wait_until_ready
from visitor import Visitor

EMPTY = 'import streamlit as st\n\nst.title("Empty")\n'


async def first_view(address: str, page: str) -> float:
    async with Visitor(address) as visitor:
        return (await visitor.open(page)).whole


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "empty.py"
        script.write_text(EMPTY)
        with started(["streamlit", "run", str(script)], free_port()) as (address, _):
            time.sleep(5)
            print(f"an empty page: {asyncio.run(first_view(address, '')):.2f} s")
    begun = time.monotonic()
    with started(["streamlit", "run", "app.py"], free_port()) as (address, _):
        wait_until_ready(address)
        print(f"ready after {time.monotonic() - begun:.1f} s")
        for page in PAGES:
            print(f"{page}: {asyncio.run(first_view(address, page)):.2f} s")


if __name__ == "__main__":
    main()
