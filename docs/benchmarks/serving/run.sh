#!/usr/bin/env bash
# `distillery serve` against ONNX Runtime called directly: 8 images a call, throughput and latency, in one run.
#   docs/benchmarks/serving/run.sh MODEL [SECONDS] [ROUNDS] [WARM-UP]
# MODEL is a published model with a uint8 input. Both sides have the same model and threads and take turns of SECONDS (5) each,
# ROUNDS (5) times, after turns of WARM-UP (SECONDS) seconds that do not count. Writes results-<model>.jsonl here and prints medians.
# The goal: at most 15 % less throughput.
# Callers and server share the machine, so a figure from a busy machine says nothing.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$(cd "$here/../../.." && pwd)
model=$(readlink -f "${1:?usage: run.sh MODEL [SECONDS] [ROUNDS] [WARM-UP]}")
threads=$(nproc)
results=$here/results-$(basename "$model").jsonl
log=$(mktemp)
"$home/distillery" serve "$model" --port 0 --threads "$threads" >"$log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null; rm -f "$log"' EXIT
until url=$(grep -o 'http://127\.0\.0\.1:[0-9]*' "$log"); do
  kill -0 "$server" || { cat "$log" >&2; exit 1; }
  sleep 0.2
done
cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)
echo "{\"hardware\":\"$cpu, $(nproc) cores\",\"model\":\"$(basename "$model")\",\"threads\":$threads,\"java\":\"$(java -version 2>&1 | sed -n '1s/.*"\(.*\)".*/\1/p')\"}" >"$results"
java -XX:+UseSerialGC -cp "$home/serving/target/quarkus-app/lib/main/*" "$here/ServingBenchmark.java" \
  "$url" "$model" "$threads" "${2:-5}" "${3:-5}" "${4:-${2:-5}}" >>"$results"
python3 - "$results" <<'PYTHON'
import json, statistics, sys
head, *rows = [json.loads(line) for line in open(sys.argv[1])]
def median(side, callers, key):
    return statistics.median(r[key] for r in rows if r["side"] == side and r["callers"] == callers)
base = median("direct", 1, "imagesPerSecond")
print(f"| {head['model']}, {head['threads']} threads | images/s | of direct | p50, ms | p99, ms |\n|---|---|---|---|---|")
for side, callers in [("direct", 1), ("server", 1), ("server", 2), ("server", 4)]:
    rate = median(side, callers, "imagesPerSecond")
    print(f"| {side}, {callers} caller{'s'[:callers > 1]} | {rate:,.0f} | {rate / base:.2f} |"
          f" {median(side, callers, 'p50Millis'):.2f} | {median(side, callers, 'p99Millis'):.2f} |")
print(f"/v2/health/ready, which runs no model: p50 {median('ready', 1, 'p50Millis'):.3f} ms")
PYTHON
