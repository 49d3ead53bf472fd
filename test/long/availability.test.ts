// Three operators as they ship, on a real API server and a real Kafka: whatever happens to the one that leads, another goes on
// with its work, nothing is done twice or lost, and no two ever write at a time.

import { mkdtemp, rm, symlink } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { bundleProgram } from "../../hack/shipped-form.ts";
import type { EventTopic } from "../../src/api/event-topic.ts";
import { accountOf, leader, leaseWritesAmong, Replica } from "../availability/replicas.ts";
import type { AuditedRequest } from "../environment/audit-log.ts";
import { environment } from "../environment/environment.ts";
import { eventually } from "../environment/eventually.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const TOPICS_A_ROUND = 20;
/** A lease lapses in 15 s; what is slow besides is the machine. */
const TAKE_OVER_MS = 90_000;
/** More than the lease. */
const BLOCK_MS = 20_000;

interface Round {
  readonly what: string;
  readonly befalls: (leading: Replica) => void;
  /** What the process ends with; undefined: it is killed. */
  readonly endsWith: unknown;
  readonly after?: (former: Replica) => void;
}

const ROUNDS: readonly Round[] = [
  ...["", ", by its successor too", " a third time"].map((which): Round => ({
    what: `is told to stop${which}`,
    befalls: (leading) => leading.kill("SIGTERM"),
    endsWith: 0,
  })),
  { what: "is killed", befalls: (leading) => leading.kill("SIGKILL"), endsWith: "SIGKILL" },
  {
    what: "is frozen, and wakes up later",
    befalls: (leading) => leading.kill("SIGSTOP"),
    after: (former) => former.kill("SIGCONT"),
    endsWith: 1,
  },
  {
    what: "is cut off from the API server",
    befalls: (leading) => leading.cutOff(),
    after: (former) => former.reconnect(),
    endsWith: 1,
  },
  { what: "has its event loop blocked", befalls: (leading) => leading.block(BLOCK_MS), endsWith: 1 },
];

/** With any reason: a topic that one made and died before telling of it is taken over as it is (API: IfIdentical). */
function isReady({ metadata, status }: EventTopic): void {
  expect(status?.observedGeneration).to.equal(metadata.generation);
  expect(status?.conditions?.[0]).to.include({ type: "Ready", status: "True" });
}

describe("Of three operators", function () {
  this.timeout(240_000);
  let operator: OperatorUnderTest;
  let folder: string;
  const replicas: Replica[] = [];
  const created: string[] = [];

  before(async () => {
    operator = await startOperatorUnderTest();
    await operator.stop();
    folder = await mkdtemp(join(tmpdir(), "availability-"));
    await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
    const program = join(folder, "operator.mjs");
    await bundleProgram("src/main.ts", program);
    const env = {
      EVENTBUS_BUS_SELECTOR: `test=${operator.id}`,
      EVENTBUS_WATCH_NAMESPACES: operator.id,
      EVENTBUS_METRICS_ADDRESS: "0",
    };
    for (const account of ["one", "two", "three"]) {
      const replica = await Replica.create(operator.controlPlane, `replica-${account}`, { program, env });
      replica.start();
      replicas.push(replica);
    }
  });
  after(async () => {
    for (const replica of replicas) await replica[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const leading = async (): Promise<Replica> =>
    await eventually(
      async () => {
        const requests = await operator.controlPlane.auditedRequests();
        const account = await leader(operator.controlPlane, requests);
        return replicas.find((replica) => replica.account === account && replica.isRunning);
      },
      (found) => expect(found).to.not.equal(undefined),
      TAKE_OVER_MS,
    ).then((found) => found as Replica);

  async function createTopics(round: number): Promise<string[]> {
    const names = Array.from({ length: TOPICS_A_ROUND }, (_, index) => `r${round}-${index}`);
    await Promise.all(names.map((name) => operator.createTopic(name, { partitions: 1 })));
    created.push(...names);
    return names;
  }

  const allReady = (names: readonly string[]): Promise<unknown> =>
    Promise.all(names.map((name) => eventually(() => operator.topic(name), isReady, TAKE_OVER_MS)));

  for (const [index, { what, befalls, after: isOver, endsWith }] of ROUNDS.entries()) {
    it(`one that leads and ${what} is succeeded, which goes on with what is left`, async () => {
      await eventually(
        () => replicas.filter(({ isPrepared }) => !isPrepared),
        (others) => expect(others).to.deep.equal([]),
        TAKE_OVER_MS,
      );
      const former = await leading();
      const begun = await createTopics(index * 2);
      await eventually(() => operator.topic(begun[0] ?? ""), isReady, TAKE_OVER_MS);
      const at = Date.now();
      befalls(former);
      const asked = await createTopics(index * 2 + 1);
      await allReady([...begun, ...asked]);
      const isSuccessors = ({ user, receivedAt }: AuditedRequest): boolean =>
        receivedAt.getTime() > at && accountOf(user) !== former.account;
      const secondsTo = (writes: readonly AuditedRequest[]): string =>
        (((writes.find(isSuccessors)?.receivedAt.getTime() ?? Number.NaN) - at) / 1_000).toFixed(2);
      const [load = Number.NaN] = loadavg();
      console.log(
        `      ${what}: the lease taken after ${secondsTo(await leaseWrites())} s, ` +
          `the successor's first status after ${secondsTo(await statusWrites())} s, load average ${load.toFixed(1)}`,
      );
      isOver?.(former);
      expect(await former.end(), former.log.slice(-2_000)).to.equal(endsWith);
      former.start();
    });
  }

  const leaseWrites = async () => leaseWritesAmong(await operator.controlPlane.auditedRequests());
  const statusWrites = async () =>
    (await operator.controlPlane.auditedRequests()).filter(
      ({ resource, verb, subresource, namespace, code }) =>
        resource === "eventtopics" &&
        verb === "patch" &&
        subresource === "status" &&
        namespace === operator.id &&
        code < 300,
    );

  it("never two write in turns, and each topic is made and told of once", async () => {
    expect(created).to.have.length(2 * ROUNDS.length * TOPICS_A_ROUND);
    const writes = (await statusWrites()).toSorted((a, b) => a.receivedAt.getTime() - b.receivedAt.getTime());
    const reigns = writes.map(({ user }) => user).filter((user, index, users) => user !== users[index - 1]);
    expect(reigns, "one reign after each round").to.have.length.at.most(ROUNDS.length + 1);
    const probe = await environment().kafkaProbe();
    for (const name of created) {
      const { status } = await operator.topic(name);
      const live = await probe.describeTopic(operator.topicName(name));
      expect(live?.id, `${name}: one topic, and always the same`).to.equal(status?.topicId);
      expect(live?.partitions).to.have.length(1);
    }
    const told = writes.map(({ name = "" }) => name);
    const twice = created.filter((name) => told.filter((other) => other === name).length > 1);
    console.log(`      ${created.length} topics, ${writes.length} status writes, ${reigns.length} reigns`);
    expect(twice.length, `told of twice: ${twice.join(", ")}`).to.be.below(TOPICS_A_ROUND);
    expect(created.filter((name) => !told.includes(name))).to.deep.equal([]);
  });
});
