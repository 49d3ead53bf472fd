// npm run demo: ten topics declared as Kubernetes resources become ten real Kafka topics; then a short tour of edits and
// mistakes, and programs that write and read. Stays until Ctrl-C; with --once it exits, 0 when everything came true, 1 when not.

import { once } from "node:events";

import { bold, dim, green, red, say, seconds, timed, TopicTable } from "./screen.ts";
import { isDone, until } from "./step.ts";
import { playTour } from "./tour.ts";
import { World } from "./world.ts";

const TOPICS = 10;
/** Kept beside one of them. */
const DEAD_LETTERS = "billing.usage.events.dlq";
const DAY_MS = 86_400_000;

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.filter((arg) => arg !== "--once");
  if (unknown.length > 0) {
    say(`Usage: npm run demo [-- --once]\nUnknown: ${unknown.join(" ")}`);
    return 2;
  }
  say(bold("event-bus-operator: from kubectl apply to Kafka"));
  await using world = await timed("Kubernetes API server and Kafka, both real", () => World.start());
  await timed("Install the kinds and the operator's rights (crds/, config/rbac)", () => world.install());
  await timed("Start the operator as its ServiceAccount", () => world.startOperator());
  try {
    await declareTopics(world);
    await verifyInKafka(world);
    await playTour(world);
    await tellCost(world);
  } catch (error) {
    say(red(`\n${error instanceof Error ? error.message : String(error)}`));
    return 1;
  }
  if (args.includes("--once")) return 0;
  tellHowToGoOn(world);
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  say("\nStopping");
  return 0;
}

async function declareTopics(world: World): Promise<void> {
  say();
  say(bold("Declare a bus, three classes of retention and ten topics"));
  say(dim("   $ kubectl apply -f config/samples/data-platform"));
  const startedAt = performance.now();
  await world.applySamples();
  const table = new TopicTable();
  await until("all ten topics are Ready", async () => {
    const topics = await world.topics();
    const isFinished = topics.length === TOPICS && topics.every((topic) => isDone(topic));
    table.draw(topics, isFinished);
    return isFinished ? true : undefined;
  });
  say(green(`   all Ready ${seconds(performance.now() - startedAt)} after the first line of YAML was sent`));
}

/**
 * Kafka itself is asked, by Kafka's own client: the operator's word is not taken for it. For a moment after a create the
 * brokers do not show the topic yet, so that a difference counts only when it stays.
 */
async function verifyInKafka(world: World): Promise<void> {
  let wrong: readonly string[] = [];
  const isTrue = async (): Promise<true | undefined> => {
    wrong = await differences(world);
    return wrong.length === 0 ? true : undefined;
  };
  await until("Kafka holds what was declared", isTrue).catch((error: unknown) => {
    throw wrong.length === 0 ? error : new Error(`Kafka does not hold what was declared: ${wrong.join("; ")}`);
  });
  say(green("   Kafka holds all ten, with the partitions, replication, retention and compression declared,"));
  say(green(`   and ${DEAD_LETTERS} beside them: timed by the broker, with room for what went wrong`));
}

async function differences(world: World): Promise<string[]> {
  const expected: Readonly<Record<string, { readonly partitions: number; readonly days: number }>> = {
    "query.execution.events": { partitions: 10, days: 7 },
    "billing.usage.events": { partitions: 3, days: 14 },
    "security.audit.events": { partitions: 3, days: 90 },
  };
  const names = (await world.probe.listTopics()).filter((name) => name !== DEAD_LETTERS);
  const topics = await world.probe.describeTopics(names);
  const wrong: string[] = names.length === TOPICS ? [] : [`${names.length} topics instead of ${TOPICS}`];
  for (const name of names) {
    const { partitions, days } = expected[name] ?? { partitions: 3, days: 7 };
    const config = await world.probe.topicConfig(name);
    const live = topics[name];
    if (live?.partitions.length !== partitions) wrong.push(`${name} has ${live?.partitions.length} partitions`);
    if (live?.partitions.some(({ replicas }) => replicas.length !== 1)) wrong.push(`${name} has other replicas`);
    if (config["retention.ms"] !== String(days * DAY_MS)) wrong.push(`${name} keeps ${config["retention.ms"]} ms`);
    if (config["compression.type"] !== "snappy") wrong.push(`${name} is compressed by ${config["compression.type"]}`);
  }
  const letters = await world.probe.topicConfig(DEAD_LETTERS).catch((): Record<string, string | null> => ({}));
  const time = letters["message.timestamp.type"];
  if (time !== "LogAppendTime") wrong.push(`${DEAD_LETTERS} has timestamps of type ${time}`);
  if (letters["retention.ms"] !== String(14 * DAY_MS))
    wrong.push(`${DEAD_LETTERS} keeps ${letters["retention.ms"]} ms`);
  return wrong;
}

async function tellCost(world: World): Promise<void> {
  const api = await world.metric("rest_client_requests_total");
  const writes = await world.metric("rest_client_requests_total", /method="(PATCH|POST|PUT|DELETE)"/);
  const kafka = await world.metric("eventbus_kafka_requests_total");
  say(bold(`All of this cost ${api} requests to the API server (${writes} writes) and ${kafka} to Kafka`));
}

function tellHowToGoOn(world: World): void {
  const { adminKubeconfig } = world.controlPlane;
  say();
  say("Everything keeps running. Go on in another terminal:");
  say(`   export KUBECONFIG=${adminKubeconfig}`);
  say("   hack/kubectl get eventbus");
  say("   hack/kubectl -n data-platform get eventtopics --watch");
  say("   hack/kubectl -n data-platform get consumergroups --watch");
  say("   hack/kubectl -n data-platform edit eventtopic billing-usage-events");
  say("   hack/kubectl explain eventtopic.spec.retention");
  say(`Kafka is at ${world.kafka.bootstrapServers.join(",")}. Ctrl-C ends it all.`);
}

process.exitCode = await main(process.argv.slice(2));
