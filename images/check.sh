#!/usr/bin/env bash
# Runs what `mvn -Pimage package` built, as a cluster would: layers unpacked, root read-only, any user but root, no
# capabilities, /tmp and the volumes alone writable. The operator comes up against an embedded cluster, and the trainer
# trains, checks and publishes examples/smoke.yaml. Needs root, for mounts; no registry, no container engine, no GPU.
#
#   images/check.sh         the trainer's image for CPUs
#   images/check.sh cuda    the one for NVIDIA GPUs (mvn -Pimage,cuda package), which trains on the CPU where there is none
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
home=$PWD
images=$home/target/images
readonly USER_ID=12345 GROUP_ID=0 # as OpenShift gives them: a user that no image knows
readonly OPERATOR_LIMIT_MB=250
readonly variant=${1:-cpu}
declare -rA TRAINER_LIMIT_MB=([cpu]=700 [cuda]=4800)

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

[[ ${TRAINER_LIMIT_MB[$variant]:-} ]] || fail "expected cpu or cuda (got $variant)"
((EUID == 0)) || fail "needs root, to mount (got user $EUID)"
work=$(mktemp -d)
started=()
finish() {
  local pid
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; done
  rm -rf --one-file-system "$work"
}
trap finish EXIT

# The blob with a digest; "sha256:" may lead.
blob() {
  tar -xOf "$1" "blobs/sha256/${2#sha256:}"
}

# The image's layers as one folder, and what its configuration says, as shell words.
unpack() {
  local tar=$1 root=$2 limit=$3 manifest layer size
  [[ -s $tar ]] || fail "$tar: no such file; build it: mvn -Pimage package -DskipTests (for cuda: -Pimage,cuda)"
  manifest=$(tar -xOf "$tar" index.json | jq -r '.manifests[0].digest')
  mkdir -p "$root"
  for layer in $(blob "$tar" "$manifest" | jq -r '.layers[].digest'); do
    blob "$tar" "$layer" | tar --warning=no-unknown-keyword -xzf - -C "$root"
  done
  mkdir -p "$root"/{proc,tmp,dev}
  blob "$tar" "$(blob "$tar" "$manifest" | jq -r .config.digest)" >"$root.json"
  [[ $(jq -r .config.User "$root.json") == 65532:65532 ]] || fail "$tar: expected user 65532:65532"
  [[ -z $(find "$root" -xdev -type f \( -perm -4000 -o -perm -2000 \) -print -quit) ]] || fail "$tar: holds setuid files"
  [[ -n $(find "$root"/usr/share/sbom -name '*.cdx.json' -size +0) ]] || fail "$tar: expected an SBOM in /usr/share/sbom"
  size=$(du -s --apparent-size --block-size=1MB "$root" | cut -f 1)
  echo "$(basename "$tar"): $size MB unpacked, manifest $manifest"
  ((size <= limit)) || fail "$tar: $size MB unpacked, expected at most $limit"
}

# enter ROOT [ARGUMENT...]: the image's entry point with this shell's exported variables and the image's.
# Of the machine it sees /proc, the network, and $work, which stands for the volumes.
cat >"$work/enter" <<ENTER
#!/usr/bin/env bash
set -euo pipefail
root=\$1
shift
mapfile -t environment < <(jq -r '.config.Env[]' "\$root.json")
mapfile -t entrypoint < <(jq -r '.config.Entrypoint[]' "\$root.json")
directory=\$(jq -r '.config.WorkingDir' "\$root.json")
# What the kubelet does for fsGroup.
chown -R $USER_ID:$GROUP_ID "$work/state"
exec unshare --mount bash -euc '
  root=\$1
  shift
  mount --make-rprivate /
  mount --bind "\$root" "\$root"
  mount -t tmpfs -o mode=1777 tmpfs "\$root/tmp"
  mkdir -p "\$root$work"
  mount --bind "$work" "\$root$work"
  mount -t tmpfs -o mode=755 tmpfs "\$root/dev"
  for device in null zero random urandom; do
    touch "\$root/dev/\$device"
    mount --bind "/dev/\$device" "\$root/dev/\$device"
  done
  mount -t proc proc "\$root/proc"
  mount -o remount,bind,ro "\$root"
  exec env "\$@"
' enter "\$root" "\${environment[@]}" setpriv --no-new-privs \
  unshare --root="\$root" --wd="\$directory" --setuid=$USER_ID --setgid=$GROUP_ID "\${entrypoint[@]}" "\$@"
ENTER
chmod 755 "$work" "$work/enter"

unpack "$images/operator.tar" "$work/operator" "$OPERATOR_LIMIT_MB"
unpack "$images/trainer-$variant.tar" "$work/trainer" "${TRAINER_LIMIT_MB[$variant]}"

echo "== trainer: each library finds all that it names, but for the node's driver"
(
  cd "$work/trainer"
  find opt -name '*.so*' -type f -printf '%h\n' | sort -u | sed 's,^,/,' | paste -sd : >"$work/folders"
  find opt -name '*.so*' -type f | while read -r library; do
    LD_LIBRARY_PATH=$(<"$work/folders") LD_BIND_NOW=1 LD_WARN=1 \
      chroot . /lib64/ld-linux-x86-64.so.2 --list "/$library" 2>&1 |
      grep -E 'not found|error while loading|undefined symbol' | sed "s,^,$library: ," || true
  done | grep -v 'libcuda\.so\.1' >"$work/unresolved" || true
)
[[ ! -s $work/unresolved ]] || fail "$(<"$work/unresolved")"

echo "== trainer: one recipe from end to end"
# An installation whose trainer is the image.
mkdir -p "$work"/home/trainer-image/bin "$work/state"
ln -s "$home/operator" "$work/home/operator"
printf '#!/bin/sh\nexec %s/enter %s/trainer "$@"\n' "$work" "$work" >"$work/home/trainer-image/bin/trainer"
chmod +x "$work/home/trainer-image/bin/trainer"
distillery() {
  DISTILLERY_HOME=$work/home java -cp "$home/cli/target/classes:$home/cli/target/lib/*" dev.distillery.cli.Distillery "$@"
}
cp -r examples "$work/state/examples"
distillery run "$work/state/examples/smoke.yaml" --set spec.retry.limit=0 --output json --destination "$work/state/models" --state "$work/state" >"$work/run.json" || {
  cat "$work/run.json"
  find "$work/state" -name '*.log' -exec tail -n 20 {} +
  fail "the run failed"
}
jq -e '.phase == "Ready"' "$work/run.json" >/dev/null || fail "expected phase Ready: $(cat "$work/run.json")"
model=$(jq -r .modelDir "$work/run.json")/model.onnx
[[ $(stat -c %u "$model") == "$USER_ID" ]] || fail "expected $model to belong to user $USER_ID"
echo "published $model ($(stat -c %s "$model") bytes)"

echo "== operator: ready"
# Without the function's shell between, which would end and leave the process behind.
DISTILLERY_HOME=$work/home java -cp "$home/cli/target/classes:$home/cli/target/lib/*" dev.distillery.cli.Distillery \
  up --state "$work/state" >"$work/up.log" 2>&1 &
started+=($!)
for _ in $(seq 300); do
  ! grep -q KUBECONFIG "$work/up.log" || break
  kill -0 "${started[0]}" 2>/dev/null || fail "the embedded cluster ended: $(cat "$work/up.log")"
  sleep 0.1
done
kubeconfig=$(sed -n 's/^export KUBECONFIG=//p' "$work/up.log" | tr -d "'")
cp "$kubeconfig" "$work/state/for-operator"
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
port=$(free_port)
progress=$(free_port)
env KUBECONFIG="$work/state/for-operator" QUARKUS_HTTP_HOST=127.0.0.1 QUARKUS_HTTP_PORT="$port" \
  DISTILLERY_PROGRESS_HOST=127.0.0.1 DISTILLERY_PROGRESS_PORT="$progress" DISTILLERY_POD_NAME=check \
  DISTILLERY_PROGRESS_URL="https://127.0.0.1:$progress" \
  "$work/enter" "$work/operator" >"$work/operator.log" 2>&1 &
started+=($!)
ready=
for _ in $(seq 300); do
  if curl -sf "http://127.0.0.1:$port/q/health/ready" >"$work/health.json"; then ready=yes && break; fi
  kill -0 "${started[1]}" 2>/dev/null || break
  sleep 0.1
done
[[ $ready ]] || fail "the operator is not ready: $(cat "$work/operator.log")"
! grep '"level":"ERROR"' "$work/operator.log" || fail "the operator reported errors"
tr -d '\n' <"$work/health.json"
echo
echo "== all passed"
