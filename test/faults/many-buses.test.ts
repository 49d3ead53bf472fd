import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { eventually } from "../environment/eventually.ts";
import { startKafkaProbe, type KafkaProbe } from "../environment/kafka-probe.ts";
import { startKafka, type KafkaCluster } from "../environment/kafka.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready } from "../environment/topic-expectations.ts";
import { TcpProxy } from "./tcp-proxy.ts";

const TOPICS = 40;
/** Each a bus of its own, behind a proxy of its own. */
const TROUBLED = ["SILENT", "FLAPPING", "REJECTING"] as const;
type Troubled = (typeof TROUBLED)[number];

describe("Many EventBuses, of which one is silent, one comes and goes, and one rejects everything", function () {
  this.timeout(120_000);
  let kafka: KafkaCluster;
  let probe: KafkaProbe;
  let operator: OperatorUnderTest;
  let proxies: Map<Troubled, TcpProxy>;
  before(async function () {
    this.timeout(180_000);
    proxies = new Map();
    for (const name of TROUBLED) proxies.set(name, await TcpProxy.start());
    const listeners = [...proxies].map(
      ([name, { port }]) => ({ name, protocol: "PLAINTEXT", advertisedPort: port }) as const,
    );
    kafka = await startKafka({ listeners, heapMb: 128 });
    for (const [name, proxy] of proxies) {
      proxy.target = Number(kafka.bootstrapServersOf(name)[0]?.split(":")[1]);
    }
    probe = await startKafkaProbe(kafka.bootstrapServers);
    const { bootstrapServers } = kafka;
    operator = await startOperatorUnderTest({ kafka: { bootstrapServers, probe }, bus: { resyncInterval: "500ms" } });
    for (const [name, { port }] of proxies) {
      await operator.createBus(
        {
          kafka: { bootstrapServers: [`127.0.0.1:${port}`] },
          naming: { template: "{prefix}.{domain}", prefix: `${operator.id}.${name.toLowerCase()}` },
          resyncInterval: "500ms",
        },
        busOf(name),
      );
    }
    for (const name of TROUBLED) await eventually(() => operator.bus(busOf(name)), ready("True", "Connected"));
  });
  after(async () => {
    await operator.stop();
    await probe.stop();
    await kafka.stop();
    for (const proxy of proxies.values()) await proxy.stop();
  });

  const busOf = (name: Troubled): string => `${operator.id}-${name.toLowerCase()}`;
  const proxyOf = (name: Troubled): TcpProxy => {
    const proxy = proxies.get(name);
    if (proxy === undefined) throw new Error(`There is no proxy "${name}"`);
    return proxy;
  };
  const createOn = async (name: Troubled, config: Readonly<Record<string, number>> = {}): Promise<void> => {
    const busRef = { name: busOf(name) };
    await Promise.all(namesOf(name.toLowerCase()).map((topic) => operator.createTopic(topic, { busRef, config })));
  };
  const readyOn = (bus: string, count: number, timeoutMs: number): Promise<unknown> =>
    eventually(
      () => operator.metrics(`eventbus_bus_topics{bus="${bus}",state="ready"}`),
      ([line]) => expect(line).to.match(new RegExp(` ${count}$`)),
      timeoutMs,
    );

  it("serves the healthy one as if the others were not there", async () => {
    proxyOf("SILENT").mode = "silent";
    await eventually(() => operator.bus(busOf("SILENT")), ready("False", "Unreachable"), 40_000);
    await createOn("SILENT");
    // Kafka itself says no to this value.
    await createOn("REJECTING", { "segment.bytes": 1 });
    await createOn("FLAPPING");
    const flaps = setInterval(() => {
      proxyOf("FLAPPING").mode = "hangsUp";
      proxyOf("FLAPPING").mode = "open";
    }, 200);
    try {
      await Promise.all(namesOf("healthy").map((topic) => operator.createTopic(topic)));
      await readyOn(operator.id, TOPICS, 30_000);
      await operator.patchTopic("healthy-0", { spec: { config: { "flush.ms": 5 } } });
      await eventually(() => operator.topic("healthy-0"), ready("True", "UpToDate"));
      ready("False", "Unreachable")(await operator.bus(busOf("SILENT")));
      await eventually(() => operator.topic("rejecting-0"), ready("False", "InvalidConfig"), 30_000);
      expect(
        (await probe.listTopics()).filter((name) => name.includes(".silent.")),
        "made on the silent one",
      ).to.deep.equal([]);
    } finally {
      clearInterval(flaps);
    }
  });

  it("serves each of the others once its trouble is over", async () => {
    proxyOf("SILENT").mode = "open";
    await readyOn(busOf("SILENT"), TOPICS, 60_000);
    await readyOn(busOf("FLAPPING"), TOPICS, 60_000);
    await Promise.all(namesOf("rejecting").map((topic) => operator.patchTopic(topic, { spec: { config: null } })));
    await readyOn(busOf("REJECTING"), TOPICS, 60_000);
    expect(await probe.listTopics()).to.have.length(4 * TOPICS);
  });
});

function namesOf(prefix: string): string[] {
  return Array.from({ length: TOPICS }, (_, index) => `${prefix}-${index}`);
}
