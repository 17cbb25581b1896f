"""The process of one peer: `worker.py MODULE EXPORTS STORE`, a JSON object a line in and out.

`{"do": "version"}`, `{"do": "ingest", "kind": K}`, `{"do": "query", "name": N}`, `{"do": "raw"}` and
`{"do": "batch", "users": […], "days": […]}` are answered with `seconds` and `processor`, the
time of all its threads, and with `rows` when the request says
`"rows": true`; what cannot be done with `error`. Peers are timed in here, without start-up and without the writing of
the answer as JSON, and so a little in their favour.
"""

import datetime
import importlib
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def plain(value):
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    return str(value)


def work(peer, request):
    """The work that a request asks for, as a function, or None when the peer cannot do it."""
    if request["do"] == "ingest":
        return lambda: peer.ingest(request["kind"])
    if request["do"] == "raw":
        return peer.raw()
    if request["do"] == "query":
        return peer.query(request["name"])
    from peers import files

    if not hasattr(peer, "answer"):
        return peer.batch(request["users"], request["days"])
    texts = list(files.batch(peer.ending, request["users"], request["days"]))
    return lambda: [[row for row in peer.answer(text)] for text in texts]


def main():
    module, exports, store = sys.argv[1:]
    out = sys.stdout
    sys.stdout = sys.stderr
    peer = importlib.import_module(f"peers.{module}").Peer(exports, store)
    opened = False
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["do"] == "version":
                answer = {"version": peer.version()}
            else:
                if not opened and request["do"] in ("query", "batch"):
                    peer.open()
                    opened = True
                run = work(peer, request)
                if run is None:
                    answer = {"error": "has no query for this"}
                else:
                    started, used = time.perf_counter(), time.process_time()
                    rows = run()
                    answer = {"seconds": time.perf_counter() - started, "processor": time.process_time() - used}
                    if request["do"] == "ingest":
                        answer["size"] = peer.stored()
                    if request.get("rows"):
                        answer["rows"] = rows
        except Exception as error:  # whatever a peer says, it is an answer
            answer = {"error": f"{type(error).__name__}: {error}"[:2000]}
        print(json.dumps(answer, default=plain, ensure_ascii=False), file=out, flush=True)


if __name__ == "__main__":
    main()
