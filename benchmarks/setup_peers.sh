#!/usr/bin/env bash
# Make .venv-bench, the environment of the peers, from scratch.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-python3.11}
for tool in "$python" cmake c++; do
    command -v "$tool" >/dev/null || { echo "setup_peers: $tool is needed and missing" >&2; exit 1; }
done
"$python" -m venv --clear .venv-bench
pip=(.venv-bench/bin/python -m pip --disable-pip-version-check install --quiet)
"${pip[@]}" setuptools==80.9.0 wheel
"${pip[@]}" -r benchmarks/requirements-peers.txt
"${pip[@]}" --no-deps facenet-pytorch==2.6.0
.venv-bench/bin/python -W ignore -c 'import dlib, face_recognition, torch; print("dlib", dlib.__version__, "torch", torch.__version__)'
