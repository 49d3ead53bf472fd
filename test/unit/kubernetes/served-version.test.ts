import { expect } from "chai";
import { describe, it } from "mocha";

import type { CustomResource } from "../../../src/api/custom-resource.ts";
import {
  KubernetesError,
  type OwnedObject,
  type ResourceType,
  type WatchEvent,
} from "../../../src/kubernetes/resources.ts";
import { ServedVersion, type ForeignResources } from "../../../src/kubernetes/served-version.ts";

type Thing = CustomResource<unknown>;

const OPTIONS = { timeoutSeconds: 1, resourceVersion: "7", signal: new AbortController().signal };

function versionOf(version: string, answer: (version: string) => void = () => {}): ForeignResources<Thing> {
  return {
    type: { group: "g", version, plural: "things", kind: "Thing", isNamespaced: true } satisfies ResourceType,
    list: () => Promise.resolve().then(() => (answer(version), { items: [], resourceVersion: version })),
    async *watch(): AsyncIterable<WatchEvent<Thing>> {
      answer(version);
      yield await Promise.resolve({ type: "bookmark", resourceVersion: version, endsInitialEvents: false } as const);
    },
    get: () => Promise.resolve(undefined),
    createOwned: (object) => Promise.resolve(stored(object)),
    replaceOwned: (object) => Promise.resolve(stored(object)),
    delete: () => Promise.resolve(),
  };
}

function stored(object: OwnedObject): Thing {
  const metadata = { ...object.metadata, uid: "1", resourceVersion: "7", creationTimestamp: "2026-01-01T00:00:00Z" };
  return { ...object, metadata, spec: {} };
}

/** Versions of one kind; those in `served` answer, with their name as the resourceVersion. */
function versions(served: ReadonlySet<string>): { readonly source: ServedVersion<Thing>; readonly asked: string[] } {
  const asked: string[] = [];
  const answer = (version: string): void => {
    asked.push(version);
    if (!served.has(version)) throw new KubernetesError(404, "NotFound", "page not found");
  };
  return { source: new ServedVersion<Thing>([versionOf("v1", answer), versionOf("v1beta2", answer)]), asked };
}

const list = async (source: ServedVersion<Thing>): Promise<string> =>
  (await source.list({}, { signal: OPTIONS.signal })).resourceVersion;

const watch = async (source: ServedVersion<Thing>): Promise<string[]> => {
  const told: string[] = [];
  for await (const event of source.watch({}, OPTIONS)) {
    if (event.type === "bookmark") told.push(event.resourceVersion);
  }
  return told;
};

const codeOf = (error: unknown): number | undefined => (error instanceof KubernetesError ? error.code : undefined);

const refusing = (): never => {
  throw new KubernetesError(403, "Forbidden", "forbidden");
};

describe("ServedVersion", () => {
  it("takes the preferred version where both are served", async () => {
    const { source, asked } = versions(new Set(["v1", "v1beta2"]));
    expect(await list(source)).to.equal("v1");
    expect(await watch(source)).to.deep.equal(["v1"]);
    expect(asked).to.deep.equal(["v1", "v1"]);
  });

  it("takes the older one where there is no other, and asks for the preferred one no more", async () => {
    const { source, asked } = versions(new Set(["v1beta2"]));
    expect(await watch(source)).to.deep.equal(["v1beta2"]);
    expect(await list(source)).to.equal("v1beta2");
    expect(asked).to.deep.equal(["v1", "v1beta2", "v1beta2"]);
    expect(source.type.version).to.equal("v1beta2");
  });

  it("writes under the version that it reads", async () => {
    const { source } = versions(new Set(["v1beta2"]));
    await list(source);
    const thing = { metadata: { namespace: "n", name: "a" }, spec: { size: 1 } };
    const call = { signal: OPTIONS.signal };
    expect(await source.create(thing, call)).to.include({ apiVersion: "g/v1beta2", kind: "Thing" });
    const version = { ...thing.metadata, uid: "1", resourceVersion: "7" };
    expect(await source.replace(thing, version, call)).to.include({ apiVersion: "g/v1beta2", kind: "Thing" });
  });

  it("follows when its version is served no more, in the middle of a watch", async () => {
    const served = new Set(["v1beta2"]);
    const { source } = versions(served);
    await list(source);
    served.clear();
    served.add("v1");
    expect(await watch(source)).to.deep.equal(["v1"]);
  });

  it("tells a 404 where none is served, asks each once, and finds what comes later", async () => {
    const served = new Set<string>();
    const { source, asked } = versions(served);
    expect(codeOf(await list(source).catch((error: unknown) => error))).to.equal(404);
    expect(codeOf(await watch(source).catch((error: unknown) => error))).to.equal(404);
    expect(asked).to.deep.equal(["v1", "v1beta2", "v1", "v1beta2"]);
    served.add("v1beta2");
    expect(await list(source)).to.equal("v1beta2");
  });

  it("tells any other refusal as it is", async () => {
    const forbidden = new ServedVersion<Thing>([
      { ...versionOf("v1"), list: () => Promise.resolve().then(refusing), watch: refusing },
      versionOf("v1beta2"),
    ]);
    expect(codeOf(await list(forbidden).catch((error: unknown) => error))).to.equal(403);
  });
});
