import { expect } from "chai";
import { describe, it } from "mocha";

import type { CustomResource } from "../../../src/api/custom-resource.ts";
import { KubernetesError, type ResourceType, type WatchEvent } from "../../../src/kubernetes/resources.ts";
import { ServedVersion } from "../../../src/kubernetes/served-version.ts";

type Thing = CustomResource<unknown>;

const OPTIONS = { timeoutSeconds: 1, resourceVersion: "7", signal: new AbortController().signal };

/** Versions of one kind; those in `served` answer, with their name as the resourceVersion. */
function versions(served: ReadonlySet<string>): { readonly source: ServedVersion<Thing>; readonly asked: string[] } {
  const asked: string[] = [];
  const answer = (version: string): void => {
    asked.push(version);
    if (!served.has(version)) throw new KubernetesError(404, "NotFound", "page not found");
  };
  const sourceOf = (version: string): ConstructorParameters<typeof ServedVersion<Thing>>[0][0] => ({
    type: { group: "g", version, plural: "things", kind: "Thing", isNamespaced: true } satisfies ResourceType,
    list: () => Promise.resolve().then(() => (answer(version), { items: [], resourceVersion: version })),
    async *watch(): AsyncIterable<WatchEvent<Thing>> {
      answer(version);
      yield await Promise.resolve({ type: "bookmark", resourceVersion: version, endsInitialEvents: false } as const);
    },
  });
  return { source: new ServedVersion<Thing>([sourceOf("v1"), sourceOf("v1beta2")]), asked };
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
    const { source } = versions(new Set(["v1"]));
    const forbidden = new ServedVersion<Thing>([
      { type: source.type, list: () => Promise.resolve().then(refusing), watch: refusing },
      source,
    ]);
    expect(codeOf(await list(forbidden).catch((error: unknown) => error))).to.equal(403);
  });
});
