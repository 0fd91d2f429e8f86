# A leader with one child of every kind that a stop must find. Writes "KIND PID" lines to argv[1].
import os
import signal
import sys
import time


def nap(ignoring=False, bare=False):
    if ignoring:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    env = {"PATH": os.environ["PATH"]} if bare else os.environ
    os.execvpe("sleep", ["sleep", "60"], env)


def once(*steps):
    pid = os.fork()
    if pid == 0:
        try:
            for step in steps:
                step()
        finally:
            os._exit(1)
    return pid


def twice(*steps):
    """A grandchild whose parent ends at once."""
    reader, writer = os.pipe()
    middle = once(lambda: os.write(writer, b"%d" % once(*steps)), lambda: os._exit(0))
    os.waitpid(middle, 0)
    return int(os.read(reader, 32))


def own_group():
    os.setpgid(0, 0)


kinds = {
    "plain": once(nap),
    "group": once(own_group, nap),
    "session": once(os.setsid, nap),
    "orphan": twice(nap),
    "both": twice(os.setsid, nap),
    "bare": once(lambda: nap(bare=True)),
    "deaf": once(lambda: nap(ignoring=True)),
}
if "bare-session" in sys.argv:
    kinds["bare-session"] = once(os.setsid, lambda: nap(ignoring=True, bare=True))

with open(sys.argv[1] + ".new", "w") as file:
    for kind, pid in kinds.items():
        print(kind, pid, file=file)
os.rename(sys.argv[1] + ".new", sys.argv[1])
time.sleep(60)
