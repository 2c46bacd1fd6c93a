#!/usr/bin/env bash
# A published version, read by programs that nobody here wrote. Of Python and Node, what the machine has; the other is named
# as not run. Installs their packages into a folder that is deleted again, unless CONSUMERS names one to keep.
#   run.sh VERSION IMAGES LABELS      a version's folder; gzipped IDX files of its validation images
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=${1:?usage: run.sh VERSION IMAGES LABELS}
work=${CONSUMERS:-$(mktemp -d)}
if [[ -z ${CONSUMERS:-} ]]; then trap 'rm -rf "$work"' EXIT; fi

if python3 -c 'import venv, ensurepip' 2>/dev/null; then
  if [[ ! -e $work/venv/complete ]]; then
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    touch "$work/venv/complete"
  fi
  "$work/venv/bin/python" "$here/consumer.py" "$version" "$2" "$3"
else
  echo "NOT RUN: Python's consumers; there is no python3 with venv"
fi

if command -v npm >/dev/null; then
  mkdir -p "$work/node"
  cp "$here"/node/* "$work/node/"
  # Without scripts: the package's own would fetch GPU libraries.
  (cd "$work/node" && npm ci --silent --ignore-scripts --no-audit --no-fund)
  node "$work/node/consumer.mjs" "$version" "$2" "$3"
else
  echo "NOT RUN: Node's consumer; there is no npm"
fi
