// What the runtime writes into objects of a real API server, beside what others write there: finalizers, statuses,
// events. And what tools read from it.

import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";

import { stalled } from "../../src/runtime/outcome.ts";
import { settled } from "../../src/runtime/outcome.ts";
import { controlPlaneBinary } from "../environment/assets.ts";
import { conditionProblems } from "../environment/condition-problems.ts";
import type { ControlPlane } from "../environment/control-plane.ts";
import { environment } from "../environment/environment.ts";
import { eventually } from "../fakes/eventually.ts";
import { WidgetOperator, widgetVerdict, type WidgetOperatorOptions } from "../fakes/widget-operator.ts";
import { grantWidgets } from "../fakes/widget-rights.ts";
import { aWidget, WIDGET_CRD, WIDGET_FINALIZER, type Widget } from "../fakes/widget.ts";

const NAMESPACE = "objects";
const WIDGETS = `/apis/test.eventbus.dev/v1/namespaces/${NAMESPACE}/widgets`;

interface StoredEvent {
  readonly regarding: { readonly name: string };
  readonly note: string;
  readonly series?: { readonly count: number };
}

describe("Objects of a real API server", () => {
  let controlPlane: ControlPlane;
  let kubeconfig: string;
  let operator: WidgetOperator;

  beforeEach(async () => {
    controlPlane = await environment().controlPlane();
    await controlPlane.applyManifests([WIDGET_CRD]);
    kubeconfig = await grantWidgets(controlPlane, NAMESPACE);
  });
  afterEach(async () => {
    await operator.stop();
    await controlPlane.request("DELETE", WIDGETS);
    for (const { metadata } of await list()) {
      await controlPlane.request("PATCH", `${WIDGETS}/${metadata.name}`, { metadata: { finalizers: [] } });
    }
  });

  const start = async (options: Partial<WidgetOperatorOptions> = {}): Promise<void> => {
    operator = new WidgetOperator({ kubeconfig, namespace: NAMESPACE, ...options });
    await operator.start();
  };
  const list = async (): Promise<readonly Widget[]> =>
    (await controlPlane.request<{ readonly items: readonly Widget[] }>("GET", WIDGETS)).body.items;
  const get = async (name: string): Promise<Widget> =>
    (await controlPlane.request<Widget>("GET", `${WIDGETS}/${name}`)).body;
  const events = async (name: string): Promise<StoredEvent[]> => {
    const path = `/apis/events.k8s.io/v1/namespaces/${NAMESPACE}/events`;
    const { items } = (await controlPlane.request<{ readonly items: readonly StoredEvent[] }>("GET", path)).body;
    return items.filter(({ regarding }) => regarding.name === name);
  };

  it("keep finalizers, annotations and conditions of others, and go when the last finalizer does", async () => {
    await start({
      async reconcile(widget, run) {
        if (widget.metadata.deletionTimestamp !== undefined) return { ...widgetVerdict(widget), release: true };
        await run.mark({ finalizer: true, annotations: { "test.eventbus.dev/mark": "ours" } });
        return widgetVerdict(widget);
      },
    });
    const widget = aWidget("shared", { namespace: NAMESPACE });
    const metadata = {
      ...widget.metadata,
      finalizers: ["example.com/theirs"],
      annotations: { "example.com/a": "theirs" },
    };
    await controlPlane.request("POST", WIDGETS, { ...widget, metadata });
    await eventually(async () => expect((await get("shared")).status?.observedGeneration).to.equal(1));
    const blessed = {
      type: "Blessed",
      status: "True",
      lastTransitionTime: "2026-01-01T00:00:00Z",
      reason: "X",
      message: "",
    };
    await controlPlane.request(
      "PATCH",
      `${WIDGETS}/shared/status?fieldManager=others`,
      {
        apiVersion: widget.apiVersion,
        kind: widget.kind,
        metadata: widget.metadata,
        status: { conditions: [blessed] },
      },
      { contentType: "application/apply-patch+yaml" },
    );
    await controlPlane.request("PATCH", `${WIDGETS}/shared`, { spec: { size: 8 } });
    await eventually(async () => expect((await get("shared")).status?.size).to.equal(8));
    const edited = await get("shared");
    expect(edited.metadata.finalizers).to.have.members(["example.com/theirs", WIDGET_FINALIZER]);
    expect(edited.metadata.annotations).to.include({ "example.com/a": "theirs", "test.eventbus.dev/mark": "ours" });
    expect(edited.status?.conditions?.map(({ type }) => type)).to.have.members(["Ready", "Blessed"]);
    await controlPlane.request("DELETE", `${WIDGETS}/shared`);
    await eventually(async () =>
      expect((await get("shared")).metadata.finalizers).to.deep.equal(["example.com/theirs"]),
    );
    await controlPlane.request("PATCH", `${WIDGETS}/shared`, { metadata: { finalizers: [] } });
    await eventually(() => expect(operator.store.get(`${NAMESPACE}/shared`)).to.equal(undefined));
    expect(await list()).to.deep.equal([]);
  });

  it("show in managedFields only what is the operator's: status, its finalizer, its annotations", async () => {
    await start({
      async reconcile(widget, run) {
        await run.mark({ finalizer: true, annotations: { "test.eventbus.dev/mark": "ours" } });
        return widgetVerdict(widget);
      },
    });
    await controlPlane.request("POST", WIDGETS, aWidget("owned", { namespace: NAMESPACE }));
    await eventually(async () => expect((await get("owned")).status?.observedGeneration).to.equal(1));
    const { managedFields } = (await get("owned")).metadata as unknown as {
      readonly managedFields: readonly { readonly manager: string; readonly fieldsV1: Record<string, unknown> }[];
    };
    const own = managedFields.filter(({ manager }) => manager === "widget-operator");
    expect(own.flatMap(({ fieldsV1 }) => Object.keys(fieldsV1))).to.have.members(["f:status", "f:metadata"]);
  });

  it("carry one event a transition, and a series for repeats, as the API server takes them", async () => {
    const note = {
      type: "Warning",
      reason: "TooLarge",
      action: "Refuse",
      note: "Size 9 is above the limit of 5",
    } as const;
    await start({
      reconcile: (widget) => Promise.resolve({ ...widgetVerdict(widget, stalled("TooLarge")), events: [note] }),
    });
    await controlPlane.request("POST", WIDGETS, aWidget("told", { namespace: NAMESPACE, size: 9 }));
    await eventually(async () => expect(await events("told")).to.have.length(1));
    for (let time = 0; time < 3; time += 1) operator.controller.enqueue(`${NAMESPACE}/told`);
    await eventually(async () => expect((await events("told"))[0]?.series?.count).to.equal(2));
    expect(await events("told"), "repeats make no new event").to.have.length(1);
    expect((await events("told"))[0]?.note).to.equal(note.note);
    expect(await operator.metric("events_dropped_total")).to.equal(0);
  });

  it("read well at every moment: every state that the operator wrote keeps the rules of kstatus", async () => {
    let isBroken = false;
    await start({
      reconcile: (widget) => Promise.resolve(widgetVerdict(widget, isBroken ? stalled("Broken") : settled())),
    });
    for (let index = 0; index < 10; index += 1) {
      await controlPlane.request("POST", WIDGETS, aWidget(`read-${index}`, { namespace: NAMESPACE }));
    }
    for (let round = 2; round < 8; round += 1) {
      isBroken = round % 2 === 0;
      for (let index = 0; index < 10; index += 1) {
        await controlPlane.request("PATCH", `${WIDGETS}/read-${index}`, { spec: { size: round } });
      }
    }
    await eventually(() => {
      for (const widget of operator.store.list()) expect(widget.status?.observedGeneration).to.equal(7);
    });
    const states = operator.changes.flatMap(({ after }) => after ?? []);
    expect(states.length).to.be.greaterThan(70);
    for (const state of states) expect(conditionProblems(state), state.metadata.resourceVersion).to.deep.equal([]);
    expect(
      states.some(({ status }) => status?.observedGeneration === -1),
      "fresh ones included",
    ).to.equal(true);
  });

  it("never let `kubectl wait` return on the state before an edit", async () => {
    const kubectl = await controlPlaneBinary("kubectl");
    const gates = new Map<number, PromiseWithResolvers<void>>();
    const gate = (size: number): PromiseWithResolvers<void> => {
      const known = gates.get(size) ?? Promise.withResolvers<void>();
      gates.set(size, known);
      return known;
    };
    await start({
      async reconcile(widget) {
        await gate(widget.spec.size).promise;
        return widgetVerdict(widget);
      },
    });
    await controlPlane.request("POST", WIDGETS, aWidget("awaited", { namespace: NAMESPACE }));
    gate(1).resolve();
    await eventually(async () => expect((await get("awaited")).status?.observedGeneration).to.equal(1));
    await controlPlane.request("PATCH", `${WIDGETS}/awaited`, { spec: { size: 2 } });
    const args = ["--kubeconfig", controlPlane.adminKubeconfig, "-n", NAMESPACE, "wait", "widget/awaited"];
    let hasReturned = false;
    const waiting = promisify(execFile)(kubectl, [...args, "--for=condition=Ready", "--timeout=30s"]).then((result) => {
      hasReturned = true;
      return result;
    });
    // Ready is True the whole time, but of generation 1: a wait that looked at it alone ends within this one.
    const impatient = promisify(execFile)(kubectl, [...args, "--for=condition=Ready", "--timeout=2s"]);
    const error: unknown = await impatient.then(() => undefined).catch((thrown: unknown) => thrown);
    expect(String(error)).to.include("timed out");
    expect(hasReturned).to.equal(false);
    gate(2).resolve();
    expect((await waiting).stdout).to.include("condition met");
  });
});
