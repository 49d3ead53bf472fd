#!/usr/bin/env bash
# A Kubernetes cluster in Docker (kind) with a Kafka, this operator from its chart, and the samples; then the end-to-end
# tests. For users with Docker: nothing outside of the kind cluster is touched.
#
#   hack/kind/kind.sh up [--strimzi]   cluster, Kafka (by Strimzi where asked for), image, chart, samples
#   hack/kind/kind.sh test             the end-to-end tests against what is up
#   hack/kind/kind.sh down             removes it all
set -euo pipefail
cd "$(dirname "$0")/../.."

CLUSTER="${KIND_CLUSTER:-event-bus}"
IMAGE="event-bus-operator:kind"
CONTEXT="kind-$CLUSTER"

say() { printf '\n== %s\n' "$*"; }
die() { printf '%s\n' "$*" >&2; exit 1; }
kube() { kubectl --context "$CONTEXT" "$@"; }

need() {
  local missing=()
  for program in "$@"; do command -v "$program" >/dev/null || missing+=("$program"); done
  [ ${#missing[@]} -eq 0 ] || die "This machine lacks: ${missing[*]}. See https://kind.sigs.k8s.io and https://helm.sh"
}

create_cluster() {
  if kind get clusters 2>/dev/null | grep -qx "$CLUSTER"; then
    say "Cluster $CLUSTER is there already"
  else
    say "Create cluster $CLUSTER"
    kind create cluster --name "$CLUSTER" --config hack/kind/cluster.yaml --wait 3m
  fi
}

start_kafka() {
  say "Start Kafka"
  kube apply --server-side -f hack/kind/kafka.yaml
  kube -n kafka rollout status statefulset/kafka --timeout=5m
}

start_strimzi() {
  say "Install Strimzi, and let it start Kafka"
  kube create namespace kafka --dry-run=client -o yaml | kube apply -f -
  kube apply --server-side -n kafka -f "https://strimzi.io/install/latest?namespace=kafka"
  kube -n kafka rollout status deployment/strimzi-cluster-operator --timeout=5m
  kube apply --server-side -f hack/kind/strimzi.yaml
  kube -n kafka wait kafka/kafka --for=condition=Ready --timeout=10m
}

install_operator() {
  say "Build the image and give it to the cluster"
  docker build -t "$IMAGE" .
  kind load docker-image "$IMAGE" --name "$CLUSTER"
  say "Install the chart"
  helm --kube-context "$CONTEXT" upgrade --install event-bus-operator charts/event-bus-operator \
    --namespace event-bus-system --create-namespace --wait --timeout 3m \
    --set image.repository="${IMAGE%:*}" --set image.tag="${IMAGE#*:}" --set image.pullPolicy=Never "$@"
}

# The samples, with the address of Kafka in this cluster.
apply_samples() {
  local bootstrap="$1"
  say "Apply the samples"
  for file in config/samples/data-platform/*.yaml; do
    sed "s/localhost:9092/$bootstrap/" "$file" | kube apply --server-side -f -
  done
  kube wait eventbus data-platform --for=condition=Ready --timeout=2m
  kube -n data-platform wait eventtopics --all --for=condition=Ready --timeout=2m
  kube -n data-platform get eventtopics,consumergroups
}

up() {
  need docker kind kubectl helm
  create_cluster
  kube create namespace data-platform --dry-run=client -o yaml | kube apply -f -
  if [ "${1:-}" = "--strimzi" ]; then
    start_strimzi
    install_operator --set 'settings.strimziNamespaces={kafka}'
    apply_samples kafka-kafka-bootstrap.kafka.svc:9092
  else
    start_kafka
    install_operator
    apply_samples kafka.kafka.svc:9092
  fi
  say "Up. kubectl --context $CONTEXT -n data-platform get eventtopics; hack/kind/kind.sh test; hack/kind/kind.sh down"
}

e2e() {
  need kubectl npm
  local kubeconfig
  kubeconfig="$(mktemp)"
  kind get kubeconfig --name "$CLUSTER" >"$kubeconfig"
  E2E_KUBECONFIG="$kubeconfig" E2E_BOOTSTRAP=localhost:9094 npm test -- test/e2e/cluster.test.ts
  rm -f "$kubeconfig"
}

down() {
  need kind
  kind delete cluster --name "$CLUSTER"
}

case "${1:-}" in
  up) shift; up "$@" ;;
  test) e2e ;;
  down) down ;;
  *) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
