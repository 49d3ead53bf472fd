// Objects that the operator makes and owns, as every implementation of the Resources port must treat them. Part of
// kubernetes-resources.ts.

import { expect } from "chai";
import { beforeEach, it } from "mocha";

import type {
  KubernetesError,
  ObjectIdentity,
  ObjectVersion,
  OwnedObject,
  Resources,
} from "../../src/kubernetes/resources.ts";
import type { Widget } from "../fakes/widget.ts";
import type { OtherHands } from "./kubernetes-resources.ts";

/** What the suite gives to one test. */
export interface Bench {
  readonly resources: Resources<Widget>;
  readonly others: OtherHands;
  readonly namespace: string;
  readonly name: string;
  readonly identify: (object: Widget) => ObjectIdentity & ObjectVersion;
  readonly get: () => Promise<Widget>;
  readonly fails: (work: Promise<unknown>) => Promise<KubernetesError>;
}

export function describeOwnedObjects(bench: () => Bench): void {
  const call = { signal: AbortSignal.timeout(60_000) };
  let resources: Resources<Widget>;
  let others: OtherHands;
  let namespace: string;
  let name: string;
  let identify: Bench["identify"];
  let get: Bench["get"];
  let fails: Bench["fails"];
  beforeEach(() => {
    ({ resources, others, namespace, name, identify, get, fails } = bench());
  });

  const owned = (size: number, annotations: Readonly<Record<string, string>> = {}): OwnedObject => ({
    apiVersion: "test.eventbus.dev/v1",
    kind: "Widget",
    metadata: { namespace, name, labels: { mark: "ours" }, annotations },
    spec: { size },
  });

  const finalized = (size: number): OwnedObject => {
    const object = owned(size);
    return { ...object, metadata: { ...object.metadata, finalizers: ["test.eventbus.dev/held"] } };
  };

  it("makes an object of its own, but never over another of the name", async () => {
    const made = await resources.createOwned(owned(1), call);
    expect(made.metadata.labels).to.deep.equal({ mark: "ours" });
    expect(await get()).to.deep.equal(made);
    expect(await fails(resources.createOwned(owned(2), call))).to.include({ code: 409, reason: "AlreadyExists" });
    expect((await get()).spec).to.deep.equal({ size: 1 });
  });

  it("replaces all of an object of its own, and keeps the version when nothing differs", async () => {
    const made = await resources.createOwned(owned(1, { "test.eventbus.dev/mark": "first" }), call);
    const replaced = await resources.replaceOwned(owned(2), identify(made), call);
    expect(replaced.spec).to.deep.equal({ size: 2 });
    expect(replaced.metadata.annotations ?? {}).to.deep.equal({});
    expect(replaced.metadata.uid).to.equal(made.metadata.uid);
    const again = await resources.replaceOwned(owned(2), identify(replaced), call);
    expect(again.metadata.resourceVersion).to.equal(replaced.metadata.resourceVersion);
  });

  it("moves the generation of what it replaces where the spec differs, and only there", async () => {
    const made = await resources.createOwned(owned(1), call);
    const marked = await resources.replaceOwned(owned(1, { "test.eventbus.dev/mark": "more" }), identify(made), call);
    expect(marked.metadata.generation).to.equal(1);
    const replaced = await resources.replaceOwned(owned(2), identify(marked), call);
    expect(replaced.metadata.generation).to.equal(2);
  });

  it("does not bring back by a replacement what is being deleted, and ends it with its last finalizer", async () => {
    const made = await resources.createOwned(finalized(1), call);
    await resources.delete(identify(made), call);
    const marked = await get();
    const replaced = await resources.replaceOwned(finalized(2), identify(marked), call);
    expect(replaced.metadata.deletionTimestamp).to.equal(marked.metadata.deletionTimestamp);
    const last = await resources.replaceOwned(owned(2), identify(replaced), call);
    expect(last.metadata.uid).to.equal(made.metadata.uid);
    expect(await resources.get({ namespace, name }, call)).to.equal(undefined);
  });

  it("replaces neither a newer version, nor a namesake, nor what is gone", async () => {
    const made = await resources.createOwned(owned(1), call);
    const edited = await others.edit(name, { size: 2 });
    const replace = (version: Widget): Promise<Widget> => resources.replaceOwned(owned(3), identify(version), call);
    expect(await fails(replace(made))).to.include({ code: 409, reason: "Conflict" });
    await others.remove(name);
    expect((await fails(replace(edited))).code).to.be.oneOf([404, 409]);
    await others.create(name, { size: 4 });
    expect(await fails(replace(edited))).to.include({ code: 409, reason: "Conflict" });
    expect((await get()).spec).to.deep.equal({ size: 4 });
  });
}
