"""TLS in front of a server that speaks none: a certificate of our own, and a door that hands on what it decrypts.

The servers that wheels bring are built without TLS; what is to be tried is how the hub speaks it, not how they do.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.servers.process import free_port


class Authority:
    """Who signs certificates, with its own in ``file`` (PEM)."""

    def __init__(self, directory: Path) -> None:
        self.file = directory / "authority.pem"
        self._directory = directory
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
        self._key = ec.generate_private_key(ec.SECP256R1())
        signed = self._built(self._name, self._key, ca=True).sign(self._key, hashes.SHA256())
        self.file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))

    def certificate(self, host: str) -> Path:
        """Write the certificate of a host and its key into one file, and return that."""
        key, pem = ec.generate_private_key(ec.SECP256R1()), serialization.Encoding.PEM
        places = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(host))])
        named = self._built(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]), key, ca=False)
        served = named.add_extension(places, critical=False).sign(self._key, hashes.SHA256())
        private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        file = self._directory / f"{host}.pem"
        file.write_bytes(served.public_bytes(pem) + private)
        return file

    def _built(self, subject: x509.Name, owner: ec.EllipticCurvePrivateKey, *, ca: bool) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(owner.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )


@contextmanager
def door(port: int, authority: Authority, *, host: str = "127.0.0.1", shows: str = "") -> Iterator[int]:
    """Give a port of a host that speaks TLS and leads to one of this machine that does not.

    It shows the host's certificate, or that of another.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.certificate(shows or host))
    outside = free_port()
    with socket.create_server((host, outside), backlog=64) as listening:
        threading.Thread(target=_serve, args=(listening, context, port), name="tls-door", daemon=True).start()
        yield outside


def _serve(listening: socket.socket, context: ssl.SSLContext, port: int) -> None:
    while True:
        try:
            plain, _ = listening.accept()
        except OSError:  # the door is closed
            return
        threading.Thread(target=_hand_on, args=(plain, context, port), daemon=True).start()


def _hand_on(plain: socket.socket, context: ssl.SSLContext, port: int) -> None:
    try:
        # Nobody may hold the door up by a handshake that never ends.
        plain.settimeout(10)
        outside = context.wrap_socket(plain, server_side=True)
        inside = socket.create_connection(("127.0.0.1", port), timeout=5)
    except OSError:
        plain.close()
        return
    for one in (outside, inside):
        one.settimeout(None)
    threading.Thread(target=_pour, args=(inside, outside), daemon=True).start()
    _pour(outside, inside)


def _pour(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    for one in (source, target):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
