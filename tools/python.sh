#!/bin/sh
# Run a program with a Python that is new enough:  sh tools/python.sh tools/bootstrap.py dev
#
# The search stands here and not in the programs, so that a machine whose python3 is too old, or is none, gets a sentence
# and not a SyntaxError. PYTHON= chooses one; otherwise the newest usable one is taken.
set -eu
cd "$(dirname "$0")/.."

# Said by the Python itself, because what stands on PATH may be a pyenv shim that leads nowhere. Written for any Python.
probe='
import sys
try:
    if sys.version_info < (3, 11):
        print("is Python %d.%d" % sys.version_info[:2])
    else:
        import ensurepip, venv
        print("ok")
except ImportError:
    print("is Python %d.%d without the modules venv and ensurepip" % sys.version_info[:2])
'

verdict() {
    if said=$("$1" -c "$probe" 2>&1); then
        echo "$said"
    else
        echo "does not run ($(echo "$said" | head -n 1))"
    fi
}

need='Switchboard needs Python 3.11 or later, with its venv module.'
remedy='  Debian, Ubuntu:  apt-get install python3 python3-venv
  Fedora:          dnf install python3
  macOS:           brew install python
  pyenv:           pyenv install 3.13
or name another one: make ... PYTHON=/path/to/python3'

if [ -n "${PYTHON:-}" ]; then
    said=$(verdict "$PYTHON")
    if [ "$said" != ok ]; then
        printf '%s PYTHON=%s %s.\n%s\n' "$need" "$PYTHON" "$said" "$remedy" >&2
        exit 1
    fi
    exec "$PYTHON" -I "$@"
fi

refused=''
for python in python3.14 python3.13 python3.12 python3.11 python3 python \
    "${PYENV_ROOT:-${HOME:-/nonexistent}/.pyenv}"/versions/3.1[1-9]*/bin/python3; do
    command -v "$python" >/dev/null 2>&1 || continue
    said=$(verdict "$python")
    if [ "$said" = ok ]; then
        exec "$python" -I "$@"
    fi
    refused="$refused
  $python $said"
done
printf '%s None was found.%s\nWhat helps:\n%s\n' "$need" "${refused:+ Looked at:$refused}" "$remedy" >&2
exit 1
