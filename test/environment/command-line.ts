// A command line beside an operator under test: the same clusters, seen with rights of its own. Every request to Kafka is
// counted, since commands must not write.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { stringify } from "yaml";

import type { CommandPorts } from "../../src/cli/connection/given-settings.ts";
import { connectKafka } from "../../src/kafka/platformatic/kafka-admin.ts";
import { recordedTerminal, type RecordedTerminal } from "../fakes/recorded-terminal.ts";
import type { OperatorUnderTest } from "./operator-under-test.ts";

const KAFKA_READS =
  /^(ApiVersions|Metadata|DescribeCluster|DescribeConfigs|DescribeTopicPartitions|List\w+|Describe\w+|FindCoordinator|OffsetFetch|ConsumerGroupDescribe|ShareGroupDescribe|StreamsGroupDescribe|Sasl\w+)$/;

export class CommandLine implements AsyncDisposable {
  /** Where it is, and where its files are. */
  readonly folder: string;
  readonly ports: CommandPorts;
  readonly #operator: OperatorUnderTest;
  readonly #requests: string[] = [];

  private constructor(operator: OperatorUnderTest, folder: string) {
    this.#operator = operator;
    this.folder = folder;
    const observer = { onRequest: ({ api }: { readonly api: string }) => void this.#requests.push(api) };
    this.ports = { version: "test", connect: (options) => connectKafka({ ...options, observer }) };
  }

  static async beside(operator: OperatorUnderTest): Promise<CommandLine> {
    return new CommandLine(operator, await mkdtemp(join(tmpdir(), "eventbus-cli-")));
  }

  terminal(environment: Readonly<Record<string, string>> = {}): RecordedTerminal {
    const { adminKubeconfig: KUBECONFIG } = this.#operator.controlPlane;
    return recordedTerminal({ workingDirectory: this.folder, environment: { KUBECONFIG, ...environment } });
  }

  /** The name of the file, which holds these objects. */
  async file(...objects: readonly object[]): Promise<string> {
    const name = `manifests-${performance.now()}.yaml`;
    await writeFile(join(this.folder, name), objects.map((object) => `---\n${stringify(object)}`).join(""));
    return name;
  }

  /** An EventTopic as the operator under test would create it. */
  topic(name: string, spec: object): object {
    const { id } = this.#operator;
    const metadata = { name, namespace: id };
    const parts = "topicName" in spec ? {} : { domain: name };
    return {
      apiVersion: "eventbus.dev/v1alpha1",
      kind: "EventTopic",
      metadata,
      spec: { busRef: { name: id }, ...parts, ...spec },
    };
  }

  /** Something was read, and nothing else done. */
  expectReadsOnly(): void {
    expect(this.#requests).not.to.have.length(0);
    expect(this.#requests.filter((api) => !KAFKA_READS.test(api))).to.deep.equal([]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}
