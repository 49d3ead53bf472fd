import { expect } from "chai";
import * as fc from "fast-check";
import { describe, it } from "mocha";

import { eventTopic } from "../../../../src/api/event-topic.ts";
import { API_VERSION } from "../../../../src/api/group.ts";
import { validatorFor } from "../../../../src/api/validate.ts";
import { nameForm } from "../../../../src/cli/export/name-form.ts";
import { objectNameOf } from "../../../../src/cli/export/object-name.ts";
import { renderTopicName } from "../../../../src/domain/topic-name.ts";

const validate = validatorFor(eventTopic);

const topicName = fc
  .string({ unit: fc.constantFrom("a", "b", "X", "Y", "0", "9", ".", "_", "-"), minLength: 1, maxLength: 249 })
  .filter((name) => name !== "." && name !== ".." && !name.startsWith("__"));

const template = fc.constantFrom(
  "{domain}.{entity}.{action}",
  "{prefix}.{domain}",
  "{domain}-{entity}",
  "{prefix}_{entity}.v1.{entity}",
  "events.{action}",
);

describe("Names of exported objects", () => {
  it("are names for Kubernetes, and tell every two names in Kafka apart", () => {
    const names = fc.uniqueArray(topicName, { maxLength: 50 });
    fc.assert(
      fc.property(names, (kafkaNames) => {
        const objectNames = kafkaNames.map((name) => objectNameOf(name));
        expect(new Set(objectNames).size).to.equal(kafkaNames.length);
        for (const [index, name] of objectNames.entries()) {
          const topic = {
            apiVersion: API_VERSION,
            kind: "EventTopic",
            metadata: { name },
            spec: { topicName: kafkaNames[index] },
          };
          expect(validate(topic).kind, name).to.equal("valid");
        }
      }),
      { numRuns: 50 },
    );
  });

  it("stay as they are where they can", () => {
    for (const name of ["orders", "orders.order.paid", "a-b.c-1"]) expect(objectNameOf(name)).to.equal(name);
    expect(objectNameOf("Orders_Paid")).to.match(/^orders-paid-[0-9a-f]{8}$/);
    expect(objectNameOf("_._")).to.match(/^x-[0-9a-f]{8}$/);
  });
});

describe("The form of an exported name", () => {
  it("renders to the name that is in Kafka", () => {
    const given = fc.record({ name: topicName, template });
    fc.assert(
      fc.property(given, ({ name, template: text }) => {
        const rules = {
          template: text,
          prefix: text.includes("{prefix}") ? "p" : undefined,
          legacyNames: [{ pattern: "*" }],
        };
        expect(renderTopicName(nameForm(name, rules), rules)).to.deep.equal({ kind: "name", name });
      }),
    );
  });

  for (const { name, rules, form } of [
    { name: "a.b.c", rules: {}, form: { domain: "a", entity: "b", action: "c" } },
    { name: "a.B.c", rules: {}, form: { topicName: "a.B.c" } },
    { name: "a.b.c.d", rules: {}, form: { topicName: "a.b.c.d" } },
    { name: "p.events.x", rules: { template: "{prefix}.events.{domain}", prefix: "p" }, form: { domain: "x" } },
    {
      name: "pxevents.x",
      rules: { template: "{prefix}.events.{domain}", prefix: "p" },
      form: { topicName: "pxevents.x" },
    },
    { name: "e.v1.e", rules: { template: "{entity}.v1.{entity}" }, form: { entity: "e" } },
    { name: "e.v1.f", rules: { template: "{entity}.v1.{entity}" }, form: { topicName: "e.v1.f" } },
  ]) {
    it(`of ${name} by ${JSON.stringify(rules)} is ${JSON.stringify(form)}`, () => {
      expect(nameForm(name, rules)).to.deep.equal(form);
    });
  }
});
