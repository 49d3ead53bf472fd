import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import type { KafkaAdmin } from "../../src/kafka/admin.ts";
import { connectKafka } from "../../src/kafka/platformatic/kafka-admin.ts";
import { eventually } from "../environment/eventually.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";

/** A read takes three edits' time: without patience no run would ever come to its end. */
const READ_MS = 150;
const EDIT_EVERY_MS = 50;
const EDITED_AT_MOST_MS = 15_000;
const SMALLEST = 100_000;

describe("An EventTopic that is edited faster than its topic can be read", () => {
  let operator: OperatorUnderTest;
  /** Values of max.message.bytes in the order of the writes, and the newest that was declared when each was asked for. */
  const writes: { readonly wanted: number; readonly declared: number }[] = [];
  let declared = SMALLEST;

  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest({
      bus: { profile: "Development" },
      connect: (options) => slowToRead(connectKafka(options)),
    });
  });
  after(async () => {
    await operator.stop();
  });

  const slowToRead = (admin: KafkaAdmin): KafkaAdmin =>
    new Proxy(admin, {
      get: (target, verb: keyof KafkaAdmin) => {
        if (verb === "describeTopic") {
          return async (...args: Parameters<KafkaAdmin["describeTopic"]>) => {
            await sleep(READ_MS);
            return await target.describeTopic(...args);
          };
        }
        if (verb === "createTopic") {
          return (...[topic, call]: Parameters<KafkaAdmin["createTopic"]>) => {
            note(topic.configs["max.message.bytes"]);
            return target.createTopic(topic, call);
          };
        }
        if (verb === "alterConfigs") {
          return (...[resource, change, call]: Parameters<KafkaAdmin["alterConfigs"]>) => {
            note(change.set["max.message.bytes"]);
            return target.alterConfigs(resource, change, call);
          };
        }
        return target[verb].bind(target);
      },
    });
  const note = (value: string | undefined): void => void writes.push({ wanted: Number(value), declared });

  const edit = async (goesOn: () => boolean): Promise<number> => {
    let edits = 0;
    for (; goesOn(); edits += 1) {
      const turn = sleep(EDIT_EVERY_MS);
      declared += 1;
      await operator.patchTopic("busy", { spec: { maxMessageBytes: declared } });
      await turn;
    }
    return edits;
  };
  const watch = async (told: Set<number>, seen: Set<string>, goesOn: () => boolean): Promise<void> => {
    while (goesOn()) {
      const { observedGeneration = -1 } = (await operator.topic("busy")).status ?? {};
      if (observedGeneration > 0) told.add(observedGeneration);
      const size = await sizeInKafka();
      if (size !== undefined) seen.add(size);
      await sleep(EDIT_EVERY_MS);
    }
  };
  const sizeInKafka = async (): Promise<string | undefined> => {
    const name = operator.topicName("busy");
    if ((await operator.probe.describeTopic(name)) === null) return undefined;
    const entries = await operator.probe.describeConfigs({ type: "topic", name });
    return entries.find((entry) => entry.name === "max.message.bytes")?.value ?? undefined;
  };

  it("gets a topic, changes of it and a status all the same, and in the end what was declared last", async function () {
    this.timeout(60_000);
    await operator.createTopic("busy", { maxMessageBytes: declared });
    const told = new Set<number>();
    const seen = new Set<string>();
    const until = performance.now() + EDITED_AT_MOST_MS;
    const goesOn = (): boolean => performance.now() < until && (told.size < 5 || seen.size < 3);
    const [edits] = await Promise.all([edit(goesOn), watch(told, seen, goesOn)]);
    expect(told.size, `generations told during ${edits} edits`).to.be.at.least(5);
    expect(seen.size, `values seen in Kafka during ${edits} edits`).to.be.at.least(3);
    expect(edits, "most edits were overtaken").to.be.greaterThan(told.size);
    await eventually(() => operator.topic("busy"), ready("True", "UpToDate"));
    expect(await sizeInKafka()).to.equal(`${declared}`);
    // An answer to an edit may be under way still when its predecessor is written.
    for (const { declared: newest, wanted } of writes) expect(newest - wanted).to.be.at.most(1);
    await thenNothing(operator, ["busy"]);
  });
});
