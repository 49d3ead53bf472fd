// The tour: what a user would try in the first minutes, each step with its command, what Kafka and the status then say,
// and how long it took. A step that does not come true fails the demo.

import { CONSUMER_STEPS } from "./consumer-steps.ts";
import { say } from "./screen.ts";
import { conditionLine, hasReason, isDone, playStep, until, type Step } from "./step.ts";
import { RESYNC_INTERVAL, type World } from "./world.ts";

const DAY_MS = 86_400_000;

const QUERY = "namespaces/data-platform/eventtopics/query-execution-events";
const BILLING = "namespaces/data-platform/eventtopics/billing-usage-events";
const TENANT = "namespaces/data-platform/eventtopics/tenant-lifecycle-events";
const TENANT_TOPIC = "tenant.lifecycle.events";
const AGENT = "namespaces/data-platform/eventtopics/ai-agent-events";
const AGENT_TOPIC = "ai.agent.events";

const STEPS: readonly Step[] = [
  {
    title: "Edit one topic's retention, within what its policy allows",
    command: `kubectl -n data-platform patch eventtopic tenant-lifecycle-events --type merge -p '{"spec":{"retention":{"time":"10d"}}}'`,
    act: (world) => world.patch(TENANT, { spec: { retention: { time: "10d" } } }),
    expect: async (world) => {
      const topic = await world.get(TENANT);
      const retention = (await world.probe.topicConfig(TENANT_TOPIC))["retention.ms"];
      if (!isDone(topic) || retention !== String(10 * DAY_MS)) return undefined;
      return [`Kafka:  ${TENANT_TOPIC} retention.ms=${retention}`, conditionLine(topic)];
    },
  },
  {
    title: "Edit the platform's policy: every topic of the class follows",
    command: `kubectl patch retentionpolicy events --type merge -p '{"spec":{"retention":{"time":"8d"}}}'`,
    act: (world) => world.patch("retentionpolicies/events", { spec: { retention: { time: "8d" } } }),
    expect: async (world) => {
      const followers = (await world.topics()).filter(
        ({ spec }) => spec["retention"] === undefined && spec["retentionPolicyRef"] === undefined,
      );
      const names = followers.map(({ status }) => status?.topicName ?? "");
      const configs = await Promise.all(names.map((name) => world.probe.topicConfig(name)));
      if (!configs.every((config) => config["retention.ms"] === String(8 * DAY_MS))) return undefined;
      return [
        `Kafka:  retention.ms=${8 * DAY_MS} on ${names.length} topics; those with a retention or a policy of their own keep it`,
      ];
    },
  },
  {
    title: "Keep less of a topic that holds older records: held back, with what would go",
    command: `kubectl -n data-platform patch eventtopic ai-agent-events --type merge -p '{"spec":{"retention":{"time":"2d"}}}'`,
    act: async (world) => {
      const old = { value: "five days old", timestamp: Date.now() - 5 * DAY_MS };
      await world.probe.produce(AGENT_TOPIC, [old], { repeat: 42 });
      await world.patch(AGENT, { spec: { retention: { time: "2d" } } });
    },
    expect: async (world) => {
      const topic = await world.get(AGENT);
      const retention = (await world.probe.topicConfig(AGENT_TOPIC))["retention.ms"];
      if (!hasReason(topic, "ApprovalRequired") || retention !== String(8 * DAY_MS)) return undefined;
      return [`Kafka:  ${AGENT_TOPIC} retention.ms=${retention} as before`, conditionLine(topic)];
    },
  },
  {
    title: "… and approve it as the platform (what waits is summed up every ten seconds)",
    command: `kubectl annotate retentionpolicy events --overwrite eventbus.dev/approve=$(kubectl get retentionpolicy events -o jsonpath='{.status.rollout.id}')`,
    act: async (world) => {
      const id = await until("the rollout counts what is held back", async () => {
        const { rollout } = (await world.get("retentionpolicies/events")).status ?? {};
        return rollout?.id;
      });
      await world.patch("retentionpolicies/events", { metadata: { annotations: { "eventbus.dev/approve": id } } });
    },
    expect: async (world) => {
      const topic = await world.get(AGENT);
      const retention = (await world.probe.topicConfig(AGENT_TOPIC))["retention.ms"];
      const told = (await world.eventsOf("ai-agent-events")).find(({ reason }) => reason === "ApprovalUsed");
      if (!isDone(topic) || retention !== String(2 * DAY_MS) || told === undefined) return undefined;
      return [`Kafka:  ${AGENT_TOPIC} retention.ms=${retention}`, `Event:  ${told.reason}: ${told.note}`];
    },
  },
  {
    title: "Ask for fewer partitions, and for something else at the same time",
    command: `kubectl -n data-platform patch eventtopic query-execution-events --type merge -p '{"spec":{"sizing":null,"partitions":2,"config":{"flush.ms":60000}}}'`,
    act: (world) => world.patch(QUERY, { spec: { sizing: null, partitions: 2, config: { "flush.ms": 60_000 } } }),
    expect: async (world) => {
      const topic = await world.get(QUERY);
      const live = await world.probe.describeTopic("query.execution.events");
      const flush = (await world.probe.topicConfig("query.execution.events"))["flush.ms"];
      if (!hasReason(topic, "PartitionDecreaseUnsupported") || flush !== "60000") return undefined;
      return [`Kafka:  ${live?.partitions.length} partitions as before, flush.ms=${flush}`, conditionLine(topic)];
    },
    undo: (world) => world.patch(QUERY, { spec: { sizing: { class: "medium" }, partitions: null, config: null } }),
  },
  {
    title: "Grow a keyed topic without saying that it is fine",
    command: `kubectl -n data-platform patch eventtopic billing-usage-events --type merge -p '{"spec":{"partitions":6}}'`,
    act: (world) => world.patch(BILLING, { spec: { partitions: 6 } }),
    expect: async (world) => {
      const topic = await world.get(BILLING);
      return hasReason(topic, "PartitionGrowthNotAcknowledged") ? [conditionLine(topic)] : undefined;
    },
  },
  {
    title: "… and say it: its dead letters grow first",
    command: `kubectl -n data-platform patch eventtopic billing-usage-events --type merge -p '{"spec":{"acknowledgePartitionGrowth":6}}'`,
    act: (world) => world.patch(BILLING, { spec: { acknowledgePartitionGrowth: 6 } }),
    expect: async (world) => {
      const topic = await world.get(BILLING);
      const names = ["billing.usage.events", "billing.usage.events.dlq"];
      const live = Object.values(await world.probe.describeTopics(names));
      if (!isDone(topic) || live.some((one) => one?.partitions.length !== 6)) return undefined;
      return [`Kafka:  ${names.join(" and ")} have 6 partitions`, conditionLine(topic)];
    },
  },
  {
    title: "Mistype a configuration key",
    command: `kubectl -n data-platform patch eventtopic tenant-lifecycle-events --type merge -p '{"spec":{"config":{"segment.byte":1048576}}}'`,
    act: (world) => world.patch(TENANT, { spec: { config: { "segment.byte": 1_048_576 } } }),
    expect: async (world) => {
      const topic = await world.get(TENANT);
      return hasReason(topic, "InvalidConfig") ? [conditionLine(topic)] : undefined;
    },
    undo: (world) => world.patch(TENANT, { spec: { config: null } }),
  },
  {
    title: `Change a configuration behind the operator's back (it looks every ${RESYNC_INTERVAL})`,
    command: `kafka-configs.sh --alter --topic ${TENANT_TOPIC} --add-config compression.type=gzip`,
    act: (world) =>
      world.probe.alterConfigs({ type: "topic", name: TENANT_TOPIC }, { set: { "compression.type": "gzip" } }),
    expect: async (world) => {
      const compression = (await world.probe.topicConfig(TENANT_TOPIC))["compression.type"];
      const told = (await world.eventsOf("tenant-lifecycle-events")).find(({ reason }) => reason === "DriftCorrected");
      if (compression !== "snappy" || told === undefined) return undefined;
      return [`Kafka:  compression.type=${compression} again`, `Event:  ${told.reason}: ${told.note}`];
    },
  },
  {
    title: "Delete a topic by hand: made anew, empty, and told that the data is gone",
    command: `kafka-topics.sh --delete --topic ${TENANT_TOPIC}`,
    act: (world) => world.probe.deleteTopic(TENANT_TOPIC),
    expect: async (world) => {
      const told = (await world.eventsOf("tenant-lifecycle-events")).find(({ reason }) => reason === "Recreated");
      const live = await world.probe.describeTopic(TENANT_TOPIC);
      if (told === undefined || live === null) return undefined;
      return [`Kafka:  ${TENANT_TOPIC} has id ${live.id}`, `Event:  ${told.reason}: ${told.note}`];
    },
  },
  {
    title: "Try to rename a topic: refused before it is stored",
    command: `kubectl -n data-platform patch eventtopic tenant-lifecycle-events --type merge -p '{"spec":{"entity":"life"}}'`,
    act: () => Promise.resolve(),
    expect: async (world) => {
      try {
        await world.patch(TENANT, { spec: { entity: "life" } });
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        return text.includes("cannot be changed") ? [`API:    ${text.replace(/^.*?: 422 /, "")}`] : undefined;
      }
      throw new Error("The API server accepted another name");
    },
  },
];

/** Plays all steps; rejects with the first that does not come true. */
export async function playTour(world: World): Promise<void> {
  for (const [index, step] of STEPS.entries()) await playStep(step, index + 1, world);
  await until("Everything that was put back is as declared again", async () => {
    const topics = await world.topics();
    return topics.every((topic) => isDone(topic)) ? [] : undefined;
  });
  for (const [index, step] of CONSUMER_STEPS.entries()) await playStep(step, STEPS.length + index + 1, world);
  say();
}
