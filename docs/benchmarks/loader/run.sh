#!/usr/bin/env bash
# Images per CPU-second of loading photographs: ours against PyTorch's DataLoader with torchvision.
#   docs/benchmarks/loader/run.sh FOLDER [ROUNDS]
# FOLDER holds train and validation, each with one sub-folder of JPEG files per class. Installs PyTorch in the user's cache the
# first time. Build first: mvn -pl trainer-image -am package -DskipTests
#
# Work: random resized crop to 224 (0.08 to 1 of the area, antialiased bilinear), flip, batches of 64, uint8. Variants take
# turns; each is a process of its own with one thread. CPU time, not wall time: the machine may have other things to do.
# Writes results.jsonl and prints medians and ratios.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$(cd "$here/../../.." && pwd)
folder=${1:?usage: run.sh FOLDER [ROUNDS]}
rounds=${2:-5}
python=$("$here/../pytorch/venv.sh")
results=$here/results.jsonl

ours() {
  java -XX:+UseSerialGC -Xmx2g "${@:2}" -cp "$home/trainer-image/target/classes:$home/trainer-image/target/lib/*" \
    "$here/Loader.java" "$1" "$folder" 2 2>/dev/null
}

versions=$("$python" -c 'import torch, torchvision, PIL; print(f"torch {torch.__version__}, torchvision {torchvision.__version__}, Pillow {PIL.__version__}")')
cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)
library=$(ldconfig -p | grep -q 'libturbojpeg\.so\.0' && echo libjpeg-turbo || echo ImageIO)
echo "{\"hardware\":\"$cpu, $(nproc) cores\",\"versions\":\"Java $(java -version 2>&1 | sed -n '1s/.*"\(.*\)".*/\1/p'), $library, $versions\"}" >"$results"
for round in $(seq "$rounds"); do
  echo "round $round of $rounds" >&2
  {
    "$python" "$here/loader.py" tensor "$folder/train" 2
    # Without room for decoded images: every epoch decodes.
    ours ours-decoding -Djava.io.tmpdir=/nonexistent
    "$python" "$here/loader.py" pillow "$folder/train" 2
    ours ours
  } >>"$results"
done
"$python" "$here/summary.py" "$results"
