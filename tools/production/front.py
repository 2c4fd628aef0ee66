"""What stands in front: nginx or Caddy with the file of deploy/, with names, ports and certificates of the trial's own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tools.production.installation import DEPLOY, Failed

HOST: Final = "localhost"
_NGINX: Final = """
daemon off; master_process on; worker_processes 1; pid {home}/nginx.pid; error_log {home}/nginx.log warn; {user}
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {home}/nginx/body; proxy_temp_path {home}/nginx/proxy;
  fastcgi_temp_path {home}/nginx/f; uwsgi_temp_path {home}/nginx/u; scgi_temp_path {home}/nginx/s;
  include {home}/hub.nginx.conf;
}}
"""


def certificate(home: Path) -> tuple[Path, Path]:
    """Make a certificate for a day and return it with its key."""
    made, key = home / "tls.crt", home / "tls.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
         "-keyout", str(key), "-out", str(made), "-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST},IP:127.0.0.1"],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    return made, key


def required(name: str) -> str:
    """Return a program; raises ``Failed`` when it is not installed."""
    program = found(name)
    if program is None:
        raise Failed(f"{name} is not installed")
    return program


def found(name: str) -> str | None:
    """Return a proxy's program, also where only root looks for it."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin:/usr/bin")


@contextmanager
def nginx(home: Path, *, https: int, plain: int, web: int) -> Iterator[str]:
    """Run nginx with deploy/nginx.conf until the end of a with; give its address."""
    program = required("nginx")
    made, key = certificate(home)
    said = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    for old, new in (
        ("127.0.0.1:8000", f"127.0.0.1:{web}"), ("listen 80;", f"listen 127.0.0.1:{plain};"), ("listen [::]:80;", ""),
        ("listen 443 ssl;", f"listen 127.0.0.1:{https} ssl;"), ("listen [::]:443 ssl;", ""), ("hub.example.com;", f"{HOST};"),
        ("/etc/letsencrypt/live/hub.example.com/fullchain.pem", str(made)),
        ("/etc/letsencrypt/live/hub.example.com/privkey.pem", str(key)),
        # Debian's 1.22 says it in the line of listen; the directive came with 1.25.1.
        *((("http2 on;", ""),) if _older_than(program, (1, 25, 1)) else ()),
    ):  # fmt: skip
        if old not in said:
            raise Failed(f"deploy/nginx.conf no longer says {old!r}")
        said = said.replace(old, new)
    (home / "hub.nginx.conf").write_text(said, encoding="utf-8")
    (home / "nginx").mkdir(exist_ok=True)
    whole = home / "nginx.conf"
    whole.write_text(_NGINX.format(home=home, user="user root;" if os.geteuid() == 0 else ""), encoding="utf-8")
    base = [program, "-e", str(home / "nginx.log"), "-p", str(home), "-c", str(whole)]
    tested = subprocess.run([*base, "-t"], capture_output=True, text=True, timeout=30, check=False)
    if tested.returncode:
        raise Failed(f"nginx refuses deploy/nginx.conf: {tested.stderr}")
    with _kept(subprocess.Popen(base, start_new_session=True)):
        yield f"https://{HOST}:{https}"


@contextmanager
def caddy(home: Path, *, https: int, plain: int, web: int) -> Iterator[str]:
    """Run Caddy with deploy/Caddyfile until the end of a with; give its address."""
    program = required("caddy")
    made, key = certificate(home)
    said = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    for old, new in (
        ("reverse_proxy web:8000", f"reverse_proxy 127.0.0.1:{web}"),
        ("admin off\n", f"admin off\n\thttps_port {https}\n\thttp_port {plain}\n\tauto_https disable_redirects\n"),
        ("{$HUB_HOST} {\n", f"{{$HUB_HOST}} {{\n\ttls {made} {key}\n"),
    ):
        if old not in said:
            raise Failed(f"deploy/Caddyfile no longer says {old!r}")
        said = said.replace(old, new, 1)
    (home / "Caddyfile").write_text(said, encoding="utf-8")
    environment = {**os.environ, "HUB_HOST": f"https://{HOST}:{https}", "HOME": str(home), "XDG_DATA_HOME": str(home)}
    words = ["--config", str(home / "Caddyfile"), "--adapter", "caddyfile"]
    tested = subprocess.run(
        [program, "validate", *words], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    if tested.returncode:
        raise Failed(f"Caddy refuses deploy/Caddyfile: {tested.stderr[-2000:]}")
    with (home / "caddy.log").open("ab") as log:
        process = subprocess.Popen(
            [program, "run", *words], env=environment, stdout=log, stderr=log, start_new_session=True
        )
    with _kept(process):
        yield f"https://{HOST}:{https}"


@contextmanager
def _kept(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _older_than(program: str, version: tuple[int, ...]) -> bool:
    told = subprocess.run([program, "-v"], capture_output=True, text=True, timeout=30, check=True).stderr
    return tuple(int(part) for part in told.partition("nginx/")[2].split()[0].split(".")) < version
