#!/usr/bin/env bash
# The trainer's training step against PyTorch's, side by side; README.md says how.
#   docs/benchmarks/trainer/run.sh [--quick] [--help for the rest]      about 2 hours on two idle cores; --quick 10 minutes
# Writes results.jsonl and prints it as a Markdown table. Installs PyTorch in the user's cache the first time.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$(cd "$here/../../.." && pwd)
python=$("$here/../pytorch/venv.sh")
"$home/distillery" --version >&2 # builds what is missing
"$python" -c 'import torch; print("PyTorch", torch.__version__)' >&2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
javac -d "$work" -cp "$home/trainer-image/target/classes:$home/trainer-image/target/lib/*" "$here/TrainerBenchmark.java"
results=$here/results.jsonl
for ((i = 1; i < $#; i++)); do
  if [[ ${!i} == --results ]]; then j=$((i + 1)) && results=${!j}; fi
done
"$python" "$here/benchmark.py" --classes "$work" --results "$results" "$@"
"$python" "$here/table.py" "$results"
