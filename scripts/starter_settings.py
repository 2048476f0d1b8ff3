#!/usr/bin/env python3
"""Compares starter pipelines, as `mmc new` writes them, with ten other settings of the same pipelines.

    scripts/starter_settings.py [--mmc target/release/mmc] [--rows 4000] [--seeds 3] [--table NAME]...

Makes five tables of numbers, categories, dates, texts and vectors whose labels have a known rule and some noise, lets
`mmc new` write a pipeline for each, and trains it and ten changes of it. The test errors, means over the seeds, are
printed as a table of Markdown; the exit code is 1 if a starter is more than 2 points worse than the best of its settings.
"""

import argparse
import csv
import datetime
import json
import math
import pathlib
import random
import re
import subprocess
import sys
import tempfile

LIMIT = 0.02


def reviews(draw, rows):
    """Reviews of clothing: a text, a rating and a category; whether it is recommended."""
    good = "love perfect soft flattering comfortable great beautiful fits lovely favourite".split()
    bad = "cheap scratchy returned tight thin disappointed faded itchy boxy awkward".split()
    plain = "the dress shirt i bought this in blue it was for my with and a size very color arrived on monday".split()
    for _ in range(rows):
        quality = draw.gauss(0, 1)
        words = [draw.choice(good if draw.random() < 1 / (1 + math.exp(-1.5 * quality)) else bad) for _ in range(3)]
        words += [draw.choice(plain) for _ in range(draw.randint(5, 25))]
        draw.shuffle(words)
        kind = draw.choice(["Dresses", "Tops", "Pants", "Knits", "Jackets"])
        rating = min(5, max(1, round(3.5 + quality + draw.gauss(0, 0.8))))
        score = 1.5 * quality + (0.8 if kind in ("Pants", "Knits") else 0) + draw.gauss(0, 0.7)
        yield {"Age": draw.randint(18, 80), "Review Text": " ".join(words), "Rating": rating, "Class Name": kind,
               "Recommended": "yes" if score > -0.3 else "no"}


def collisions(draw, rows):
    """Measured numbers of two groups, some of them -999 for missing; signal or background by products and sums."""
    for number in range(rows):
        row = {"EventId": 100000 + number}
        prim = [draw.gauss(0, 1) for _ in range(5)]
        der = [draw.gauss(0, 1) for _ in range(4)]
        score = prim[0] * prim[1] + der[0] + 0.7 * abs(der[1]) - 0.8 * prim[2] + draw.gauss(0, 0.6)
        jets = draw.random() < 0.6
        for at, value in enumerate(der):
            row[f"DER_{at}"] = f"{value:.4f}" if at != 3 or jets else "-999.0"
        for at, value in enumerate(prim):
            row[f"PRI_{at}"] = f"{value:.4f}" if at != 4 or jets else "-999.0"
        row["Label"] = "s" if score > 0.4 else "b"
        yield row


def visits(draw, rows):
    """Names with dates: who comes again depends on the season, the weekday and the ending of the name."""
    for _ in range(rows):
        name = "".join(draw.choice(["an", "be", "ro", "li", "ta", "mu"]) for _ in range(draw.randint(2, 4)))
        name += draw.choice(["a", "o", "ix"])
        day = datetime.date(2015, 1, 1) + datetime.timedelta(days=draw.randint(0, 2500))
        season = math.cos(2 * math.pi * (day.timetuple().tm_yday - 30) / 365)
        score = 1.5 * season + (1.2 if day.weekday() >= 5 else 0) + (1 if name.endswith("a") else -0.4)
        yield {"name": name, "visited": day.strftime("%d.%m.%Y"), "spent": f"{draw.expovariate(0.05):.2f}",
               "again": "yes" if score + draw.gauss(0, 0.8) > 0.3 else "no"}


def homes(draw, rows):
    """Codes whose order means nothing and their interaction: three classes."""
    zips = draw.sample(range(10000, 99999), 30)
    effect = {code: draw.gauss(0, 1) for code in zips}
    table = {(a, b): draw.gauss(0, 1) for a in range(6) for b in "ABCD"}
    for _ in range(rows):
        code, kind, band = draw.choice(zips), draw.randint(0, 5), draw.choice("ABCD")
        size = draw.gauss(90, 25)
        score = effect[code] + 1.2 * table[kind, band] + 0.02 * (size - 90) + draw.gauss(0, 0.5)
        yield {"zip": code, "kind": kind, "band": band, "size": f"{size:.1f}",
               "energy": "low" if score < -0.7 else "high" if score > 0.7 else "middle"}


def vectors(draw, rows):
    """Two embeddings of one thing: the class is where both agree, four classes."""
    centers = [[draw.gauss(0, 1) for _ in range(24)] for _ in range(8)]
    for _ in range(rows):
        label = draw.randint(0, 3)
        row = {}
        for name, at in (("text", label), ("image", 4 + label)):
            noise = 1.6 if draw.random() < 0.7 else 4.0
            row[name] = [round(value + draw.gauss(0, noise), 4) for value in centers[at]]
        yield row | {"topic": ["art", "food", "music", "sport"][label]}


TABLES = {"reviews": reviews, "collisions": collisions, "visits": visits, "homes": homes, "vectors": vectors}


def changed(pattern, text):
    return lambda pipeline: re.sub(pattern, text, pipeline)


def selects(combine):
    return changed(r"(?m)^  combine( *)= \w+$", rf"  combine\1= {combine}")


SETTINGS = {
    "joined, `additive`": selects("joined"),
    "apart, `late`": selects("apart"),
    "beta 0": changed(r"beta( *)= 0.5", r"beta\1= 0"),
    "beta 1": changed(r"beta( *)= 0.5", r"beta\1= 1"),
    "lr 3e-4": changed(r"lr: 1e-3", "lr: 3e-4"),
    "lr 3e-3": changed(r"lr: 1e-3", "lr: 3e-3"),
    "sgd 0.05": changed(r"adamw\(.*\)", "sgd(lr: 0.05)"),
    "adam": changed(r"adamw\(.*\)", "adam(lr: 1e-3)"),
    "batch 128": changed(r"batch_size = \d+", "batch_size = 128"),
    "heads of 2 layers": changed(r"head( *)= mlp\(\[64\]\)", r"head\1= mlp([64, 64])"),
}


def write(name, folder, rows):
    draw = random.Random(f"{name} 1")
    made = list(TABLES[name](draw, rows))
    path = folder / f"{name}.{'jsonl' if name == 'vectors' else 'csv'}"
    with open(path, "w", newline="") as file:
        if path.suffix == ".jsonl":
            file.writelines(json.dumps(row) + "\n" for row in made)
        else:
            writer = csv.DictWriter(file, made[0].keys())
            writer.writeheader()
            writer.writerows(made)
    return path.name


def error(mmc, folder, text, seeds):
    """The mean test error of a pipeline."""
    (folder / "p.mmc").write_text(text)
    errors = []
    for seed in range(1, seeds + 1):
        out = f"runs-{seed}"
        command = [mmc, "run", "--quiet", "--no-cache", "--seed", str(seed), "--out", out, "p.mmc"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{text}\n{done.stderr}")
        newest = max((folder / out).glob("*/summary.json"), key=lambda path: path.stat().st_mtime)
        errors.append(json.loads(newest.read_text())["test"]["error"])
    return sum(errors) / len(errors)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--mmc", default="target/release/mmc")
    arguments.add_argument("--rows", type=int, default=4000)
    arguments.add_argument("--seeds", type=int, default=3)
    arguments.add_argument("--table", action="append", choices=list(TABLES))
    given = arguments.parse_args()
    mmc = str(pathlib.Path(given.mmc).resolve())
    worse = []
    columns = ["starter", *SETTINGS]
    print("| table | " + " | ".join(columns) + " |\n|---" + "|---" * len(columns) + "|", flush=True)
    for name in given.table or TABLES:
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            table = write(name, folder, given.rows)
            subprocess.run([mmc, "new", table, "-o", "p.mmc"], cwd=folder, check=True, capture_output=True)
            starter = (folder / "p.mmc").read_text()
            errors = {"starter": error(mmc, folder, starter, given.seeds)}
            print(f"| {name} | {errors['starter']:.3f}", end="", flush=True)
            for setting, change in SETTINGS.items():
                errors[setting] = error(mmc, folder, change(starter), given.seeds)
                print(f" | {errors[setting]:.3f}", end="", flush=True)
            print(" |", flush=True)
            if errors["starter"] > min(errors.values()) + LIMIT:
                worse.append(name)
    if worse:
        sys.exit(f"more than {LIMIT:.0%} worse than the best setting: {', '.join(worse)}")


if __name__ == "__main__":
    main()
