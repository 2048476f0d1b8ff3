#!/usr/bin/env python3
"""Kills trainings, resumes them, and compares the results bit by bit with trainings that were not interrupted.

    scripts/kill_and_resume.py [--mmc target/release/mmc] [--kills 20] [--seed 1] [--training NAME]... [--case NAME]...

Cases, each for joint training, for late fusion with a learned combiner, and for a sweep of four trials:

random   SIGKILL after random times, up to three times for one run.
write, fsync, rename, unlink, mkdir
         SIGKILL at every single call of a thread that changes the disk, by strace.
chain    every process is killed soon after its first checkpoint: many resumes, several within one epoch; not of a sweep,
         whose trials save one every five minutes.
signal   SIGTERM, SIGINT or SIGUSR1 after random times: exit code 75, and the command that is printed continues.
full     the disk fills up (a small tmpfs, needs the permission to mount), and has room again.

A case that this machine cannot run is skipped by name. The exit code is 1 if any result differs.
"""

import argparse
import hashlib
import json
import pathlib
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PIPELINE = """pipeline NAME

data {
  source = synthetic("collider", rows: 3_000, seed: 7)
  split  = { test: last(600), valid: fraction(10%) }
}

label process: class["background", "signal"] = column("process")

modality low:  dense[21] = columns("low_*")  |> standardize
modality high: dense[7]  = columns("high_*") |> standardize

encoder low_net  = low  |> linear(48) |> batch_norm |> relu |> dropout(0.2)
encoder high_net = high |> linear(48) |> relu |> dropout(0.2)

combine fuse = COMBINE

train {
  optimizer  = adam(lr: 0.003)
  schedule   = cosine(warmup: 10)
  clip_norm  = 1.0
  batch_size = 100
  epochs     = 5
  stop       = patience(3, on: valid.loss)
  seed       = 1
}
"""

SWEEP = """
param width = 16 in 1..=64

sweep grid {
  over  = { width: [8, 16] }
  train = [fuse]
  seeds = [1, 2]
}
"""

COMBINES = {"run": "mulmix(low_net, high_net)", "late": "late(low_net, high_net) { by = learned }",
            "sweep": "multiplicative(low_net, high_net |> linear(width))"}

# What a run may differ in from another one that it equals: the times.
TIMES = {"run.yaml", "checksums.txt"}
# The calls that change the disk, each with the names that systems have for it.
SYSCALLS = {"write": "write", "fsync": "fsync", "rename": "/^rename", "unlink": "/^unlink", "mkdir": "/^mkdir"}
RESUMABLE = 75


class RunBench:
    """A pipeline in a folder, with the files of a training that was not interrupted."""

    def __init__(self, mmc, folder, name):
        self.mmc, self.folder, self.name = mmc, folder, name
        self.file = folder / f"{name}.mmc"
        self.file.write_text((PIPELINE + (SWEEP if name == "sweep" else "")).replace("NAME", name).replace("COMBINE", COMBINES[name]))
        self.runs = 0
        begin = time.monotonic()
        whole = self.run_folder()
        self.finish(whole)
        self.seconds = time.monotonic() - begin
        self.expected = self.files(whole)
        self.differing = []

    def run_folder(self):
        self.runs += 1
        return self.folder / "runs" / f"{self.name}-{self.runs}"

    def command(self, run, *options):
        base = [self.mmc, "run", self.file, "--resume", run, "--no-cache", "--threads", "1"]
        return [str(word) for word in [*base, *options]]

    def start(self, run, *options, trace=None):
        command = self.command(run, *(options or ["--checkpoint", "7 steps"]))
        return subprocess.Popen([*(trace or []), *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def finish(self, run):
        """Resumes until the run is complete."""
        done = subprocess.run(self.command(run, "--checkpoint", "7 steps"), capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{run} does not end: exit code {done.returncode}\n{done.stderr}")

    def files(self, run):
        found = {}
        for path in sorted(run.iterdir()):
            if path.is_dir() or path.name in TIMES:
                continue
            content = path.read_bytes()
            if path.name == "summary.json":
                summary = json.loads(content)
                summary.pop("seconds"), summary.pop("run")
                content = json.dumps(summary).encode()
            found[path.name] = hashlib.sha256(content).hexdigest()
        return found

    def check(self, run, what):
        found = self.files(run)
        if found == self.expected:
            shutil.rmtree(run)
            return True
        names = [name for name in {*found, *self.expected} if found.get(name) != self.expected.get(name)]
        self.differing.append(f"{what}: {', '.join(sorted(names))} in {run}")
        return False


class SweepBench(RunBench):
    """A sweep in place of a run: the folder of a run is one that its study is numbered in."""

    def command(self, run, *options):
        del options  # A sweep saves checkpoints as it is interrupted.
        study = self.study(run)
        where = ["--resume", study] if study else [self.file, "--out", run]
        return [str(word) for word in [self.mmc, "sweep", *where, "--no-cache", "--threads", "1"]]

    @staticmethod
    def study(run):
        """The folder of the study, once it can be resumed."""
        begun = sorted(path.parent for path in run.glob("*/study.yaml"))
        return begun[-1] if begun else None

    def files(self, run):
        """The files of all trials and of the selected run, and the tables without times."""
        study, found = self.study(run), {}
        for trial in sorted(path for path in study.iterdir() if path.is_dir() and (path / "summary.json").exists()):
            found |= {f"{trial.name}/{name}": digest for name, digest in RunBench.files(self, trial).items()}
        lines = [json.loads(line) for line in (study / "trials.jsonl").read_text().splitlines()]
        table = json.loads((study / "sweep.json").read_text())
        for row in [*table["points"], *lines]:
            row.pop("seconds")
        found["trials.jsonl"] = json.dumps(sorted(lines, key=lambda line: line["key"]), sort_keys=True)
        found["sweep.json"] = json.dumps(table)
        return found


def kill_after(bench, run, seconds, how=signal.SIGKILL):
    process, begin = bench.start(run), time.monotonic()
    try:
        _, errors = process.communicate(timeout=seconds)
        # The machine is faster than it was.
        bench.seconds = time.monotonic() - begin
    except subprocess.TimeoutExpired:
        process.send_signal(how)
        _, errors = process.communicate()
    return process.returncode, errors


def random_kills(bench, kills, draw):
    done = equal = 0
    while done < kills:
        run = bench.run_folder()
        for _ in range(draw.randint(1, 3)):
            code, _ = kill_after(bench, run, draw.uniform(0, bench.seconds))
            done += code == -signal.SIGKILL
        bench.finish(run)
        equal += bench.check(run, "random")
    return done, equal, bench_runs(bench)


def bench_runs(bench):
    runs, bench.counted = bench.runs - getattr(bench, "counted", 1), bench.runs
    return runs


def traced(bench):
    run = bench.run_folder()
    trace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=none"]
    process = bench.start(run, "--epochs", "5", trace=trace)
    process.communicate()
    shutil.rmtree(run, ignore_errors=True)
    bench_runs(bench)
    return process.returncode == 0


def injected_kills(bench, call):
    """Kills at the first call, the second and so on, until a training has fewer of them."""
    kills = equal = 0
    while True:
        run = bench.run_folder()
        inject = f"inject={SYSCALLS[call]}:signal=KILL:when={kills + 1}"
        trace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={SYSCALLS[call]}", "-e", inject]
        process = bench.start(run, "--checkpoint", "20 steps", trace=trace)
        process.communicate()
        killed = process.returncode != 0
        kills += killed
        bench.finish(run)
        same = bench.check(run, f"{call} {kills}")
        if not killed:
            return kills, equal, bench_runs(bench)
        equal += same


def chain(bench):
    """Kills every process after a few checkpoints, of which it saves one at each step."""
    run, kills = bench.run_folder(), 0
    trace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "-e", "inject=fsync:signal=KILL:when=30"]
    while True:
        process = bench.start(run, "--checkpoint", "1 step", trace=trace)
        process.communicate()
        if process.returncode == 0:
            break
        kills += 1
        if kills > 200:
            raise SystemExit(f"{run} makes no progress")
    bench.finish(run)
    return kills, int(bench.check(run, "chain")) * kills, bench_runs(bench)


def signals(bench, kills, draw):
    done = equal = 0
    while done < kills:
        run = bench.run_folder()
        how = draw.choice([signal.SIGTERM, signal.SIGINT, signal.SIGUSR1])
        code, errors = kill_after(bench, run, draw.uniform(0.3, 0.9) * bench.seconds, how)
        if code == 0:
            shutil.rmtree(run)
            continue
        done += 1
        command = re.search(r"to continue: mmc (.*)$", errors, re.M)
        if code == RESUMABLE and command:
            subprocess.run([bench.mmc, *shlex.split(command.group(1))], check=True, capture_output=True)
        elif code in (130, -how):
            # It was sent before the training, or before the program listened to signals.
            bench.finish(run)
        else:
            bench.differing.append(f"signal: exit code {code}: {errors}")
        equal += bench.check(run, f"signal {how.name}")
    return done, equal, bench_runs(bench)


def full_disk(bench, sizes):
    """Fills a small file system up, makes it larger, and continues."""
    done = equal = 0
    for size in sizes:
        disk = bench.folder / "disk"
        disk.mkdir(exist_ok=True)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(disk)]
        if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode != 0:
            return None
        try:
            run = disk / "run"
            process = bench.start(run, "--checkpoint", "7 steps")
            _, errors = process.communicate()
            failed = process.returncode != 0
            done += failed
            subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
            bench.finish(run)
            equal += bench.check(run, f"full disk of {size} KiB") and failed
        finally:
            subprocess.run(["umount", "-l", str(disk)], check=False)
    return done, equal, len(sizes)


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--mmc", default=root / "target" / "release" / "mmc", type=pathlib.Path)
    parser.add_argument("--kills", default=20, type=int, help="random kills and signals")
    parser.add_argument("--seed", default=1, type=int)
    parser.add_argument("--case", action="append", help="random, chain, signal, full or a system call")
    parser.add_argument("--training", action="append", choices=list(COMBINES), help="joint training, late fusion or a sweep")
    options = parser.parse_args()
    cases = options.case or ["random", *SYSCALLS, "chain", "signal", "full"]
    differing = []
    print("| training | case | kills | equal bits |\n|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in options.training or COMBINES:
            bench_type = SweepBench if name == "sweep" else RunBench
            bench = bench_type(options.mmc.resolve(), pathlib.Path(folder), name)
            draw = random.Random(options.seed)
            strace = shutil.which("strace") is not None and traced(bench)
            bench_runs(bench)
            for case in cases:
                if case == "random":
                    result = random_kills(bench, options.kills, draw)
                elif case == "signal":
                    result = signals(bench, options.kills, draw)
                elif case == "full":
                    result = full_disk(bench, [16, 64, 128, 256])
                elif not strace or case == "chain" and name == "sweep":
                    result = None
                elif case == "chain":
                    result = chain(bench)
                else:
                    result = injected_kills(bench, case)
                if result is None:
                    print(f"| {name} | {case} | skipped | |", flush=True)
                    continue
                kills, equal, runs = result
                equal = f"{equal} of {kills if case != 'random' else runs}"
                print(f"| {name} | {case} | {kills} | {equal} |", flush=True)
            differing += bench.differing
        for line in differing:
            print(line, file=sys.stderr)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
