#!/usr/bin/env bash
# The accuracy of one recipe, by Distillery and by the same recipe written in PyTorch, seed by seed.
#   docs/benchmarks/accuracy/run.sh [SEEDS]            Fashion-MNIST (examples/fashion-mnist.yaml); default 5 seeds
#   docs/benchmarks/accuracy/run.sh SEEDS FOLDER       photographs (clothing.yaml); FOLDER holds train and validation of
#                                                      clothing-dataset-small
# About 5 minutes a seed on two idle cores. Writes fashion-mnist.jsonl or clothing.jsonl (one line a run) and prints
# mean ± standard deviation.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$(cd "$here/../../.." && pwd)
seeds=${1:-5}
python=$("$here/../pytorch/venv.sh")
"$home/distillery" --version >&2 # builds what is missing
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [[ -n ${2:-} ]]; then
  results=$here/clothing.jsonl
  recipe=$work/clothing.yaml
  cp "$here/clothing.yaml" "$recipe"
  ln -s "$(cd "$2" && pwd)" "$work/clothing"
else
  results=$here/fashion-mnist.jsonl
  recipe=$home/examples/fashion-mnist.yaml
fi
javac -d "$work" -cp "$home/trainer-image/target/classes:$home/trainer-image/target/lib/*" \
  "$here/../trainer/TrainerBenchmark.java"
TRAINER_MAIN=TrainerBenchmark TRAINER_CLASSES=$work:$home/trainer-image/target/classes \
  "$home/trainer-image/bin/trainer" resolve "$recipe" "$work/recipe.json"
: >"$results"
for seed in $(seq "$seeds"); do
  echo "== seed $seed" >&2
  json=$("$home/distillery" run "$recipe" --set spec.training.seed="$seed" \
    --set spec.gate='{minTop1: 0}' --output json --destination "$work/models" --state "$work/state-$seed")
  "$python" -c 'import json, sys
run = json.loads(sys.argv[2])
print(json.dumps({"side": "distillery", "seed": int(sys.argv[1]), "teacherTop1": run["teacherTop1"], "top1": run["top1"]}))
' "$seed" "$json" >>"$results"
  "$python" "$here/reference.py" --recipe "$work/recipe.json" --seed "$seed" >>"$results"
done
"$python" - "$results" <<'TABLE'
import json, statistics, sys
runs = [json.loads(line) for line in open(sys.argv[1])]
print("| Side | Seeds | Teacher top-1 | Student top-1 |\n|---|---|---|---|")
for side in ("distillery", "pytorch"):
    columns = []
    for key in ("teacherTop1", "top1"):
        values = [run[key] for run in runs if run["side"] == side]
        deviation = f" ± {100 * statistics.stdev(values):.2f}" if len(values) > 1 else ""
        columns.append(f"{100 * statistics.mean(values):.2f}%{deviation}")
    print(f"| {side} | {len(values)} | " + " | ".join(columns) + " |")
TABLE
