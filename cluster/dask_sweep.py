#!/usr/bin/env python3
"""Runs the shards of a planned sweep on the workers of Dask, and merges what they made.

Each task is one shard, run by one process with one thread. A shard whose worker is lost is run again on another
one and leaves out the parts that are there. A process may outlive its worker: what it still writes are whole
parts with the same bytes.
"""

from __future__ import annotations

import argparse
import logging
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import dask
from distributed import Client, Future, KilledWorker, LocalCluster, as_completed, get_worker
from distributed import TimeoutError as DaskTimeoutError

# The exit statuses of hindsight, and of this script.
FINE, LOST, REFUSED, STOPPED = 0, 1, 2, 3

# How often a shard is run again before it counts as lost.
RETRIES = 3
# Shards for each that a cluster runs at a time: more lose less with a worker, and each reads the plan once.
SHARDS_EACH = 8
# How long to wait for a scheduler and its first worker, in seconds.
WAIT_MAX = 60

EXAMPLES = """\
examples:
  hindsight sweep FILE --vary A=1..1000/1000 --plan plan.jsonl
  python dask_sweep.py plan.jsonl parts -o swept.csv --workers 8
      eight worker processes on this machine
  python dask_sweep.py plan.jsonl /shared/parts -o swept.csv --scheduler tcp://10.0.0.1:8786
      the workers of a cluster, which see /shared; the plan must be there as well

exit status: 0 fine; 1 a shard was lost too often, or there is no cluster; 2 wrong usage, a wrong plan, or a part
that is not whole; 3 a limit of the scenario stopped a replay (its row is marked). After 1 and 2 the same command
goes on where this one ended.
"""


class SweepError(Exception):
    """Why there is no result, and the exit status that says so."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Sweep:
    """What each worker needs to know; all paths are absolute, for workers run in folders of their own."""

    program: str
    plan: Path
    parts: Path
    shards: int
    # A file among the parts which is there only if a worker sees the very folder of this script.
    witness: Path


def main() -> int:
    """Runs what the command line asks for."""
    arguments = parse_arguments()
    try:
        return run(arguments)
    except SweepError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.status
    except KeyboardInterrupt:
        return 130


def parse_arguments() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description="Run a planned sweep on Dask, and merge it.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("plan", type=Path, help="what `hindsight sweep … --plan` wrote")
    parser.add_argument("parts", type=Path, help="a folder for the parts, one for each plan, seen by all workers")
    parser.add_argument("-o", "--output", type=Path, required=True, help="where to write the merged result")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="a running scheduler (by default one of our own)")
    parser.add_argument("--workers", type=number_from_one, default=2, help="how many of our own (%(default)s)")
    parser.add_argument("--hindsight", metavar="PATH", default="hindsight", help="the program, here and on workers")
    parser.add_argument("--shards", type=number_from_one, help=f"how many ({SHARDS_EACH} for each core in use)")
    return parser.parse_args()


def number_from_one(text: str) -> int:
    """A whole number from 1 on."""
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, found {text}")
    return number


def run(arguments: argparse.Namespace) -> int:
    """Runs all shards, merges their parts, and gives the exit status."""
    program = find_program(arguments.hindsight)
    if not arguments.plan.is_file():
        raise SweepError(REFUSED, f"there is no plan {arguments.plan}; help: hindsight sweep … --plan makes one")
    parts = arguments.parts.resolve()
    try:
        parts.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SweepError(REFUSED, f"cannot make {parts}: {error}") from error
    with (
        # Hidden, for a merge reads what else is in the folder.
        tempfile.NamedTemporaryFile(dir=parts, prefix=".witness-") as witness,
        connected(arguments) as client,
    ):
        shards = arguments.shards or SHARDS_EACH * sum(client.nthreads().values())
        run_shards(client, Sweep(program, arguments.plan.resolve(), parts, shards, Path(witness.name)))
    # Whether a replay was stopped is for the merge to say: a shard that was there already does not.
    merged = subprocess.run([program, "sweep", "--merge", parts, "-o", arguments.output], check=False)
    if merged.returncode == STOPPED:
        tell(f"a limit of the scenario stopped replays; {arguments.output} marks their rows")
    elif merged.returncode == FINE:
        tell(f"{arguments.output} has all runs")
    return merged.returncode


def find_program(name: str) -> str:
    """Where hindsight is: a name is looked up in the PATH of each machine, a path is the same on all."""
    if shutil.which(name) is None:
        raise SweepError(REFUSED, f"there is no program {name}; help: --hindsight PATH says where it is")
    return name if "/" not in name else str(Path(name).resolve())


@contextmanager
def connected(arguments: argparse.Namespace) -> Iterator[Client]:
    """A client of the scheduler that was asked for, or of workers on this machine."""
    # Dask tells of each connection that a loss or an early end has cut; what that means is told here.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    if arguments.scheduler is None:
        with (
            dask.config.set({"distributed.scheduler.allowed-failures": RETRIES}),
            LocalCluster(
                n_workers=arguments.workers,
                threads_per_worker=1,
                # What needs memory are the processes of hindsight, which have a limit of their own.
                memory_limit=None,
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
            ) as cluster,
            Client(cluster) as client,
        ):
            yield client
        return
    try:
        client = Client(arguments.scheduler, timeout=WAIT_MAX)
    except (OSError, ValueError) as error:
        raise SweepError(LOST, f"no scheduler answers at {arguments.scheduler}: {error}") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=WAIT_MAX)
        except DaskTimeoutError as error:
            raise SweepError(LOST, f"the scheduler at {arguments.scheduler} has no workers") from error
        yield client


def run_shards(client: Client, sweep: Sweep) -> None:
    """Runs each shard on some worker, and says so as they end."""
    # Keys of their own: a scheduler remembers results by their keys, and the folder may have been emptied since.
    prefix = f"shard-{uuid4().hex}"
    futures = {
        client.submit(run_shard, sweep, number, key=f"{prefix}-{number}", retries=RETRIES): number
        for number in range(1, sweep.shards + 1)
    }
    tell(f"{sweep.shards} shards on {len(client.nthreads())} workers")
    try:
        for done, future in enumerate(as_completed(list(futures)), start=1):
            shard = f"shard {futures[future]}/{sweep.shards}"
            status, told = outcome(future, shard)
            if status == REFUSED:
                raise SweepError(REFUSED, f"{shard}: {told}")
            tell(f"{shard} is whole, by {told}; {done} of {sweep.shards}")
    finally:
        client.cancel(list(futures), force=True)


def outcome(future: Future[tuple[int, str]], shard: str) -> tuple[int, str]:
    """What a shard came to, or that it was lost too often."""
    again = "help: the same command goes on with the parts that are there"
    try:
        return future.result()
    except KilledWorker as error:
        raise SweepError(LOST, f"{shard}: every worker that ran it was lost; {again}") from error
    except CancelledError as error:
        raise SweepError(LOST, f"{shard}: the scheduler is gone; {again}") from error
    except RuntimeError as error:
        raise SweepError(LOST, f"{shard}: {error}; {again}") from error


def run_shard(sweep: Sweep, number: int) -> tuple[int, str]:
    """Runs one shard on this worker: fine and who ran it, or refused and why.

    Raises a RuntimeError, for which Dask runs it again, if there is hope that it ends better then.
    """
    host = socket.gethostname()
    if shutil.which(sweep.program) is None:
        return REFUSED, f"there is no program {sweep.program} on {host}; help: --hindsight PATH says where it is"
    if not (sweep.witness.exists() and sweep.plan.is_file()):
        what = f"{sweep.plan} and {sweep.parts}"
        return REFUSED, f"{host} does not see {what}; help: put both on storage that all workers share"
    process = run_hindsight(sweep, number)
    if process.returncode == FINE:
        return FINE, get_worker().address
    message = process.stderr.strip().removeprefix("error: ") or "it said nothing"
    if process.returncode == REFUSED:
        return REFUSED, message
    # That a replay was stopped is told like a limit of this machine, by exit status 3. Run again, a shard that is
    # whole has nothing to do and says that it is fine.
    raise RuntimeError(f"exit status {process.returncode} on {host}: {message}")


def run_hindsight(sweep: Sweep, number: int) -> subprocess.CompletedProcess[str]:
    """One process for one shard, which leaves out the parts that are there."""
    command = [sweep.program, "sweep", "--run", str(sweep.plan), "--shard", f"{number}/{sweep.shards}", "--resume"]
    # One thread, for a task has one core; and for as long as it takes, which is for the cluster to limit.
    command += ["-o", str(sweep.parts), "--threads", "1", "--time-max", "8760h"]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


def tell(message: str) -> None:
    """Progress, which is no result."""
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
