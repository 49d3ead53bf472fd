import { expect } from "chai";
import { describe, it } from "mocha";

import type { CustomResource } from "../../../src/api/custom-resource.ts";
import { isRelevant } from "../../../src/runtime/change-filter.ts";
import type { ChangeSource } from "../../../src/runtime/change.ts";

const FILTER = { annotations: ["ours/read"], conditionTypes: ["Ready"] };
type Resource = CustomResource<unknown>;

function resource(metadata: Partial<Resource["metadata"]> = {}, status: object = {}): Resource {
  const base = { name: "x", uid: "u", resourceVersion: "1", creationTimestamp: "", generation: 1 };
  return { apiVersion: "v1", kind: "X", metadata: { ...base, ...metadata }, spec: {}, status };
}

const relevant = (after: Resource, source: ChangeSource = "watch"): boolean =>
  isRelevant({ key: "x", before: resource(), after, source }, FILTER);

describe("isRelevant()", () => {
  for (const { why, after, byOthers, byUs } of [
    { why: "the generation", after: resource({ generation: 2 }), byOthers: true, byUs: true },
    { why: "the deletion", after: resource({ deletionTimestamp: "2026-01-01T00:00:00Z" }), byOthers: true, byUs: true },
    { why: "a label", after: resource({ labels: { team: "a" } }), byOthers: true, byUs: true },
    {
      why: "an annotation that is read",
      after: resource({ annotations: { "ours/read": "1" } }),
      byOthers: true,
      byUs: true,
    },
    {
      why: "an annotation of others",
      after: resource({ annotations: { "theirs/x": "1" } }),
      byOthers: false,
      byUs: false,
    },
    { why: "a finalizer", after: resource({ finalizers: ["x/y"] }), byOthers: true, byUs: false },
    { why: "our share of the status", after: resource({}, { size: 1 }), byOthers: true, byUs: false },
    {
      why: "a condition of others",
      after: resource({}, { conditions: [{ type: "Blessed" }] }),
      byOthers: false,
      byUs: false,
    },
    { why: "nothing but the version", after: resource({ resourceVersion: "2" }), byOthers: false, byUs: false },
  ]) {
    it(`wakes for ${why}: ${byOthers} from others, ${byUs} in the answer to our own write`, () => {
      expect([relevant(after), relevant(after, "list"), relevant(after, "own")]).to.deep.equal([
        byOthers,
        byOthers,
        byUs,
      ]);
    });
  }

  it("wakes for objects that are new or gone", () => {
    expect(isRelevant({ key: "x", after: resource(), source: "list" }, FILTER)).to.equal(true);
    expect(isRelevant({ key: "x", before: resource(), source: "watch" }, FILTER)).to.equal(true);
  });
});
