"""The rate of `mmc predict` on rows of the HIGGS layout, beside ONNX Runtime and PyTorch on the same network.

    python3 benches/predict_rows.py target/release/mmc [ROWS [WIDTH [TURNS]]]

makes ROWS rows of 28 numbers in a temporary folder, trains a perceptron of three layers of WIDTH units for a moment, and lets
the programs take turns. Of mmc it measures the whole command, from a text table to a text table and from Arrow to Arrow, with the
memory that it took; of the others the network alone on arrays in memory, in batches of 8,192, and for a text table reading and
writing by pyarrow as well. Needs numpy and pyarrow; onnx and onnxruntime, and torch, where their rates are wanted.
"""

import json
import os
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc

BATCH = 8192
THREADS = os.cpu_count() or 1
NAMES = [f"x{at}" for at in range(28)]
PIPELINE = """pipeline rows

data {{
  source = csv("train.csv")
  split  = {{ test: last(500), valid: last(500) }}
}}

label side: class["a", "b"] = column("side")

modality x: dense[28] = columns("x*") |> standardize

encoder net = x |> mlp([{width}; 3])

combine one = single(net)

train {{
  optimizer  = sgd(lr: 0.05)
  batch_size = 128
  epochs     = 1
  seed       = 1
  calibrate  = none
}}
"""


def tensors(path):
    """The tensors of a safetensors file."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    found = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = (8 + length + offset for offset in entry["data_offsets"])
            found[name] = np.frombuffer(data[begin:end], dtype="<f4").reshape(entry["shape"])
    return found


def layers(run):
    """The weights and biases of the network, in order, the standardization in the first of them."""
    found = tensors(run / "model.safetensors")
    names = sorted((name for name in found if name.endswith(".weight")), key=lambda name: ("head" in name, name))
    pairs = [(found[name].astype(np.float64), found[name.replace("weight", "bias")].astype(np.float64)) for name in names]
    fitted = json.loads((run / "preprocessing.json").read_text())["modalities"][0]["transforms"][0]["standardize"]
    mean, std = np.array(fitted["mean"]), np.array(fitted["std"])
    weight, bias = pairs[0]
    pairs[0] = (weight / std, bias - weight @ (mean / std))
    return [(weight.astype(np.float32), bias.astype(np.float32)) for weight, bias in pairs]


def onnx_session(network):
    """The network in ONNX Runtime."""
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    nodes, weights, value = [], [], "x"
    for at, (weight, bias) in enumerate(network):
        weights += [numpy_helper.from_array(weight, f"w{at}"), numpy_helper.from_array(bias, f"b{at}")]
        nodes.append(helper.make_node("Gemm", [value, f"w{at}", f"b{at}"], [f"y{at}"], transB=1))
        value = f"y{at}"
        if at + 1 < len(network):
            nodes.append(helper.make_node("Relu", [value], [f"r{at}"]))
            value = f"r{at}"
    nodes.append(helper.make_node("Softmax", [value], ["p"], axis=1))
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 28])]
    outputs = [helper.make_tensor_value_info("p", TensorProto.FLOAT, [None, 2])]
    graph = helper.make_graph(nodes, "rows", inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return lambda batch: session.run(None, {"x": batch})[0]


def torch_network(network):
    """The network in PyTorch."""
    import torch

    torch.set_num_threads(THREADS)
    parts = []
    for at, (weight, bias) in enumerate(network):
        linear = torch.nn.Linear(weight.shape[1], weight.shape[0])
        linear.weight.data, linear.bias.data = torch.tensor(weight), torch.tensor(bias)
        parts += [linear] + ([torch.nn.ReLU()] if at + 1 < len(network) else [torch.nn.Softmax(dim=1)])
    model = torch.nn.Sequential(*parts).eval()

    def run(batch):
        with torch.inference_mode():
            return model(torch.from_numpy(batch)).numpy()

    return run


def in_batches(run, rows):
    return np.concatenate([run(rows[at : at + BATCH]) for at in range(0, len(rows), BATCH)])


def from_text(run, folder):
    """Reads a text table by pyarrow, predicts it and writes the probabilities by pyarrow."""
    table = pyarrow.csv.read_csv(folder / "rows.csv")
    rows = np.column_stack([table[name].to_numpy().astype(np.float32) for name in NAMES])
    found = in_batches(run, rows)
    decided = pa.array(np.array(["a", "b"])[found.argmax(axis=1)])
    pyarrow.csv.write_csv(pa.table({"prediction": decided, "p_a": found[:, 0], "p_b": found[:, 1]}), folder / "other.csv")


def command(program, folder, *arguments):
    """Seconds and MiB that a prediction takes."""
    began = time.perf_counter()
    process = subprocess.Popen([program, "predict", "runs/rows-0001", *arguments, "--quiet"], cwd=folder)
    # What `wait4` says of memory begins with that of this process, which it is a copy of until it runs the program.
    memory, status = 0.0, None
    while status is None:
        try:
            lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
            is_program = Path(os.readlink(f"/proc/{process.pid}/exe")) == Path(program)
            peak = next((line for line in lines if line.startswith("VmHWM")), None)
            memory = max(memory, int(peak.split()[1]) / 1024) if peak and is_program else memory
            time.sleep(0.01)
        except OSError:
            pass
        status = process.poll()
    seconds = time.perf_counter() - began
    assert status == 0, status
    return seconds, memory


def main(program, count, width, turns):
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        draws = np.random.default_rng(1)
        rows = draws.normal(size=(count, 28)).astype(np.float32) * np.linspace(0.5, 60, 28, dtype=np.float32)
        table = pa.table({name: rows[:, at] for at, name in enumerate(NAMES)})
        pyarrow.csv.write_csv(table, folder / "rows.csv", pyarrow.csv.WriteOptions(quoting_style="none"))
        with pa.OSFile(str(folder / "rows.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table, max_chunksize=65536)
        train = table.slice(0, 5000).append_column("side", pa.array(np.where(rows[:5000, 0] > 0, "a", "b")))
        pyarrow.csv.write_csv(train, folder / "train.csv", pyarrow.csv.WriteOptions(quoting_style="none"))
        (folder / "rows.mmc").write_text(PIPELINE.format(width=width))
        subprocess.run([program, "run", "rows.mmc", "--quiet", "--no-cache"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        network = layers(folder / "runs/rows-0001")
        print(f"{count:,} rows, {(folder / 'rows.csv').stat().st_size / 1e6:.0f} MB of text, layers of {width}, {THREADS} threads")

        measures = {
            "mmc, text to text": lambda: command(program, folder, "rows.csv", "-o", "out.csv"),
            "mmc, Arrow to Arrow": lambda: command(program, folder, "rows.arrow", "-o", "out.arrow"),
        }
        for name, make in {"ONNX Runtime": onnx_session, "PyTorch": torch_network}.items():
            try:
                run = make(network)
            except ImportError as missing:
                print(f"{name} is left out: {missing}")
                continue

            def timed(work):
                began = time.perf_counter()
                work()
                return time.perf_counter() - began, 0.0

            measures[f"{name}, the network alone"] = lambda run=run: timed(lambda: in_batches(run, rows))
            measures[f"{name}, text to text by pyarrow"] = lambda run=run: timed(lambda: from_text(run, folder))
            subprocess.run([program, "predict", "runs/rows-0001", "rows.csv", "-o", "out.csv", "--quiet"], cwd=folder, check=True)
            ours = pyarrow.csv.read_csv(folder / "out.csv")["p_a"].to_numpy()
            difference = np.abs(ours - in_batches(run, rows)[:, 0]).max()
            print(f"{name}: the probabilities differ by {difference:.1e} at most")
        seconds = {name: [] for name in measures}
        memory = {}
        for _ in range(turns):
            for name, measure in measures.items():
                took, mebibytes = measure()
                seconds[name].append(took)
                memory[name] = max(memory.get(name, 0.0), mebibytes)
        for name, took in seconds.items():
            median = statistics.median(took)
            held = f", {memory[name]:.0f} MiB" if memory[name] else ""
            print(f"{name}: {count / median:,.0f} rows/s ({median:.2f} s, {min(took):.2f} to {max(took):.2f}){held}")


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[2:]]
    main(str(Path(sys.argv[1]).resolve()), *(numbers + [1_000_000, 64, 5][len(numbers) :]))
