#!/usr/bin/env python3
"""A table of methods from studies of `mmc compare` that differ in the seed and the split alone.

Run: fusion_table.py [--against NAME] [--csv FILE] [--key NAME] STUDY...

Every study is a folder with trials.jsonl. Prints a Markdown table with a row for each method: the mean of its test errors and
the 95% interval of that mean by Student's t, the mean of the paired differences to NAME with its interval and p adjusted over the
methods by Holm's procedure, log loss, parameters, seconds, settings tried, and, where the study has `--audit`, what choosing the
epoch on the test rows would have added. FILE has a row for each training. With `--key`, the name of a swept param, its value is
part of the method's name.

Trainings of the same seed are a pair. Splits of several seeds share rows, so that intervals are rather too narrow. A difference
that is the same for every seed has no interval.
"""

import argparse
import csv
import json
import math
import pathlib
import statistics
import sys

MEASURES = ["error", "loss", "log_loss", "auc", "f1", "brier", "calibration_error"]


def student_tail(t, degrees):
    """P(|T| > t) of Student's distribution, in closed form for whole degrees of freedom (Abramowitz and Stegun, 26.7.3-4)."""
    angle = math.atan2(abs(t), math.sqrt(degrees))
    cosine = math.cos(angle)
    if degrees % 2 == 0:
        term, total = 1.0, 1.0
        for k in range(1, degrees // 2):
            term *= cosine * cosine * (2 * k - 1) / (2 * k)
            total += term
        return max(0.0, 1.0 - math.sin(angle) * total)
    term, total = cosine, 0.0
    for k in range(1, (degrees - 1) // 2 + 1):
        total += term
        term *= cosine * cosine * (2 * k) / (2 * k + 1)
    return max(0.0, 1.0 - 2.0 / math.pi * (angle + math.sin(angle) * total))


def student_quantile(degrees, tail=0.05):
    """The t beyond which, on both sides, the share `tail` lies."""
    low, high = 0.0, 1e4
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if student_tail(middle, degrees) > tail else (low, middle)
    return high


def constant(values):
    """Whether there is no variation, up to the rounding of differences of shares."""
    return len(values) < 2 or max(values) - min(values) < 1e-12


def interval(values):
    """Mean and half the width of the 95% interval of the mean, which is None without variation to judge it by."""
    mean = statistics.fmean(values)
    if constant(values):
        return mean, None
    width = student_quantile(len(values) - 1) * statistics.stdev(values) / math.sqrt(len(values))
    return mean, width


def paired_p(differences):
    """Two-sided p of Student's paired test, None where all differences are equal."""
    if constant(differences):
        return None
    spread = statistics.stdev(differences) / math.sqrt(len(differences))
    return student_tail(statistics.fmean(differences) / spread, len(differences) - 1)


def holm(p_values):
    """Adjusts those that are not None by Holm's procedure."""
    order = sorted((p, name) for name, p in p_values.items() if p is not None)
    adjusted, least = {}, 0.0
    for rank, (p, name) in enumerate(order):
        least = max(least, min(1.0, p * (len(order) - rank)))
        adjusted[name] = least
    return adjusted


def read(studies, key):
    """The trials of all studies by method, each a dict by seed."""
    methods = {}
    for study in studies:
        with open(pathlib.Path(study) / "trials.jsonl", encoding="utf-8") as lines:
            trials = [json.loads(line) for line in lines]
        for trial in trials:
            value = trial["params"].get(key)
            name = trial["combine"] if value is None else f"{trial['combine']} {key}={value}"
            if trial["seed"] in methods.setdefault(name, {}):
                sys.exit(f"two trials of `{name}` with seed {trial['seed']}: studies may not have seeds in common")
            methods[name][trial["seed"]] = trial
    return methods


def write_rows(path, methods):
    """A CSV with a row for each training."""
    columns = ["method", "seed", "valid_error"]
    columns += [f"test_{measure}" for measure in MEASURES]
    columns += ["least_test_error", "parameters", "epochs", "seconds"]
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for name, trials in methods.items():
            for seed, trial in sorted(trials.items()):
                row = [name, seed, (trial["valid"] or {}).get("error")]
                row += [trial["test"].get(measure) for measure in MEASURES]
                row += [trial.get("least_test_error"), trial["parameters"], trial["epochs"], trial["seconds"]]
                writer.writerow(row)


def shown(mean, width, sign=""):
    """Percent with an interval."""
    text = f"{100 * mean:{sign}.2f}"
    return text if width is None else f"{text} [{100 * (mean - width):.2f}, {100 * (mean + width):.2f}]"


def table(methods, against):
    """The lines of the Markdown table, the least error first."""
    errors = {name: {at: trial["test"]["error"] for at, trial in trials.items()} for name, trials in methods.items()}
    differences = {}
    for name in methods:
        shared = sorted(errors[name].keys() & errors.get(against, {}).keys())
        if name != against and shared:
            differences[name] = [errors[name][at] - errors[against][at] for at in shared]
    adjusted = holm({name: paired_p(values) for name, values in differences.items()})
    yield f"| method | trainings | error % [95%] | less `{against}`'s [95%] | p, Holm | log loss | chosen on test, points "\
        "| parameters | seconds | settings tried |"
    yield "|---|---:|---|---|---:|---:|---:|---:|---:|---:|"
    for name in sorted(methods, key=lambda name: statistics.fmean(errors[name].values())):
        trials = list(methods[name].values())
        difference = shown(*interval(differences[name]), sign="+") if name in differences else ""
        p = "" if name not in adjusted else "< 0.001" if adjusted[name] < 0.001 else f"{adjusted[name]:.3f}"
        log_losses = [trial["test"].get("log_loss") for trial in trials]
        log_loss = "" if None in log_losses else f"{statistics.fmean(log_losses):.4f}"
        gains = [t["test"]["error"] - t["least_test_error"] for t in trials if t.get("least_test_error") is not None]
        gain = f"{100 * statistics.fmean(gains):.2f}" if len(gains) == len(trials) else ""
        yield f"| `{name}` | {len(trials)} | {shown(*interval(list(errors[name].values())))} | {difference} | {p} | {log_loss} | "\
            f"{gain} | {trials[0]['parameters']:,} | {statistics.fmean(t['seconds'] for t in trials):.1f} | 1 |"


def main():
    parser = argparse.ArgumentParser(description="A table of methods from studies of `mmc compare`.")
    parser.add_argument("studies", nargs="+", metavar="STUDY")
    parser.add_argument("--against", default="mul", metavar="NAME")
    parser.add_argument("--csv", metavar="FILE")
    parser.add_argument("--key", metavar="NAME")
    options = parser.parse_args()
    methods = read(options.studies, options.key)
    if options.against not in methods:
        sys.exit(f"no trial of `{options.against}` in these studies")
    if options.csv:
        write_rows(options.csv, methods)
    print("\n".join(table(methods, options.against)))


if __name__ == "__main__":
    main()
