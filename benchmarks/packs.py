"""How long does a whole pack take, and how much memory, where nothing was made ready before?

    .venv/bin/python -m benchmarks.packs                                # of the demo
    .venv/bin/python -m benchmarks.packs --street FILE.zip              # and of street-level files of data.police.uk

Each pack is made by the command, in a new process, of a store in which no forecast is kept, then once more. Memory is the most that the
command and all its processes hold at one time, asked for every 50 ms.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from vulncore.packs.audience import Audience
from vulncore.packs.recipe import shipped_recipes

EVERY_S = 0.05
AS_AT = "2024-10"


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--street", type=Path)
    options.add_argument("--pdf", action="store_true")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        run(["demo"], store)
        datasets = ["demo"]
        if asked.street:
            run(["publish", "police-uk", str(asked.street), "--dataset", "street"], store)
            datasets.append("street")
        print("| data | pack | for | first, s | again, s | most memory, MB | files | MB |")
        print("| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |")
        for dataset in datasets:
            for recipe in shipped_recipes():
                for audience in (Audience.PUBLIC, Audience.INTERNAL):
                    print(line(dataset, recipe.key, audience, store, Path(folder), asked.pdf), flush=True)


def line(dataset: str, key: str, audience: Audience, store: Path, folder: Path, pdf: bool) -> str:
    shutil.rmtree(store / dataset / "prepared", ignore_errors=True)
    out = folder / f"{dataset}-{key}-{audience}"
    words = ["pack", "--dataset", dataset, "--pack", key, "--audience", audience, "--as-at", AS_AT]
    words += ["--out", str(out), "--pdf" if pdf else "--no-pdf"]
    first, most = run(words, store)
    again, _ = run(words, store)
    files = [path for path in out.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    return f"| {dataset} | {key} | {audience} | {first:.0f} | {again:.0f} | {most / 1e6:.0f} | {len(files)} | {size:.1f} |"


def run(words: list[str], store: Path) -> tuple[float, int]:
    """Return how many seconds a command takes, and how many bytes it and its processes hold at most."""
    start, most = time.perf_counter(), 0
    command = [sys.executable, "-m", "vulncore.cli", *words, "--store", str(store)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    family = psutil.Process(process.pid)
    while process.poll() is None:
        most = max(most, held(family))
        time.sleep(EVERY_S)
    if process.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {process.returncode}")
    return time.perf_counter() - start, most


def held(process: psutil.Process) -> int:
    try:
        return sum(one.memory_info().rss for one in (process, *process.children(recursive=True)))
    except psutil.Error:
        return 0


if __name__ == "__main__":
    main()
