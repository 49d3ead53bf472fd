import { expect } from "chai";
import { describe, it } from "mocha";

import { KeptLooks } from "../../../../src/controllers/event-topic/kept-looks.ts";
import type { ObservedTopics } from "../../../../src/controllers/event-topic/observe.ts";
import type { KafkaAdmin } from "../../../../src/kafka/admin.ts";
import { ok } from "../../../../src/kafka/model/failure.ts";
import { NOW } from "../../../builders/planned-topic.ts";
import { aTopicInKafka } from "../../../builders/topics.ts";

const ADMIN = {} as KafkaAdmin;
const QUESTION = { admin: ADMIN, source: "shop.orders", deadLetters: ["shop.orders.dlq"] };
const LOOK: ObservedTopics = {
  source: aTopicInKafka(),
  deadLetters: new Map([["shop.orders.dlq", ok({ kind: "absent" })]]),
};
const still = (): boolean => false;

function kept(look = LOOK): KeptLooks {
  const looks = new KeptLooks();
  looks.keep("shop/a", QUESTION, look, NOW);
  return looks;
}

describe("KeptLooks", () => {
  it("gives a look to the next run, once", () => {
    const looks = kept();
    expect(looks.take("shop/a", QUESTION, still, NOW + 900)).to.equal(LOOK);
    expect(looks.take("shop/a", QUESTION, still, NOW + 900)).to.equal(undefined);
  });

  for (const { why, key = "shop/a", asked = QUESTION, moving = still, atMs = NOW } of [
    { why: "of another object", key: "shop/b" },
    { why: "over another connection", asked: { ...QUESTION, admin: {} as KafkaAdmin } },
    { why: "of another topic", asked: { ...QUESTION, source: "shop.other" } },
    { why: "without its dead letters", asked: { ...QUESTION, deadLetters: [] } },
    { why: "with more dead letters", asked: { ...QUESTION, deadLetters: ["shop.orders.dlq", "more"] } },
    { why: "that must know of replicas being moved", moving: () => true },
    { why: "that comes late", atMs: NOW + 1_001 },
    { why: "whose clock was set back", atMs: NOW - 1_001 },
  ]) {
    it(`does not answer a run ${why}`, () => {
      expect(kept().take(key, asked, moving, atMs)).to.equal(undefined);
    });
  }

  it("keeps none in which something could not be read", () => {
    const unread = new Map([["shop.orders.dlq", { status: "notSent", reason: "made up" } as const]]);
    expect(kept({ ...LOOK, deadLetters: unread }).take("shop/a", QUESTION, still, NOW)).to.equal(undefined);
  });

  it("forgets what is gone", () => {
    const looks = kept();
    looks.forget("shop/a");
    expect(looks.take("shop/a", QUESTION, still, NOW)).to.equal(undefined);
  });
});
