// `eventbus validate` and kubectl with a real API server must be of one opinion on what stands in files: YAML, metadata,
// unknown fields. That they agree on every spec is shown by api-agreement.test.ts.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { validate } from "../../src/cli/validate.ts";
import { controlPlaneBinary } from "../environment/assets.ts";
import { environment } from "../environment/environment.ts";
import { recordedTerminal } from "../fakes/recorded-terminal.ts";

const CRDS = join(import.meta.dirname, "..", "..", "crds");
const NAMESPACE = "cli-validate";

function topic(spec: string, metadata = "{ name: paid }", more = ""): string {
  return `apiVersion: eventbus.dev/v1alpha1\nkind: EventTopic\nmetadata: ${metadata}\nspec: ${spec}\n${more}`;
}

const PARTS = "domain: orders, entity: order, action: paid";

/** Files, and what is special about each. */
const FILES: Readonly<Record<string, string>> = {
  "as it should be": topic(`{ ${PARTS} }`),
  "no for false": topic(`{ ${PARTS}, deletionProtection: no }`),
  "off for false": topic(`{ ${PARTS}, deletionProtection: off }`),
  "y for true": topic(`{ ${PARTS}, suspend: y }`),
  "yes where text is wanted": topic(`{ ${PARTS}, description: yes }`),
  "a merged map": topic(`{ ${PARTS}, config: { <<: { segment.ms: 600000 } } }`),
  "an anchor and its alias": topic(`{ ${PARTS}, description: &a text, owner: { team: *a } }`),
  "a number where text is wanted": topic(`{ ${PARTS}, description: 5 }`),
  "text where a number is wanted": topic(`{ ${PARTS}, partitions: "5" }`),
  "a whole number with a fraction of nothing": topic(`{ ${PARTS}, partitions: 5.0 }`),
  "null for a field": topic(`{ ${PARTS}, partitions: null }`),
  "an unknown field": topic(`{ ${PARTS}, partitons: 3 }`),
  "an unknown field of the object": topic(`{ ${PARTS} }`, undefined, "specs: {}\n"),
  "an unknown field of its metadata": topic(`{ ${PARTS} }`, "{ name: paid, lables: {} }"),
  "a label that is no text": topic(`{ ${PARTS} }`, "{ name: paid, labels: { a: 1 } }"),
  "an annotation that is no text": topic(`{ ${PARTS} }`, "{ name: paid, annotations: { a: true } }"),
  "a label with spaces": topic(`{ ${PARTS} }`, '{ name: paid, labels: { a: "b c" } }'),
  "a label with a strange key": topic(`{ ${PARTS} }`, '{ name: paid, labels: { "a b": c } }'),
  "a name in capitals": topic(`{ ${PARTS} }`, "{ name: Paid }"),
  "no name": topic(`{ ${PARTS} }`, "{}"),
  "a kind that there is not": topic(`{ ${PARTS} }`).replace("EventTopic", "EventTopics"),
  "a version that there is not": topic(`{ ${PARTS} }`).replace("v1alpha1", "v1"),
  "a list": `apiVersion: v1\nkind: List\nitems:\n- ${topic(`{ ${PARTS}, partitions: 0 }`).trimEnd().replaceAll("\n", "\n  ")}\n`,
  JSON: JSON.stringify({
    apiVersion: "eventbus.dev/v1alpha1",
    kind: "EventTopic",
    metadata: { name: "paid" },
    spec: { topicName: "a" },
  }),
};

describe("validate and kubectl", () => {
  let folder = "";
  let kubectl = "";
  let env: Record<string, string> = {};

  before(async function () {
    this.timeout(120_000);
    const api = await environment().controlPlane();
    await api.applyManifests([CRDS, { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } }]);
    kubectl = await controlPlaneBinary("kubectl");
    folder = await mkdtemp(join(tmpdir(), "eventbus-kubectl-"));
    // kubectl keeps a cache in its home.
    env = { KUBECONFIG: api.adminKubeconfig, HOME: dirname(api.adminKubeconfig) };
  });
  after(() => rm(folder, { recursive: true }));

  it("judge alike what stands in files", async function () {
    this.timeout(60_000);
    const disagreements: string[] = [];
    for (const [what, text] of Object.entries(FILES)) {
      const file = join(folder, "file.yaml");
      await writeFile(file, text);
      const theirs = await promisify(execFile)(
        kubectl,
        ["apply", "--dry-run=server", "--validate=strict", "-n", NAMESPACE, "-f", file],
        { env },
      ).then(
        () => "",
        (error: { readonly stderr: string }) => error.stderr,
      );
      const terminal = recordedTerminal();
      const code = await validate([file], { namespace: NAMESPACE, output: "human" }, terminal);
      const isAgreed = (code === 0) === (theirs === "");
      if (!isAgreed) disagreements.push(`${what}: ${terminal.stdout()}kubectl: ${theirs}`);
    }
    expect(disagreements).to.deep.equal([]);
  });
});
