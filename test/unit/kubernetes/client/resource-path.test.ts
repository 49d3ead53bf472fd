import { expect } from "chai";
import { describe, it } from "mocha";

import { collectionPath, objectPath, withQuery } from "../../../../src/kubernetes/client/resource-path.ts";
import type { ResourceType } from "../../../../src/kubernetes/resources.ts";

const TOPIC: ResourceType = {
  group: "example.com",
  version: "v1",
  plural: "topics",
  kind: "Topic",
  isNamespaced: true,
};
const SECRET: ResourceType = { group: "", version: "v1", plural: "secrets", kind: "Secret", isNamespaced: true };
const BUS: ResourceType = { group: "example.com", version: "v1", plural: "buses", kind: "Bus", isNamespaced: false };

describe("Paths of the Kubernetes API", () => {
  for (const { path, expected } of [
    { path: collectionPath(TOPIC), expected: "/apis/example.com/v1/topics" },
    { path: collectionPath(TOPIC, "shop"), expected: "/apis/example.com/v1/namespaces/shop/topics" },
    { path: collectionPath(SECRET, "shop"), expected: "/api/v1/namespaces/shop/secrets" },
    { path: collectionPath(BUS, "shop"), expected: "/apis/example.com/v1/buses" },
    {
      path: objectPath(TOPIC, { namespace: "shop", name: "a.b" }),
      expected: "/apis/example.com/v1/namespaces/shop/topics/a.b",
    },
    { path: objectPath(BUS, { name: "main" }, "status"), expected: "/apis/example.com/v1/buses/main/status" },
    { path: objectPath(BUS, { name: "a/../b" }), expected: "/apis/example.com/v1/buses/a%2F..%2Fb" },
    { path: withQuery("/x", { a: 1, b: undefined, c: "", d: true }), expected: "/x?a=1&d=true" },
    { path: withQuery("/x", { labelSelector: "a=b,c!=d" }), expected: "/x?labelSelector=a%3Db%2Cc%21%3Dd" },
    { path: withQuery("/x", {}), expected: "/x" },
  ]) {
    it(expected, () => {
      expect(path).to.equal(expected);
    });
  }
});
