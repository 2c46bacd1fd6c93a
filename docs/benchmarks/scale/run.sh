#!/usr/bin/env bash
# The operator on a real API server with many recipes, live and finished.
#   docs/benchmarks/scale/run.sh [LIVE] [FINISHED]        600 and 1000 if not given, 600 at least
# Needs kubernetes-tools/build and a built operator (mvn -q -DskipTests package). Writes results/LIVE-FINISHED.json and the
# operator's class histogram beside it; its settings are in cluster/run. etcd, API server, operator and this program share the
# machine.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../cluster/run"
live=${1:-600} finished=${2:-1000}
name=${RESULT:-$here/results/$live-$finished}
status=0
benchmark "$here" ScaleBenchmark "$name" "$live" "$finished" || status=$?
head -25 "$folder"/histogram-after.txt >"$name-histogram.txt" 2>/dev/null || true
exit "$status"
