"""The command `ebenbild-witness`: a witness of its own, for whoever wants to watch a log.

Exit codes: 0 done, 1 something could not be done, 2 a log was caught.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from witness.judging import watch
from witness.notes import Refused
from witness.serving import fetcher, hand_in, server
from witness.state import Folder, Log

DONE, FAILED, CAUGHT = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    asked = _parser().parse_args(argv)
    try:
        code: int = asked.run(Folder(asked.state), asked)
    except (Refused, OSError) as exc:
        print(f"ebenbild-witness: {exc}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return DONE
    return code


def _init(folder: Folder, asked: argparse.Namespace) -> int:
    key = folder.begin(asked.name)
    _say(asked, {"key": key.vkey}, f"{key.vkey}\nGive this key to the operators of logs.")
    return DONE


def _trust(folder: Folder, asked: argparse.Namespace) -> int:
    folder.key()
    log = folder.trust(asked.key, asked.url)
    _say(asked, _plain(folder, log), f"watching {log.origin} at {log.url}")
    return DONE


def _show(folder: Folder, asked: argparse.Namespace) -> int:
    logs = [_plain(folder, log) for log in folder.logs()]
    evidence = folder.evidence()
    lines = [f"witness {folder.key().vkey}"]
    lines += [f"log {item['origin']}: {item['size']} leaves seen" for item in logs]
    lines += [f"evidence {folder.path / name}" for name in evidence]
    _say(asked, {"key": folder.key().vkey, "logs": logs, "evidence": evidence}, "\n".join(lines))
    return CAUGHT if evidence else DONE


def _watch(folder: Folder, asked: argparse.Namespace) -> int:
    folder.key()
    while True:
        codes = [_watch_one(folder, log, asked) for log in folder.logs()]
        if not asked.every:
            return max(codes, default=DONE)
        time.sleep(asked.every)


def _watch_one(folder: Folder, log: Log, asked: argparse.Namespace) -> int:
    try:
        offered, answer = watch(folder, log, fetcher(log.url))
    except (Refused, OSError) as exc:
        _say(asked, {"origin": log.origin, "fault": str(exc)}, f"{log.origin}: {exc}")
        return FAILED
    told = {"origin": log.origin, "size": offered.size, "evidence": answer.evidence}
    if answer.status != 200:
        _say(asked, {**told, "fault": answer.body.strip()}, f"{log.origin}: {answer.body.strip()}")
        return CAUGHT if answer.evidence else FAILED
    fault = hand_in(log.url, f"{offered.text}\n{answer.body}")
    said = f"{log.origin}: cosigned {offered.size} leaves" + (f", but {fault}" if fault else "")
    _say(asked, {**told, "fault": fault}, said)
    return FAILED if fault else DONE


def _serve(folder: Folder, asked: argparse.Namespace) -> int:
    folder.key()
    with server(folder, asked.host, asked.port) as listening:
        host, port = listening.server_address[:2]
        print(f"listening on http://{host!s}:{port}/add-checkpoint", flush=True)
        listening.serve_forever()
    return DONE


def _plain(folder: Folder, log: Log) -> dict[str, Any]:
    seen = folder.seen(log.origin)
    return {"origin": log.origin, "url": log.url, "size": 0 if seen is None else seen.size}


def _say(asked: argparse.Namespace, found: dict[str, Any], text: str) -> None:
    print(json.dumps(found) if asked.json else text, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ebenbild-witness", description="Watches transparency logs and cosigns what only grew."
    )
    commands = parser.add_subparsers(required=True)

    def command(name: str, run: Any, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.add_argument("state", type=Path, help="the witness's own folder")
        made.add_argument("--json", action="store_true", help="print JSON")
        made.set_defaults(run=run)
        return made

    init = command("init", _init, "Make a witness: a folder with a key of its own.")
    init.add_argument("--name", required=True, help="such as witness.example.org/w1")
    trust = command("trust", _trust, "Watch a log, or take a further key of one.")
    trust.add_argument("key", help="the log's key: name+id+key")
    trust.add_argument("url", help="the log's address, such as https://registry.example/log")
    watching = command("watch", _watch, "Fetch every log's checkpoint, cosign it, hand it back.")
    watching.add_argument("--every", type=float, default=0, help="seconds between two looks")
    serve = command("serve", _serve, "Let logs ask for cosignatures (C2SP tlog-witness).")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8430)
    command("show", _show, "Show the key, the logs and the evidence.")
    return parser


if __name__ == "__main__":
    sys.exit(main())
