import { expect } from "chai";
import { describe, it } from "mocha";

import type { TopicAction } from "../../../../src/controllers/event-topic/actions.ts";
import type { Applied } from "../../../../src/controllers/event-topic/apply.ts";
import {
  formatCreations,
  openCreations,
  parseCreations,
} from "../../../../src/controllers/event-topic/creation-records.ts";
import { step } from "../../../../src/controllers/event-topic/plan.ts";
import type { StepResult } from "../../../../src/controllers/plan.ts";
import { failedWith, ok, type FailureKind } from "../../../../src/kafka/model/failure.ts";
import { bound } from "../../../builders/planned-topic.ts";
import { runTopic } from "../../../builders/topic-run.ts";
import { aTopicInKafka } from "../../../builders/topics.ts";

const CREATOR = "uid-1/cluster-1";
const NOTHING = new Map<string, string>();

type CreationAnswer = StepResult<TopicAction, Applied>["answer"];

function created(name: string, answer: CreationAnswer): StepResult<TopicAction, Applied> {
  return { step: step({ type: "createTopic", topic: { name, configs: {} }, cause: "declared" }), answer };
}

function failure(kind: FailureKind): CreationAnswer {
  return failedWith({ kind, name: "MADE_UP", message: "Made up" });
}

describe("parseCreations()", () => {
  it("names each topic with who recorded it", () => {
    expect(parseCreations(formatCreations(CREATOR, ["a", "b@lost"]))).to.deep.equal([
      `${CREATOR}/a`,
      `${CREATOR}/b@lost`,
    ]);
    expect(parseCreations(undefined)).to.deep.equal([]);
  });
});

describe("openCreations()", () => {
  for (const { why, record = "a", ids = NOTHING, source = "a", answer, left } of [
    { why: "nothing was tried yet", answer: undefined, left: "a" },
    { why: "no answer came", answer: { status: "unknown", reason: "made up" } as const, left: "a" },
    { why: "it is there, maybe by our own request", answer: failure("exists"), left: "a" },
    { why: "it is tried again", answer: failure("busy"), left: "a" },
    { why: "the broker failed", answer: failure("other"), left: "a" },
    { why: "nothing was sent", answer: { status: "notSent", reason: "made up" } as const, left: undefined },
    { why: "an earlier step failed", answer: { status: "skipped", after: "x" } as const, left: undefined },
    { why: "the broker refused it", answer: failure("invalid"), left: undefined },
    { why: "the broker refused it, and it is a dead letter", source: "b", answer: failure("invalid"), left: "a" },
    { why: "the right is missing", answer: failure("denied"), left: undefined },
    { why: "nothing could be connected to", answer: failure("unreachable"), left: undefined },
    { why: "the object is bound to it", ids: new Map([["a", "id-1"]]), answer: ok(undefined), left: undefined },
    { why: "one of two is told", record: "a,b", ids: new Map([["a", "id-1"]]), answer: ok(undefined), left: "b" },
    {
      why: "the lost one is on record still",
      record: "a@id-1",
      ids: new Map([["a", "id-1"]]),
      answer: undefined,
      left: "a@id-1",
    },
    {
      why: "another stands for the lost one",
      record: "a@id-1",
      ids: new Map([["a", "id-2"]]),
      answer: undefined,
      left: undefined,
    },
  ]) {
    it(`${left === undefined ? "leaves nothing" : `leaves "${left}"`} where ${why}`, () => {
      const results = answer === undefined ? [] : [created("a", answer)];
      const expected = left === undefined ? undefined : `${CREATOR}/${left}`;
      expect(openCreations(`${CREATOR}/${record}`, ids, results, source)).to.equal(expected);
    });
  }
});

describe("A run that creates under a record", () => {
  const spec = { adoption: "Never" } as const;
  const recordOf = (answer: CreationAnswer, status = {}): string | undefined => {
    const given = answer.status === "skipped" ? ok(undefined) : answer;
    return runTopic({ kind: "absent" }, { spec, status, answer: given }).status?.creating;
  };

  it("strikes it out once the id is known", () => {
    expect(recordOf(ok({ id: "id-1", partitions: 3, replicationFactor: 1 }))).to.equal(undefined);
  });

  it("keeps it where no answer came, also where the object was Ready before", () => {
    const unknown = { status: "unknown", reason: "made up" } as const;
    expect(recordOf(unknown)).to.match(/\/cluster-1\/[^@]+$/);
    expect(recordOf(unknown, bound())).to.match(/@id-1$/);
  });

  it("strikes it out where the object takes over what it made before a crash", () => {
    const record = recordOf({ status: "unknown", reason: "made up" });
    const { status } = runTopic(aTopicInKafka(), { spec, status: { creating: record } });
    expect([status?.topicId, status?.adopted, status?.creating]).to.deep.equal(["id-1", false, undefined]);
  });
});
