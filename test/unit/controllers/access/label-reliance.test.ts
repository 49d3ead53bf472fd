import { expect } from "chai";
import { describe, it } from "mocha";

import { reliesOnLabels } from "../../../../src/controllers/access/label-reliance.ts";
import { aConsumerGroup, anEventBus, anEventTopic } from "../../../builders/objects.ts";

const group = aConsumerGroup();
const bySelector = { consumers: { allowedNamespaces: { selector: { matchLabels: { team: "a" } } } } };
const byName = { consumers: { allowedNamespaces: { names: ["team-a"] } } };

describe("Rights hang on the labels of a namespace", () => {
  for (const [why, bus, topic, expected] of [
    ["where a topic elsewhere consents by labels", {}, anEventTopic(bySelector, { namespace: "shop" }), true],
    ["not where it consents by names", {}, anEventTopic(byName, { namespace: "shop" }), false],
    ["not where the topic is in the same namespace", {}, anEventTopic(bySelector), false],
    ["where the platform grants by labels", { namespaces: [{ selector: {} }] }, anEventTopic(), true],
    ["not where it grants by names", { namespaces: [{ names: ["team-a"] }] }, anEventTopic(), false],
  ] as const) {
    it(why, () => expect(reliesOnLabels(group, anEventBus(bus), [topic])).to.equal(expected));
  }
});
