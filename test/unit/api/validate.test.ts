import { expect } from "chai";
import { describe, it } from "mocha";

import { eventTopic } from "../../../src/api/event-topic.ts";
import { validatorFor } from "../../../src/api/validate.ts";

const validate = validatorFor(eventTopic);

const topic = {
  apiVersion: "eventbus.dev/v1alpha1",
  kind: "EventTopic",
  metadata: { name: "usage" },
  spec: { domain: "billing" },
};

describe("validatorFor()", () => {
  it("returns what the API server would store: no null, well-formed text, the initial status", () => {
    const result = validate({
      ...topic,
      spec: {
        domain: "billing",
        entity: null,
        config: { "segment.ms": 1, "segment.bytes": null },
        partitionKey: "a\ud83d",
      },
      status: { topicId: "forged" },
    });
    expect(result).to.deep.equal({
      kind: "valid",
      object: {
        ...topic,
        spec: { domain: "billing", config: { "segment.ms": 1 }, partitionKey: "a\ufffd" },
        status: { observedGeneration: -1 },
      },
    });
  });

  it("keeps the status of the object before the change, whatever the manifest says", () => {
    const status = { observedGeneration: 3, topicName: "billing" };
    const result = validate({ ...topic, status: {} }, { old: { ...topic, status } });
    expect(result).to.deep.equal({ kind: "valid", object: { ...topic, status } });
  });

  it("does not change what it is given", () => {
    const given = Object.freeze({ ...topic, spec: Object.freeze({ domain: "billing", entity: null }) });
    validate(given);
    expect(given.spec).to.deep.equal({ domain: "billing", entity: null });
  });

  it("tells every problem at once, with the path as the API server writes it and the value", () => {
    const result = validate({
      ...topic,
      metadata: { name: "Usage", label: {} },
      spec: { domain: "billing", publishers: [{ name: 5 }], partitions: 0, adoption: "adopt", suspend: "true" },
    });
    expect(result).to.deep.equal({
      kind: "invalid",
      problems: [
        {
          path: "metadata.label",
          message: "Remove this field, or correct its name: the kind has no such field",
          isUnknownField: true,
        },
        {
          path: "metadata.name",
          message:
            'Use a Kubernetes object name: lower-case letters, digits, "-" and ".", with a letter or digit at both ends',
          value: "Usage",
        },
        { path: "spec.publishers[0].name", message: "Must be text, not 5", value: 5 },
        { path: "spec.partitions", message: "Must be at least 1", value: 0 },
        { path: "spec.adoption", message: 'Must be one of "Never", "IfIdentical", "Adopt"', value: "adopt" },
        { path: "spec.suspend", message: 'Must be true or false, not "true"', value: "true" },
      ],
    });
  });

  it("refuses unknown fields as kubectl does, or drops them as the bare API does", () => {
    const misspelt = { ...topic, spec: { domain: "billing", partition: 3 }, status: { bogus: 1 } };
    const refused = validate(misspelt);
    expect(refused.kind === "invalid" && refused.problems.map(({ path }) => path)).to.deep.equal([
      "spec.partition",
      "status.bogus",
    ]);
    expect(validate(misspelt, { unknownFields: "drop" })).to.deep.equal({
      kind: "valid",
      object: { ...topic, status: { observedGeneration: -1 } },
    });
  });

  for (const [why, input] of [
    ["nothing", undefined],
    ["text", "EventTopic"],
    ["a list", [topic]],
    ["another kind", { ...topic, kind: "EventBus" }],
    ["another version", { ...topic, apiVersion: "eventbus.dev/v1" }],
    ["no spec", { ...topic, spec: null }],
    ["no name", { ...topic, metadata: {} }],
  ] as const) {
    it(`refuses ${why}`, () => {
      expect(validate(input).kind).to.equal("invalid");
    });
  }

  it("accepts an object that the API server names", () => {
    expect(validate({ ...topic, metadata: { generateName: "usage-" } }).kind).to.equal("valid");
  });
});
