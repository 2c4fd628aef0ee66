"""How gunicorn serves the hub: ``gunicorn -c config/gunicorn.py config.wsgi:application``.

WEB_BIND, WEB_PROCESSES and WEB_THREADS change what suits a machine.
"""

import os

bind = os.environ.get("WEB_BIND", "127.0.0.1:8000")
# A request waits for the database and seldom for the processor, so threads carry most; one process a core is enough.
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = int(os.environ.get("WEB_THREADS", "16"))
# Longer than a proxy keeps its own connections (60 s: nginx by itself, Caddy by deploy/Caddyfile), so that it is never the
# hub that hangs up on a request.
keepalive = 75
# Uploads and files fetched by address take their time, with bounds of their own below this.
timeout = 120
# After SIGTERM: so long for requests under way. A post is accepted or not, never half.
graceful_timeout = 30
# Heartbeat files on a disk may stall a process; and a read-only root has no other place to write.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108 - gunicorn asks for a path in text
# The proxy in front is the only one who connects, wherever it stands; whether its word counts says BEHIND_PROXY.
forwarded_allow_ips = "*"
# ... and no header moves the root of the hub: what is checked by path is checked at the path that was asked for.
forwarder_headers = ""
# The hub logs requests itself, with ids and without secrets.
accesslog = None
errorlog = "-"
