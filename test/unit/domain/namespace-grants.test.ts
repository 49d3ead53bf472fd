import { expect } from "chai";
import { describe, it } from "mocha";

import { exceedsAdoption, grantFor, type NamespaceEntry } from "../../../src/domain/namespace-grants.ts";

const team = { name: "team-a", labels: { tier: "gold" } };
const topic = { kind: "topic", topicName: "billing.usage.events", domain: "billing" } as const;

describe("grantFor()", () => {
  const cases: {
    readonly why: string;
    readonly namespaces?: readonly NamespaceEntry[];
    readonly grant: object;
  }[] = [
    {
      why: "without any list every namespace may claim any name, with the default ceilings",
      grant: { kind: "granted", adoption: "IfIdentical", deletionPolicies: ["Retain"] },
    },
    {
      why: "an entry without names and selector covers every namespace",
      namespaces: [{ adoption: "Adopt" }],
      grant: { kind: "granted", adoption: "Adopt", deletionPolicies: ["Retain"] },
    },
    {
      why: "a namespace that no entry covers may not use the bus",
      namespaces: [{ names: ["team-b"] }, { selector: { matchLabels: { tier: "silver" } } }],
      grant: { kind: "refused", reason: "NamespaceNotAllowed" },
    },
    {
      why: "names and selector of one entry must both hold",
      namespaces: [{ names: ["team-a"], selector: { matchLabels: { tier: "silver" } } }],
      grant: { kind: "refused", reason: "NamespaceNotAllowed" },
    },
    {
      why: "a name outside of domains and topicNames is refused",
      namespaces: [
        { names: ["team-a"], domains: ["query"], topicNames: [{ pattern: "query.", patternType: "prefixed" }] },
      ],
      grant: { kind: "refused", reason: "PolicyViolation" },
    },
    {
      why: "entries add up, and so do their ceilings",
      namespaces: [
        { names: ["team-a"], domains: ["billing"], adoption: "Never", deletionPolicies: ["Delete"] },
        { selector: { matchLabels: { tier: "gold" } }, topicNames: [{ pattern: "billing.", patternType: "prefixed" }] },
      ],
      grant: { kind: "granted", adoption: "IfIdentical", deletionPolicies: ["Delete", "Retain"] },
    },
    {
      why: "an entry that does not fit the name lends no ceiling",
      namespaces: [{ domains: ["billing"] }, { domains: ["query"], adoption: "Adopt", deletionPolicies: ["Delete"] }],
      grant: { kind: "granted", adoption: "IfIdentical", deletionPolicies: ["Retain"] },
    },
  ];
  for (const { why, namespaces, grant } of cases) {
    it(why, () => {
      expect(grantFor({ name: "bus", namespaces }, team, topic)).to.deep.include(grant);
    });
  }

  it("names what would be allowed when it refuses a name", () => {
    const refused = grantFor({ name: "bus", namespaces: [{ domains: ["query"] }] }, team, topic);
    expect(refused).to.have.property("message").that.includes('domain "query"').and.includes("billing.usage.events");
  });

  it("judges group ids by groupIds alone", () => {
    const bus = {
      name: "bus",
      namespaces: [{ domains: ["query"], groupIds: [{ pattern: "a-", patternType: "prefixed" as const }] }],
    };
    expect(grantFor(bus, team, { kind: "group", groupId: "a-1" }).kind).to.equal("granted");
    expect(grantFor(bus, team, { kind: "group", groupId: "b-1" }).kind).to.equal("refused");
  });
});

describe("exceedsAdoption()", () => {
  it("orders the policies from careful to bold", () => {
    expect(exceedsAdoption("Adopt", "IfIdentical")).to.equal(true);
    expect(exceedsAdoption("IfIdentical", "Never")).to.equal(true);
    expect(exceedsAdoption("Never", "Adopt")).to.equal(false);
    expect(exceedsAdoption("Adopt", "Adopt")).to.equal(false);
  });
});
