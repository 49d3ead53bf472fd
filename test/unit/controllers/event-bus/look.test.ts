import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";

import type { EventBus } from "../../../../src/api/event-bus.ts";
import { BusRegistry } from "../../../../src/controllers/bus-registry.ts";
import { refused, type ConnectionOrigin } from "../../../../src/controllers/event-bus/connection-source.ts";
import { declaredOrigin } from "../../../../src/controllers/event-bus/declared-origin.ts";
import type { BusJudgement } from "../../../../src/controllers/event-bus/judgement.ts";
import { lookAt } from "../../../../src/controllers/event-bus/look.ts";
import type { SecretReading } from "../../../../src/controllers/secrets/followed-secrets.ts";
import type { KafkaAdmin } from "../../../../src/kafka/admin.ts";
import { Clusters } from "../../../../src/kafka/clusters.ts";
import type { ConnectionSettings } from "../../../../src/kafka/model/connection.ts";
import { failedWith } from "../../../../src/kafka/model/failure.ts";
import { FakeClock } from "../../../fakes/fake-clock.ts";
import { InMemoryKafka } from "../../../fakes/in-memory-kafka/in-memory-kafka.ts";

const BUS: EventBus = {
  apiVersion: "eventbus.dev/v1alpha1",
  kind: "EventBus",
  metadata: { name: "main", uid: "u", resourceVersion: "1", generation: 1, creationTimestamp: "2026-01-01T00:00:00Z" },
  spec: {
    kafka: {
      bootstrapServers: ["kafka:9092"],
      security: {
        protocol: "SASL_PLAINTEXT",
        sasl: { mechanism: "SCRAM-SHA-512", credentialsSecretRef: { name: "user" } },
      },
    },
  },
};

const SHUT: ConnectionOrigin = () => ({ ...refused("StrimziNotFound", "Not known"), shutsOff: true });

function message(judgement: BusJudgement): string {
  return judgement.kind === "down" ? `${judgement.refusal.reason}: ${judgement.refusal.message}` : judgement.kind;
}

describe("lookAt()", () => {
  let clock: FakeClock;
  let kafka: InMemoryKafka;
  let registry: BusRegistry;
  let clusters: Clusters;
  let password: string | undefined;
  let reads: number;
  let opened: string[];

  beforeEach(() => {
    clock = new FakeClock();
    kafka = new InMemoryKafka({ clock });
    registry = new BusRegistry();
    clusters = new Clusters({ clock, connect: (_bus, settings) => connect(settings) });
    password = "right";
    reads = 0;
    opened = [];
  });

  /** A Kafka whose only password is "right", or begins with it. */
  function connect({ security }: ConnectionSettings): KafkaAdmin {
    const given = "sasl" in security && "password" in security.sasl ? security.sasl.password : "";
    opened.push(given);
    if (given.startsWith("right")) return kafka.admin();
    const failure = {
      kind: "authentication",
      name: "SASL_AUTHENTICATION_FAILED",
      message: "Not authenticated",
    } as const;
    return Object.assign(kafka.admin(), { cluster: () => Promise.resolve(failedWith(failure)) });
  }

  function read(): Promise<SecretReading> {
    reads += 1;
    if (password === undefined) return Promise.resolve({ kind: "absent" });
    const content = new Map([
      ["username", "operator"],
      ["password", password],
    ]);
    return Promise.resolve({ kind: "content", content, digest: `digest of ${password}` });
  }

  async function look(bus = BUS, gate: ConnectionOrigin = () => undefined): Promise<BusJudgement> {
    // Failed attempts of the same connection are a second apart.
    await clock.advance(1_500);
    const secrets = {
      use: () => {},
      digest: () => (password === undefined ? undefined : `digest of ${password}`),
      read,
    };
    const call = { signal: new AbortController().signal, deadlineMs: 5_000, priority: "live" } as const;
    const origins = [gate, declaredOrigin("system")];
    return await lookAt(bus, { clusters, registry, secrets, origins, certificates: new Map() }, call, clock.now());
  }

  it("reads a Secret when it connects, and not when it looks again", async () => {
    await look();
    await look();
    expect(message(await look())).to.equal("connected");
    expect({ reads, opened }).to.deep.equal({ reads: 1, opened: ["right"] });
  });

  it("takes another connection where the Secret has changed, and only then", async () => {
    await look();
    const before = clusters.get("main")?.admin;
    password = "right too";
    expect(message(await look())).to.equal("connected");
    const link = registry.link("main");
    expect(link.kind === "connected" && link.admin)
      .to.equal(clusters.get("main")?.admin)
      .and.not.equal(before);
    expect(opened).to.deep.equal(["right", "right too"]);
  });

  for (const [why, change, told] of [
    [
      "wrong",
      "wrong",
      'AuthenticationFailed: Not authenticated; the credentials are those in Secret "user" in namespace "system"; ' +
        "the connection made before goes on serving",
    ],
    [
      "useless",
      "right\n",
      'InvalidSecret: Secret "user" in namespace "system" ends with a line break under key "password"; store the value ' +
        "without it; the connection made before goes on serving",
    ],
    [
      "gone",
      undefined,
      'SecretNotFound: Secret "user" in namespace "system" does not exist; create it there, or correct its name in the ' +
        "EventBus; the connection made before goes on serving",
    ],
  ] as const) {
    it(`goes on with the connection before where the Secret is ${why} now, says so, and takes the next that works`, async () => {
      await look();
      const before = clusters.get("main")?.admin;
      password = change;
      expect(message(await look())).to.equal(told);
      expect(message(await look())).to.equal(told);
      const link = registry.link("main");
      expect(link.kind === "connected" && link.admin).to.equal(before);
      password = "right again";
      expect(message(await look())).to.equal("connected");
      expect(clusters.get("main")?.admin).to.not.equal(before);
    });
  }

  it("tells the bus to be down where the connection before does not work either", async () => {
    await look();
    password = undefined;
    kafka.network = "refused";
    expect(message(await look()))
      .to.include("SecretNotFound")
      .and.not.include("goes on serving");
    expect(registry.link("main").kind).to.equal("down");
  });

  it("does not go on with the connection before where it leads to another cluster than the expected one", async () => {
    await look();
    password = undefined;
    const moved = { ...BUS, spec: { ...BUS.spec, expectedClusterId: "another" } };
    expect(message(await look(moved)))
      .to.include("SecretNotFound")
      .and.not.include("goes on serving");
    expect(registry.link("main").kind).to.equal("down");
  });

  it("does not go on with the connection before where what refuses shuts that off as well", async () => {
    await look();
    expect(message(await look(BUS, SHUT))).to.equal("StrimziNotFound: Not known");
    expect(registry.link("main").kind).to.equal("down");
    expect(message(await look())).to.equal("connected");
    expect(opened).to.deep.equal(["right"]);
  });

  it("connects to nothing while a Secret is missing", async () => {
    password = undefined;
    expect(message(await look())).to.include("SecretNotFound");
    expect(opened).to.deep.equal([]);
    expect(registry.link("main").kind).to.equal("down");
  });
});
