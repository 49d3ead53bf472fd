// Secrets that EventBuses name, in integration tests: in the operator's own namespace, their names made of the test's id.
// And the look whether anything of them is shown where people read.

import { inspect } from "node:util";

import type { RecordingLogger } from "../fakes/recording-logger.ts";
import { knownSecrets } from "./known-secrets.ts";
import type { OperatorUnderTest } from "./operator-under-test.ts";

const PATH = "/api/v1/namespaces/event-bus-system/secrets";

export class SecretsUnderTest {
  readonly #operator: OperatorUnderTest;

  constructor(operator: OperatorUnderTest) {
    this.#operator = operator;
  }

  nameOf(name: string): string {
    return `${this.#operator.id}-${name}`;
  }

  /** Makes it; returns its full name. */
  async create(name: string, content: Readonly<Record<string, string>>): Promise<string> {
    const metadata = { name: this.nameOf(name) };
    makeKnown(metadata.name, content);
    await this.#operator.controlPlane.request("POST", PATH, { metadata, stringData: content });
    return metadata.name;
  }

  /** Sets keys; null removes one. */
  async patch(name: string, content: Readonly<Record<string, string | null>>): Promise<void> {
    makeKnown(this.nameOf(name), content);
    const encoded = Object.entries(content).map(([key, value]) => [
      key,
      value && Buffer.from(value).toString("base64"),
    ]);
    const data = Object.fromEntries(encoded) as object;
    await this.#operator.controlPlane.request("PATCH", `${PATH}/${this.nameOf(name)}`, { data });
  }

  async delete(name: string): Promise<void> {
    await this.#operator.controlPlane.request("DELETE", `${PATH}/${this.nameOf(name)}`);
  }
}

/** What of a Secret is one: names and certificates are not. */
function makeKnown(name: string, content: Readonly<Record<string, string | null>>): void {
  for (const [key, value] of Object.entries(content)) {
    const isSecret = value !== null && !/\.crt$|^username$|^client-id$/.test(key);
    if (isSecret) knownSecrets.add(`"${key}" of Secret "${name}"`, value);
  }
}

/** Everything that the operator has told so far: log lines in full, objects of its kinds, events, metrics. */
export async function everythingTold(operator: OperatorUnderTest, log: RecordingLogger): Promise<string> {
  const kinds = ["eventbuses", "eventtopics", "consumergroups", "retentionpolicies"];
  const paths = ["/apis/events.k8s.io/v1/events", ...kinds.map((plural) => `/apis/eventbus.dev/v1alpha1/${plural}`)];
  const objects = await Promise.all(
    paths.map(async (path) => JSON.stringify((await operator.controlPlane.request<object>("GET", path)).body)),
  );
  const lines = inspect(log.lines, { depth: 12, maxArrayLength: null, maxStringLength: null, showHidden: true });
  return [lines, ...objects, (await operator.metrics("")).join("\n")].join("\n");
}
