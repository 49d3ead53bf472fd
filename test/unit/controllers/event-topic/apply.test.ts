import { expect } from "chai";
import { describe, it } from "mocha";

import type { ConfigChangeAction, TopicAction } from "../../../../src/controllers/event-topic/actions.ts";
import { applyTopics, type TopicEffects } from "../../../../src/controllers/event-topic/apply.ts";
import type { Step } from "../../../../src/controllers/plan.ts";
import type { KafkaAdmin, WriteCall } from "../../../../src/kafka/admin.ts";
import { failedWith, ok, type Answer } from "../../../../src/kafka/model/failure.ts";

const call = {} as WriteCall;

function change(topicName: string, key: string, after: readonly string[] = []): Step<TopicAction> {
  const wish = { from: "1", to: "2", effective: "2", source: "spec", cause: "declared" } as const;
  const action: ConfigChangeAction = { type: "changeConfig", topicName, key, ...wish };
  return { id: `${key} of ${topicName}`, after, action };
}

/** Runs the steps against a Kafka that answers to each topic's change. */
async function applied(steps: readonly Step<TopicAction>[], answers: Readonly<Record<string, Answer<void>>> = {}) {
  const log: string[] = [];
  const admin = {
    alterConfigs: async ({ name }: { name: string }, { set }: { set: object }) => {
      log.push(`alter ${name}: ${Object.keys(set).join(", ")}`);
      return await Promise.resolve(answers[name] ?? ok(undefined));
    },
  } as unknown as KafkaAdmin;
  const kafkaTopics = {} as TopicEffects["kafkaTopics"];
  const results = await applyTopics(steps, { topics: admin, own: () => Promise.resolve(), kafkaTopics }, call);
  return { log, statuses: results.map(({ answer }) => answer.status) };
}

describe("applyTopics()", () => {
  it("changes the configuration of a topic in one request", async () => {
    const { log } = await applied([change("a", "x"), change("a", "y")]);
    expect(log).to.deep.equal(["alter a: x, y"]);
  });

  it("keeps the order that one topic's configuration has after another's", async () => {
    const steps = [change("source", "x"), change("letters", "y", ["x of source"])];
    expect((await applied(steps)).log).to.deep.equal(["alter source: x", "alter letters: y"]);
    const refused = failedWith({ kind: "invalid", name: "INVALID_CONFIG", message: "no" });
    expect((await applied(steps, { source: refused })).statuses).to.deep.equal(["failed", "skipped"]);
  });
});
