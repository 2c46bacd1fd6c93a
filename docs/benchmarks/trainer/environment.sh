#!/usr/bin/env bash
# The trainer's step with the launcher's settings of libgomp and malloc and with others, in turns.
#   docs/benchmarks/trainer/environment.sh [--rounds N]      about 5 minutes on two idle cores; no PyTorch needed
# Writes environment.jsonl and prints it as a Markdown table.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$(cd "$here/../../.." && pwd)
"$home/distillery" --version >&2 # builds what is missing
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
javac -d "$work" -cp "$home/trainer-image/target/classes:$home/trainer-image/target/lib/*" "$here/TrainerBenchmark.java"
python3 "$here/environment.py" --classes "$work" "$@"
