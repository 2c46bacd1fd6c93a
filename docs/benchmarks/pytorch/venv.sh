#!/usr/bin/env bash
# Prints the Python that has PyTorch; makes a virtual environment in the user's cache the first time.
#   PYTHON=/path/to/python docs/benchmarks/trainer/run.sh     takes an environment of your own
set -euo pipefail
if [[ -n ${PYTHON:-} ]]; then
  echo "$PYTHON"
  exit
fi
venv=${XDG_CACHE_HOME:-$HOME/.cache}/distillery/benchmark-venv
if ! "$venv/bin/python" -c 'import torch, torchvision, numpy' 2>/dev/null; then
  echo "installing the newest PyTorch into $venv (once; delete the folder to renew it)" >&2
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet torch torchvision numpy >&2
fi
echo "$venv/bin/python"
