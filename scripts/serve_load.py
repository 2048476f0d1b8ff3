#!/usr/bin/env python3
"""Measures a server of the Open Inference Protocol, and checks every answer.

    mmc serve runs/x-0001 --quiet &
    scripts/serve_load.py 127.0.0.1:8080 x-0001 rows.csv --connections 1,4,16,64 --seconds 5

Asks for each row of the table alone first. Then so many connections ask for some of the rows at once, each for the next one as soon
as it has its answer, and every answer is compared, digit by digit, with that of the row alone. Prints a line of Markdown for each
number of connections: requests and rows in a second, the median and the 99th percentile of the time of an answer in milliseconds,
and how many answers were wrong or lost. Uses nothing but Python's own library.
"""

import argparse
import csv
import json
import random
import socket
import threading
import time


class Connection:
    """A connection that stays open between requests."""

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.held = b""

    def more(self):
        data = self.socket.recv(1 << 16)
        if not data:
            raise ConnectionError("the server ended the connection")
        self.held += data

    def ask(self, request):
        """Sends the bytes of a request, and gives the status and the body of the answer."""
        self.socket.sendall(request)
        while b"\r\n\r\n" not in self.held:
            self.more()
        head, self.held = self.held.split(b"\r\n\r\n", 1)
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
        while len(self.held) < length:
            self.more()
        body, self.held = self.held[:length], self.held[length:]
        return int(head.split(b" ", 2)[1]), body


def get(connection, path):
    status, body = connection.ask(f"GET {path} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
    assert status == 200, (path, status, body)
    return json.loads(body)


def infer_request(model, inputs, rows):
    """The bytes of a request for rows of the table."""
    tensors = []
    for one in inputs:
        cells = [row[one["name"]] for row in rows]
        if one["datatype"] != "BYTES":
            cells = [float(cell) if cell else None for cell in cells]
        tensors.append({"name": one["name"], "datatype": one["datatype"], "shape": [len(rows)], "data": cells})
    body = json.dumps({"inputs": tensors}).encode()
    head = f"POST /v2/models/{model}/infer HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def decided(body):
    """The outputs of an answer row by row, as they are written."""
    outputs = json.loads(body, parse_float=str, parse_int=str)["outputs"]
    rows = int(outputs[0]["shape"][0])
    return [[one["data"][at * len(one["data"]) // rows : (at + 1) * len(one["data"]) // rows] for one in outputs] for at in range(rows)]


def measure(address, requests, connections, seconds):
    times, wrong, lost = [], [0], [0]
    lock = threading.Lock()
    end = time.monotonic() + seconds

    def client(number):
        draw = random.Random(number)
        own, bad, gone = [], 0, 0
        try:
            connection = Connection(address)
            while time.monotonic() < end:
                request, expected = draw.choice(requests)
                began = time.perf_counter()
                status, body = connection.ask(request)
                own.append(time.perf_counter() - began)
                bad += status != 200 or (body != expected and decided(body) != decided(expected))
        except (OSError, ConnectionError):
            gone += 1
        with lock:
            times.extend(own)
            wrong[0] += bad
            lost[0] += gone

    threads = [threading.Thread(target=client, args=(number,)) for number in range(connections)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(times), time.monotonic() - began, wrong[0], lost[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("address")
    parser.add_argument("model")
    parser.add_argument("table", help="a CSV file with the columns of the model")
    parser.add_argument("--connections", default="1,4,16,64")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rows", type=int, default=1, help="rows of a request")
    parser.add_argument("--requests", type=int, default=200, help="different requests")
    given = parser.parse_args()
    connection = Connection(given.address)
    inputs = get(connection, f"/v2/models/{given.model}")["inputs"]
    with open(given.table, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[: given.rows * given.requests]
    alone = {}
    for at, row in enumerate(rows):
        status, body = connection.ask(infer_request(given.model, inputs, [row]))
        assert status == 200, body
        alone[at] = decided(body)[0]
    requests = []
    for first in range(0, len(rows) - given.rows + 1, given.rows):
        request = infer_request(given.model, inputs, rows[first : first + given.rows])
        status, body = connection.ask(request)
        assert status == 200 and decided(body) == [alone[at] for at in range(first, first + given.rows)], "rows depend on others"
        requests.append((request, body))
    print("| connections | rows of a request | requests/s | rows/s | median ms | 99% ms | wrong | lost |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    for connections in map(int, given.connections.split(",")):
        times, took, wrong, lost = measure(given.address, requests, connections, given.seconds)
        rate, count = len(times) / took, len(times)
        median, late = (1000 * times[min(count - 1, int(share * count))] for share in (0.5, 0.99))
        print(f"| {connections} | {given.rows} | {rate:.0f} | {rate * given.rows:.0f} | {median:.2f} | {late:.2f} | {wrong} | {lost} |", flush=True)


main()
