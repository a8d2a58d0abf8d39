"""Kills a worker of Dask in the midst of a shard, with the process that runs it, as a lost machine does.

Usage: kill_worker.py SCRIPT_PID PARTS COUNT

SCRIPT_PID is that of dask_sweep.py with workers of its own, PARTS the folder of its parts, and COUNT how many there
are to be in all. Prints the shard, how many of its parts were there, how many there are to be, and the ports of the
worker. Fails if no worker is caught with one part done and another to do.
"""

import sys
import time
from pathlib import Path

import psutil

WAIT_MAX = 60.0


def main() -> None:
    script, folder, count = psutil.Process(int(sys.argv[1])), Path(sys.argv[2]), int(sys.argv[3])
    end = time.monotonic() + WAIT_MAX
    while time.monotonic() < end and script.is_running():
        try:
            killed = kill_one(script, folder, count)
        except psutil.NoSuchProcess:
            # Shards end, and the script too, while they are looked at.
            continue
        if killed is not None:
            print(killed)
            return
        time.sleep(0.02)
    sys.exit("no worker was caught in the midst of a shard")


def kill_one(script: psutil.Process, folder: Path, count: int) -> str | None:
    """Kills the first worker whose process is in the midst of its shard."""
    for worker in script.children():
        for process in worker.children():
            killed = kill_in_the_midst(worker, process, folder, count)
            if killed is not None:
                return killed
    return None


def kill_in_the_midst(worker: psutil.Process, process: psutil.Process, folder: Path, count: int) -> str | None:
    """Kills both if the process is in the midst of its shard."""
    command = process.cmdline()
    if "--shard" not in command:
        return None
    shard = command[command.index("--shard") + 1]
    number, of = map(int, shard.split("/"))
    files = [folder / f"part-{part:06}.jsonl" for part in range(number, count + 1, of)]
    # Stopped, so that what is counted holds when the kill comes.
    process.suspend()
    there = sum(file.exists() for file in files)
    if not 0 < there < len(files):
        process.resume()
        return None
    ports = {it.laddr.port for it in worker.net_connections("tcp") if it.status == psutil.CONN_LISTEN}
    worker.kill()
    process.kill()
    return f"{shard} {there} {len(files)} {','.join(map(str, sorted(ports)))}"


if __name__ == "__main__":
    main()
