// The tour's steps about consumers: groups are declared, a Secret tells programs all they need, and their members and lag
// are watched while the programs come and go.

import { dim, say } from "./screen.ts";
import { isDone, type Step } from "./step.ts";
import { SAMPLES, type Shown, type World } from "./world.ts";

const GROUPS = 9;
const READER = "billing";
const SECRET = "billing-kafka";
/** Records between two commits of a consumer that keeps up. */
const KEEPS_UP = 10;
const FALLEN_BEHIND = 60;

export const CONSUMER_STEPS: readonly Step[] = [
  {
    title: "Declare who reads the topics: processing, analytics, audit, backup",
    command: `kubectl apply -f ${SAMPLES}/5-consumer-groups.yaml`,
    act: (world) => world.applyGroups(),
    expect: async (world) => {
      const groups = await world.groups();
      if (groups.length !== GROUPS || !groups.every((group) => isDone(group))) return undefined;
      const keys = Object.keys(await world.secret(SECRET));
      return [
        `Status: all ${GROUPS} are Ready, and Absent in Kafka: their consumers make them`,
        `Secret: ${SECRET} (no credentials) holds ${keys.join(", ")}`,
      ];
    },
  },
  {
    title: "Start a producer and a consumer on kafkajs that know nothing but that Secret",
    command: "node docs/programs/producer.mjs & node docs/programs/consumer.mjs",
    act: async (world) => {
      await world.startProgram("consumer", SECRET);
      await world.startProgram("producer", SECRET);
    },
    expect: async (world) => {
      const { group, lag } = await watch(world);
      const line = await world.lastLine("consumer");
      if (group.status?.state !== "Stable" || lag === undefined || lag > KEEPS_UP || !/^Read \d\d/.test(line)) {
        return undefined;
      }
      return [`Kafka:  ${await membersInKafka(world)}`, `Program: ${line}`];
    },
  },
  {
    title: "Stop the consumer while the producer goes on: nobody reads, and the lag grows",
    command: "kill %2",
    act: (world) => world.stopProgram("consumer"),
    expect: async (world) => {
      const { group, lag } = await watch(world);
      const active = group.status?.conditions?.find(({ type }) => type === "Active");
      if (group.status?.members !== 0 || lag === undefined || lag < FALLEN_BEHIND) return undefined;
      return [`Status: Active=${active?.status} ${active?.reason}: ${active?.message}`];
    },
  },
  {
    title: "Start it again: it goes on where it stopped, and catches up",
    command: "node docs/programs/consumer.mjs",
    act: (world) => world.startProgram("consumer", SECRET),
    expect: async (world) => {
      const { group, lag } = await watch(world);
      if (group.status?.members !== 1 || lag === undefined || lag > KEEPS_UP) return undefined;
      return [`Kafka:  ${await membersInKafka(world)}`];
    },
  },
];

let told = "";

/** The reader's group now; what moves is printed as it does. */
async function watch(world: World): Promise<{ readonly group: Shown; readonly lag: number | undefined }> {
  const group = await world.get(`namespaces/data-platform/consumergroups/${READER}`);
  const lag = await world.metric("eventbus_group_lag_records", new RegExp(`[{,]name="${READER}"`));
  const { evaluation, members, state } = group.status ?? {};
  const line = `${READER}: state ${state}, members ${members}, lag ${lag ?? "unknown"}, ${evaluation}`;
  if (line !== told) say(dim(`   ${line}`));
  told = line;
  return { group, lag };
}

/** Kafka's own client is asked. */
async function membersInKafka(world: World): Promise<string> {
  const { members, state } = await world.probe.describeGroup(READER);
  return `group ${READER} is ${state}, read by ${members.map(({ clientId }) => clientId).join(", ")}`;
}
