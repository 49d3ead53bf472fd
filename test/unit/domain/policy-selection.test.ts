import { expect } from "chai";
import { describe, it } from "mocha";

import {
  policyMatches,
  selectPolicy,
  type PolicySubject,
  type SelectablePolicy,
} from "../../../src/domain/policy-selection.ts";

function policy(name: string, spec: SelectablePolicy["spec"] = {}): SelectablePolicy {
  return { metadata: { name }, spec };
}

function among(...policies: readonly SelectablePolicy[]): {
  get(name: string): SelectablePolicy | undefined;
  list(): readonly SelectablePolicy[];
} {
  return { get: (name) => policies.find(({ metadata }) => metadata.name === name), list: () => policies };
}

const subject: PolicySubject = {
  busName: "bus",
  namespace: { name: "team-a" },
  domain: "billing",
  entity: "usage",
  action: "events",
  labels: { class: "audit" },
};

describe("selectPolicy()", () => {
  const everything = { appliesTo: { domains: ["billing"] } };

  it("lets nobody take over from a policy that is gone but one that the topic names", () => {
    const orphan = { ...subject, currentPolicy: "gone", defaultPolicy: "b" };
    const others = among(policy("a", everything), policy("b"));
    expect(selectPolicy(orphan, others)).to.deep.include({ kind: "problem", reason: "RetentionPolicyNotFound" });
    const named = selectPolicy({ ...orphan, namedPolicy: "b" }, others);
    expect(named).to.have.nested.property("policy.metadata.name", "b");
    const back = selectPolicy(orphan, among(policy("gone"), policy("a", everything)));
    expect(back, "it no longer selects").to.have.nested.property("policy.metadata.name", "a");
  });

  it("takes the policy that the topic names before any match", () => {
    const choice = selectPolicy(
      { ...subject, namedPolicy: "b" },
      among(policy("a", { ...everything, priority: 9 }), policy("b")),
    );
    expect(choice).to.deep.include({ kind: "policy" }).and.have.nested.property("policy.metadata.name", "b");
  });

  it("takes the match of the highest priority before the bus' default", () => {
    const policies = among(
      policy("low", everything),
      policy("high", { ...everything, priority: 1 }),
      policy("default"),
    );
    const choice = selectPolicy({ ...subject, defaultPolicy: "default" }, policies);
    expect(choice).to.have.nested.property("policy.metadata.name", "high");
  });

  it("falls back to the bus' default, then to none", () => {
    expect(selectPolicy({ ...subject, defaultPolicy: "d" }, among(policy("d")))).to.have.nested.property(
      "policy.metadata.name",
      "d",
    );
    expect(selectPolicy(subject, among(policy("d")))).to.deep.equal({ kind: "none" });
  });

  it("keeps on a tie the policy that the topic has, and is ambiguous without one, naming both", () => {
    const tie = among(policy("b", everything), policy("a", everything));
    expect(selectPolicy({ ...subject, currentPolicy: "b" }, tie)).to.have.nested.property("policy.metadata.name", "b");
    const ambiguous = selectPolicy(subject, tie);
    expect(ambiguous).to.deep.include({ kind: "problem", reason: "RetentionPolicyAmbiguous" });
    expect(ambiguous).to.have.property("message").that.includes('"a" and "b"');
  });

  it("says which field names a policy that does not exist", () => {
    const named = selectPolicy({ ...subject, namedPolicy: "gone" }, among());
    expect(named).to.deep.include({ reason: "RetentionPolicyNotFound" });
    const byDefault = selectPolicy({ ...subject, defaultPolicy: "gone" }, among());
    expect(byDefault).to.have.property("message").that.includes("topicDefaults.retentionPolicyRef");
  });

  it("refuses a policy that may not be named from the namespace", () => {
    const choice = selectPolicy(
      { ...subject, namedPolicy: "p" },
      among(policy("p", { allowedNamespaces: { names: ["other"] } })),
    );
    expect(choice).to.deep.include({ kind: "problem", reason: "PolicyViolation" });
  });
});

describe("policyMatches()", () => {
  const cases = [
    { why: "an absent scope selects nothing", scope: undefined, matches: false },
    { why: "an empty scope selects nothing", scope: {}, matches: false },
    { why: "an empty selector selects every topic", scope: { topicSelector: {} }, matches: true },
    { why: "all given parts must match", scope: { domains: ["billing"], entities: ["other"] }, matches: false },
    { why: "labels select", scope: { topicSelector: { matchLabels: { class: "audit" } } }, matches: true },
    { why: "another bus does not match", scope: { busNames: ["other"] }, matches: false },
    {
      why: "every part matches",
      scope: { busNames: ["bus"], domains: ["billing"], entities: ["usage"], actions: ["events"] },
      matches: true,
    },
  ];
  for (const { why, scope, matches } of cases) {
    it(why, () => {
      expect(policyMatches(policy("p", { appliesTo: scope }), subject)).to.equal(matches);
    });
  }
});
