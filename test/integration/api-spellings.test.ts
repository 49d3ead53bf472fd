import { fileURLToPath } from "node:url";

import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { Agent, request } from "undici";

import { eventTopic } from "../../src/api/event-topic.ts";
import { API_VERSION } from "../../src/api/group.ts";
import { validatorFor } from "../../src/api/validate.ts";
import type { ControlPlane } from "../environment/control-plane.ts";
import { environment } from "../environment/environment.ts";

const CRDS = fileURLToPath(new URL("../../crds", import.meta.url));
const PATH = `/apis/${API_VERSION}/namespaces/default/eventtopics`;

interface Spelling {
  readonly why: string;
  /** JSON text of spec, as it travels. */
  readonly spec: string;
  /** The spec that both sides keep; absent where both refuse. */
  readonly kept?: object;
}

const AGREED: readonly Spelling[] = [
  {
    why: "a whole number with a fraction of zero",
    spec: `{"domain":"a","partitions":3.0}`,
    kept: { domain: "a", partitions: 3 },
  },
  {
    why: "a whole number with an exponent",
    spec: `{"domain":"a","partitions":30e-1}`,
    kept: { domain: "a", partitions: 3 },
  },
  { why: "a number above 2^53", spec: `{"domain":"a","config":{"x":9007199254740993}}` },
  { why: "a number above an int64", spec: `{"domain":"a","partitions":9223372036854775808}` },
  { why: "a number in quotes", spec: `{"domain":"a","partitions":"3"}` },
  { why: "a boolean in quotes", spec: `{"domain":"a","suspend":"true"}` },
  { why: "null for a field", spec: `{"domain":"a","entity":null}`, kept: { domain: "a" } },
  { why: "null in a map", spec: `{"domain":"a","config":{"x":null}}`, kept: { domain: "a", config: {} } },
  { why: "null in a list", spec: `{"domain":"a","publishers":[null]}` },
  { why: "null for an unknown field", spec: `{"domain":"a","bogus":null}` },
  {
    why: "half a surrogate pair",
    spec: `{"domain":"a","partitionKey":"\\ud83d"}`,
    kept: { domain: "a", partitionKey: "\ufffd" },
  },
  { why: "a field in another case", spec: `{"Domain":"a"}` },
];

describe("Spellings of JSON", () => {
  const validate = validatorFor(eventTopic);
  let api: ControlPlane;
  let agent: Agent;

  before(async function () {
    this.timeout(120_000);
    api = await environment().controlPlane();
    await api.applyManifests(CRDS);
    agent = new Agent({ connect: { ca: api.caPem } });
  });

  after(() => agent.close());

  /** The spec that would be stored, or undefined where the API server refuses. */
  async function stored(spec: string): Promise<unknown> {
    const { statusCode, body } = await request(`${api.url}${PATH}?dryRun=All&fieldValidation=Strict`, {
      method: "POST",
      dispatcher: agent,
      headers: { authorization: `Bearer ${api.adminToken}`, "content-type": "application/json" },
      body: manifestText(spec),
    });
    const answer = (await body.json()) as { readonly spec?: unknown };
    return statusCode === 201 ? answer.spec : undefined;
  }

  for (const { why, spec, kept } of AGREED) {
    it(`are read alike: ${why} is ${kept === undefined ? "refused" : "kept"}`, async function () {
      this.timeout(10_000);
      const ours = validate(JSON.parse(manifestText(spec)));
      expect(ours.kind === "valid" ? ours.object.spec : undefined).to.deep.equal(kept);
      expect(await stored(spec)).to.deep.equal(kept);
    });
  }

  // What JSON.parse does not tell apart. The API server is the stricter one, so nothing wrong is let through.
  for (const [why, spec] of [
    ["a field that is given twice", `{"domain":"a","domain":"b"}`],
    ["a whole number of bytes spelled as a fraction", `{"domain":"a","maxMessageBytes":1.0}`],
  ] as const) {
    it(`differ in one thing: ${why} is refused by the API server alone`, async () => {
      expect(validate(JSON.parse(manifestText(spec))).kind).to.equal("valid");
      expect(await stored(spec)).to.equal(undefined);
    });
  }
});

function manifestText(spec: string): string {
  return `{"apiVersion":"${API_VERSION}","kind":"EventTopic","metadata":{"name":"spelling"},"spec":${spec}}`;
}
