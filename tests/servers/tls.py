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


@contextmanager
def door(port: int, directory: Path) -> Iterator[tuple[int, Path]]:
    """Give a port that speaks TLS and leads to one that does not, and the file with the certificate of who signed its own."""
    authority, chain = _certificates(directory)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    outside = free_port()
    with socket.create_server(("127.0.0.1", outside), backlog=64) as listening:
        threading.Thread(target=_serve, args=(listening, context, port), name="tls-door", daemon=True).start()
        yield outside, authority


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


def _certificates(directory: Path) -> tuple[Path, Path]:
    """Write the authority's certificate, and the server's with its key."""
    now = datetime.now(UTC)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])

    def built(subject: x509.Name, owner: ec.EllipticCurvePrivateKey, *, ca: bool) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(authority)
            .public_key(owner.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )

    signed = built(authority, authority_key, ca=True).sign(authority_key, hashes.SHA256())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    places = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    served = built(name, key, ca=False).add_extension(places, critical=False).sign(authority_key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (directory / "authority.pem").write_bytes(signed.public_bytes(pem))
    (directory / "server.pem").write_bytes(served.public_bytes(pem) + private)
    return directory / "authority.pem", directory / "server.pem"
