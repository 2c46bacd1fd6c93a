#!/usr/bin/env bash
# The reference rate of resnet-cifar, by measuring: examples/fashion-mnist.yaml with one rate after the other.
#   docs/benchmarks/reference-rate/run.sh [SEEDS]     about 10 minutes a seed on two idle cores
# Writes results.jsonl (one line a run) and prints a table of means.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$(cd "$here/../../.." && pwd)
seeds=${1:-2}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
results=$here/results.jsonl
: >"$results"

for seed in $(seq "$seeds"); do
  for rate in 0.1 0.4 0.8 1.6; do
    echo "== rate $rate, seed $seed" >&2
    json=$("$home/distillery" run "$home/examples/fashion-mnist.yaml" --set spec.training.seed="$seed" \
      --set spec.tricks.linearScaling.referenceRate="$rate" --set spec.gate='{minTop1: 0}' \
      --output json --destination "$work/models" --state "$work/state-$rate-$seed")
    echo "{\"rate\":$rate,\"seed\":$seed,$(cut -c2- <<<"$json" | sed -E 's/"modelDir":"[^"]*",//; s/"message":"[^"]*",//')" >>"$results"
  done
done

awk -F'[:,]' '
  { for (i = 1; i < NF; i++) { if ($i ~ /"rate"/) rate = $(i + 1)
      if ($i ~ /"top1"/) student = $(i + 1); if ($i ~ /"teacherTop1"/) teacher = $(i + 1) }
    n[rate]++; s[rate] += student; t[rate] += teacher }
  END { for (r in n) printf "rate %s: teacher %.4f, student %.4f over %d seeds\n", r, t[r] / n[r], s[r] / n[r], n[r] }
' "$results" | sort
