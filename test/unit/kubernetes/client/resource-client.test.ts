import { expect } from "chai";
import { describe, it } from "mocha";

import type { ApiRequest } from "../../../../src/kubernetes/client/exchange.ts";
import { ResourceClient } from "../../../../src/kubernetes/client/resource-client.ts";
import { KubernetesError } from "../../../../src/kubernetes/resources.ts";
import { WIDGET, type Widget } from "../../../fakes/widget.ts";

const watch = (): AsyncIterable<never> => expect.fail("It watches");
const call = { signal: new AbortController().signal };
/** A client whose requests are answered one by one. */
const clientOf = (answers: readonly unknown[]): { client: ResourceClient<Widget>; paths: string[] } => {
  const paths: string[] = [];
  const transport = {
    request: <T>({ path }: ApiRequest): Promise<T> => {
      const answer = answers[paths.push(path) - 1];
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer as T);
    },
  };
  return { client: new ResourceClient<Widget>(WIDGET, { transport, watch, fieldManager: "test" }), paths };
};
const page = (names: readonly string[], next?: string): unknown => ({
  metadata: { resourceVersion: "70", ...(next === undefined ? {} : { continue: next }) },
  items: names.map((name) => ({ metadata: { name } })),
});

// What one API server with few objects cannot show; everything else is in the contract suite.
describe("ResourceClient, listing,", () => {
  it("takes all pages, each after the one before it, and what was selected in each", async () => {
    const { client, paths } = clientOf([page(["a", "b"], "n 1"), page(["c"], "n2"), page(["d"], "")]);
    const { items, resourceVersion } = await client.list({ namespace: "shop", labelSelector: "a=b" }, call);
    expect(items.map(({ metadata }) => metadata.name)).to.deep.equal(["a", "b", "c", "d"]);
    expect(resourceVersion).to.equal("70");
    const base = "/apis/test.eventbus.dev/v1/namespaces/shop/widgets?labelSelector=a%3Db&limit=500";
    expect(paths).to.deep.equal([base, `${base}&continue=n+1`, `${base}&continue=n2`]);
  });

  it("starts again without pages when a later page has expired, and keeps nothing of the first", async () => {
    const expired = new KubernetesError(410, "Expired", "made up");
    const { client, paths } = clientOf([page(["a"], "next"), expired, page(["b", "c"])]);
    const { items } = await client.list({}, call);
    expect(items.map(({ metadata }) => metadata.name)).to.deep.equal(["b", "c"]);
    expect(paths[2]).to.equal("/apis/test.eventbus.dev/v1/widgets");
  });

  it("rejects what is refused otherwise, and what is no object", async () => {
    const refused: unknown = await clientOf([new KubernetesError(403, "Forbidden", "made up")])
      .client.list({}, call)
      .catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(KubernetesError).and.include({ code: 403 });
    const odd: unknown = await clientOf([{ metadata: { resourceVersion: "1" }, items: [{}] }])
      .client.list({}, call)
      .catch((error: unknown) => error);
    expect(odd).to.be.instanceOf(KubernetesError).and.include({ code: 0, reason: "BadPayload" });
  });

  it("takes no items for none", async () => {
    const { client } = clientOf([{ metadata: { resourceVersion: "1" }, items: null }]);
    expect((await client.list({}, call)).items).to.deep.equal([]);
  });
});
