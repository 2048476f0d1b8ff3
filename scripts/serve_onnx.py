#!/usr/bin/env python3
"""Serves an exported graph with ONNX Runtime behind uvicorn: the other side of the load measurement of docs/serve.md.

    mmc export runs/x-0001 --onnx x.onnx
    MODEL=x.onnx uvicorn --app-dir scripts serve_onnx:app --port 8081 --log-level warning
    scripts/serve_load.py 127.0.0.1:8081 x-0001 rows.csv

Answers the JSON form of the Open Inference Protocol for one model under any name. Needs numpy, onnxruntime and uvicorn.
"""

import json
import os

import numpy
import onnxruntime

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(os.environ["MODEL"], options)
DATATYPES = {"tensor(double)": "FP64", "tensor(string)": "BYTES"}
INPUTS = {one.name: DATATYPES[one.type] for one in session.get_inputs()}
DESCRIPTION = {"name": "onnx", "inputs": [{"name": name, "datatype": kind, "shape": [-1, 1]} for name, kind in INPUTS.items()]}
OUTPUTS = ["label", "probabilities"]


def tensor(given):
    """The tensor of one input as a column: missing numbers are NaN, missing texts empty."""
    if INPUTS[given["name"]] == "BYTES":
        cells = numpy.array([cell or "" for cell in given["data"]], dtype=object)
    else:
        cells = numpy.array([numpy.nan if cell is None else cell for cell in given["data"]])
    return cells.reshape(-1, 1)


def infer(body):
    tensors = {given["name"]: tensor(given) for given in json.loads(body)["inputs"]}
    outputs = zip(OUTPUTS, session.run(OUTPUTS, tensors))
    return {"outputs": [{"name": name, "shape": found.shape, "data": found.ravel().tolist()} for name, found in outputs]}


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    answer = json.dumps(infer(body) if scope["path"].endswith("/infer") else DESCRIPTION).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})
