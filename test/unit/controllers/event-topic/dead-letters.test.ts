import { expect } from "chai";
import { describe, it } from "mocha";

import type { EventTopicSpec } from "../../../../src/api/event-topic.ts";
import { deadLetterTopic, type SourceShape } from "../../../../src/controllers/event-topic/dead-letters.ts";
import { desiredTopics } from "../../../../src/controllers/event-topic/desired-topics.ts";
import type { DesiredTopic } from "../../../../src/controllers/event-topic/desired.ts";
import { memoryOf } from "../../../../src/controllers/event-topic/memory.ts";
import type { ObservedTopic } from "../../../../src/controllers/event-topic/observe.ts";
import { anEventBus, anEventTopic, aRetentionPolicy } from "../../../builders/objects.ts";
import { NOW } from "../../../builders/planned-topic.ts";
import { aResolvedTopic, aTopicInKafka, type ResolvedGiven } from "../../../builders/topics.ts";

const DAY = 86_400_000;
const NAME = "billing.usage.events.dlq";

interface Given extends ResolvedGiven {
  readonly spec?: Partial<EventTopicSpec>;
  readonly shape?: Partial<Omit<SourceShape, "configs">>;
  /** Effective on the source. */
  readonly source?: Readonly<Record<string, string>>;
  readonly live?: ObservedTopic;
}

function wanted({ spec = {}, shape = {}, source = {}, live = { kind: "absent" }, ...given }: Given = {}): DesiredTopic {
  const topic = anEventTopic({ deadLetter: {}, ...spec });
  const memory = memoryOf(topic, NOW);
  const resolved = aResolvedTopic(topic, { ...given, deadLetters: [{ name: NAME, adoption: "Adopt" }] });
  const desired = desiredTopics(topic, resolved, memory);
  const [wish] = desired.deadLetters;
  if (wish === undefined || desired.source.presence === "absent") throw new Error("Nothing is wanted");
  const configs = new Map(Object.entries(source).map(([key, value]) => [key, { value }]));
  return deadLetterTopic(wish, desired.source, { partitions: 3, replicationFactor: 3, configs, ...shape }, live);
}

const value = (topic: DesiredTopic, key: string): string | undefined => topic.configs.get(key)?.value;

describe("deadLetterTopic()", () => {
  const retentions: readonly { readonly why: string; readonly given: Given; readonly days: number }[] = [
    { why: "two weeks at least", given: { source: { "retention.ms": String(7 * DAY) } }, days: 14 },
    { why: "as long as the source", given: { source: { "retention.ms": String(30 * DAY) } }, days: 30 },
    { why: "two weeks where the source's is not known yet", given: {}, days: 14 },
    { why: "as long as declared", given: { spec: { deadLetter: { retention: "3d" } } }, days: 3 },
  ];
  for (const { why, given, days } of retentions) {
    it(`is kept ${why}`, () => {
      expect(value(wanted(given), "retention.ms")).to.equal(String(days * DAY));
    });
  }

  const segments: readonly { why: string; given: Parameters<typeof wanted>[0]; hours: number | undefined }[] = [
    {
      why: "a tenth of a short retention that is declared",
      given: { spec: { deadLetter: { retention: "10h" } } },
      hours: 1,
    },
    { why: "a week at most", given: { spec: { deadLetter: { retention: "700d" } } }, hours: 168 },
    { why: "as the broker says, where the usual retention is long", given: {}, hours: undefined },
    {
      why: "as the broker says, where nothing is deleted",
      given: { spec: { deadLetter: { retention: "unlimited" } } },
      hours: undefined,
    },
    {
      why: "as the broker says, where the retention is refused",
      given: { spec: { deadLetter: { retention: "5s" } } },
      hours: undefined,
    },
  ];
  for (const { why, given, hours } of segments) {
    it(`closes its segments after ${why}`, () => {
      const segment = wanted(given).configs.get("segment.ms")?.value;
      expect(segment).to.equal(hours === undefined ? undefined : String(hours * 3_600_000));
    });
  }

  it("is kept for ever where the source is", () => {
    expect(value(wanted({ source: { "retention.ms": "-1" } }), "retention.ms")).to.equal("-1");
  });

  it("has room for the headers that tell what went wrong, as far as Kafka can count", () => {
    expect(value(wanted({ source: { "max.message.bytes": "1000000" } }), "max.message.bytes")).to.equal("1262144");
    expect(value(wanted(), "max.message.bytes")).to.equal("1310732");
    expect(value(wanted({ source: { "max.message.bytes": "2147483647" } }), "max.message.bytes")).to.equal(
      "2147483647",
    );
  });

  it("is timed by the broker and never compacted, whatever the source is", () => {
    const topic = wanted({ source: { "cleanup.policy": "compact", "message.timestamp.type": "CreateTime" } });
    expect(value(topic, "cleanup.policy")).to.equal("delete");
    expect(value(topic, "message.timestamp.type")).to.equal("LogAppendTime");
  });

  it("has the source's partitions, replicas and in-sync replicas", () => {
    const topic = wanted({ source: { "min.insync.replicas": "2" } });
    expect(topic.atCreation.partitions?.value).to.equal(3);
    expect(topic.atCreation.replicationFactor?.value).to.equal(3);
    expect(topic.configs.get("min.insync.replicas")).to.deep.equal({
      value: "2",
      source: "deadLetter",
      objection: undefined,
    });
  });

  it("does not demand more in-sync replicas than an adopted topic can have", () => {
    const live = aTopicInKafka({ name: NAME, partitions: 3, replicationFactor: 1 });
    const topic = wanted({ source: { "min.insync.replicas": "2" }, live });
    expect(topic.configs.get("min.insync.replicas")?.objection?.reason).to.equal("ReplicationFactorInvalid");
  });

  it("may have more partitions than the source, unless a number is declared", () => {
    const live = aTopicInKafka({ name: NAME, partitions: 9 });
    expect(wanted({ live }).partitions).to.equal(undefined);
    expect(wanted({ live, spec: { deadLetter: { partitions: 5 } } }).partitions?.value).to.equal(5);
  });

  it("grows without an acknowledgement: no key is sent to it", () => {
    const topic = wanted({ spec: { partitionKey: "tenant_id" } });
    expect(topic.partitionKey).to.equal(undefined);
  });

  const objections: readonly { readonly why: string; readonly given: Given; readonly key: string }[] = [
    {
      why: "a retention beyond the policy's upper bound",
      given: {
        spec: { deadLetter: { retention: "60d" } },
        policy: aRetentionPolicy({ retention: { time: "7d" }, bounds: { retentionTime: { max: "30d" } } }),
      },
      key: "PolicyViolation",
    },
    {
      why: "a retention beyond the usual one under a policy without bounds",
      given: { spec: { deadLetter: { retention: "15d" } }, policy: aRetentionPolicy({ retention: { time: "7d" } }) },
      key: "PolicyViolation",
    },
    { why: "a retention of seconds", given: { spec: { deadLetter: { retention: "5s" } } }, key: "InvalidConfig" },
  ];
  for (const { why, given, key } of objections) {
    it(`is refused ${why}`, () => {
      expect(wanted(given).configs.get("retention.ms")?.objection?.reason).to.equal(key);
    });
  }

  it("is refused more partitions than the bus allows", () => {
    const bus = anEventBus({ limits: { maxPartitionsPerTopic: 4 } });
    const topic = wanted({ bus, spec: { deadLetter: { partitions: 5 } } });
    expect(topic.atCreation.partitions?.objection?.reason).to.equal("LimitExceeded");
  });

  it("leaves keys alone that the bus ignores", () => {
    const topic = wanted({ bus: anEventBus({ ignoredConfigs: [{ pattern: "retention.ms" }] }) });
    expect(topic.configs.has("retention.ms")).to.equal(false);
  });
});
