import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";

import { ANNOTATION } from "../../../../src/api/group.ts";
import type { ConfigChangeAction } from "../../../../src/controllers/event-topic/actions.ts";
import { Corrections } from "../../../../src/controllers/event-topic/corrections.ts";
import { anEventTopic } from "../../../builders/objects.ts";
import { FakeClock } from "../../../fakes/fake-clock.ts";

const HOUR = 3_600_000;
const topic = anEventTopic();

function correcting(key: string, topicName = "t"): ConfigChangeAction {
  return { type: "changeConfig", topicName, key, from: "1", to: "2", effective: "2", source: "spec", cause: "drift" };
}

describe("Corrections", () => {
  let clock: FakeClock;
  let corrections: Corrections;
  beforeEach(() => {
    clock = new FakeClock();
    corrections = new Corrections(clock);
  });

  it("counts those of one setting of one topic of one object", () => {
    corrections.note(topic, correcting("a"));
    corrections.note(topic, correcting("a"));
    corrections.note(topic, correcting("b"));
    expect(corrections.count(topic, correcting("a"))).to.equal(2);
    expect(corrections.count(topic, correcting("b"))).to.equal(1);
    expect(corrections.count(topic, correcting("a", "t.dlq"))).to.equal(0);
    expect(corrections.count(anEventTopic({}, { name: "other" }), correcting("a"))).to.equal(0);
  });

  it("counts those of the last hour", async () => {
    corrections.note(topic, correcting("a"));
    await clock.advance(HOUR - 1);
    corrections.note(topic, correcting("a"));
    expect(corrections.count(topic, correcting("a"))).to.equal(2);
    await clock.advance(1);
    expect(corrections.count(topic, correcting("a"))).to.equal(1);
  });

  it("begins anew with an edit of the object, and with a request to run", () => {
    corrections.note(topic, correcting("a"));
    const edited = anEventTopic({}, { generation: 2 });
    const asked = anEventTopic({}, { annotations: { [ANNOTATION.requestedAt]: "now" } });
    for (const other of [edited, asked]) expect(corrections.count(other, correcting("a"))).to.equal(0);
    corrections.note(edited, correcting("a"));
    expect(corrections.count(edited, correcting("a"))).to.equal(1);
  });

  it("forgets objects that are gone", () => {
    corrections.note(topic, correcting("a"));
    corrections.forget("team-a/usage");
    expect(corrections.count(topic, correcting("a"))).to.equal(0);
  });
});
