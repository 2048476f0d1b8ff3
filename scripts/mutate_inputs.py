#!/usr/bin/env python3
"""Changes inputs at random and runs `mmc` on them: whatever a file holds, the answer is an answer.

    scripts/mutate_inputs.py pipelines|data [--mmc target/release/mmc] [--count 1000] [--seed 1] [--jobs 2] [--keep FOLDER]

pipelines   Changes the pipelines of this repository (tokens removed, doubled, moved and replaced, comments and odd
            characters inserted, lines broken) and runs `lint`, `plan` and `fmt` on each.
data        Writes small tables of every format and folders of images (`mutated_data.py`; needs NumPy and PyArrow), changes
            their bytes, and runs `lint`, `run` and `new` on each. Nothing may print an escape character.

Every run must end within 20 seconds, in 2 GiB of memory, with an exit code of `mmc` and without a panic. `fmt` must change
nothing the second time, and lose no comment. The exit code is 1 if anything fails; the inputs that failed are kept.
"""

import argparse
import collections
import concurrent.futures
import pathlib
import random
import re
import resource
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
SECONDS = 20
BYTES = 2 << 30

TOKEN = re.compile(r'"(?:\\.|[^"\\\n])*"?|[A-Za-z_]\w*|\d[\w.%]*|\|>|\.\.=?|[<>=!]=|#[^\n]*|\s+|.', re.S)
WORDS = """pipeline use param fn data label shared modality encoder combine train sweep let if then else in true false
source split csv class column columns dense text category image sequence standardize mlp linear relu mulmix late additive
multiplicative single early cldl beta head project mixtures weights patience valid error stop epochs seed seeds over select
fold repeat concat sum mean residual resnet x y low high None""".split()
MARKS = list("(){}[],;:=?|+-*/<>!.%#@$~^&'`\\\"") + ["|>", "..", "..=", "==", "->", "**", "//", "[[", "{{", "()"]
NUMBERS = "0 1 -1 1e308 1e-308 1e999 99999999999999999999 0.0001 50% 101% 1_000 0x10 1. .5 9007199254740993 1e9".split()
ODD = ["\t", "\r\n", "\0", "\x7f", "\ufeff", "\u2028", "\u00a0", "\u202e", "\U0001f600", "e\u0301", "\x1b[31m", "\\", "\n\n\n"]
COMMENTS = ["# note", "## doc", "##(", "#", "##", "## ##", "#!x", "# mmc: allow(unused)", "# mmc: allow(beta_zero, x", "# \"", "###"]


def insertion(rng, number):
    """Something to insert; comments are numbered, so that each can be found again."""
    kind = rng.random()
    if kind < 0.3:
        return rng.choice(COMMENTS) + f" c{number}" + rng.choice(["\n", "\n\n", "\n  "])
    if kind < 0.5:
        return rng.choice(WORDS) + rng.choice([" ", "", "\n"])
    if kind < 0.7:
        return rng.choice(MARKS)
    if kind < 0.85:
        return rng.choice(NUMBERS)
    return rng.choice(ODD)


def mutated(rng, texts):
    """One of the texts with one to eight changes."""
    text = rng.choice(texts)
    for number in range(rng.choice([1, 1, 2, 3, 5, 8])):
        tokens = TOKEN.findall(text)
        if not tokens:
            break
        at = rng.randrange(len(tokens))
        change = rng.randrange(11)
        if change == 0:
            del tokens[at]
        elif change == 1:
            tokens.insert(at, tokens[at])
        elif change == 2:
            other = rng.randrange(len(tokens))
            tokens[at], tokens[other] = tokens[other], tokens[at]
        elif change == 3:
            tokens[at] = insertion(rng, number)
        elif change <= 6:
            tokens.insert(at, insertion(rng, number))
        elif change == 7:
            end = min(len(tokens), at + rng.randrange(1, 30))
            piece = tokens[at:end]
            del tokens[at:end]
            if rng.random() < 0.5:
                place = rng.randrange(len(tokens) + 1)
                tokens[place:place] = piece
        elif change == 8:
            lines = rng.choice(texts).splitlines(keepends=True)
            first = rng.randrange(len(lines)) if lines else 0
            tokens[at:at] = lines[first : first + rng.randrange(1, 12)]
        elif change == 9:
            tokens[at] = rng.choice([tokens[at] * 50, rng.choice("([{") * rng.randrange(1, 400), tokens[at][:-1]])
        else:
            tokens = tokens[: at + 1]
        text = "".join(tokens)
    return text


def limits():
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(command, text=None):
    """Exit code, output, and what is wrong with the run, if anything is."""
    try:
        done = subprocess.run(command, input=text, capture_output=True, timeout=SECONDS, preexec_fn=limits, check=False)
    except subprocess.TimeoutExpired:
        return None, b"", f"no answer within {SECONDS} s"
    wrong = None
    if done.returncode not in (0, 1, 2) or b"MMC0699" in done.stderr or b"panicked" in done.stderr:
        wrong = f"exit code {done.returncode}: {done.stderr.decode(errors='replace')[-600:]}"
    return done.returncode, done.stdout, wrong


def comments(text):
    """The comments of a text without their `#`, and how often each occurs. A string may hold a `#`, and ends with its line."""
    found = [token.lstrip("#").strip() for token in TOKEN.findall(text) if token.startswith("#")]
    return collections.Counter(" ".join(comment.split()) for comment in found if comment)


def check_pipeline(mmc, folder, number, text):
    """What is wrong with the answers to one pipeline."""
    path = folder / f"{number}.mmc"
    path.write_bytes(text.encode())
    wrong = []
    for arguments in (["lint", "--no-data", path], ["plan", path]):
        _, _, found = run([mmc, *arguments])
        wrong += [f"{arguments[0]}: {found}"] if found else []
    _, once, found = run([mmc, "fmt", "-"], text.encode())
    _, twice, again = run([mmc, "fmt", "-"], once)
    wrong += [f"fmt: {problem}" for problem in (found, again) if problem]
    if not wrong and once != twice:
        wrong.append("fmt changes its own result")
    lost = comments(text.replace("\r\n", "\n")) - comments(once.decode())
    if not wrong and lost:
        wrong.append(f"fmt loses {sorted(lost)}")
    if not wrong:
        path.unlink()
    return path, wrong


def pipelines(options):
    paths = sorted((ROOT / "pipelines").rglob("*.mmc")) + sorted((ROOT / "tests" / "ui").rglob("*.mmc"))
    texts = [path.read_text(errors="replace") for path in paths]
    rng = random.Random(options.seed)
    folder = pathlib.Path(options.keep or tempfile.mkdtemp(prefix="mmc-mutated-"))
    folder.mkdir(parents=True, exist_ok=True)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        cases = ((number, mutated(rng, texts)) for number in range(options.count))
        check = lambda case: check_pipeline(options.mmc, folder, *case)
        for path, wrong in pool.map(check, cases):
            if wrong:
                failed += 1
                print(f"{path}: " + "; ".join(wrong), flush=True)
    print(f"{options.count} pipelines, {failed} failed" + (f", kept in {folder}" if failed else ""))
    return failed


def data(options):
    import mutated_data

    return mutated_data.data(options, run)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    for name, command in (("pipelines", pipelines), ("data", data)):
        sub = commands.add_parser(name)
        sub.add_argument("--mmc", default=str(ROOT / "target/release/mmc"), help="the program")
        sub.add_argument("--count", type=int, default=1000, help="how many inputs")
        sub.add_argument("--seed", type=int, default=1, help="decides every one of them")
        sub.add_argument("--jobs", type=int, default=2, help="how many at a time")
        sub.add_argument("--keep", help="the folder for the inputs that failed")
        sub.set_defaults(command=command)
    options = parser.parse_args()
    sys.exit(1 if options.command(options) else 0)


if __name__ == "__main__":
    main()
