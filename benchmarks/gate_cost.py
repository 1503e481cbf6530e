"""What do the gate and the audit log add to a step, where people sign in?

    .venv/bin/python -m benchmarks.gate_cost

A message as a browser sends it is read and its sender's rights are asked; an answer is looked through; a line of the log is written,
with few lines before it and with many.
"""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg

from pages.gate.gate import parsed
from pages.gate.holdings import beginning
from pages.gate.identity import of_claims, rights_of
from vulncore.access.audit import record

TIMES, LINES, MANY = 5_000, 100, 20_000
ROLES = 'claim = "roles"\n[roles]\nviewer = ["Read"]\n'
CLAIMS = {"iss": "https://provider.test", "sub": "1", "exp": time.time() + 3_600, "roles": ["Read"]}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder)
        (store / "roles.toml").write_text(ROLES)
        os.environ |= {"VULNCORE_STORE": folder, "VULNCORE_ROLES": str(store / "roles.toml")}
        somebody, message, answer = of_claims(CLAIMS), browsers_message(), b"x" * 50_000
        print("| | each |\n| --- | ---: |")
        for what, work in {
            "asking somebody's rights": lambda: rights_of(somebody),
            "reading a message": lambda: parsed(message),
            "looking through an answer of 50 kB": lambda: beginning(answer),
        }.items():
            print(f"| {what} | {1e6 * seconds(work, TIMES):.0f} µs |")
        write = lambda: record(store, "somebody", "opened", page="when", choices={"dataset": "demo"})  # noqa: E731
        print(f"| a line of the log | {1e3 * seconds(write, LINES):.1f} ms |")
        seconds(write, MANY)
        print(f"| a line after {MANY:,} others | {1e3 * seconds(write, LINES):.1f} ms |")


def browsers_message() -> bytes:
    message = BackMsg(rerun_script={"query_string": "dataset=demo&month=2024-10", "page_name": "when"})
    for number in range(40):
        widget = message.rerun_script.widget_states.widgets.add()
        widget.id, widget.string_value = f"$$ID-{'a' * 32}-key {number}", "x" * 20
    return message.SerializeToString()


def seconds(work: Callable[[], object], times: int) -> float:
    start = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - start) / times


if __name__ == "__main__":
    main()
