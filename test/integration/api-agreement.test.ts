// zod, with which the offline tools judge, and the API server must be of one opinion: on which objects are accepted, on
// what is stored, and on what the author is told.

import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";

import { expect } from "chai";
import * as fc from "fast-check";
import { after, before, describe, it } from "mocha";

import { API_VERSION } from "../../src/api/group.ts";
import type { KindDefinition } from "../../src/api/kind.ts";
import { KINDS } from "../../src/api/kinds.ts";
import { normalize } from "../../src/api/normalize.ts";
import { readStructure } from "../../src/api/read-structure.ts";
import { type ValidateOptions, validatorFor } from "../../src/api/validate.ts";
import { ApiError } from "../environment/api-client.ts";
import type { ControlPlane } from "../environment/control-plane.ts";
import { environment } from "../environment/environment.ts";
import { type Case, CASES, manifest } from "../unit/api/cases.ts";
import { mutated, mutation, valueOf } from "./api-arbitraries.ts";

const CRDS = fileURLToPath(new URL("../../crds", import.meta.url));
const NAMESPACE = "api-agreement";

/** Inputs a kind. More are tried by setting API_AGREEMENT_RUNS, other ones by API_AGREEMENT_SEED. */
const RUNS = Number(process.env["API_AGREEMENT_RUNS"] ?? 300);
const SEED = Number(process.env["API_AGREEMENT_SEED"] ?? 20_260_131);

interface Stored {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly spec: unknown;
  readonly status?: unknown;
}

type Verdict =
  | { readonly kind: "accepted"; readonly stored: Stored }
  | {
      readonly kind: "refused";
      readonly message: string;
      readonly causes: readonly { field: string; message: string }[];
    };

let api: ControlPlane;
/** Objects that are really made, to be changed: gone at the end, since other tests share the API server. */
const made: string[] = [];

function pathOf(kind: KindDefinition): string {
  return `/apis/${API_VERSION}/${kind.isNamespaced ? `namespaces/${NAMESPACE}/` : ""}${kind.plural}`;
}

async function verdictOn(method: "POST" | "PUT", path: string, object: unknown): Promise<Verdict> {
  try {
    const { body } = await api.request<Stored>(method, `${path}?dryRun=All&fieldValidation=Strict`, object);
    return { kind: "accepted", stored: body };
  } catch (error) {
    // 400 is what strict decoding says of unknown fields, 422 what the schema and the rules say.
    if (!(error instanceof ApiError) || (error.status !== 400 && error.status !== 422)) throw error;
    const causes = (error.details.causes ?? []).map(({ field = "", message = "" }) => ({ field, message }));
    return { kind: "refused", message: error.message, causes };
  }
}

/** An object that is really there, with the status given. */
async function existing(kind: KindDefinition, name: string, spec: unknown, status?: unknown): Promise<Stored> {
  const { body } = await api.request<Stored>("POST", pathOf(kind), manifest(kind, name, spec));
  made.push(`${pathOf(kind)}/${name}`);
  if (status === undefined) return body;
  const path = `${pathOf(kind)}/${name}/status?fieldManager=test`;
  const apply = { apiVersion: API_VERSION, kind: kind.kind, status };
  return (await api.request<Stored>("PATCH", path, apply, { contentType: "application/apply-patch+yaml" })).body;
}

function replacing(kind: KindDefinition, old: Stored, spec: unknown): object {
  const { name, resourceVersion } = old.metadata;
  return { apiVersion: API_VERSION, kind: kind.kind, metadata: { name, resourceVersion }, spec };
}

async function verdictOnCase(kind: KindDefinition, example: Case, index: number): Promise<Verdict> {
  const { name = "example", spec, old, oldStatus } = example;
  if (old === undefined) return await verdictOn("POST", pathOf(kind), manifest(kind, name, spec));
  const before = await existing(kind, `case-${index}`, old, oldStatus);
  return await verdictOn("PUT", `${pathOf(kind)}/${before.metadata.name}`, replacing(kind, before, spec));
}

/** The words of rules and formats are ours on both sides; those on types and bounds are each side's own. */
function expectSameWords(
  kind: KindDefinition,
  { name = "example", spec, old, oldStatus }: Case,
  message: string,
): void {
  const options = old === undefined ? {} : { old: manifest(kind, name, old, oldStatus) };
  const result = validatorFor(kind)(manifest(kind, name, spec), options);
  const problems = result.kind === "valid" ? [] : result.problems;
  for (const { path, message: words } of problems) {
    if (/^(Must |Required|Remove this field)/.test(words)) continue;
    expect(message).to.include(words).and.to.include(path);
  }
}

const validate = new Map(KINDS.map((kind) => [kind.kind, validatorFor(kind as KindDefinition)]));

/** Undefined where both sides agree, else what each says. */
function disagreement(
  kind: KindDefinition,
  object: unknown,
  verdict: Verdict,
  options?: ValidateOptions,
): string | undefined {
  const ours = validate.get(kind.kind)?.(object, options);
  if (ours?.kind === "valid" && verdict.kind === "accepted") {
    const { spec, status } = verdict.stored;
    const isSame = isDeepStrictEqual(spec, ours.object.spec) && isDeepStrictEqual(status, ours.object.status);
    return isSame ? undefined : `zod: ${JSON.stringify(ours.object)}\nstored: ${JSON.stringify({ spec, status })}`;
  }
  if (ours?.kind === "invalid" && verdict.kind === "refused") return undefined;
  const theirs = verdict.kind === "accepted" ? "accepts it" : verdict.message;
  return `zod: ${JSON.stringify(ours)}\nAPI server: ${theirs}`;
}

/** Runs the property and tells how many inputs were accepted; a failure shows the smallest object that both disagree on. */
async function expectAgreement<T>(
  inputs: fc.Arbitrary<T>,
  runs: number,
  judge: (input: T) => Promise<{ readonly verdict: Verdict; readonly disagreement: string | undefined }>,
): Promise<{ accepted: number; refused: number }> {
  const seen = { accepted: 0, refused: 0 };
  const property = fc.asyncProperty(inputs, async (input) => {
    const { verdict, disagreement: found } = await judge(input);
    seen[verdict.kind] += 1;
    if (found !== undefined) throw new Error(found);
  });
  await fc.assert(property, { numRuns: runs, seed: SEED });
  return seen;
}

/** A third of the inputs valid, a third nearly valid, a third as they come. */
function specsOf(kind: KindDefinition): fc.Arbitrary<unknown> {
  const any = valueOf(readStructure(kind.spec, "spec"));
  const isValid = (spec: unknown): boolean => validate.get(kind.kind)?.(manifest(kind, "fuzz", spec)).kind === "valid";
  const valid = any.filter(isValid);
  const bent = fc
    .tuple(valid, fc.array(mutation, { minLength: 1, maxLength: 2 }))
    .map(([spec, mutations]) => mutations.reduce(mutated, spec));
  return fc.oneof(valid, bent, any);
}

/** Objects whose changes the rules on changes are about. */
const CHANGED: Readonly<Record<string, readonly { readonly spec: object; readonly status?: object }[]>> = {
  EventBus: [
    { spec: { kafka: { bootstrapServers: ["a:1"] }, naming: { template: "{prefix}.{domain}", prefix: "p" } } },
    { spec: { kafka: { bootstrapServers: ["a:1"] } } },
  ],
  EventTopic: [
    { spec: { domain: "a", entity: "b", busRef: { name: "main" }, partitions: 3 }, status: { bus: { name: "main" } } },
    { spec: { topicName: "a.b", retention: { time: "7d" } }, status: { bus: { name: "main" } } },
    { spec: { action: "a" } },
  ],
  RetentionPolicy: [{ spec: { retention: { time: "7d" } } }],
  ConsumerGroup: [
    { spec: { groupId: "a", busRef: { name: "main" } }, status: { bus: { name: "main" } } },
    { spec: { topics: [{ topicName: "a" }] }, status: { bus: { name: "main" } } },
  ],
};

/** The old spec with some fields of another one. */
function mixed(old: unknown, other: unknown): unknown {
  return typeof other === "object" && other !== null ? { ...(old as object), ...other } : other;
}

function statusDisagreement(kind: KindDefinition, status: unknown, verdict: Verdict): string | undefined {
  const { value, unknownFields } = normalize(readStructure(kind.status, "status"), status, "status");
  const parsed = kind.status.safeParse(value);
  const isValid = parsed.success && unknownFields.length === 0;
  if (isValid !== (verdict.kind === "accepted")) {
    const theirs = verdict.kind === "accepted" ? "accepts it" : verdict.message;
    return `zod: ${parsed.success ? "accepts it" : parsed.error.message}\nAPI server: ${theirs}`;
  }
  if (verdict.kind === "refused") return undefined;
  return isDeepStrictEqual(verdict.stored.status, parsed.data) ? undefined : "Stored differently";
}

describe("Offline validation and the API server", () => {
  before(async function () {
    this.timeout(120_000);
    api = await environment().controlPlane();
    await api.applyManifests([CRDS, { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } }]);
  });

  after(async () => {
    await Promise.all(made.map((path) => api.request("DELETE", path)));
  });

  for (const { kind, table } of CASES) {
    describe(`say the same of ${kind.kind}`, () => {
      const examples = Object.values(table).flat();
      before(async function () {
        this.timeout(20_000);
        // The first creation after a definition was established is held back for two seconds.
        await api.request("POST", `${pathOf(kind)}?dryRun=All`, manifest(kind, "first", examples[0]?.spec));
      });

      examples.forEach((example, index) => {
        const { why, refused = [] } = example;
        it(`${refused.length === 0 ? "accepts" : "refuses"} ${why}`, async () => {
          const verdict = await verdictOnCase(kind, example, index);
          expect(verdict.kind).to.equal(refused.length === 0 ? "accepted" : "refused");
          if (verdict.kind === "refused") expectSameWords(kind, example, verdict.message);
        });
      });
    });
  }

  for (const kind of KINDS as readonly KindDefinition[]) {
    describe(`agree on any ${kind.kind}`, () => {
      it(`that is created, over ${RUNS} objects`, async function () {
        this.timeout(120_000);
        const seen = await expectAgreement(specsOf(kind), RUNS, async (spec) => {
          const object = manifest(kind, "fuzz", spec);
          const verdict = await verdictOn("POST", pathOf(kind), object);
          return { verdict, disagreement: disagreement(kind, object, verdict) };
        });
        expect(seen.accepted, "valid inputs").to.be.above(RUNS / 4);
        expect(seen.refused, "invalid inputs").to.be.above(RUNS / 10);
      });

      it(`that is changed, over ${RUNS / 2} changes`, async function () {
        this.timeout(120_000);
        const olds = await Promise.all(
          (CHANGED[kind.kind] ?? []).map(({ spec, status }, index) => existing(kind, `changed-${index}`, spec, status)),
        );
        const changes = fc
          .record({
            old: fc.constantFrom(...olds),
            mutations: fc.array(mutation, { minLength: 1, maxLength: 3 }),
            other: specsOf(kind),
            isOther: fc.boolean(),
          })
          .map(({ old, mutations, other, isOther }) => ({
            old,
            spec: isOther ? mixed(old.spec, other) : mutations.reduce(mutated, old.spec),
          }));
        const seen = await expectAgreement(changes, RUNS / 2, async ({ old, spec }) => {
          const object = replacing(kind, old, spec);
          const verdict = await verdictOn("PUT", `${pathOf(kind)}/${old.metadata.name}`, object);
          return { verdict, disagreement: disagreement(kind, object, verdict, { old }) };
        });
        expect(seen.accepted, "valid changes").to.be.above(RUNS / 20);
        expect(seen.refused, "invalid changes").to.be.above(RUNS / 20);
      });

      it(`whose status is written, over ${RUNS / 2} states`, async function () {
        this.timeout(120_000);
        const old = await existing(kind, "reported", CHANGED[kind.kind]?.[0]?.spec);
        const any = valueOf(readStructure(kind.status, "status"));
        const bent = fc.tuple(any, mutation).map(([status, change]) => mutated(status, change));
        const seen = await expectAgreement(fc.oneof(any, bent), RUNS / 2, async (status) => {
          const object = { ...replacing(kind, old, old.spec), status };
          const verdict = await verdictOn("PUT", `${pathOf(kind)}/${old.metadata.name}/status`, object);
          return { verdict, disagreement: statusDisagreement(kind, status, verdict) };
        });
        expect(seen.accepted, "valid states").to.be.above(RUNS / 10);
        expect(seen.refused, "invalid states").to.be.above(RUNS / 50);
      });
    });
  }
});
