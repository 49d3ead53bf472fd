// A dozen crash points with a real SIGKILL of a real process, on the real API server and the real Kafka: what the process
// was doing, at which side effect it dies, and what its successor must come to.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

import { expect } from "chai";

import type { EventTopicSpec } from "../../src/api/event-topic.ts";
import { environment } from "../environment/environment.ts";
import { eventually } from "../environment/eventually.ts";
import type { OperatorUnderTest } from "../environment/operator-under-test.ts";
import { thenNothing } from "../environment/topic-expectations.ts";
import type { Side } from "./crash-point.ts";

export interface Kill {
  /** What is asked of the process that dies. */
  readonly doing: "create" | "change" | "delete";
  /** Pattern of the side effect's name. */
  readonly effect: string;
  readonly side: Side;
}

const KILLS: readonly Kill[] = [
  { doing: "create", effect: "^metadata of EventTopic", side: "before" },
  { doing: "create", effect: "^metadata of EventTopic", side: "after" },
  { doing: "create", effect: "^createTopic", side: "before" },
  { doing: "create", effect: "^createTopic", side: "after" },
  { doing: "create", effect: "^status of EventTopic", side: "after" },
  { doing: "change", effect: "^status of EventTopic", side: "after" },
  { doing: "change", effect: "^alterConfigs", side: "before" },
  { doing: "change", effect: "^alterConfigs", side: "after" },
  { doing: "change", effect: "^createPartitions", side: "before" },
  { doing: "change", effect: "^createPartitions", side: "after" },
  { doing: "delete", effect: "^deleteTopic", side: "before" },
  { doing: "delete", effect: "^deleteTopic", side: "after" },
  { doing: "delete", effect: "^metadata of EventTopic", side: "before" },
];

export function describeKill({ doing, effect, side }: Kill): string {
  return `killed ${side} "${effect.replace("^", "")}" of a ${doing}`;
}

export const MOST_TELLING_KILLS = KILLS.filter(
  ({ effect, side }) => /createTopic|deleteTopic/.test(effect) && side === "after",
);
export const ALL_KILLS = KILLS;

const BEFORE: Partial<EventTopicSpec> = { deletionPolicy: "Delete", partitions: 1, config: { "flush.ms": 5 } };
const CHANGE = { partitions: 3, compressionType: "lz4", config: { "flush.ms": 6 } } as const;

/** Plays it on objects of its own; `operator` is stopped before and after, and succeeds the process that dies. */
export async function playKill(operator: OperatorUnderTest, kill: Kill, name: string): Promise<void> {
  const { doing } = kill;
  if (doing === "create") await operator.createTopic(name, BEFORE);
  else await provide(operator, name);
  if (doing === "change") await operator.patchTopic(name, { spec: CHANGE });
  if (doing === "delete") await operator.deleteTopic(name);
  const before = await operator.probe.describeTopic(operator.topicName(name));
  await runUntilKilled(operator, kill);
  try {
    await operator.start();
    if (doing === "delete") await expectGone(operator, name);
    else await expectThere(operator, name, before?.id, doing === "change" ? CHANGE : BEFORE);
  } finally {
    await operator.stop();
  }
}

/** By an operator that nothing happens to. */
async function provide(operator: OperatorUnderTest, name: string): Promise<void> {
  try {
    await operator.start();
    await operator.createTopic(name, { ...BEFORE, config: { "flush.ms": 4 } });
    await eventually(() => operator.topic(name), isReady);
    // Our own create is trusted for a while; an edit ends that.
    await operator.patchTopic(name, { spec: BEFORE });
    await eventually(() => operator.topic(name), isReady);
  } finally {
    await operator.stop();
  }
}

function isReady({ metadata, status }: Awaited<ReturnType<OperatorUnderTest["topic"]>>): void {
  expect(status?.observedGeneration).to.equal(metadata.generation);
  expect(status?.conditions?.[0]).to.include({ type: "Ready", status: "True" });
}

async function expectThere(
  operator: OperatorUnderTest,
  name: string,
  id: string | undefined,
  spec: Partial<EventTopicSpec>,
): Promise<void> {
  const topic = await eventually(() => operator.topic(name), isReady);
  const live = await operator.probe.describeTopic(operator.topicName(name));
  expect(live?.id, "one topic, and always the same").to.equal(topic.status?.topicId);
  if (id !== undefined) expect(live?.id).to.equal(id);
  expect(topic.status?.adopted, "its own topic").to.equal(false);
  expect(live?.partitions).to.have.length(spec.partitions ?? 0);
  const { "flush.ms": flush } = spec.config ?? {};
  expect(await operator.probe.topicConfig(operator.topicName(name))).to.deep.equal({
    "flush.ms": String(flush),
    ...(spec.compressionType === undefined ? {} : { "compression.type": spec.compressionType }),
  });
  await thenNothing(operator, [name]);
}

async function expectGone(operator: OperatorUnderTest, name: string): Promise<void> {
  await eventually(
    () => operator.probe.describeTopic(operator.topicName(name)),
    (live) => expect(live).to.equal(null),
  );
  await eventually(
    () => operator.topic(name).catch((error: unknown) => error),
    (answer) => expect(answer).to.be.instanceOf(Error).and.have.property("status", 404),
  );
}

/** Resolves when the process has died, by its own hand. */
async function runUntilKilled(operator: OperatorUnderTest, { effect, side }: Kill): Promise<void> {
  const controlPlane = await environment().controlPlane();
  const main = new URL("killed-operator-main.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [main], {
    stdio: ["ignore", "ignore", "pipe"],
    env: {
      EFFECT: effect,
      SIDE: side,
      KUBECONFIG: await controlPlane.kubeconfigForServiceAccount("event-bus-system", "event-bus-operator"),
      EVENTBUS_BUS_SELECTOR: `test=${operator.id}`,
      EVENTBUS_WATCH_NAMESPACES: operator.id,
      EVENTBUS_METRICS_ADDRESS: "0",
    },
  });
  const timer = setTimeout(() => child.kill("SIGTERM"), 30_000);
  const [[, signal], said] = await Promise.all([once(child, "exit"), text(child.stderr)]);
  clearTimeout(timer);
  expect(signal, `The process did not come to "${effect}": ${said}`).to.equal("SIGKILL");
}
