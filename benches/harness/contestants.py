"""The contestants as processes: auk by `auk batch`, each peer by peers/worker.py in an environment of its own.

Every process is waited for with wait4, which tells the most memory that it held.
"""

import json
import os
import select
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

PEERS = Path(__file__).resolve().parent.parent / "peers"
MODULES = {
    "DuckDB": "duckdb_sql", "ClickHouse": "clickhouse", "Polars": "polars_python", "duckdb-kql": "kql_on_duckdb",
}
AUK = "auk"
# Seconds after which a contestant has given up.
LONGEST = 1800


def finish(process):
    """Waits for a process and gives the bytes that it held at most, and the seconds of all its threads."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024), usage.ru_utime + usage.ru_stime


def processor(pid):
    """Seconds that the threads of a running process have used; 0 where the system does not tell."""
    try:
        return time.clock_gettime(~pid << 3 | 2)  # the number of a process's clock on Linux
    except OSError:
        return 0.0


class Talk:
    """A process that answers a line of JSON with a line of JSON."""

    def __init__(self, command):
        self.process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )

    def send(self, *requests):
        for request in requests:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()

    def lines(self, count):
        return [self.process.stdout.readline() for _ in range(count)]

    def ask(self, request):
        """The answer; one that says `error` when there is none in time."""
        try:
            self.send(request)
        except BrokenPipeError:
            return {"error": "the process has ended"}
        if not select.select([self.process.stdout], [], [], LONGEST)[0]:
            self.process.kill()
            return {"error": f"no answer within {LONGEST} s"}
        line = self.lines(1)[0]
        return json.loads(line) if line else {"error": "the process ended (out of memory?)"}

    def close(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.process.stdout.close()
        return finish(self.process)[0]

    def timed(self, work):
        """How long a piece of work takes, by the clock and on the processor."""
        started, used = time.perf_counter(), processor(self.process.pid)
        given = work()
        failed = next((one for one in (given if isinstance(given, list) else [given]) if not one.get("ok")), None)
        if failed:
            return {"error": str(failed.get("error"))}
        return {"seconds": time.perf_counter() - started, "processor": processor(self.process.pid) - used}


class Auk:
    name = AUK

    def __init__(self, binary, exports, store):
        self.binary, self.exports, self.store = binary, exports, store
        self.lake = store / "lake"

    def version(self):
        return subprocess.run([self.binary, "--version"], capture_output=True, text=True).stdout.split()[-1]

    def files(self, patterns):
        return sorted(path for pattern in patterns for path in self.exports.glob(pattern))

    def command(self, *parts, environment=None, read=False):
        """Runs to the end: seconds, most memory, and standard output if it is to be read.

        A process starts with the peak memory of the one that started it, so what is not needed is not read.
        """
        started = time.perf_counter()
        with open(self.store / "out", "w+b") as out:
            process = subprocess.Popen(
                [str(part) for part in (self.binary, *parts)], stdout=out, stderr=subprocess.DEVNULL,
                env={**os.environ, **(environment or {})},
            )
            memory, used = finish(process)
            seconds = time.perf_counter() - started
            out.seek(0)
            text = out.read().decode() if read else ""
        if process.returncode != 0:
            return {"error": f"{' '.join(map(str, parts))[:200]}: exit code {process.returncode}"}
        return {"seconds": seconds, "processor": used, "memory": memory, "text": text}

    def ingest(self, patterns, lake):
        shutil.rmtree(lake, ignore_errors=True)
        return self.command("ingest", *self.files(patterns), "--lake", lake)

    def batch(self):
        return Talk([self.binary, "batch", "--lake", self.lake, "--timeout", LONGEST])


class Peer:
    def __init__(self, name, python, exports, store):
        self.name, self.python, self.exports, self.store = name, python, exports, store
        store.mkdir(parents=True, exist_ok=True)

    def talk(self, store=None):
        return Talk([self.python, PEERS / "worker.py", MODULES[self.name], self.exports, store or self.store])

    def process(self, request):
        """A whole process for one request, from its start to its end."""
        started = time.perf_counter()
        talk = self.talk()
        answer = talk.ask(request)
        talk.process.stdin.close()
        memory, used = finish(talk.process)
        talk.process.stdout.close()
        if "error" in answer:
            return answer
        return {"seconds": time.perf_counter() - started, "processor": used, "memory": memory}

    def version(self):
        talk = self.talk()
        answer = talk.ask({"do": "version"})
        talk.close()
        return answer.get("version")


def environment(folder, install):
    """The Python that has the peers, or None."""
    python = folder / "venv" / "bin" / "python"
    wanted = (PEERS / "requirements.txt").read_text()
    stamp = folder / "installed"
    if install and not (stamp.exists() and stamp.read_text() == wanted):
        print("installing the peers", file=sys.stderr)
        venv.create(folder / "venv", with_pip=True)
        command = [python, "-m", "pip", "install", "--quiet", "--requirement", PEERS / "requirements.txt"]
        if subprocess.run(command).returncode == 0:
            stamp.write_text(wanted)
        else:
            print("some peer could not be installed", file=sys.stderr)
    return python if python.exists() else None


def all_of(args, exports, folder):
    """auk, and the peers that are there."""
    stores = folder / "stores"
    (stores / AUK).mkdir(parents=True, exist_ok=True)
    here = [Auk(args.auk, exports, stores / AUK)]
    names = list(MODULES) if args.peers is None else [name for name in args.peers.split(",") if name]
    python = environment(args.dir.resolve() / "peers", not args.no_install and bool(names)) if names else None
    for name in names if python else []:
        peer = Peer(name, python, exports, stores / MODULES[name].split("_")[0])
        peer.said = peer.version()
        if peer.said:
            here.append(peer)
        else:
            print(f"{name} is not installed", file=sys.stderr)
    here[0].said = here[0].version()
    return here
