"""AWS KMS on loopback: moto's server, reached through a gate that counts calls and can be told to make trouble."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import requests
from moto.server import ThreadedMotoServer

REGION = "eu-central-1"


class _Gate(BaseHTTPRequestHandler):
    """Hands calls on to moto, unless there is trouble."""

    protocol_version = "HTTP/1.1"
    server: "Gate"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        self.server.calls.append((operation, json.loads(body or b"{}")))
        status, answer = self._answer(body)
        time.sleep(self.server.delay)
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)
        except OSError:
            self.close_connection = True

    def _answer(self, body: bytes) -> tuple[int, bytes]:
        if self.server.trouble is not None:
            status, code = self.server.trouble
            words = "User: arn:aws:iam::123456789012:user/secret-name is told something"
            return status, json.dumps({"__type": code, "message": words}).encode()
        kept = {name: value for name, value in self.headers.items() if name.lower() not in {"host", "content-length"}}
        told = requests.post(self.server.moto, data=body, headers=kept, timeout=10)
        return told.status_code, told.content

    def log_message(self, *args: Any) -> None:
        """Keep quiet."""


class Gate(ThreadingHTTPServer):
    """The address that the hub is told; what was asked, and what to answer instead."""

    daemon_threads = True

    def __init__(self, moto: str) -> None:
        self.moto = moto
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.trouble: tuple[int, str] | None = None
        self.delay = 0.0
        super().__init__(("127.0.0.1", 0), _Gate)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def reset(self) -> None:
        """Let everything through again, and forget what was asked."""
        self.calls, self.trouble, self.delay = [], None, 0.0

    def key(self) -> str:
        """Make a key and return its ARN."""
        return str(self.client().create_key()["KeyMetadata"]["Arn"])

    def client(self) -> Any:
        """Return a client that speaks with moto past the gate."""
        return boto3.client(
            "kms", endpoint_url=self.moto, region_name=REGION, aws_access_key_id="k", aws_secret_access_key="s"
        )

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are no trouble."""


@contextmanager
def running() -> Iterator[Gate]:
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    gate = Gate(f"http://{host}:{port}")
    thread = threading.Thread(target=gate.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield gate
    finally:
        gate.shutdown()
        gate.server_close()
        moto.stop()
