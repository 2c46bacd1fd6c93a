#!/usr/bin/env bash
# The operator on a real API server with many recipes, live and finished.
#   docs/benchmarks/scale/run.sh [LIVE] [FINISHED]        600 and 1000 if not given, 600 at least
# Needs kubernetes-tools/build and a built operator (mvn -q -DskipTests package). Writes results/LIVE-FINISHED.json and the
# operator's class histogram beside it. The operator has the image's settings; -XX:MaxRAM, -XX:ActiveProcessorCount and the
# collector that the JVM chooses there stand for a container of 2 CPUs and 1 GiB, as nothing here limits it from outside.
# etcd, API server, operator and this program share the machine.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../../.."
live=${1:-600} finished=${2:-1000}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OPERATOR_JAVA="${OPERATOR_JAVA:--XX:ActiveProcessorCount=2 -XX:MaxRAM=1g -XX:+UseSerialGC -XX:MaxRAMPercentage=50 -XX:+ExitOnOutOfMemoryError}"
name=${RESULT:-$here/results/$live-$finished}
status=0
java -Xmx2g -XX:+UseSerialGC -Djava.util.logging.manager=org.jboss.logmanager.LogManager \
  -cp "operator/target/quarkus-app/lib/main/*:operator/target/quarkus-app/lib/boot/*:kubernetes-tools/target/classes" \
  "$here/ScaleBenchmark.java" "$live" "$finished" "$folder" | tail -1 >"$name.json" || status=$?
head -25 "$folder"/histogram-after.txt >"$name-histogram.txt" 2>/dev/null || true
tail -5 "$folder/operator.log" >&2
exit "$status"
