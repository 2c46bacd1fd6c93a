#!/usr/bin/env bash
# A published version, read by programs that nobody here wrote. Of Python and Node, what the machine has; the other is named
# as not run. Installs their packages into a folder that is deleted again, unless CONSUMERS names one to keep.
#   run.sh VERSION IMAGES LABELS      a version's folder; gzipped IDX files of its validation images
#   run.sh VERSION FOLDER             photographs, in a folder for each class; Python only
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
usage="usage: run.sh VERSION IMAGES LABELS, or run.sh VERSION FOLDER"
version=${1:?$usage} images=${2:?$usage} labels=${3:-}
[[ -d $images || -n $labels ]] || { echo "$usage" >&2; exit 2; }
work=${CONSUMERS:-$(mktemp -d)}
if [[ -z ${CONSUMERS:-} ]]; then trap 'rm -rf "$work"' EXIT; fi

if python3 -c 'import venv, ensurepip' 2>/dev/null; then
  if [[ ! -e $work/venv/complete ]]; then
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    touch "$work/venv/complete"
  fi
  "$work/venv/bin/python" "$here/pictures.py" "$here/../../../../inference/src/test/golden-images"
  "$work/venv/bin/python" "$here/consumer.py" "$version" "$images" ${labels:+"$labels"}
else
  echo "NOT RUN: Python's consumers; there is no python3 with venv"
fi

if [[ -d $images ]]; then
  echo "NOT RUN: Node's consumer; it reads IDX files only"
elif command -v npm >/dev/null; then
  mkdir -p "$work/node"
  cp "$here"/node/* "$work/node/"
  # Without scripts: the package's own would fetch GPU libraries.
  (cd "$work/node" && npm ci --silent --ignore-scripts --no-audit --no-fund)
  node "$work/node/consumer.mjs" "$version" "$images" "$labels"
else
  echo "NOT RUN: Node's consumer; there is no npm"
fi
