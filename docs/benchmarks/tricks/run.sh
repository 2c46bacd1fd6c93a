#!/usr/bin/env bash
# All eight tricks on against all off, paired by seed, on the Fashion-MNIST sample.
#   docs/benchmarks/tricks/run.sh [SEEDS]     about 4 minutes a seed on two idle cores
# Writes results.jsonl (one line a run, as `distillery run --output json` prints it) and prints mean ± sd.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$(cd "$here/../../.." && pwd)
seeds=${1:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
results=$here/results.jsonl
: >"$results"

run() { # variant seed recipe
  echo "== $1, seed $2" >&2
  local json
  json=$("$home/distillery" run "$home/examples/$3" --set spec.training.seed="$2" --set spec.gate='{minTop1: 0}' \
    --output json --destination "$work/models" --state "$work/state-$1-$2")
  echo "{\"variant\":\"$1\",\"seed\":$2,$(cut -c2- <<<"$json" | sed -E 's/"modelDir":"[^"]*",//; s/"message":"[^"]*",//')" >>"$results"
}

for seed in $(seq "$seeds"); do
  run on "$seed" fashion-mnist.yaml
  run off "$seed" plain.yaml
done

awk -F'"top1":' '
  { split($2, v, ","); variant = ($0 ~ /"variant":"on"/) ? "on" : "off"
    n[variant]++; s[variant] += v[1]; q[variant] += v[1] * v[1] }
  END { for (k in n) { m = s[k] / n[k]
    printf "all tricks %s: top-1 %.4f ± %.4f over %d seeds\n", k, m, sqrt((q[k] - n[k] * m * m) / (n[k] - 1)), n[k] } }
' "$results"
