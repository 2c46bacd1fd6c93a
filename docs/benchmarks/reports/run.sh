#!/usr/bin/env bash
# The operator on a real API server while many trainers report their progress.
#   docs/benchmarks/reports/run.sh [RECIPES] [SECONDS]      1000 and 300 if not given
# In SECONDS, measured once every trainer was heard, each token is reviewed once if they are 300. Needs kubernetes-tools/build
# and a built operator (mvn -q -DskipTests package). Writes results/RECIPES.json. The operator has the settings of scale/run.sh;
# etcd, API server, operator and the program that plays the trainers share the machine.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../cluster/run"
recipes=${1:-1000} seconds=${2:-300}
benchmark "$here" ReportsBenchmark "${RESULT:-$here/results/$recipes}" "$recipes" "$seconds"
