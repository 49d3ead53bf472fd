import { expect } from "chai";
import { describe, it } from "mocha";

import { AclControl, aclsAsRights, type AccessControl } from "../../../../src/controllers/access/access-control.ts";
import type { AccessSubject, PeerRights } from "../../../../src/controllers/access/access-world.ts";
import { leaveFormerPlaces } from "../../../../src/controllers/access/former-places.ts";
import { publisherRights } from "../../../../src/domain/access-rights.ts";
import { aclKey, type AclBinding } from "../../../../src/kafka/model/acl.ts";
import { anEventBus, anEventTopic } from "../../../builders/objects.ts";
import { InMemoryKafka } from "../../../fakes/in-memory-kafka/in-memory-kafka.ts";

const RIGHTS = publisherRights("t", ["billing"]);

interface Given {
  readonly former: { readonly clusterId: string; readonly means: "Acl" | "KafkaUser" };
  readonly now?: "Acl" | "KafkaUser";
  readonly wanted?: readonly AclBinding[];
  readonly wantedByAnother?: boolean;
  /** Another EventBus of ours leads to the former cluster. */
  readonly isReached?: boolean;
  readonly isReadOnly?: boolean;
  /** The acls that KafkaUsers have now. */
  readonly users?: readonly AclBinding[];
}

/** An object lives on cluster "new", and was granted rights in another place before. */
async function leave(given: Given) {
  const { former, isReached = true, isReadOnly = false, now = "Acl", users = [], wanted = [] } = given;
  const clusters = { new: new InMemoryKafka({ clusterId: "new" }), old: new InMemoryKafka({ clusterId: "old" }) };
  for (const binding of RIGHTS) for (const kafka of Object.values(clusters)) kafka.acls.create(binding);
  const kafkaUsers: AccessControl = {
    describe: async () => ({ status: "ok", value: aclsAsRights(users) }),
    create: async () => ({ status: "ok", value: undefined }),
    delete: async () => ({ status: "ok", value: undefined }),
    obstacle: () => undefined,
  };
  const access = isReadOnly ? "ReadOnly" : "ReadWrite";
  const bus = anEventBus({ accessManagement: now });
  const other = anEventBus({ accessManagement: "Acl", access }, { name: "other" });
  const buses = isReached ? [bus, other] : [bus];
  const place = { clusterId: "new", means: now } as const;
  const call = { signal: new AbortController().signal, priority: "live", deadlineMs: 1_000, clusterId: "new" } as const;
  const peer: PeerRights = {
    clusterId: former.clusterId,
    wanted: new Set(RIGHTS.map(aclKey)),
    recorded: { Acl: new Map(), KafkaUser: new Map() },
  };
  const world = {
    buses: { get: () => bus, list: () => buses },
    isOurs: () => true,
    link: (name: string) => {
      const id = name === "other" ? "old" : "new";
      return {
        kind: "connected",
        admin: clusters[id].admin(),
        cluster: { id, brokers: [], capabilities: [] },
      } as const;
    },
    control: (_bus: unknown, admin: ReturnType<InMemoryKafka["admin"]>, at: Given["former"]) =>
      at.means === "Acl" ? new AclControl(admin) : kafkaUsers,
    peers: () => (given.wantedByAnother === true ? [peer] : []),
    isCurrent: async () => true,
  };
  const quarry = {
    object: anEventTopic() as AccessSubject,
    bus,
    place,
    control: now === "Acl" ? new AclControl(clusters.new.admin()) : kafkaUsers,
    wish: { bindings: wanted, mayWant: () => false, remarks: [], consents: [] },
    recorded: [],
    former: [{ ...former, bindings: RIGHTS }],
    call,
    record: async () => {},
  };
  const pursuit = { recorded: [], former: quarry.former, granted: [], removed: [] };
  const end = await leaveFormerPlaces(quarry, pursuit, world);
  return {
    onRecord: end.former.flatMap(({ bindings }) => bindings).length,
    inOld: clusters.old.acls.list().length,
    inNew: clusters.new.acls.list().length,
    problem: end.problem?.cause,
    remarks: end.remarks?.join(""),
  };
}

describe("Rights that an object was granted in another place before", () => {
  const elsewhere = { clusterId: "old", means: "Acl" } as const;
  const here = { clusterId: "new", means: "Acl" } as const;

  it("are taken away on the old cluster where another EventBus leads there, and nowhere else", async () => {
    const end = await leave({ former: elsewhere, wanted: RIGHTS });
    expect(end).to.include({ onRecord: 0, inOld: 0, inNew: 2, problem: undefined });
  });

  it("stay on record where nobody leads to the old cluster, which is told", async () => {
    const end = await leave({ former: elsewhere, isReached: false });
    expect(end).to.include({ onRecord: 2, inOld: 2 });
    expect(end.remarks).to.include('Rights on Kafka cluster "old", where no EventBus leads now, stay');
  });

  it("stay where the EventBus that leads there is read-only", async () => {
    expect(await leave({ former: elsewhere, isReadOnly: true })).to.include({
      onRecord: 2,
      inOld: 2,
      problem: "ReadOnly",
    });
  });

  it("stay while another object wants them there and has none of them on its record", async () => {
    expect(await leave({ former: elsewhere, wantedByAnother: true })).to.include({ onRecord: 2, inOld: 2 });
  });

  it("are off the record and stay in Kafka as ACLs for which a KafkaUser stands now: they are the same", async () => {
    const end = await leave({ former: here, now: "KafkaUser", users: RIGHTS, wanted: RIGHTS });
    expect(end).to.include({ onRecord: 0, inNew: 2 });
  });

  it("are deleted as ACLs for which no KafkaUser stands", async () => {
    expect(await leave({ former: here, now: "KafkaUser" })).to.include({ onRecord: 0, inNew: 0 });
  });

  it("stay in a KafkaUser while they are declared, and on record: a User Operator would take the ACLs away", async () => {
    const former = { clusterId: "new", means: "KafkaUser" } as const;
    expect(await leave({ former, users: RIGHTS, wanted: RIGHTS })).to.include({ onRecord: 2 });
    expect(await leave({ former, users: RIGHTS })).to.include({ onRecord: 0 });
  });
});
