import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";

import type { ExitCode } from "../../../src/cli/terminal.ts";
import { validate, type ValidateOptions } from "../../../src/cli/validate.ts";
import { recordedTerminal, type TerminalOptions } from "../../fakes/recorded-terminal.ts";

const BUS = `apiVersion: eventbus.dev/v1alpha1
kind: EventBus
metadata: { name: main }
spec:
  kafka: { bootstrapServers: ["localhost:9092"] }
  limits: { maxPartitionsPerTopic: 12 }
`;

function topic(name: string, spec: string): string {
  return `apiVersion: eventbus.dev/v1alpha1
kind: EventTopic
metadata:
  name: ${name}
  namespace: orders
spec:
${spec.replaceAll(/^/gm, "  ")}
`;
}

const PARTS = "domain: orders\nentity: order\naction: paid";

interface Example {
  readonly why: string;
  readonly documents: readonly string[];
  /** Beginnings of lines, without the file; empty: valid. */
  readonly findings: readonly string[];
}

const EXAMPLES: readonly Example[] = [
  { why: "a topic on a bus of the same files", documents: [BUS, topic("paid", PARTS)], findings: [] },
  { why: "a topic whose bus is elsewhere", documents: [topic("paid", PARTS)], findings: [] },
  {
    why: "an unknown field, with the nearest one",
    documents: [topic("paid", `${PARTS}\npartitons: 3`)],
    findings: [
      '10:3: EventTopic/orders/paid: spec.partitons: Remove this field, or correct its name: the kind has no such field (nearest: "partitions")',
    ],
  },
  {
    why: "an unknown field deep inside",
    documents: [topic("paid", `${PARTS}\nretention:\n  tme: 7d`)],
    findings: [
      '11:5: EventTopic/orders/paid: spec.retention.tme: Remove this field, or correct its name: the kind has no such field (nearest: "time")',
    ],
  },
  {
    why: "every problem of an object at once",
    documents: [
      topic("paid", `${PARTS}\npartitions: none\nretention: { time: 14x }\nconfig:\n  cleanup.policy: compact`),
    ],
    findings: [
      '10:3: EventTopic/orders/paid: spec.partitions: Must be a number, not "none"',
      "11:16: EventTopic/orders/paid: spec.retention.time: Write a duration",
      "12:3: EventTopic/orders/paid: spec.config: Set spec.cleanupPolicy instead",
    ],
  },
  {
    why: "a broken rule on the place of its key, although that holds dots",
    documents: [topic("paid", `${PARTS}\nconfig:\n  segment.ms: [1]`)],
    findings: ["11:5: EventTopic/orders/paid: spec.config.segment.ms: Must be a whole number or text"],
  },
  {
    why: "an item of a list",
    documents: [topic("paid", `${PARTS}\npublishers:\n  - name: a\n  - nam: b`)],
    findings: [
      '12:7: EventTopic/orders/paid: spec.publishers[1].nam: Remove this field, or correct its name: the kind has no such field (nearest: "name")',
      "12:7: EventTopic/orders/paid: spec.publishers[1].name: Required value",
    ],
  },
  {
    why: "labels that are no text",
    documents: [BUS.replace("{ name: main }", '{ name: main, annotations: { "eventbus.dev/is-default": true } }')],
    findings: ['3:40: EventBus/main: metadata.annotations.eventbus.dev/is-default: Must be text: write it as "true"'],
  },
  {
    why: "a namespace on what belongs to the whole cluster",
    documents: [BUS.replace("{ name: main }", "{ name: main, namespace: orders }")],
    findings: ["3:25: EventBus/orders/main: metadata.namespace: Remove it"],
  },
  {
    why: "an apiVersion that there is not",
    documents: [BUS.replace("v1alpha1", "v1")],
    findings: ['1:1: EventBus/main: apiVersion: There is no apiVersion "eventbus.dev/v1"'],
  },
  {
    why: "a mistyped group",
    documents: [BUS.replace("eventbus.dev", "eventbus.de")],
    findings: ['1:1: EventBus/main: apiVersion: There is no apiVersion "eventbus.de/v1alpha1"'],
  },
  {
    why: "a kind that there is not",
    documents: [topic("paid", PARTS).replace("EventTopic", "EventTopc")],
    findings: [
      '2:1: EventTopc/orders/paid: kind: There is no kind "EventTopc" in eventbus.dev/v1alpha1; write "EventTopic"',
    ],
  },
  {
    why: "a kind of the same name that belongs to somebody else",
    documents: ["apiVersion: argoproj.io/v1alpha1\nkind: EventBus\nmetadata: { name: default }\n"],
    findings: [],
  },
  {
    why: "more partitions than the bus allows",
    documents: [BUS, topic("paid", `${PARTS}\npartitions: 13`)],
    findings: ["11:3: EventTopic/orders/paid: 13 partitions are more than the 12 that EventBus"],
  },
  {
    why: "a sizing beyond its class",
    documents: [BUS, topic("paid", `${PARTS}\nsizing: { class: small, maxConsumers: 6 }`)],
    findings: ["17:3: EventTopic/orders/paid: spec.sizing: spec.sizing needs 6 partitions"],
  },
  {
    why: "parts that the bus' template does not use",
    documents: [BUS, topic("paid", "domain: orders")],
    findings: ["11:3: EventTopic/orders/paid: The bus names its topics by the template"],
  },
  {
    why: "a name that the bus does not allow",
    documents: [BUS, topic("paid", "topicName: legacy")],
    findings: ['14:3: EventTopic/orders/paid: spec.topicName: spec.topicName "legacy" is not allowed'],
  },
  {
    why: "two objects that claim one name, and what else is wrong with the second",
    documents: [BUS, topic("paid", PARTS), topic("also-paid", `${PARTS}\npartitions: 13`)],
    findings: [
      '21:3: EventTopic/orders/also-paid: Topic "orders.order.paid" is held by EventTopic "orders/paid"',
      "21:3: EventTopic/orders/also-paid: 13 partitions are more than the 12 that EventBus",
    ],
  },
  {
    why: "names that Kafka takes for one",
    documents: [
      BUS.replace("  limits", "  legacyNames: [{ pattern: '*' }]\n  limits"),
      topic("paid", PARTS),
      topic("folded", "topicName: orders_order.paid"),
    ],
    findings: ['22:3: EventTopic/orders/folded: Topic "orders_order.paid" would collide with "orders.order.paid"'],
  },
  {
    why: "one object twice",
    documents: [topic("paid", PARTS), topic("paid", PARTS)],
    findings: ["14:3: EventTopic/orders/paid: metadata.name: EventTopic/orders/paid stands in"],
  },
  {
    why: "retention outside of the policy's bounds",
    documents: [
      BUS,
      `apiVersion: eventbus.dev/v1alpha1
kind: RetentionPolicy
metadata: { name: events }
spec:
  retention: { time: 7d }
  bounds: { retentionTime: { max: 30d } }
`,
      topic("paid", `${PARTS}\nretentionPolicyRef: { name: events }\nretention: { time: 90d }`),
    ],
    findings: ["25:16: EventTopic/orders/paid: spec.retention.time"],
  },
  {
    why: "a policy that contradicts itself, although no topic has it",
    documents: [
      `apiVersion: eventbus.dev/v1alpha1
kind: RetentionPolicy
metadata: { name: events }
spec:
  retention: { time: 90d }
  bounds: { retentionTime: { max: 30d } }
`,
    ],
    findings: ["5:16: RetentionPolicy/events: spec.retention.time: spec.retention.time 90d is more than"],
  },
  {
    why: "a client setting that the group's protocol forbids",
    documents: [
      BUS,
      `apiVersion: eventbus.dev/v1alpha1
kind: ConsumerGroup
metadata: { name: sink, namespace: orders }
spec:
  groupProtocol: consumer
  client: { extra: { session.timeout.ms: 5000 } }
`,
    ],
    findings: ["13:13: ConsumerGroup/orders/sink: spec.client.extra"],
  },
  { why: "YAML that is none", documents: ["a: [1\n"], findings: ["2:1: Flow sequence"] },
  { why: "a document that is no object", documents: ["- a\n"], findings: ["1:1: Must be a Kubernetes object"] },
  {
    why: "an object without a kind",
    documents: ["apiVersion: v1\n"],
    findings: ["1:1: Must be a Kubernetes object, but has no kind"],
  },
  { why: "an empty document", documents: ["# nothing\n", "\n"], findings: [] },
  {
    why: "items of a list",
    documents: [
      `apiVersion: v1
kind: List
items:
  - ${topic("paid", `${PARTS}\npartitions: 0`).trimEnd().replaceAll("\n", "\n    ")}
`,
    ],
    findings: ["13:7: EventTopic/orders/paid: spec.partitions: Must be at least 1"],
  },
  {
    why: "the booleans of kubectl's YAML",
    documents: [topic("paid", `${PARTS}\ndeletionProtection: no`)],
    findings: [],
  },
  {
    why: "merged maps",
    documents: [topic("paid", `${PARTS}\nconfig: { <<: &a { segment.ms: 600000 } }`)],
    findings: [],
  },
];

interface Told {
  readonly code: ExitCode;
  readonly stdout: string;
}

async function run(
  paths: readonly string[],
  options: Partial<ValidateOptions> = {},
  where: TerminalOptions = {},
): Promise<Told> {
  const terminal = recordedTerminal(where);
  const code = await validate(paths, { namespace: "default", output: "human", ...options }, terminal);
  return { code, stdout: terminal.stdout() };
}

describe("validate", () => {
  for (const { why, documents, findings } of EXAMPLES) {
    it(`${findings.length === 0 ? "accepts" : "refuses"} ${why}`, async () => {
      const { code, stdout } = await run(["-"], {}, { stdin: documents.join("---\n") });
      const lines = stdout.split("\n").slice(0, -2);
      expect(lines.length, stdout).to.equal(findings.length);
      findings.forEach((finding, index) => expect(lines[index]?.slice(0, finding.length + 2)).to.equal(`-:${finding}`));
      expect(code).to.equal(findings.length === 0 ? 0 : 1);
    });
  }

  describe("given files", () => {
    let folder = "";
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "eventbus-validate-"));
      await mkdir(join(folder, "deep", "er"), { recursive: true });
      await writeFile(join(folder, "bus.yaml"), BUS);
      await writeFile(join(folder, "deep", "topic.yml"), topic("paid", `${PARTS}\npartitions: 0`));
      await writeFile(
        join(folder, "deep", "er", "more.json"),
        JSON.stringify({ apiVersion: "v1", kind: "Pod" }, null, 1),
      );
      await writeFile(join(folder, "README.md"), "# not a manifest");
    });
    afterEach(() => rm(folder, { recursive: true }));

    it("takes folders at any depth, and names files as they were given", async () => {
      const { stdout } = await run(["."], {}, { workingDirectory: folder });
      expect(stdout.startsWith("deep/topic.yml:10:3: EventTopic/orders/paid: spec.partitions"), stdout).to.equal(true);
      expect(stdout).to.include("1 problem in 1 of 2 objects; 1 object of other kinds skipped");
    });

    it("refuses other kinds where it shall", async () => {
      const { stdout } = await run(["deep/er"], { strict: true }, { workingDirectory: folder });
      expect(stdout).to.include("v1 Pod/(no name) is of no kind of this operator");
      expect(stdout).to.match(/^1 problem in 1 of 1 object$/m);
    });

    it("counts a file that is no YAML beside the objects", async () => {
      await writeFile(join(folder, "deep", "cut.yaml"), "spec: [a");
      const { stdout } = await run(["."], {}, { workingDirectory: folder });
      expect(stdout).to.match(
        /^2 problems in 1 of 2 objects; 1 file not readable in full; 1 object of other kinds skipped$/m,
      );
    });

    it("tells programs", async () => {
      const { stdout } = await run(["."], { output: "json" }, { workingDirectory: folder });
      const told = JSON.parse(stdout) as { readonly problems: readonly object[] };
      expect(told).to.include({ format: "eventbus.dev/validation/v1", valid: false, files: 3, objects: 2, skipped: 1 });
      expect(told.problems).to.deep.equal([
        {
          file: "deep/topic.yml",
          line: 10,
          column: 3,
          object: "EventTopic/orders/paid",
          path: "spec.partitions",
          message: "Must be at least 1, not 0",
        },
      ]);
    });

    it("annotates pull requests", async () => {
      const { stdout } = await run(["."], { output: "github" }, { workingDirectory: folder });
      expect(stdout).to.equal(
        "::error file=deep/topic.yml,line=10,col=3,title=EventTopic/orders/paid spec.partitions::Must be at least 1, not 0\n",
      );
    });

    it("says which path is not there", async () => {
      const wrong = run(["nowhere"], {}, { workingDirectory: folder }).catch((error: unknown) => error);
      expect(await wrong).to.include({
        message: 'Cannot read "nowhere": there is no such file or folder',
        exitCode: 2,
      });
    });
  });

  it("judges objects without a namespace in the one that is given", async () => {
    const stdin = `${BUS}  namespaces: [{ names: [orders] }]\n---\n${topic("paid", PARTS).replace("  namespace: orders\n", "")}`;
    expect((await run(["-"], { namespace: "orders" }, { stdin })).code).to.equal(0);
    const { stdout } = await run(["-"], { namespace: "shop" }, { stdin });
    expect(stdout).to.include('Namespace "shop" may not use EventBus "main"');
  });

  it("does not judge by labels of a namespace that it does not see", async () => {
    const bus = `${BUS}  namespaces: [{ selector: { matchLabels: { tier: a } } }]\n---\n`;
    const { code, stdout } = await run(["-"], {}, { stdin: bus + topic("paid", PARTS) });
    expect([code, stdout]).to.deep.equal([
      0,
      "2 objects in 1 file: all valid; 1 object not judged in full: the EventBus, policy or namespace is not among the files\n",
    ]);
    const namespace = "---\napiVersion: v1\nkind: Namespace\nmetadata: { name: orders, labels: { tier: b } }\n";
    expect((await run(["-"], {}, { stdin: bus + topic("paid", PARTS) + namespace })).code).to.equal(1);
  });

  it("colours what people look at, unless they ask for none", async () => {
    expect((await run(["-"], {}, { isTerminal: true })).stdout).to.include("\u001b[32m");
    const plain = await run(["-"], {}, { isTerminal: true, environment: { NO_COLOR: "1" } });
    expect(plain.stdout).not.to.include("\u001b");
  });
});
