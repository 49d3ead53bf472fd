// What Argo CD and Flux make of our objects: the files that users apply, evaluated by a real Lua and a real CEL over
// objects in every state.

import { readFileSync } from "node:fs";

import { run } from "@bufbuild/cel";
import { expect } from "chai";
import { describe, it } from "mocha";
import { LuaFactory } from "wasmoon";
import { parse } from "yaml";

import { READY_REASONS } from "../src/api/conditions.ts";
import { API_VERSION, GROUP } from "../src/api/group.ts";
import type { ReadyReason } from "../src/api/reasons/ready-reason.ts";

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

interface Subject {
  readonly kind: string;
  readonly metadata: { readonly generation: number; readonly deletionTimestamp?: string };
  readonly spec: { readonly suspend?: boolean };
  readonly status: { readonly observedGeneration: number; readonly conditions?: readonly Condition[] };
}

const kinds = Object.keys(READY_REASONS) as (keyof typeof READY_REASONS)[];

function fileOf(path: string): unknown {
  return parse(readFileSync(new URL(`../config/${path}`, import.meta.url), "utf8"));
}

function conditionsOf(ready: string, reason: string, beside: readonly string[] = []): Condition[] {
  const message = `Because of ${reason}`;
  return [
    { type: "Ready", status: ready, reason, message },
    ...beside.map((type) => ({ type, status: "True", reason, message })),
  ];
}

function subject(kind: string, conditions?: readonly Condition[], others: Partial<Subject> = {}): Subject {
  const status = { observedGeneration: 2, ...(conditions && { conditions }) };
  return { kind, metadata: { generation: 2 }, spec: {}, status, ...others };
}

/** As Flux does: RFC 0009. */
function fluxStatus(object: Subject): string {
  const { spec } = fileOf("flux/health-checks.yaml") as {
    spec: { healthCheckExprs: readonly Record<"apiVersion" | "kind" | "inProgress" | "failed" | "current", string>[] };
  };
  const expressions = spec.healthCheckExprs.find(
    ({ apiVersion, kind }) => apiVersion === API_VERSION && kind === object.kind,
  );
  if (expressions === undefined) throw new Error(`No expressions for kind ${object.kind}`);
  if (object.status.observedGeneration !== object.metadata.generation) return "InProgress";
  const holds = (expression: string): boolean => {
    const result = run(expression, { ...object } as unknown as Parameters<typeof run>[1]);
    if (typeof result !== "boolean") throw new Error(`${expression} gives no boolean`);
    return result;
  };
  if (holds(expressions.inProgress)) return "InProgress";
  if (holds(expressions.failed)) return "Failed";
  return holds(expressions.current) ? "Current" : "InProgress";
}

describe("The health that GitOps tools see", () => {
  const factory = new LuaFactory();

  const argocdHealth = async (object: Subject): Promise<{ readonly status: string; readonly message: string }> => {
    const { data } = fileOf("argocd/argocd-cm.yaml") as { data: Record<string, string> };
    // As Argo CD does: a fresh state for every object.
    const lua = await factory.createEngine({ enableProxy: false });
    try {
      lua.global.set("obj", object);
      return (await lua.doString(data[`resource.customizations.health.${GROUP}_${object.kind}`] ?? "")) as never;
    } finally {
      lua.global.close();
    }
  };

  const now = "2026-01-01T00:00:00Z";
  const stalled = conditionsOf("False", "AlreadyExists", ["Stalled"]);
  const healthy = conditionsOf("True", "UpToDate");
  const cases: readonly (readonly [why: string, others: (kind: string) => Subject, argocd: string, flux: string])[] = [
    [
      "nobody has looked",
      (kind) => subject(kind, undefined, { status: { observedGeneration: -1 } }),
      "Progressing",
      "InProgress",
    ],
    ["looked at, without conditions", (kind) => subject(kind), "Progressing", "InProgress"],
    ["as declared", (kind) => subject(kind, healthy), "Healthy", "Current"],
    [
      "as declared, edited since",
      (kind) => subject(kind, healthy, { metadata: { generation: 3 } }),
      "Progressing",
      "InProgress",
    ],
    [
      "refused, corrected since",
      (kind) => subject(kind, stalled, { metadata: { generation: 3 } }),
      "Progressing",
      "InProgress",
    ],
    ["refused", (kind) => subject(kind, stalled), "Degraded", "Failed"],
    [
      "waiting",
      (kind) => subject(kind, conditionsOf("False", "BusNotFound", ["Reconciling"])),
      "Progressing",
      "InProgress",
    ],
    [
      "not known",
      (kind) => subject(kind, conditionsOf("Unknown", "BusNotReady", ["Reconciling"])),
      "Progressing",
      "InProgress",
    ],
    ["suspended", (kind) => subject(kind, healthy, { spec: { suspend: true } }), "Suspended", "Current"],
    [
      "being deleted",
      (kind) => subject(kind, healthy, { metadata: { generation: 2, deletionTimestamp: now } }),
      "Progressing",
      "InProgress",
    ],
    [
      "suspended and being deleted",
      (kind) =>
        subject(kind, healthy, { spec: { suspend: true }, metadata: { generation: 2, deletionTimestamp: now } }),
      "Progressing",
      "InProgress",
    ],
  ];
  for (const [why, make, argocd, flux] of cases) {
    it(`is ${argocd} and ${flux} for an object that is ${why}`, async () => {
      for (const kind of kinds) {
        const object = make(kind);
        expect((await argocdHealth(object)).status, kind).to.equal(argocd);
        expect(fluxStatus(object), kind).to.equal(flux);
      }
    });
  }

  it("tells why a deletion waits", async () => {
    const conditions = conditionsOf("False", "DeletionBlocked", ["Stalled"]);
    const object = subject("EventTopic", conditions, { metadata: { generation: 2, deletionTimestamp: now } });
    expect((await argocdHealth(object)).message).to.equal("DeletionBlocked: Because of DeletionBlocked");
  });

  it("follows from every reason that an object may give", async () => {
    for (const kind of kinds) {
      for (const [reason, { beside, ready }] of Object.entries<ReadyReason>(READY_REASONS[kind])) {
        if (beside === "asCause") continue;
        const object = subject(kind, conditionsOf(ready, reason, beside));
        const isStalled = beside.includes("Stalled");
        const expected = isStalled
          ? ["Degraded", "Failed"]
          : ready === "True"
            ? ["Healthy", "Current"]
            : ["Progressing", "InProgress"];
        const { message, status } = await argocdHealth(object);
        expect([status, fluxStatus(object)], `${kind} ${reason}`).to.deep.equal(expected);
        expect(message).to.equal(`${reason}: Because of ${reason}`);
      }
    }
  });
});
