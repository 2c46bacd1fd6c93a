#!/usr/bin/env bash
# INT8 as the trainer makes it against onnxruntime.quantization, on one or more published models.
#   docs/benchmarks/quantization/run.sh VERSION...       e.g. out/models/fashion-mnist/1; its recipe must find its data
# PYTHON (default: python3) needs onnx, onnxruntime and numpy. Build first: mvn -pl trainer-image -am package -DskipTests
# Writes results.jsonl.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$(cd "$here/../../.." && pwd)
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

versions=$("$python" -c 'import onnx, onnxruntime; print(f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}")')
cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)
echo "{\"hardware\":\"$cpu, $(nproc) cores\",\"versions\":\"$versions\"}" >"$here/results.jsonl"
for version in "$@"; do
  java -XX:+UseSerialGC -Xmx2g -cp "$home/trainer-image/target/classes:$home/trainer-image/target/lib/*" \
    "$here/Quantize.java" "$version" "$work" 2>/dev/null
  "$python" "$here/compare.py" "$version/model.onnx" "$work" 2>/dev/null | grep '^{' | tee -a "$here/results.jsonl"
done
