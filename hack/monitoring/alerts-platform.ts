// Alerts for those who run the operator and the clusters. Data only.

import type { Alert } from "./alert.ts";

const LOGS = "kubectl -n event-bus-system logs deployment/event-bus-operator --since=15m";
const BUS = "kubectl get eventbus {{ $labels.bus }} -o yaml";

export const PLATFORM_ALERTS: readonly Alert[] = [
  {
    name: "EventBusOperatorAbsent",
    expr: "absent(leader_election_master_status == 1)",
    for: "5m",
    severity: "critical",
    audience: "platform",
    summary: "No event-bus operator leads",
    meaning:
      "No replica holds the lease, or none is scraped. Nothing happens to Kafka meanwhile: topics and groups stay as they are, " +
      "edits wait, and no metric of buses and groups is told.",
    diagnosis: [
      "kubectl -n event-bus-system get pods,lease",
      LOGS,
      "kubectl -n event-bus-system describe lease event-bus-operator",
    ],
    remedy: [
      "Pods that do not start: read their events; a wrong setting ends the process with exit code 2 and names the setting.",
      "Pods that run and none leads: they cannot write the Lease; check the Role of config/rbac and the API server.",
      "Pods that lead unseen: check the PodMonitor or ServiceMonitor and the NetworkPolicy.",
    ],
  },
  {
    name: "EventBusDisconnected",
    expr: "eventbus_bus_connected == 0",
    for: "5m",
    severity: "critical",
    audience: "platform",
    summary: "EventBus {{ $labels.bus }} is not connected to its Kafka cluster",
    meaning:
      "The operator reaches no broker of the cluster, is not let in, or another cluster answers. Settled topics keep their status; " +
      "edits and deletions wait, drift is not seen, and groups are Unknown.",
    diagnosis: [
      BUS,
      "kubectl get events --field-selector involvedObject.kind=EventBus,involvedObject.name={{ $labels.bus }}",
      LOGS,
    ],
    remedy: [
      "Read reason and message of the EventBus' Ready condition and follow the page of that reason.",
      "It connects by itself once the cause is gone, at most one attempt a second; nothing has to be restarted.",
    ],
  },
  {
    name: "EventBusOfflinePartitions",
    expr: "eventbus_bus_offline_partitions > 0",
    for: "5m",
    severity: "critical",
    audience: "platform",
    summary: "{{ $value }} partitions on EventBus {{ $labels.bus }} have no leader",
    meaning: "Nobody can write to or read from these partitions of managed topics. Records are not necessarily lost.",
    diagnosis: [BUS, "kafka-topics.sh --bootstrap-server <address> --describe --unavailable-partitions"],
    remedy: [
      "Bring the brokers back that hold their replicas.",
      "Do not permit an unclean election before you know what it loses.",
    ],
  },
  {
    name: "EventBusUnderReplicatedPartitions",
    expr: "eventbus_bus_under_replicated_partitions > 0",
    for: "15m",
    severity: "warning",
    audience: "platform",
    summary: "{{ $value }} partitions on EventBus {{ $labels.bus }} have replicas out of sync",
    meaning: "One more broker down may stop producers (min.insync.replicas) or lose what is not replicated.",
    diagnosis: [BUS, "kafka-topics.sh --bootstrap-server <address> --describe --under-replicated-partitions"],
    remedy: [
      "Look for a broker that is down, slow or out of disk.",
      "During a reassignment this is expected until it ends.",
    ],
  },
  {
    name: "EventBusCertificateExpiring",
    expr: "eventbus_bus_certificate_expiry_timestamp_seconds - time() < 14 * 86400",
    for: "1h",
    severity: "warning",
    audience: "platform",
    summary: "The {{ $labels.certificate }} certificate of EventBus {{ $labels.bus }} ends within two weeks",
    meaning:
      "What the operator connects with (client), or what it trusts the brokers by (ca), ends soon. After that the bus is " +
      "disconnected: topics and groups stay as they are in Kafka, edits wait.",
    diagnosis: [
      BUS,
      "kubectl -n event-bus-system get secret <caSecretRef or certificateSecretRef> -o jsonpath='{.data.tls\\.crt}' | base64 -d | openssl x509 -noout -enddate",
    ],
    remedy: [
      "Put the new certificate into the Secret, certificate and key in one change; it is taken up within seconds, and nothing has to be restarted.",
      "Of a CA put the new one beside the old one under another key that ends with .crt, before the brokers change theirs.",
    ],
  },
  {
    name: "EventBusLeftBehind",
    expr: "increase(eventbus_left_behind_total[1h]) > 0",
    for: "0m",
    severity: "warning",
    audience: "platform",
    summary: "{{ $labels.kind }}s were deleted whose topics or groups stay in Kafka",
    meaning:
      "Somebody asked for the deletion in Kafka as well (deletionPolicy Delete or DeleteGroup), and it could not be done within its time " +
      "or had to be refused. The object is gone, the topic or group is not.",
    diagnosis: [
      "kubectl get eventbus -o jsonpath='{range .items[*].status.leftBehind[*]}{.kind} {.namespace}/{.name} {.kafkaName}: {.reason}{\"\\n\"}{end}'",
    ],
    remedy: [
      "To delete it after all, create the object anew with the same name and adoption IfIdentical, wait for Ready, then delete it again.",
      "To keep it, do nothing, or declare it again.",
    ],
  },
  {
    name: "EventBusOperatorErrors",
    expr: "sum by (controller) (rate(controller_runtime_reconcile_errors_total[15m])) > 0.1",
    for: "15m",
    severity: "warning",
    audience: "platform",
    summary: "Runs of {{ $labels.controller }} keep failing",
    meaning:
      "Runs end in failures that are retried with backoff: a broker or the API server rejects or does not answer.",
    diagnosis: [LOGS, "kubectl get eventtopics,consumergroups -A | grep -v True"],
    remedy: [
      "Follow the reason that the objects give.",
      "Where it is the API server: look at its load, and at 429 in rest_client_requests_total.",
    ],
  },
  {
    name: "EventBusOperatorBug",
    expr: "sum by (controller) (increase(controller_runtime_reconcile_panics_total[1h])) > 0 or increase(store_listener_failures_total[1h]) > 0",
    for: "0m",
    severity: "warning",
    audience: "platform",
    summary: "The operator met a bug of its own",
    meaning: "A run or a listener threw. The object concerned is retried; all others go on.",
    diagnosis: [`${LOGS} | grep -i bug`],
    remedy: [
      "Report it with the log line, which holds the stack and the object's key.",
      "Suspend the object (spec.suspend) if it keeps happening.",
    ],
  },
  {
    name: "EventBusQueueStuck",
    expr: 'workqueue_longest_running_processor_seconds > 120 or workqueue_depth{priority="0"} > 1000',
    for: "10m",
    severity: "warning",
    audience: "platform",
    summary: "The queue of {{ $labels.name }} does not get on",
    meaning: "A run takes longer than its deadline allows, or edits come faster than they are worked on.",
    diagnosis: [LOGS, "kubectl top pod -n event-bus-system"],
    remedy: [
      "Check CPU limits of the operator and the latency of API server and brokers (rest_client_*, eventbus_kafka_* metrics).",
    ],
  },
  {
    name: "EventBusMissedEvents",
    expr: "increase(reflector_missed_events_total[1h]) > 0",
    for: "0m",
    severity: "warning",
    audience: "platform",
    summary: "Changes of {{ $labels.name }} were found by a list that no watch had told",
    meaning:
      "The API server, or something between, drops watch events. Nothing is lost, since lists repair it, but edits may be late.",
    diagnosis: [LOGS, "kubectl get --raw /metrics | grep watch_cache"],
    remedy: ["Look for proxies that cut idle connections, and for restarts of the API server."],
  },
];
