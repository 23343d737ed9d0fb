#!/usr/bin/env python3
"""Wears `palisade gateway` out: reloads under load, idle and slow clients, memory.

Usage: soak.py BINARY [RELOADS [CLIENTS]]

Prints one line for each thing that was measured, and fails where one of these does not hold:
  * no request fails while the file is reloaded, and a WebSocket stays open through all of it
  * memory after the reloads is within 10 % of what it was after the first tenth of them
  * with CLIENTS idle connections and slow clients, every request of others is answered
  * a gateway with one API needs no more than 30 MB, and 2 MB for each further one
"""

import asyncio
import os
import pathlib
import re
import resource
import signal
import statistics
import sys
import tempfile
import time

CONTRACT = """openapi: 3.1.0
info: {title: soak, version: "1"}
paths:
  /items/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses: {"200": {description: one}}
  /items:
    post:
      requestBody: {required: true, content: {application/json: {schema: {type: object}}}}
      responses: {"200": {description: made}}
"""
# A hundred operations, each with a body of ten members, as contracts of some size have them.
MEMBERS = ", ".join(f"m{at}: {{type: string, maxLength: {at + 9}, pattern: '^[a-z]+$'}}" for at in range(10))
for operation in range(100):
    CONTRACT += f"""  /things{operation}/{{id}}:
    put:
      parameters: [{{name: id, in: path, required: true, schema: {{type: integer}}}}]
      requestBody: {{content: {{application/json: {{schema: {{type: object, properties: {{{MEMBERS}}}}}}}}}}}
      responses: {{"200": {{description: changed}}}}
"""
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
failures = []


def check(holds, what):
    print(("ok      " if holds else "FAILED  ") + what, flush=True)
    if not holds:
        failures.append(what)


async def upstream(reader, writer):
    """Answers every request; a WebSocket is an echo."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            if b"upgrade: websocket" in head.lower():
                writer.write(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
                while data := await reader.read(4096):
                    writer.write(data)
                break
            length = re.search(rb"content-length: (\d+)", head.lower())
            if length:
                await reader.readexactly(int(length.group(1)))
            writer.write(ANSWER)
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    writer.close()


class Gateway:
    def __init__(self, binary, folder):
        self.binary, self.folder = binary, pathlib.Path(folder)
        (self.folder / "contract.yaml").write_text(CONTRACT)

    def file(self, port, apis, listener="127.0.0.1:0", odd=False):
        text = f'listeners: [{{address: "{listener}"}}]\napis:\n'
        for at in range(apis):
            base = "/" if at == 0 else f"/api{at}"
            text += f'  - {{name: api{at}, base_path: "{base}{"/" if odd else ""}", upstream: "http://127.0.0.1:{port}"'
            text += ", contract: contract.yaml, mode: block}\n"
        # What is not described is for the tunnel.
        text += f'  - {{name: tunnel, base_path: "/ws", upstream: "http://127.0.0.1:{port}"}}\n'
        temporary = self.folder / "gateway.new"
        temporary.write_text(text)
        temporary.rename(self.folder / "gateway.yaml")

    async def start(self):
        self.log = open(self.folder / "log", "w+b")
        command = [self.binary, "gateway", "--config", str(self.folder / "gateway.yaml")]
        command += ["--admin", "127.0.0.1:0", "--log-format", "json"]
        self.process = await asyncio.create_subprocess_exec(*command, stderr=self.log)
        self.data, self.admin = await self.said("gateway listens"), await self.said("admin listens")

    async def said(self, message):
        for _ in range(400):
            text = (self.folder / "log").read_text()
            found = re.search(rf'"message":"{message}","address":"127.0.0.1:(\d+)"', text)
            found = found or re.search(rf'"address":"127.0.0.1:(\d+)"[^\n]*"message":"{message}"', text)
            if found:
                return int(found.group(1))
            await asyncio.sleep(0.05)
        sys.exit(f"the gateway does not start:\n{text}")

    def megabytes(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        return int(re.search(r"Pss:\s+(\d+)", text).group(1)) * 1024 / 1e6

    async def version(self):
        return int(re.search(rb'"version":(\d+)', await ask(self.admin, "/status")).group(1))

    async def stop(self):
        self.process.send_signal(signal.SIGTERM)
        await self.process.wait()


async def ask(port, path):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    return answer


async def load(port, stop, times, bad):
    """Requests one after the other on a kept connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    number = 0
    while not stop.is_set():
        number += 1
        begun = time.perf_counter()
        writer.write(f"GET /items/{number} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
            body = await asyncio.wait_for(reader.readexactly(2), 30)
        except (asyncio.IncompleteReadError, asyncio.TimeoutError, ConnectionError) as error:
            bad.append(repr(error))
            return
        if not head.startswith(b"HTTP/1.1 200 ") or body != b"ok":
            bad.append(head)
        times.append(time.perf_counter() - begun)
    writer.close()


async def memory(gateway, port):
    needed = {}
    for apis in (1, 51):
        gateway.file(port, apis)
        await gateway.start()
        for number in range(200):
            await ask(gateway.data, f"/items/{number}")
        needed[apis] = gateway.megabytes()
        await gateway.stop()
    each = (needed[51] - needed[1]) / 50
    check(needed[1] <= 30, f"memory with one API: {needed[1]:.1f} MB")
    check(each <= 2, f"memory of a further API: {each:.2f} MB")


async def reloads(gateway, port, count):
    gateway.file(port, 3)
    await gateway.start()
    stop, times, bad = asyncio.Event(), [], []
    clients = [asyncio.create_task(load(gateway.data, stop, times, bad)) for _ in range(8)]
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.data)
    writer.write(b"GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
    echoes, early, begun = 0, None, time.time()
    for number in range(count):
        gateway.file(port, 3, odd=number % 2 == 0)
        before = await gateway.version()
        gateway.process.send_signal(signal.SIGHUP)
        while await gateway.version() == before:
            await asyncio.sleep(0.002)
        writer.write(b"ping%04d" % (number % 10000))
        echoes += await asyncio.wait_for(reader.readexactly(8), 30) == b"ping%04d" % (number % 10000)
        if number == count // 10:
            early = gateway.megabytes()
    late, spent = gateway.megabytes(), time.time() - begun
    stop.set()
    await asyncio.gather(*clients)
    check(not bad, f"{count} reloads in {spent:.0f} s under load: {len(times)} requests, {len(bad)} failed {bad[:3]}")
    check(echoes == count, f"the WebSocket echoed {echoes} times of {count}")
    check(late <= early * 1.1, f"memory after a tenth of the reloads {early:.1f} MB, after all {late:.1f} MB")
    await gateway.stop()


async def slowly(port, first, rest, pause):
    """A client that sends a byte from time to time, and takes what comes."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(first)
        for byte in rest:
            await asyncio.sleep(pause)
            writer.write(bytes([byte]))
            await writer.drain()
    except (OSError, asyncio.CancelledError):
        return


async def crowd(gateway, port, count):
    gateway.file(port, 1)
    await gateway.start()
    before, idle = gateway.megabytes(), []
    for at in range(count):
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.data)
        if at % 2:
            writer.write(b"GET /items/1 HTTP/1.1\r\nHost: a\r\n\r\n")
            await reader.readexactly(len(ANSWER))
        idle.append((reader, writer))
    body = b"POST /items HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n{"
    slow = [asyncio.create_task(slowly(gateway.data, b"GET /items/1 HTTP/1.1\r\nX: ", b"x" * 400, 0.5)) for _ in range(150)]
    slow += [asyncio.create_task(slowly(gateway.data, body, b" " * 400, 0.5)) for _ in range(150)]
    await asyncio.sleep(1)
    stop, times, bad = asyncio.Event(), [], []
    clients = [asyncio.create_task(load(gateway.data, stop, times, bad)) for _ in range(4)]
    await asyncio.sleep(15)
    stop.set()
    await asyncio.gather(*clients)
    open_now = int(re.search(rb'"connections":(\d+)', await ask(gateway.admin, "/status")).group(1))
    p50, p99 = statistics.median(times) * 1000, statistics.quantiles(times, n=100)[98] * 1000
    check(open_now >= count, f"{open_now} connections open, {count} of them idle, 300 slow at first")
    check(not bad and len(times) > 100, f"others: {len(times)} requests, {len(bad)} failed; p50 {p50:.2f} ms, p99 {p99:.2f} ms")
    print(f"        memory before {before:.1f} MB, with them {gateway.megabytes():.1f} MB")
    for task in slow:
        task.cancel()
    for _, writer in idle:
        writer.close()
    await gateway.stop()


async def main():
    binary = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    clients = int(sys.argv[3]) if len(sys.argv) > 3 else 10000
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    server = await asyncio.start_server(upstream, "127.0.0.1", 0, backlog=1024)
    port = server.sockets[0].getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        gateway = Gateway(os.path.abspath(binary), folder)
        await memory(gateway, port)
        await reloads(gateway, port, count)
        await crowd(gateway, port, clients)
    sys.exit(1 if failures else 0)


asyncio.run(main())
