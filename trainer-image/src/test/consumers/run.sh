#!/usr/bin/env bash
# A published version, read by programs that nobody here wrote. Of Python and Node, what the machine has; the other is named
# as not run. Installs their packages into a folder that is deleted again, unless CONSUMERS names one to keep.
#   run.sh VERSION IMAGES LABELS      a version's folder; gzipped IDX files of its validation images
#   run.sh VERSION FOLDER             photographs, in a folder for each class; not by Node
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
usage="usage: run.sh VERSION IMAGES LABELS, or run.sh VERSION FOLDER"
version=${1:?$usage} images=${2:?$usage} labels=${3:-}
[[ -d $images || -n $labels ]] || { echo "$usage" >&2; exit 2; }
work=${CONSUMERS:-$(mktemp -d)}
if [[ -z ${CONSUMERS:-} ]]; then trap 'rm -rf "$work"' EXIT; fi

# The packages of a requirements file in a Python of their own, in $work/NAME.
python() {
  [[ -e $work/$1/complete ]] && return
  python3 -m venv "$work/$1" &&
    "$work/$1/bin/pip" install --quiet --disable-pip-version-check -r "$2" &&
    touch "$work/$1/complete"
}

if python3 -c 'import venv, ensurepip' 2>/dev/null; then
  python venv "$here/requirements.txt"
  "$work/venv/bin/python" "$here/pictures.py" "$here/../../../../inference/src/test/golden-images"
  "$work/venv/bin/python" "$here/consumer.py" "$version" "$images" ${labels:+"$labels"}

  # Triton's package holds programs for Linux on x86-64, which load the system's Python as a library.
  libpython=libpython$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  if [[ $(uname -sm) != "Linux x86_64" ]]; then
    echo "NOT RUN: Triton; this is $(uname -sm), there is a package for Linux on x86-64 only"
  elif [[ $(ldconfig -p) != *"$libpython.so.1.0"* ]]; then
    echo "NOT RUN: Triton; there is no $libpython.so (Debian: apt-get install $libpython)"
  else
    python triton "$here/triton/requirements.txt"
    "$work/triton/bin/python" "$here/triton_server.py" "$version" "$images" ${labels:+"$labels"}
  fi
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
