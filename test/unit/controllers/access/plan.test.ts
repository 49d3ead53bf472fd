import { expect } from "chai";
import { assert, boolean, property, subarray } from "fast-check";
import { describe, it } from "mocha";

import { aclsAsRights } from "../../../../src/controllers/access/access-control.ts";
import type { AccessWish, PeerRights } from "../../../../src/controllers/access/access-world.ts";
import { planAccess } from "../../../../src/controllers/access/plan.ts";
import { publisherRights, readerRights } from "../../../../src/domain/access-rights.ts";
import { aclKey, type AclBinding } from "../../../../src/kafka/model/acl.ts";

const CLUSTER = "c-1";

function right(name: string, resourceType: AclBinding["resourceType"] = "topic"): AclBinding {
  return {
    resourceType,
    resourceName: name,
    patternType: "literal",
    principal: "User:billing",
    host: "*",
    operation: "Read",
    permission: "allow",
  };
}

const [a, b, group] = [right("a"), right("b"), right("g", "group")];

interface Given {
  readonly wanted?: readonly AclBinding[];
  readonly isComplete?: boolean;
  readonly recorded?: readonly AclBinding[];
  readonly live?: readonly AclBinding[];
  readonly peers?: readonly { readonly cluster?: string; readonly wants?: AclBinding[]; readonly has?: AclBinding[] }[];
}

function plan({ wanted = [], isComplete = true, recorded = [], live = [], peers = [] }: Given) {
  const wish: AccessWish = {
    bindings: wanted,
    mayWant: ({ resourceType }) => !isComplete && resourceType === "topic",
    remarks: [],
    consents: [],
  };
  const others = peers.map(({ cluster = CLUSTER, has = [], wants = [] }): PeerRights => {
    const recorded = { Acl: new Map(has.map((binding) => [aclKey(binding), binding])), KafkaUser: new Map() };
    return { clusterId: cluster, wanted: new Set(wants.map(aclKey)), recorded };
  });
  const facts = {
    place: { clusterId: CLUSTER, means: "Acl" } as const,
    recorded,
    granted: aclsAsRights(live),
    peers: () => others,
  };
  return planAccess(wish, facts);
}

describe("planAccess()", () => {
  const cases: readonly {
    readonly why: string;
    readonly given: Given;
    readonly create?: readonly AclBinding[];
    readonly remove?: readonly AclBinding[];
    readonly before?: readonly AclBinding[];
    readonly after?: readonly AclBinding[];
  }[] = [
    { why: "nothing wanted, nothing on record: nothing", given: { live: [a, b] } },
    {
      why: "wanted and absent: put on record, then made",
      given: { wanted: [a] },
      create: [a],
      before: [a],
      after: [a],
    },
    { why: "wanted and there already: somebody else's, which serves", given: { wanted: [a], live: [a] } },
    {
      why: "wanted and there because of another object of ours: on the record of both",
      given: { wanted: [a], live: [a], peers: [{ has: [a] }] },
      before: [a],
      after: [a],
    },
    {
      why: "the same on another cluster says nothing about this one",
      given: { wanted: [a], live: [a], peers: [{ cluster: "c-2", has: [a] }] },
    },
    { why: "as it should be", given: { wanted: [a], recorded: [a], live: [a] }, before: [a], after: [a] },
    {
      why: "taken away by somebody: made anew",
      given: { wanted: [a], recorded: [a] },
      create: [a],
      before: [a],
      after: [a],
    },
    { why: "unwanted and ours: taken away", given: { recorded: [a], live: [a, b] }, remove: [a], before: [a] },
    { why: "unwanted, ours and gone: off the record", given: { recorded: [a], live: [b] }, before: [a] },
    {
      why: "unwanted by us, wanted by another that has it on record: it stays, off our record",
      given: { recorded: [a], live: [a], peers: [{ wants: [a], has: [a] }] },
      before: [a],
    },
    {
      why: "unwanted by us, wanted by another that has not run yet: on our record, so that it comes to the other's",
      given: { recorded: [a], live: [a], peers: [{ wants: [a] }] },
      before: [a],
      after: [a],
    },
    {
      why: "unwanted by us, wanted by another, and gone: the other makes its own",
      given: { recorded: [a], peers: [{ wants: [a] }] },
      before: [a],
    },
    {
      why: "what another cluster's object wants keeps nothing here",
      given: { recorded: [a], live: [a], peers: [{ cluster: "c-2", wants: [a] }] },
      remove: [a],
      before: [a],
    },
    {
      why: "a topic that is not known may be the one on record: it stays, the group's goes",
      given: { isComplete: false, recorded: [a, group], live: [a, group] },
      remove: [group],
      before: [a, group],
      after: [a],
    },
  ];
  for (const { why, given, create = [], remove = [], before = [], after = [] } of cases) {
    it(why, () => {
      const { lost: _lost, refused: _refused, ...planned } = plan(given);
      expect(planned).to.deep.equal({ create, remove, before, after });
    });
  }

  const some = subarray([a, b, group, right("c")]);

  it("never takes away what is not on record, is wanted, or is wanted by others; and its own result is nothing to do", () => {
    assert(
      property(some, some, some, some, boolean(), (wanted, recorded, live, others, isComplete) => {
        const given = { wanted, recorded, live, isComplete, peers: [{ wants: others }] };
        const { after, before, create, remove } = plan(given);
        const forbidden = [...wanted, ...others];
        for (const gone of remove) {
          expect(recorded).to.include(gone);
          expect(forbidden).to.not.include(gone);
        }
        // On record before it is made.
        expect(before).to.include.members([...create, ...recorded]);
        const then = plan({
          ...given,
          recorded: after,
          live: [...live.filter((binding) => !remove.includes(binding)), ...create],
        });
        expect([then.create, then.remove]).to.deep.equal([[], []]);
      }),
    );
  });
});

describe("A right that goes from one object to another", () => {
  for (const order of [
    ["former", "latter"],
    ["latter", "former"],
  ] as const) {
    it(`stays on a record all the time, and goes in the end, where the ${order[0]} runs first`, () => {
      const records: Record<"former" | "latter", readonly AclBinding[]> = { former: [a], latter: [] };
      let live: readonly AclBinding[] = [a];
      let wanting: "latter" | undefined = "latter";
      const turn = (who: "former" | "latter"): void => {
        const other = who === "former" ? "latter" : "former";
        const wants = (name: typeof who): AclBinding[] => (name === wanting ? [a] : []);
        const peers = [{ wants: wants(other), has: [...records[other]] }];
        const { after, create, remove } = plan({ wanted: wants(who), recorded: records[who], live, peers });
        records[who] = after;
        live = [...live.filter((binding) => !remove.includes(binding)), ...create];
        const isRecorded = [...records.former, ...records.latter].length > 0;
        expect(isRecorded).to.equal(live.length > 0);
      };
      for (const who of [...order, ...order]) turn(who);
      expect([records, live]).to.deep.equal([{ former: [], latter: [a] }, [a]]);
      wanting = undefined;
      turn("latter");
      expect([records, live]).to.deep.equal([{ former: [], latter: [] }, []]);
    });
  }
});

function keyed(bindings: readonly AclBinding[] = []): ReadonlyMap<string, AclBinding> {
  return new Map(bindings.map((binding) => [aclKey(binding), binding]));
}

describe("Who comes first to a principal's KafkaUser", () => {
  const ofAudit: AclBinding = { ...right("a"), principal: "User:audit" };

  interface Peer {
    readonly cluster?: string;
    readonly wants?: readonly AclBinding[];
    readonly byAcl?: readonly AclBinding[];
    readonly byUser?: readonly AclBinding[];
  }

  /** What is made when `a` is wanted; each peer is asked for whatever the principal. */
  function made(peers: readonly Peer[], { means = "KafkaUser", theirs = [] as readonly AclBinding[] } = {}) {
    const others = peers.map(({ byAcl, byUser, cluster = CLUSTER, wants = [] }): PeerRights => {
      const recorded = { Acl: keyed(byAcl), KafkaUser: keyed(byUser) };
      return { clusterId: cluster, wanted: new Set(wants.map(aclKey)), recorded };
    });
    const wish: AccessWish = { bindings: [a], mayWant: () => false, remarks: [], consents: [] };
    const isTheirs = (binding: AclBinding): boolean => theirs.includes(binding);
    const { after, before, create } = planAccess(wish, {
      place: { clusterId: CLUSTER, means: means as "Acl" | "KafkaUser" },
      recorded: [],
      granted: { ...aclsAsRights([]), isTheirs },
      peers: () => others,
    });
    // What is made is on record before, and stays there until others have it on theirs.
    expect(before).to.deep.equal(create);
    expect(after).to.deep.equal(create);
    return create;
  }

  const cases: readonly {
    readonly why: string;
    readonly peers: readonly Peer[];
    readonly given?: Parameters<typeof made>[1];
    readonly also?: readonly AclBinding[];
  }[] = [
    {
      why: "lists what another has of the principal by an ACL and wants: the User Operator would take it away",
      peers: [{ byAcl: [b], wants: [b] }],
      also: [b],
    },
    {
      why: "lists once what several have",
      peers: [
        { byAcl: [b, group], wants: [b, group] },
        { byAcl: [b], wants: [b] },
      ],
      also: [b, group],
    },
    { why: "does not list what the other has and wants no longer", peers: [{ byAcl: [b], wants: [] }] },
    { why: "does not list what the other wants and has not: it makes its own", peers: [{ wants: [b] }] },
    { why: "does not list what the other has by the KafkaUser already", peers: [{ byUser: [b], wants: [b] }] },
    { why: "does not list twice what it wants itself", peers: [{ byAcl: [a], wants: [a] }] },
    { why: "does not list what is granted on another cluster", peers: [{ cluster: "c-2", byAcl: [b], wants: [b] }] },
    { why: "does not list what is another principal's", peers: [{ byAcl: [ofAudit], wants: [ofAudit] }] },
    {
      why: "does not list what stands in a KafkaUser that others keep",
      peers: [{ byAcl: [b], wants: [b] }],
      given: { theirs: [b] },
    },
    {
      why: "by ACLs there is nothing to list: each ACL stands for itself",
      peers: [{ byAcl: [b], wants: [b] }],
      given: { means: "Acl" },
    },
  ];
  for (const { why, peers, given, also = [] } of cases) {
    it(why, () => expect(made(peers, given)).to.deep.equal([a, ...also]));
  }
});

describe("What declarations amount to", () => {
  it("is Write and Describe on the very topic for publishers, Read and Describe on topics and group for readers", () => {
    expect(shown(publisherRights("t", ["billing"]))).to.deep.equal([
      "User:billing Describe topic:t",
      "User:billing Write topic:t",
    ]);
    expect(shown(readerRights("audit", { groupId: "g", topics: ["t"] }))).to.deep.equal([
      "User:audit Describe topic:t",
      "User:audit Read topic:t",
      "User:audit Describe group:g",
      "User:audit Read group:g",
    ]);
  });

  it("is nothing on the name that is every topic or every group in an ACL", () => {
    expect(shown(publisherRights("*", ["billing"]))).to.deep.equal([]);
    expect(shown(readerRights("audit", { groupId: "*", topics: ["t"] }))).to.deep.equal([
      "User:audit Describe topic:t",
      "User:audit Read topic:t",
    ]);
  });
});

function shown(bindings: readonly AclBinding[]): string[] {
  return bindings.map((binding) => {
    expect(binding).to.include({ patternType: "literal", host: "*", permission: "allow" });
    return `${binding.principal} ${binding.operation} ${binding.resourceType}:${binding.resourceName}`;
  });
}
