"""Data files of every format, changed at random: the sub-command `data` of `mutate_inputs.py`."""

import gzip
import io
import pathlib
import random
import shutil
import struct
import tempfile
import zlib

import numpy
import pyarrow
import pyarrow.feather
import pyarrow.parquet

ROWS = 60

PIPELINE = """pipeline p

data {
  source = SOURCE
  split  = { test: last(12), valid: last(8) }
}

label y: class["no", "yes"] = column("y")

MODALITIES

combine m = COMBINE

train {
  batch_size = 16
  epochs     = 1
  seed       = 1
}
"""
NUMBERS = 'modality v: dense[2] = columns(["a", "b"]) |> impute(mean) |> standardize'
WORD = 'modality k?: category[3] = column("k")'
TEXT = 'modality t?: text[8] = column("t") |> chars(max: 8)'
LIST = 'modality w: dense[4] = column("w")'
IMAGE = 'modality i: image[3, 8, 8] = column("image")'


def table(rng):
    """The columns of a small table."""
    y = [rng.choice(["no", "yes"]) for _ in range(ROWS)]
    return {
        "y": y,
        "a": [round(rng.gauss(0, 1), 3) for _ in y],
        "b": [rng.choice([round(rng.random(), 2), rng.randrange(9)]) for _ in y],
        "k": [rng.choice(["red", "green", "blue"]) for _ in y],
        "t": [rng.choice(["one", "a \"b\"", "c,d", "ä\n2"]) for _ in y],
    }


def separated(columns, separator):
    quote = lambda cell: '"' + str(cell).replace('"', '""') + '"' if set(str(cell)) & set(',\t"\n') else str(cell)
    lines = [separator.join(columns)] + [separator.join(map(quote, row)) for row in zip(*columns.values())]
    return ("\n".join(lines) + "\n").encode()


def json_lines(columns):
    import json

    return "".join(json.dumps(dict(zip(columns, row))) + "\n" for row in zip(*columns.values())).encode()


def arrow_table(columns):
    arrow = pyarrow.table({name: pyarrow.array(cells) for name, cells in columns.items() if name != "b"})
    arrow = arrow.append_column("b", pyarrow.array([float(cell) for cell in columns["b"]]))
    lists = [[float(at), 1.0, cell, 2.0] for at, cell in enumerate(columns["a"])]
    return arrow.append_column("w", pyarrow.array(lists, pyarrow.list_(pyarrow.float32())))


def parquet(rng, columns):
    out = io.BytesIO()
    pyarrow.parquet.write_table(
        arrow_table(columns),
        out,
        compression=rng.choice(["none", "snappy", "gzip", "zstd", "lz4"]),
        row_group_size=rng.choice([13, 60]),
        use_dictionary=rng.random() < 0.5,
        data_page_version=rng.choice(["1.0", "2.0"]),
    )
    return out.getvalue()


def arrow(rng, columns):
    out = io.BytesIO()
    pyarrow.feather.write_feather(arrow_table(columns), out, compression=rng.choice(["uncompressed", "lz4", "zstd"]))
    return out.getvalue()


def npz(rng, columns):
    out = io.BytesIO()
    arrays = {
        "y": numpy.array(columns["y"]),
        "a": numpy.array(columns["a"], dtype=rng.choice(["<f4", ">f8", "<f2"])),
        "b": numpy.array(columns["b"], dtype="<f8"),
        "w": numpy.asarray(numpy.ones((ROWS, 4)), order=rng.choice("CF")),
    }
    rng.choice([numpy.savez, numpy.savez_compressed])(out, **arrays)
    return out.getvalue()


def png(rng):
    """A picture of 8 by 8 pixels."""
    lines = b"".join(b"\0" + bytes(rng.randrange(256) for _ in range(24)) for _ in range(8))
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def bmp(rng):
    pixels = bytes(rng.randrange(256) for _ in range(192))
    return b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54 + 192, 0, 0, 54, 40, 8, 8, 1, 24, 0, 192, 0, 0, 0, 0) + pixels


def cifar(rng):
    return b"".join(bytes([rng.randrange(2)]) + bytes(rng.randrange(256) for _ in range(3072)) for _ in range(ROWS))


def damaged(rng, data):
    """The bytes with one to six changes."""
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 3, 6])):
        if not data:
            break
        at, change = rng.randrange(len(data)), rng.randrange(9)
        # Headers and footers are short, and most is decided by them.
        if rng.random() < 0.4:
            at = rng.choice([at % 64, len(data) - 1 - at % 256]) % len(data)
        piece = slice(at, at + rng.randrange(1, 64))
        if change <= 2:
            data[at] = rng.randrange(256)
        elif change == 3:
            data[at] ^= 1 << rng.randrange(8)
        elif change == 4:
            data[at : at + 4] = rng.choice([b"\xff" * 4, b"\0" * 4, b"\xff\xff\xff\x7f", b"\0\0\0\x80"])
        elif change == 5:
            del data[piece]
        elif change == 6:
            data[at:at] = data[piece] * rng.choice([1, 2, 100])
        elif change == 7:
            data[at:at] = rng.choice([b"\0", b"\n", b'"', b",", b"\r", b"\xff", b"\x1b[2J", b"NaN", b"1e999", b"-", b"{", b"[" * 500])
        elif rng.random() < 0.3:
            del data[at:]
    return bytes(data)


def one_input(rng, folder):
    """Writes a pipeline and its data, changed, and returns the path of the pipeline and of the table."""
    columns = table(rng)
    kind = rng.choice(["csv", "tsv", "jsonl", "parquet", "parquet", "arrow", "arrow", "npz", "npz", "npy", "cifar", "images", "gz", "zst"])
    source, modalities, combine = f'{kind}("data.{kind}")', [NUMBERS], "single(v |> mlp([4]))"
    if kind in ("csv", "tsv", "jsonl"):
        modalities += [WORD, TEXT]
        combine = "late(v |> mlp([4]), k |> embedding(2), t |> char_lstm(embed: 2, hidden: 2))"
    elif kind in ("parquet", "arrow", "npz"):
        modalities.append(LIST)
        combine = "late(v |> mlp([4]), w |> mlp([4]))"
    name = f"data.{kind}"
    if kind in ("gz", "zst"):
        name = f"data.csv.{kind}"
        source = f'csv("{name}")'
    if kind == "images":
        source, modalities, combine = 'images("pictures")', [IMAGE], "single(i |> flatten |> mlp([4]))"
        for at in range(ROWS):
            path = folder / "pictures" / rng.choice(["no", "yes"]) / f"{at}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            data = rng.choice([png, bmp])(rng)
            path.write_bytes(damaged(rng, data) if rng.random() < 0.1 else data)
    elif kind == "npy":
        source = 'npy(["a.npy", "b.npy", "y.npy"])'
        for column in "aby":
            out = io.BytesIO()
            numpy.save(out, numpy.array(columns[column]))
            (folder / f"{column}.npy").write_bytes(damaged(rng, out.getvalue()) if rng.random() < 0.5 else out.getvalue())
        name = "a.npy"
    elif kind == "cifar":
        source, modalities = 'cifar_binary("data.cifar", labels: 1)', ['modality i: image[3, 32, 32] = column("image")']
        combine = "single(i |> flatten |> mlp([4]))"
        (folder / name).write_bytes(damaged(rng, cifar(rng)))
    else:
        csv = separated(columns, ",")
        data = {
            "csv": lambda: csv,
            "tsv": lambda: separated(columns, "\t"),
            "jsonl": lambda: json_lines(columns),
            "parquet": lambda: parquet(rng, columns),
            "arrow": lambda: arrow(rng, columns),
            "npz": lambda: npz(rng, columns),
            "gz": lambda: gzip.compress(csv, rng.randrange(1, 10)),
            "zst": lambda: pyarrow.Codec("zstd").compress(csv, asbytes=True),
        }[kind]()
        (folder / name).write_bytes(damaged(rng, data))
    text = PIPELINE.replace("SOURCE", source).replace("MODALITIES", "\n".join(modalities)).replace("COMBINE", combine)
    if kind in ("cifar", "images"):
        text = text.replace('column("y")', 'column("label")')
    if kind in ("csv", "tsv", "jsonl"):
        # An optional modality may be missing on every row that is left.
        text = text.replace("epochs     = 1", "epochs     = 1\n  modality_dropout = 0.1")
    path = folder / "p.mmc"
    path.write_text(text)
    return path, folder / name


def check(mmc, run, folder, number, seed):
    """What is wrong with the answers to one input."""
    rng = random.Random(f"{seed} {number}")
    place = folder / str(number)
    place.mkdir(parents=True, exist_ok=True)
    pipeline, data = one_input(rng, place)
    commands = {
        "lint": ["lint", pipeline],
        "run": ["run", pipeline, "--out", place / "run", "--cache", place / "cache", "--threads", "2"],
        "new": ["new", data],
    }
    if not data.is_file():
        del commands["new"]
    wrong = []
    for verb, arguments in commands.items():
        _, output, found = run([mmc, *arguments])
        wrong += [f"{verb}: {found}"] if found else []
        if b"\x1b" in output:
            wrong.append(f"{verb}: an escape character is printed")
    if not wrong:
        shutil.rmtree(place)
    return place, wrong


def data(options, run):
    """Runs all inputs; returns how many failed."""
    import concurrent.futures

    folder = pathlib.Path(options.keep or tempfile.mkdtemp(prefix="mmc-mutated-"))
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        one = lambda number: check(options.mmc, run, folder, number, options.seed)
        for place, wrong in pool.map(one, range(options.count)):
            if wrong:
                failed += 1
                print(f"{place}: " + "; ".join(wrong), flush=True)
    print(f"{options.count} data files, {failed} failed" + (f", kept in {folder}" if failed else ""))
    return failed
