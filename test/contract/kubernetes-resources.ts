// What every implementation of the Resources port must do, tried with Widgets. Run against a real API server and
// against the double that unit tests use, so that the double cannot drift.

import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";
import { after, before, beforeEach, describe, it } from "mocha";

import {
  KubernetesError,
  type ObjectIdentity,
  type ObjectVersion,
  type Resources,
  type WatchEvent,
  type WatchOptions,
} from "../../src/kubernetes/resources.ts";
import { compareResourceVersions } from "../../src/runtime/resource-version.ts";
import type { Widget, WidgetSpec, WidgetStatus } from "../fakes/widget.ts";
import { describeOwnedObjects } from "./kubernetes-owned-objects.ts";

/** What users and other controllers do, not through the port. */
export interface OtherHands {
  create(name: string, spec: WidgetSpec, finalizers?: readonly string[]): Promise<Widget>;
  edit(name: string, spec: Partial<WidgetSpec>): Promise<Widget>;
  /** Deletes; with finalizers the object stays, marked. */
  remove(name: string): Promise<void>;
  annotate(name: string, annotations: Readonly<Record<string, string>>): Promise<Widget>;
  /** Puts a condition into the status as another field manager. */
  setCondition(name: string, type: string): Promise<void>;
}

export interface ResourcesUnderTest {
  readonly resources: Resources<Widget>;
  readonly others: OtherHands;
  readonly namespace: string;
  stop(): Promise<void>;
}

const FINALIZER = "test.eventbus.dev/widget";
const signal = AbortSignal.timeout(60_000);
const call = { signal };

const told = (events: readonly WatchEvent<Widget>[]): string[] =>
  events.map((event) => (event.type === "bookmark" ? "bookmark" : `${event.type} ${event.object.spec.size}`));

const fails = async (work: Promise<unknown>): Promise<KubernetesError> => {
  const error: unknown = await work.then(
    () => new Error("It succeeded"),
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(KubernetesError);
  return error as KubernetesError;
};

const status = (size: number, message = "fine"): WidgetStatus => ({
  observedGeneration: 1,
  size,
  conditions: [
    {
      type: "Ready",
      status: "True",
      observedGeneration: 1,
      lastTransitionTime: "2026-01-02T03:04:05Z",
      reason: "Sized",
      message,
    },
  ],
});

export function describeResources(subject: string, start: () => Promise<ResourcesUnderTest>): void {
  describe(`Resources (${subject})`, () => {
    let resources: Resources<Widget>;
    let others: OtherHands;
    let namespace: string;
    let subjectUnderTest: ResourcesUnderTest;
    let name: string;
    let serial = 0;

    before(async () => {
      subjectUnderTest = await start();
      ({ resources, others, namespace } = subjectUnderTest);
    });
    after(async () => {
      await subjectUnderTest.stop();
    });
    beforeEach(() => {
      name = `widget-${(serial += 1)}`;
    });

    const identify = (object: Widget): ObjectIdentity & ObjectVersion => {
      const { uid, resourceVersion } = object.metadata;
      return { namespace, name: object.metadata.name, uid, resourceVersion };
    };
    const get = async (): Promise<Widget> => {
      const found = await resources.get({ namespace, name }, call);
      if (found === undefined) throw new Error(`No widget "${name}"`);
      return found;
    };
    /** Watches while `act` runs, until `count` events of this test's widget (or bookmarks asked for) have come. */
    const watching = async (
      options: Partial<WatchOptions>,
      isEnough: (events: readonly WatchEvent<Widget>[]) => boolean,
      act: () => Promise<unknown> = () => Promise.resolve(),
    ): Promise<WatchEvent<Widget>[]> => {
      const events: WatchEvent<Widget>[] = [];
      const acted = act();
      for await (const event of resources.watch({ namespace }, { timeoutSeconds: 10, signal, ...options })) {
        if (event.type === "bookmark" || event.object.metadata.name === name) events.push(event);
        if (isEnough(events)) break;
      }
      await acted;
      return events;
    };

    describeOwnedObjects(() => ({ resources, others, namespace, name, identify, get, fails }));

    it("tells nothing of an object that is not there", async () => {
      expect(await resources.get({ namespace, name }, call)).to.equal(undefined);
    });

    it("shows a fresh object as not yet observed", async () => {
      await others.create(name, { size: 1 });
      expect((await get()).status).to.deep.equal({ observedGeneration: -1 });
    });

    it("leaves managedFields away, keeps kind and apiVersion", async () => {
      await others.create(name, { size: 1 });
      const { items } = await resources.list({ namespace }, call);
      const listed = items.find((item) => item.metadata.name === name);
      for (const object of [await get(), listed]) {
        expect(object).to.include({ apiVersion: "test.eventbus.dev/v1", kind: "Widget" });
        expect(object?.metadata).not.to.have.property("managedFields");
      }
    });

    it("continues a list by a watch without a gap", async () => {
      const { resourceVersion, items } = await resources.list({ namespace }, call);
      expect(items.map((item) => item.metadata.name)).not.to.include(name);
      await others.create(name, { size: 1 });
      await others.edit(name, { size: 2 });
      await others.remove(name);
      const events = await watching({ resourceVersion }, (seen) => seen.at(-1)?.type === "deleted");
      expect(told(events)).to.deep.equal(["added 1", "modified 2", "deleted 2"]);
    });

    it("gives each event of a watch a newer version than the one before", async () => {
      const { resourceVersion } = await resources.list({ namespace }, call);
      const events = await watching(
        { resourceVersion },
        (seen) => seen.at(-1)?.type === "deleted",
        async () => {
          await others.create(name, { size: 1 });
          for (const size of [2, 3, 4]) await others.edit(name, { size });
          await others.remove(name);
        },
      );
      const versions = events.map((event) => (event.type === "bookmark" ? "" : event.object.metadata.resourceVersion));
      expect(versions).to.have.length(5);
      expect(versions).to.deep.equal(versions.toSorted(compareResourceVersions));
      expect(new Set(versions)).to.have.property("size", 5);
    });

    it("tells current objects, then their end, then changes, when initial events are asked for", async () => {
      await others.create(name, { size: 1 });
      let edited: Promise<unknown> | undefined;
      const events = await watching({ sendInitialEvents: true }, (seen) => {
        const last = seen.at(-1);
        if (last?.type === "bookmark" && last.endsInitialEvents) edited ??= others.edit(name, { size: 2 });
        return last?.type === "modified";
      });
      await edited;
      expect(told(events)).to.deep.equal(["added 1", "bookmark", "modified 2"]);
    });

    it("ends a watch in order when its time is over, with a bookmark if its kind has moved on", async () => {
      await others.create(name, { size: 1 });
      const { resourceVersion } = await resources.list({ namespace }, call);
      const elsewhere = { namespace, fieldSelector: "metadata.name=nobody" };
      const options = { resourceVersion, timeoutSeconds: 4, signal };
      const events: WatchEvent<Widget>[] = [];
      const ended = new AbortController();
      const moving = (async () => {
        for (let size = 2; !ended.signal.aborted; size += 1) await others.edit(name, { size }).then(() => sleep(50));
      })();
      for await (const event of resources.watch(elsewhere, options)) events.push(event);
      ended.abort();
      await moving;
      const last = events.at(-1);
      expect(last).to.include({ type: "bookmark", endsInitialEvents: false });
      const version = last?.type === "bookmark" ? last.resourceVersion : "";
      expect(compareResourceVersions(version, resourceVersion)).to.be.greaterThan(0);
    });

    it("refuses to watch from a version that is forgotten, as expired", async () => {
      const error = await fails(watching({ resourceVersion: "1" }, () => true));
      expect(error).to.include({ code: 410, reason: "Expired" });
    });

    it("ends a watch with the reason of its signal", async () => {
      const { resourceVersion } = await resources.list({ namespace }, call);
      const stopping = new AbortController();
      const reason = new Error("Enough");
      setTimeout(() => stopping.abort(reason), 20);
      const error: unknown = await watching({ resourceVersion, signal: stopping.signal }, () => false).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).to.equal(reason);
    });

    it("writes a status without touching spec, generation or metadata", async () => {
      const created = await others.create(name, { size: 1 });
      const applied = await resources.applyStatus(identify(created), status(1), call);
      expect(applied.status).to.deep.equal(status(1));
      expect(applied.spec).to.deep.equal({ size: 1 });
      const { resourceVersion, ...rest } = applied.metadata;
      const { resourceVersion: before, ...restBefore } = created.metadata;
      expect(rest).to.deep.equal(restBefore);
      expect(compareResourceVersions(resourceVersion, before)).to.be.greaterThan(0);
      expect(await get()).to.deep.equal(applied);
    });

    it("keeps the version when the same status is applied again", async () => {
      const created = await others.create(name, { size: 1 });
      const first = await resources.applyStatus(identify(created), status(1), call);
      const second = await resources.applyStatus(identify(first), status(1), call);
      expect(second.metadata.resourceVersion).to.equal(first.metadata.resourceVersion);
    });

    it("takes away what a status no longer holds", async () => {
      const created = await others.create(name, { size: 1 });
      const larger = { ...status(1), parts: [{ name: "a", count: 1 }] };
      const before = await resources.applyStatus(identify(created), larger, call);
      expect(before.status).to.deep.equal(larger);
      const { size: _, ...smaller } = status(1);
      const applied = await resources.applyStatus(identify(before), smaller, call);
      expect(applied.status).to.deep.equal(smaller);
    });

    it("lets conditions of other writers be", async () => {
      const created = await others.create(name, { size: 1 });
      await resources.applyStatus(identify(created), status(1), call);
      await others.setCondition(name, "Blessed");
      const applied = await resources.applyStatus(identify(await get()), status(2, "changed"), call);
      const types = applied.status?.conditions?.map(({ type, message }) => [type, message]);
      expect(types).to.have.deep.members([
        ["Ready", "changed"],
        ["Blessed", ""],
      ]);
    });

    it("writes no status to a version that is not the newest, nor to a re-created namesake", async () => {
      const created = await others.create(name, { size: 1 });
      await others.edit(name, { size: 2 });
      expect(await fails(resources.applyStatus(identify(created), status(1), call))).to.include({
        code: 409,
        reason: "Conflict",
      });
      await others.remove(name);
      await others.create(name, { size: 1 });
      expect(await fails(resources.applyStatus(identify(created), status(1), call))).to.include({
        code: 409,
        reason: "Conflict",
      });
      expect((await get()).status).to.deep.equal({ observedGeneration: -1 });
    });

    it("writes no status to an object that is gone", async () => {
      const created = await others.create(name, { size: 1 });
      await others.remove(name);
      expect((await fails(resources.applyStatus(identify(created), status(1), call))).code).to.be.oneOf([404, 409]);
      expect(await resources.get({ namespace, name }, call)).to.equal(undefined);
    });

    it("adds finalizers and annotations beside those of others", async () => {
      await others.create(name, { size: 1 }, ["example.com/theirs"]);
      const annotated = await others.annotate(name, { "example.com/note": "theirs" });
      const patched = await resources.patchMetadata(
        identify(annotated),
        { finalizers: ["example.com/theirs", FINALIZER], annotations: { "test.eventbus.dev/mark": "ours" } },
        call,
      );
      expect(patched.metadata.finalizers).to.deep.equal(["example.com/theirs", FINALIZER]);
      expect(patched.metadata.annotations).to.deep.equal({
        "example.com/note": "theirs",
        "test.eventbus.dev/mark": "ours",
      });
      const cleared = await resources.patchMetadata(
        identify(patched),
        { annotations: { "test.eventbus.dev/mark": null } },
        call,
      );
      expect(cleared.metadata.annotations).to.deep.equal({ "example.com/note": "theirs" });
      await resources.patchMetadata(identify(cleared), { finalizers: [] }, call);
    });

    it("refuses to change metadata of a version that is not the newest", async () => {
      const created = await others.create(name, { size: 1 });
      await others.edit(name, { size: 2 });
      const error = await fails(resources.patchMetadata(identify(created), { finalizers: [FINALIZER] }, call));
      expect(error).to.include({ code: 409, reason: "Conflict" });
      expect((await get()).metadata).not.to.have.property("finalizers");
    });

    it("refuses to change metadata of a re-created namesake", async () => {
      const created = await others.create(name, { size: 1 });
      await others.remove(name);
      await others.create(name, { size: 1 });
      const error = await fails(resources.patchMetadata(identify(created), { finalizers: [FINALIZER] }, call));
      expect(error).to.include({ code: 409, reason: "Conflict" });
    });

    it("keeps a deleted object until its last finalizer is taken off", async () => {
      await others.create(name, { size: 1 }, [FINALIZER]);
      await others.remove(name);
      const marked = await get();
      expect(marked.metadata.deletionTimestamp).to.be.a("string");
      const last = await resources.patchMetadata(identify(marked), { finalizers: [] }, call);
      expect(last.metadata.uid).to.equal(marked.metadata.uid);
      expect(await resources.get({ namespace, name }, call)).to.equal(undefined);
    });

    it("deletes exactly the object that is meant, and takes an absent one for deleted", async () => {
      const first = await others.create(name, { size: 1 });
      await others.remove(name);
      await resources.delete(identify(first), call);
      const second = await others.create(name, { size: 2 });
      await resources.delete(identify(first), call);
      expect((await get()).metadata.uid).to.equal(second.metadata.uid);
      await resources.delete(identify(second), call);
      expect(await resources.get({ namespace, name }, call)).to.equal(undefined);
    });

    it("deletes only the version that was looked at, where one is given", async () => {
      const { metadata } = await others.create(name, { size: 1 });
      await others.edit(name, { size: 2 });
      const error: unknown = await resources.delete(metadata, call).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(KubernetesError).with.property("code", 409);
      await resources.delete((await get()).metadata, call);
    });

    it("makes no request for a caller who has given up", async () => {
      const reason = new Error("Enough");
      const error: unknown = await resources
        .get({ namespace, name }, { signal: AbortSignal.abort(reason) })
        .catch((thrown: unknown) => thrown);
      expect(error).to.equal(reason);
    });
  });
}
