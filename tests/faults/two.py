# SPDX-License-Identifier: GPL-3.0-or-later
"""Two programs at once, and killed: two runs in one folder, two fetches into one cache, two runs that add themselves to one
history. The part "two" of faults.py."""
import functools
import hashlib
import http.server
import os
import pathlib
import random
import re
import subprocess
import sys
import threading
import time

KILLS_LEAST, FINISHED_LEAST = 20, 5  # of runs that write into the history


class Two:
    def __init__(self, program, work, faults, seed, content, report):
        self.program, self.work, self.faults, self.content, self.report = program, work, faults, content, report
        self.random = random.Random(seed)

    def start(self, *words, **environment):
        return subprocess.Popen([self.program, *map(str, words)], env={**os.environ, **environment}, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    # ===  Runs  ===

    def runs(self):
        """One of the two works in the folder; the other says so and ends. The rows are those of a run alone."""
        words = ["run", "--smoke", "--only", "table4,table5", "--jobs", "1", "--no-history", "--out"]
        whole = self.start(*words, self.work / "alone")
        whole.communicate()
        expected, problems = self.content(self.work / "alone"), []
        assert whole.returncode == 0 and "table5.csv" in expected
        for attempt in range(self.faults):
            folder = self.work / f"both{attempt}"
            both = [self.start(*words, folder) for _ in range(2)]
            texts = [process.communicate() for process in both]
            codes = [process.returncode for process in both]
            # The second may also begin when the first is done, and finds a run there.
            refused = [err for code, (_, err) in zip(codes, texts) if code == 1 and err.count("error: ") == 1 and str(folder) in err]
            if sorted(codes) != [0, 1] or len(refused) != 1 or self.content(folder) != expected:
                problems.append(f"{codes}: {texts}")
        self.report("two runs in one folder: one works, the other is refused", problems, self.faults)

    # ===  Fetches  ===

    def fetches(self):
        """Two fetches into one cache are killed; what has its final name is whole. A last one completes the cache."""
        web, cache = self.work / "web", self.work / "cache"
        web.mkdir()
        files = {f"file{i}.bin": self.random.randbytes(400_000) for i in range(6)}
        for name, data in files.items():
            (web / name).write_bytes(data)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Slow, directory=str(web)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        catalogue = self.work / "catalogue.csv"
        catalogue.write_text("name,net,role,file,url,bytes,bytes_about,sha256,licence,source\n" + "".join(
            f"{name},one,weights,checkpoints/{name},http://127.0.0.1:{server.server_port}/{name},{len(data)},,"
            f"{hashlib.sha256(data).hexdigest()},,test\n" for name, data in files.items()))
        environment = {name: "" for name in ("http_proxy", "https_proxy", "all_proxy", "ALL_PROXY")} | {"BBS_HOME": str(cache)}
        words, problems, killed = ["fetch", "--manifest", catalogue, "--yes"], [], 0
        for _ in range(self.faults):
            both = [self.start(*words, **environment) for _ in range(2)]
            time.sleep(self.random.uniform(0, 1.2))
            for process in both:
                process.kill()
                killed += process.wait() == -9
            for path in cache.rglob("file*.bin"):
                if path.read_bytes() != files[path.name]:
                    problems.append(f"{path.name} is cut")
                path.unlink()  # so that there is something to fetch; the parts stay
        both = [self.start(*words, **environment) for _ in range(2)]
        ends = [(process.communicate()[1], process.returncode) for process in both]
        found = {path.name: path.read_bytes() for path in (cache / "checkpoints").iterdir() if path.is_file()}
        if [code for _, code in ends] != [0, 0] or found != files:
            problems.append(f"at the end: {ends}, {sorted(found)}")
        server.shutdown()
        self.report(f"two fetches into one cache, {killed} killed: no file is cut, and the next two complete it", problems,
                    self.faults)

    # ===  Histories  ===

    def histories(self):
        """Two runs at a time add themselves to one history and are killed. Each run that said that it is in it, is; each one
        that was killed goes on and is in it once."""
        history = self.work / "two.db"
        words = ["run", "--smoke", "--only", "table4", "--jobs", "1", "--no-compare", "--out"]
        begun = time.monotonic()
        self.start(*words, self.work / "timed", BBS_HISTORY=str(self.work / "timed.db")).communicate()
        seconds, folders, finished, killed, problems = time.monotonic() - begun, [], set(), 0, []

        def listed():
            shown = subprocess.run([self.program, "history", "--history", history], capture_output=True, text=True)
            if shown.returncode != 0 and not (shown.returncode == 3 and not history.exists()):
                problems.append(f"the history is not read: {shown.stderr}")
            return [line.split()[-1] for line in shown.stdout.splitlines()[1:]]
        kills = max(self.faults, KILLS_LEAST)
        while (killed < kills or len(finished) < FINISHED_LEAST) and len(folders) < 5 * kills:
            pair = [self.work / f"writer{len(folders) + i}" for i in range(2)]
            folders += pair
            both = [self.start(*words, folder, BBS_HISTORY=str(history)) for folder in pair]
            time.sleep(self.random.uniform(0.5, 3.0) * seconds)
            for folder, process in zip(pair, both):
                process.kill()
                output, _ = process.communicate()
                killed += process.returncode == -9
                if re.search(r"^history: run \d+$", output, re.MULTILINE):
                    finished.add(folder.name)
            lost = finished - {pathlib.Path(path).name for path in listed()}
            problems += [f"lost {name}" for name in sorted(lost)]
        for folder in folders:
            resume = ["--resume"] if (folder / "run.json").exists() else []
            process = self.start(*words, folder, *resume, BBS_HISTORY=str(history))
            _, errors = process.communicate()
            if process.returncode != 0:
                problems.append(f"{folder.name} does not go on: {errors}")
        if killed < kills or len(finished) < FINISHED_LEAST:
            problems.append("too few kills or too few finished runs to tell: the machine is too uneven")
        names = sorted(pathlib.Path(path).name for path in listed())
        if names != sorted(folder.name for folder in folders):
            problems.append(f"the history has {names}")
        self.report(f"two runs at a time into one history, {killed} killed and {len(finished)} of {len(folders)} finished before:"
                    " none is lost, none there twice", problems, len(folders))

    def all(self):
        self.runs()
        self.fetches()
        self.histories()


class Slow(http.server.SimpleHTTPRequestHandler):
    """Sends a file in small parts, so that a kill falls into it. Without ranges."""

    def copyfile(self, source, outputfile):
        try:
            while data := source.read(40_000):
                outputfile.write(data)
                time.sleep(0.02)
        except OSError:
            pass  # the fetch was killed

    def log_message(self, *arguments):
        pass


if __name__ == "__main__":
    sys.exit("this is a part of faults.py: faults.py PROGRAM INTERPOSER two")
