#!/usr/bin/env bash
# Installs the chart with the images that `mvn -Pimage package` built on a Kubernetes of one node (kubernetes-tools/node),
# and trains there as a team would: Pod Security "restricted", claims, a registry. It sees what no emulated kubelet shows:
# the Deployment and its probes, images and their users, DNS and Services, a drain, the kernel's OOM killer, a published
# image mounted as a volume. Needs root, what kubernetes-tools/node names, docker-registry, jq and curl.
#
#   images/cluster.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[[ ${1:-} == --inside ]] || exec kubernetes-tools/node "$PWD/images/cluster.sh" --inside
readonly SYSTEM=distillery-system TEAM=vision DEADLINE=300

fail() {
  echo "FAILED: $*" >&2
  kubectl --namespace $TEAM get trainingrecipes,jobs,pods,events >&2 || true
  kubectl --namespace $SYSTEM logs --selector app.kubernetes.io/name=distillery --tail -1 --prefix |
    grep -E '"level":"(WARN|ERROR)"' >&2 || true
  exit 1
}
set -E
trap 'fail "line $LINENO: $BASH_COMMAND"' ERR
team() { kubectl --namespace $TEAM "$@"; }
system() { kubectl --namespace $SYSTEM "$@"; }

# status RECIPE EXPRESSION: of jq.
status() { team get trainingrecipe "$1" --output json | jq --raw-output "$2"; }

# await WHAT COMMAND...: until the command succeeds.
await() {
  local what=$1 end=$((SECONDS + DEADLINE))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || fail "$what: not after $DEADLINE s"
    sleep 0.5
  done
}

# is RECIPE EXPRESSION: whether it holds of the recipe.
is() { team get trainingrecipe "$1" --output json | jq --exit-status "$2"; }

# volume CLAIM: a claim of the team's and the folder that stands for it.
volume() {
  mkdir -p "$NODE_FOLDER/$1"
  kubectl apply --filename - >/dev/null <<YAML
apiVersion: v1
kind: PersistentVolume
metadata: {name: $1}
spec:
  capacity: {storage: 10Gi}
  accessModes: [ReadWriteOnce]
  local: {path: "$NODE_FOLDER/$1"}
  claimRef: {namespace: $TEAM, name: $1}
  nodeAffinity:
    required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: Exists}]}]}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: $1, namespace: $TEAM}
spec: {accessModes: [ReadWriteOnce], storageClassName: "", resources: {requests: {storage: 10Gi}}}
YAML
}

# recipe NAME FILTER: examples/smoke.yaml with its data on a claim, changed by a filter of jq's.
recipe() {
  kubectl create --dry-run=client --output json --filename examples/smoke.yaml |
    jq --arg name "$1" --arg team $TEAM --arg registry "$NODE_ADDRESS:5000" '
      .metadata |= {name: $name, namespace: $team}
      | .spec.dataset |= walk(if type == "object" and has("uri") then .uri |= "pvc://data/" + . else . end)
      | .spec.publish.destinations = [{uri: "pvc://models/team"}, {uri: "oci://\($registry)/images", plainHttp: true}]
      | .spec.compute.cpus = 1
      | '"$2" | kubectl apply --server-side --filename - >/dev/null
}

# chart COMMAND [OPTION...]: of helm's.
chart() {
  local command=$1
  shift
  helm "$command" distillery charts/distillery --namespace $SYSTEM --wait --timeout 3m "$@" >/dev/null || fail "helm $command"
}

readonly EPOCHS=8
echo "== what a machine of one's own makes of the recipe"
./distillery run examples/smoke.yaml --set spec.compute.cpus=1 --set spec.student.epochs=$EPOCHS --output json \
  --destination "$NODE_FOLDER/own" --state "$NODE_FOLDER/own" >"$NODE_FOLDER/own.json" 2>/dev/null ||
  fail "$(<"$NODE_FOLDER/own.json")"

echo "== the chart, with a trainer's image that is nowhere"
for image in operator trainer-cpu; do
  ctr --namespace k8s.io images import "target/images/$image.tar" >/dev/null 2>&1 || fail "cannot import target/images/$image.tar"
done
for namespace in $SYSTEM $TEAM; do
  kubectl create namespace $namespace >/dev/null
  kubectl label namespace $namespace pod-security.kubernetes.io/enforce=restricted >/dev/null
done
chart install --set trainer.image=localhost/distillery/none:1
system wait --for=condition=Available deployment/distillery-operator --timeout=60s
cat >"$NODE_FOLDER/registry.yml" <<YAML
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: "$NODE_FOLDER/registry"}}
http: {addr: "$NODE_ADDRESS:5000"}
YAML
docker-registry serve "$NODE_FOLDER/registry.yml" >"$NODE_FOLDER/registry.log" 2>&1 &
for claim in data models distillery-workspace; do volume $claim; done
cp -r examples/fashion-mnist-sample "$NODE_FOLDER/data"
recipe whole ".spec.student.epochs = $EPOCHS"
await "a message that the image cannot be pulled" \
  is whole '.status.message | contains("localhost/distillery/none:1")'
status whole .status.message

echo "== an upgrade to the right one goes on"
chart upgrade --set trainer.image=localhost/distillery/trainer:0.1.0
await "the student trains" is whole '.status.progress | .stage == "Student" and .epoch > 1'

echo "== a drain of the trainer, and the leader killed"
kubectl drain node --pod-selector app.kubernetes.io/managed-by=distillery --delete-emptydir-data \
  --timeout=60s >/dev/null || fail "the drain"
leader=$(system get lease distillery-operator --output jsonpath='{.spec.holderIdentity}')
system delete pod "${leader%@*}" --grace-period=0 --force >/dev/null 2>&1
kubectl uncordon node >/dev/null
await "the student goes on from its checkpoint" is whole '.status.attempts.resumedFromStep > 0'
status whole '.status.attempts | "attempt \(.student) goes on from step \(.resumedFromStep), \(.lostSteps // 0) lost"'
[[ $(status whole .status.attempts.student) == 1 ]] || fail "a drain must not count as an attempt"

echo "== suspended and resumed"
team patch trainingrecipe whole --type merge --patch '{"spec": {"suspend": true}}' >/dev/null
team wait trainingrecipe whole --for=condition=Suspended --timeout=60s
await "no trainer runs" bash -c "! kubectl --namespace $TEAM get pods --field-selector status.phase=Running --output name | grep ."
team patch trainingrecipe whole --type merge --patch '{"spec": {"suspend": false}}' >/dev/null
await "it is published" is whole '.status.phase == "Ready"'
status whole '.status.message'
own=$(jq --raw-output .sha256 "$NODE_FOLDER/own.json")
[[ $(status whole '[.status.artifacts[].sha256] | unique | join(" ")') == "$own" ]] ||
  fail "expected the model of a machine of one's own, $own, got $(status whole '.status.artifacts')"
[[ $(sha256sum <"$NODE_FOLDER/models/team/whole/1/model.onnx") == "$own  -" ]] || fail "the claim holds another model"
echo "the same model as a machine of one's own: $own"

echo "== the published image, mounted as a volume"
team apply --filename - >/dev/null <<YAML
apiVersion: v1
kind: Pod
metadata: {name: reader}
spec:
  restartPolicy: Never
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: reader
      image: localhost/distillery/trainer:0.1.0
      command: [bash, -c, 'echo "\$(<SHA256SUMS)"']
      workingDir: /mnt/models/models/whole/1
      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, readOnlyRootFilesystem: true}
      volumeMounts: [{name: model, mountPath: /mnt/models}]
  volumes: [{name: model, image: {reference: "$NODE_ADDRESS:5000/images/whole:1"}}]
YAML
team wait pod/reader --for=jsonpath='{.status.phase}'=Succeeded --timeout=60s >/dev/null
team logs reader | diff - "$NODE_FOLDER/models/team/whole/1/SHA256SUMS" || fail "the volume shows another version"

echo "== a trainer that the kernel kills"
recipe greedy '.spec.compute.memory = "512Mi" | .spec.training.batchSize = 1000 | .spec.teacher.model.depth = 56'
await "it failed" is greedy '.status.phase == "Failed"'
status greedy .status.message
is greedy '.status.message | contains("OOMKilled") and contains("512Mi")' >/dev/null || fail "expected OOMKilled and the limit"

echo "== what the operator says of itself"
echo "restarts of its replicas: $(system get pods --output jsonpath='{.items[*].status.containerStatuses[*].restartCount}')"
! system logs --selector app.kubernetes.io/name=distillery --tail -1 | grep '"level":"ERROR"' || fail "expected no error in the log"
curl --silent --fail "http://$(system get service distillery-operator --output jsonpath='{.spec.clusterIP}'):8080/q/metrics" |
  grep '^distillery_recipes' || fail "expected metrics of recipes"

echo "== all of it goes"
helm uninstall distillery --namespace $SYSTEM --wait >/dev/null
kubectl delete crd trainingrecipes.distillery.dev --timeout=60s >/dev/null
kubectl delete namespace $TEAM $SYSTEM --timeout=120s >/dev/null
echo "== all passed"
