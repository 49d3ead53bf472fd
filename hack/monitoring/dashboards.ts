// Dashboards for Grafana, from tables: one for the platform, one for the teams. Rows of panels, each with its queries.

interface Panel {
  readonly title: string;
  /** Grafana's name of the unit. */
  readonly unit: string;
  /** PromQL with the legend of its series. */
  readonly queries: readonly (readonly [expr: string, legend: string])[];
  readonly type?: "timeseries" | "stat" | "table";
}

interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** Names of labels that the reader chooses values of, each with the metric that knows them. */
  readonly variables: readonly (readonly [label: string, metric: string])[];
  readonly rows: readonly Row[];
}

const PLATFORM: Dashboard = {
  uid: "event-bus-platform",
  title: "Event bus: platform",
  description: "Buses, the operator's own health, and its traffic.",
  variables: [["bus", "eventbus_bus_connected"]],
  rows: [
    {
      title: "Buses",
      panels: [
        {
          title: "Connected",
          unit: "bool_yes_no",
          type: "stat",
          queries: [['eventbus_bus_connected{bus=~"$bus"}', "{{bus}}"]],
        },
        { title: "Brokers", unit: "short", type: "stat", queries: [['eventbus_bus_brokers{bus=~"$bus"}', "{{bus}}"]] },
        { title: "Topics", unit: "short", queries: [['eventbus_bus_topics{bus=~"$bus"}', "{{bus}} {{state}}"]] },
        {
          title: "Partitions in trouble",
          unit: "short",
          queries: [
            ['eventbus_bus_offline_partitions{bus=~"$bus"}', "{{bus}} offline"],
            ['eventbus_bus_under_replicated_partitions{bus=~"$bus"}', "{{bus}} under-replicated"],
          ],
        },
      ],
    },
    {
      title: "Objects",
      panels: [
        {
          title: "Not Ready, by reason",
          unit: "short",
          queries: [['sum by (kind, reason) (eventbus_objects{ready!="True"})', "{{kind}} {{reason}}"]],
        },
        { title: "Left behind", unit: "short", queries: [["increase(eventbus_left_behind_total[1h])", "{{kind}}"]] },
      ],
    },
    {
      title: "Operator",
      panels: [
        { title: "Leaders", unit: "short", type: "stat", queries: [["sum(leader_election_master_status)", "leaders"]] },
        {
          title: "Runs per second",
          unit: "ops",
          queries: [
            ["sum by (controller, result) (rate(controller_runtime_reconcile_total[5m]))", "{{controller}} {{result}}"],
          ],
        },
        {
          title: "Duration of runs, p99",
          unit: "s",
          queries: [
            [
              "histogram_quantile(0.99, sum by (controller, le) (rate(controller_runtime_reconcile_time_seconds_bucket[5m])))",
              "{{controller}}",
            ],
          ],
        },
        {
          title: "Keys in line",
          unit: "short",
          queries: [["sum by (name, priority) (workqueue_depth)", "{{name}} {{priority}}"]],
        },
        { title: "Memory", unit: "bytes", queries: [["process_resident_memory_bytes", "{{instance}}"]] },
        { title: "CPU", unit: "short", queries: [["rate(process_cpu_seconds_total[5m])", "{{instance}}"]] },
      ],
    },
    {
      title: "Traffic",
      panels: [
        {
          title: "Requests to Kafka",
          unit: "reqps",
          queries: [["sum by (api) (rate(eventbus_kafka_requests_total[5m]))", "{{api}}"]],
        },
        {
          title: "Kafka answers, p99",
          unit: "s",
          queries: [
            [
              "histogram_quantile(0.99, sum by (api, le) (rate(eventbus_kafka_request_duration_seconds_bucket[5m])))",
              "{{api}}",
            ],
          ],
        },
        {
          title: "Connections to Kafka",
          unit: "ops",
          queries: [["sum by (outcome) (rate(eventbus_kafka_connections_total[5m]))", "{{outcome}}"]],
        },
        {
          title: "Requests to the API server",
          unit: "reqps",
          queries: [["sum by (method, code) (rate(rest_client_requests_total[5m]))", "{{method}} {{code}}"]],
        },
      ],
    },
  ],
};

const TENANT: Dashboard = {
  uid: "event-bus-tenant",
  title: "Event bus: topics and groups of a team",
  description:
    "What a team declared: whether it is in effect, how far behind its groups are, and how near retention is.",
  variables: [["namespace", "eventbus_objects"]],
  rows: [
    {
      title: "Declared objects",
      panels: [
        {
          title: "Ready",
          unit: "short",
          type: "stat",
          queries: [['sum by (kind) (eventbus_objects{namespace=~"$namespace", ready="True"})', "{{kind}}"]],
        },
        {
          title: "Not Ready, by reason",
          unit: "short",
          queries: [
            ['sum by (kind, reason) (eventbus_objects{namespace=~"$namespace", ready!="True"})', "{{kind}} {{reason}}"],
          ],
        },
        {
          title: "Topics and their owners",
          unit: "short",
          type: "table",
          queries: [['eventbus_topic_info{namespace=~"$namespace"}', "{{topic}}"]],
        },
      ],
    },
    {
      title: "Lag",
      panels: [
        {
          title: "Age of the oldest unread record",
          unit: "s",
          queries: [
            ['eventbus_group_time_lag_seconds{namespace=~"$namespace"}', "{{group}} {{topic}}"],
            ['eventbus_group_slo_time_lag_seconds{namespace=~"$namespace"}', "{{group}} objective"],
          ],
        },
        {
          title: "Unread records",
          unit: "short",
          queries: [
            ['eventbus_group_lag_records{namespace=~"$namespace"}', "{{group}} {{topic}}"],
            ['eventbus_group_slo_lag_records{namespace=~"$namespace"}', "{{group}} objective"],
          ],
        },
        {
          title: "Members",
          unit: "short",
          queries: [['eventbus_group_members{namespace=~"$namespace"}', "{{group}}"]],
        },
        {
          title: "State and evaluation",
          unit: "short",
          type: "table",
          queries: [
            [
              'eventbus_group_state{namespace=~"$namespace"} or eventbus_group_evaluation{namespace=~"$namespace"}',
              "{{group}} {{state}}{{evaluation}}",
            ],
          ],
        },
      ],
    },
    {
      title: "Retention",
      panels: [
        {
          title: "Headroom to retention",
          unit: "s",
          queries: [
            ['eventbus_group_retention_headroom_seconds{namespace=~"$namespace"}', "{{group}} {{topic}}"],
            ['eventbus_group_slo_retention_headroom_seconds{namespace=~"$namespace"}', "{{group}} objective"],
          ],
        },
        {
          title: "Records lost, partitions at risk or without commit",
          unit: "short",
          queries: [
            ['eventbus_group_lost_records{namespace=~"$namespace"}', "{{group}} {{topic}} lost"],
            ['eventbus_group_partitions_at_risk{namespace=~"$namespace"}', "{{group}} {{topic}} at risk"],
            ['eventbus_group_partitions_without_commit{namespace=~"$namespace"}', "{{group}} {{topic}} without commit"],
          ],
        },
      ],
    },
  ],
};

export const DASHBOARDS: Readonly<Record<"platform" | "tenant", Dashboard>> = { platform: PLATFORM, tenant: TENANT };

/** Every query of a dashboard. */
export function queriesOf({ rows, variables }: Dashboard): string[] {
  const queries = rows.flatMap(({ panels }) => panels.flatMap((panel) => panel.queries.map(([expr]) => expr)));
  return [...queries, ...variables.map(([, metric]) => metric)];
}

const DATASOURCE = { type: "prometheus", uid: "$datasource" };
/** Grafana's grid is 24 wide; two panels a line. */
const PANEL = { w: 12, h: 8 };

/** As Grafana imports it. */
export function dashboardFile(dashboard: Dashboard): string {
  const { description, title, uid, variables } = dashboard;
  const templating = {
    list: [
      { name: "datasource", type: "datasource", query: "prometheus" },
      ...variables.map(([label, metric]) => ({
        name: label,
        type: "query",
        datasource: DATASOURCE,
        query: `label_values(${metric}, ${label})`,
        includeAll: true,
        multi: true,
        refresh: 2,
      })),
    ],
  };
  const file = {
    uid,
    title,
    description,
    tags: ["event-bus"],
    schemaVersion: 39,
    refresh: "1m",
    time: { from: "now-6h", to: "now" },
    templating,
    panels: panelsOf(dashboard),
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

function panelsOf({ rows }: Dashboard): unknown[] {
  let y = 0;
  let id = 0;
  return rows.flatMap(({ panels, title }) => {
    const header = { id: ++id, type: "row", title, gridPos: { x: 0, y: y++, w: 24, h: 1 } };
    const placed = panels.map((panel, index) => ({
      id: ++id,
      title: panel.title,
      type: panel.type ?? "timeseries",
      datasource: DATASOURCE,
      gridPos: { ...PANEL, x: (index % 2) * PANEL.w, y: y + Math.floor(index / 2) * PANEL.h },
      fieldConfig: { defaults: { unit: panel.unit }, overrides: [] },
      targets: panel.queries.map(([expr, legendFormat], query) => ({
        refId: String.fromCodePoint(65 + query),
        expr,
        legendFormat,
        datasource: DATASOURCE,
        ...(panel.type === "table" && { format: "table", instant: true }),
      })),
    }));
    y += Math.ceil(panels.length / 2) * PANEL.h;
    return [header, ...placed];
  });
}
