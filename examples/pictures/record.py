#!/usr/bin/env python3
"""Records what the pictures in docs/ show: a shop of nine services over some minutes.

    record.py OATS FOLDER [MINUTES]

OATS is the program, FOLDER where the record goes (examples/pictures/data), MINUTES how long it takes (12).
It runs `oats serve` in a temporary root, starts, stops, kills and breaks services, and copies what oats
itself wrote and answered: status.json, the ledger, the charts and the processes of one service, and the
lines of all logs with the moment at which they arrived. Paths are told as /home/ann/shop. Ports 8101 to
8108 must be free: on a machine where they are not, `unshare -n` gives a network of one's own.
"""
import json, os, pathlib, shutil, signal, socket, subprocess, sys, tempfile, threading, time

oats = os.path.abspath(sys.argv[1])
out = pathlib.Path(sys.argv[2])
minutes = float(sys.argv[3]) if len(sys.argv) > 3 else 12.0
here = pathlib.Path(__file__).resolve().parents[2]
root = pathlib.Path(tempfile.mkdtemp(prefix="oats-pictures-"))
shutil.copytree(here / "services", root / "services")

EXTRA = {
    # Dies each time it is started: its restart policy gives up in the end.
    "importer": 'description = "Reads the price list once a minute"\ngroup = "back office"\n'
    'shell = "echo reading prices.csv; echo \'error: prices.csv: no such file\' >&2; sleep 0.3; exit 3"\n'
    '[restart]\npolicy = "on-failure"\nmax_delay = "2s"\ngive_up = { deaths = 4, within = "60s" }\n',
    # Dies now and then; waits for its next try when the record ends.
    "mailer": 'description = "Sends what was bought"\ngroup = "back office"\n'
    'shell = "echo 41 mails to send; echo \'smtp: connection refused\' >&2; sleep 1; exit 1"\n'
    '[restart]\npolicy = "on-failure"\nfirst_delay = "20s"\nmax_delay = "60s"\n'
    'give_up = { deaths = 50, within = "30s" }\n',
    # Its port is somebody else's.
    "admin": 'description = "What the staff sees"\ngroup = "back office"\nport = 8106\n'
    'command = ["python3", "-m", "http.server", "{port}", "--bind", "127.0.0.1"]\n',
    # Waits for a service that is not well.
    "receipts": 'description = "Prints what was paid"\ngroup = "back office"\nport = 8107\n'
    'command = ["python3", "-m", "http.server", "{port}", "--bind", "127.0.0.1"]\n'
    'depends_on = ["payments"]\n',
}


def free(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


taken = [port for port in range(8101, 8109) if not free(port)]
if taken:
    sys.exit(f"ports {taken} are taken; try: unshare -n sh -c 'ip link set lo up; {' '.join(sys.argv)}'")


def told(text):
    """What is written down: the paths of this machine say nothing to a reader."""
    return (text.replace(str(root), "/home/ann/shop").replace(oats, "/usr/local/bin/oats")
            .replace("/root/", "/home/ann/").replace('"user": "root"', '"user": "ann"')
            .replace('"user":"root"', '"user":"ann"').replace(str(here), "/home/ann/src/oats"))


def run(*args):
    subprocess.run([oats, "--root", str(root), *args], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def api(path):
    base = json.loads((root / "data/status.json").read_text())["api"]
    token = (root / "data/run/token").read_text().strip()
    out = subprocess.run(["python3", "-c", "import sys,urllib.request as u;"
                          "print(u.urlopen(u.Request(sys.argv[1],headers={'Authorization':'Bearer '+sys.argv[2]})).read().decode())",
                          f"http://{base}{path}", token], capture_output=True, text=True)
    return out.stdout


def fault(port, **body):
    import urllib.request
    request = urllib.request.Request(f"http://127.0.0.1:{port}/fault", json.dumps(body).encode(),
                                     {"X-Oats-Fault": "1", "Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=5).read()


lines, over = [], threading.Event()


def watch_logs():
    at = {}
    while not over.is_set():
        now = int(time.time() * 1000)
        for path in sorted((root / "service_logs").glob("*.log")):
            size = at.get(path, 0)
            with open(path, "rb") as file:
                file.seek(size)
                data = file.read()
            data = data[: data.rfind(b"\n") + 1]
            at[path] = size + len(data)
            service, stream = path.stem.rsplit("_", 1)
            for line in data.decode(errors="replace").splitlines():
                lines.append((now, service, stream, line))
        time.sleep(0.02)


def keep(name):
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    status = json.loads((root / "data/status.json").read_text())
    (folder / "status.json").write_text(told(json.dumps(status, indent=1, ensure_ascii=False)) + "\n")
    ledger = (root / "data/events.jsonl").read_text().splitlines()[-80:]
    (folder / "events.jsonl").write_text(told("\n".join(ledger)) + "\n")
    last = {}
    for line in lines:
        last.setdefault(line[1], []).append(line)
    rows = sorted(row for of in last.values() for row in of[-120:])
    text = "".join(f"{at}\t{service}\t{stream}\t{line}\n" for at, service, stream, line in rows)
    (folder / "lines.tsv").write_text(told(text))
    for service in ("payments", "gateway"):
        charts = json.loads(api(f"/api/metrics/{service}/history") or "null")
        (folder / f"charts-{service}.json").write_text(told(json.dumps(charts, separators=(",", ":"))) + "\n")
        tree = json.loads(api(f"/api/services/{service}/processes") or "null")
        (folder / f"tree-{service}.json").write_text(told(json.dumps(tree, indent=1)) + "\n")


stranger = subprocess.Popen(["python3", "-m", "http.server", "8106", "--bind", "127.0.0.1"], cwd=tempfile.gettempdir(),
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
owner = subprocess.Popen([oats, "--root", str(root), "serve"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    while not (root / "data/status.json").exists():
        time.sleep(0.1)
    threading.Thread(target=watch_logs, daemon=True).start()
    time.sleep(2.5)
    keep("first")
    for name, text in EXTRA.items():
        (root / "services" / f"{name}.toml").write_text(text)
    time.sleep(1.5)
    run("start", "gateway", "--wait")
    run("start", "importer")
    beat = minutes * 60 / 12
    time.sleep(beat)
    fault(8105, fault="slow", delay_ms=120, jitter_ms=180, health=True, for_ms=int(beat * 1500))
    time.sleep(beat)
    run("stop", "inventory", "--wait")
    time.sleep(beat / 4)
    run("start", "inventory", "--wait")
    time.sleep(beat)
    pid = json.loads((root / "data/status.json").read_text())["services"]["inventory"]["pid"]
    os.kill(pid, signal.SIGKILL)
    time.sleep(beat / 3)
    run("start", "inventory", "--wait")
    time.sleep(beat)
    run("kill", "payments", "--wait")
    time.sleep(beat / 6)
    run("start", "payments", "--wait")
    time.sleep(beat)
    fault(8104, fault="memory_leak", mb_per_s=1, max_mb=60)
    fault(8103, fault="error_rate", percent=20, for_ms=int(beat * 2000))
    time.sleep(beat * 2)
    run("recover", "inventory", "--wait")
    run("restart", "payments", "--wait")
    time.sleep(beat)
    keep("shop")
    run("start", "admin")
    run("start", "mailer")
    run("stop", "auth", "--wait")
    time.sleep(beat / 2)
    fault(8105, fault="refuse_health")
    time.sleep(5)
    run("start", "receipts")
    run("recover", "auth")
    time.sleep(6)
    keep("trouble")
finally:
    over.set()
    run("down")
    owner.wait(30)
    stranger.kill()
    stranger.wait()
    shutil.rmtree(root, ignore_errors=True)
