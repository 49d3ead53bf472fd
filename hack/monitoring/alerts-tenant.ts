// Alerts for the teams that declare topics and groups. Data only.

import type { Alert } from "./alert.ts";

const GROUP = "kubectl -n {{ $labels.namespace }} get consumergroup {{ $labels.name }} -o yaml";
const GROUP_KEYS = "bus, namespace, name, group";

export const TENANT_ALERTS: readonly Alert[] = [
  {
    name: "EventBusObjectsNotReady",
    expr: 'sum by (kind, namespace, reason) (eventbus_objects{ready!="True", reason!="ApprovalRequired"}) > 0',
    for: "15m",
    severity: "warning",
    audience: "tenant",
    summary: "{{ $value }} {{ $labels.kind }} in namespace {{ $labels.namespace }} are not Ready: {{ $labels.reason }}",
    meaning: "What is declared is not in effect. What is in Kafka stays as it is.",
    diagnosis: ["kubectl get eventtopics,consumergroups -n {{ $labels.namespace }} | grep {{ $labels.reason }}"],
    remedy: [
      "Read the message of the object's Ready condition: it names the rule, the value and what to do.",
      "Every reason has a page beside this one.",
    ],
  },
  {
    name: "EventBusApprovalWaiting",
    expr: 'sum by (kind, namespace) (eventbus_objects{reason="ApprovalRequired"}) > 0',
    for: "1h",
    severity: "info",
    audience: "tenant",
    summary: "Changes in namespace {{ $labels.namespace }} wait for an approval",
    meaning:
      "A change would make records deletable. It was measured and is held back until somebody approves it or takes it back.",
    diagnosis: [
      "kubectl get eventtopics -n {{ $labels.namespace }} -o jsonpath='{range .items[*].status.pendingChanges[*]}{.id} {.message}{\"\\n\"}{end}'",
    ],
    remedy: ["Approve by the annotation eventbus.dev/approve, as docs/change-guard.md shows, or undo the edit."],
  },
  {
    name: "ConsumerGroupLagging",
    expr: `max by (${GROUP_KEYS}) (eventbus_group_time_lag_seconds) > on (${GROUP_KEYS}) eventbus_group_slo_time_lag_seconds`,
    for: "5m",
    severity: "warning",
    audience: "tenant",
    summary: "Group {{ $labels.group }} has unread records older than its objective",
    meaning:
      "The oldest unread record is at least {{ $value }} seconds old; spec.slo.maxTimeLag says how old it may get.",
    diagnosis: [GROUP],
    remedy: [
      "Evaluation Stopped: the application does not run. Stalled: it runs and does not commit; read its log.",
      "Evaluation Slow: add members up to the number of partitions, or make the work on a record faster.",
    ],
  },
  {
    name: "ConsumerGroupRecordsLagging",
    expr: `sum by (${GROUP_KEYS}) (eventbus_group_lag_records) > on (${GROUP_KEYS}) eventbus_group_slo_lag_records`,
    for: "5m",
    severity: "warning",
    audience: "tenant",
    summary: "Group {{ $labels.group }} has {{ $value }} unread records, more than its objective",
    meaning: "spec.slo.maxRecordLag says how many records may be unread on all topics together.",
    diagnosis: [GROUP],
    remedy: ["As for ConsumerGroupLagging."],
  },
  {
    name: "ConsumerGroupDataAtRisk",
    expr: `sum by (${GROUP_KEYS}) (eventbus_group_partitions_at_risk) > 0`,
    for: "5m",
    severity: "critical",
    audience: "tenant",
    summary: "Retention is about to delete records that group {{ $labels.group }} has not read",
    meaning:
      "On {{ $value }} partitions the time until retention reaches the oldest unread record is below spec.slo.minRetentionHeadroom.",
    diagnosis: [GROUP, "kubectl -n {{ $labels.namespace }} get eventtopics"],
    remedy: [
      "Raise the topic's retention first (spec.retention.time, within the bounds of its policy): a longer one takes effect at once.",
      "Then let the group catch up.",
    ],
  },
  {
    name: "ConsumerGroupLostRecords",
    expr: `sum by (${GROUP_KEYS}) (eventbus_group_lost_records) > 0`,
    for: "0m",
    severity: "critical",
    audience: "tenant",
    summary: "{{ $value }} records were deleted before group {{ $labels.group }} read them",
    meaning:
      "The group's committed position lies before the beginning of the log. When it goes on, it does so by auto.offset.reset.",
    diagnosis: [GROUP],
    remedy: [
      "Raise the retention so that it does not happen again.",
      "Get the records from elsewhere, if anybody keeps them: they are not in Kafka any longer.",
    ],
  },
  {
    name: "ConsumerGroupStuck",
    expr: 'eventbus_group_evaluation{evaluation=~"Stalled|Stopped"} == 1',
    for: "10m",
    severity: "warning",
    audience: "tenant",
    summary: "Group {{ $labels.group }} is {{ $labels.evaluation }}",
    meaning:
      "Stalled: it has members, and does not move while records wait. Stopped: it has no members, and records wait.",
    diagnosis: [GROUP],
    remedy: [
      "Look for a record that the application cannot process, and send it to the dead letters.",
      "Restart the application where it hangs.",
    ],
  },
];
