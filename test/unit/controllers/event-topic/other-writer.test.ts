import { expect } from "chai";
import { describe, it } from "mocha";

import type { Condition } from "../../../../src/api/custom-resource.ts";
import type { EventBusSpec } from "../../../../src/api/event-bus.ts";
import type { EventTopic } from "../../../../src/api/event-topic.ts";
import type { ChangeCause, TopicAction } from "../../../../src/controllers/event-topic/actions.ts";
import {
  otherWriter,
  otherWriterEvents,
  otherWriterNotes,
} from "../../../../src/controllers/event-topic/other-writer.ts";
import { NO_EVIDENCE, type Evidence } from "../../../../src/controllers/event-topic/prove.ts";
import type { Step } from "../../../../src/controllers/plan.ts";
import { anEventBus, anEventTopic } from "../../../builders/objects.ts";

function changing(key: string, cause: ChangeCause): Step<TopicAction> {
  const action = {
    type: "changeConfig",
    topicName: "t",
    key,
    from: "1",
    to: "2",
    effective: "2",
    source: "spec",
  } as const;
  return { id: key, after: [], action: { ...action, cause } };
}

const steps = [
  changing("a", "drift"),
  changing("b", "undeclared"),
  changing("c", "declared"),
  changing("d", "removed"),
];
const condition: Condition = {
  type: "OtherWriter",
  status: "True",
  observedGeneration: 1,
  reason: "ChangeUndone",
  message: "As it was found",
  lastTransitionTime: "2026-06-01T00:00:00Z",
};
const contested = anEventTopic({}, {}, { conditions: [condition] });

interface Given {
  readonly topic?: EventTopic;
  readonly bus?: Partial<EventBusSpec>;
  /** By step. */
  readonly corrections?: Readonly<Record<string, number>>;
}

function shown({ topic = anEventTopic(), bus = {}, corrections = {} }: Given): object {
  const evidence: Evidence = { ...NO_EVIDENCE, corrections: new Map(Object.entries(corrections)) };
  const ofBus = anEventBus(bus);
  const notes = otherWriterNotes(topic, { bus: ofBus, steps, evidence });
  return {
    withheld: otherWriter(topic, ofBus, steps, evidence).flatMap((restriction) =>
      steps.filter((step) => restriction.forbids(step)).map(({ id }) => id),
    ),
    noted: notes.length,
    events: otherWriterEvents(topic, notes).map(({ reason }) => reason),
  };
}

describe("Another writer", () => {
  const nothing = { withheld: [], noted: 0, events: [] };
  const cases: { readonly why: string; readonly given: Given; readonly shown: object }[] = [
    { why: "is not seen in the first correction", given: {}, shown: nothing },
    { why: "is not seen in the second", given: { corrections: { a: 1, b: 1 } }, shown: nothing },
    {
      why: "is seen where a third would be made: no correction is, of whatever key, and it is told once",
      given: { corrections: { a: 2 } },
      shown: { withheld: ["a", "b"], noted: 1, events: ["OtherWriter"] },
    },
    {
      why: "is seen as well where nobody declares the key",
      given: { corrections: { b: 2 } },
      shown: { withheld: ["a", "b"], noted: 1, events: ["OtherWriter"] },
    },
    {
      why: "is remembered, without a count and without telling it again",
      given: { topic: contested },
      shown: { withheld: ["a", "b"], noted: 1, events: [] },
    },
    {
      why: "is forgotten with an edit",
      given: { topic: anEventTopic({}, { generation: 2 }, contested.status) },
      shown: nothing,
    },
    {
      why: "is none where drift is only reported anyway",
      given: { bus: { drift: "Report" }, corrections: { a: 2 } },
      shown: nothing,
    },
  ];
  for (const { why, given, shown: expected } of cases) {
    it(why, () => {
      expect(shown(given)).to.deep.equal(expected);
    });
  }

  it("stays known through a run that gets nowhere, in the words in which it was found", () => {
    expect(otherWriterNotes(contested).map(({ message }) => message)).to.deep.equal(["As it was found"]);
  });
});
