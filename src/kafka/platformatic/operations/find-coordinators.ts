// FindCoordinator: which broker keeps a group. The first such question on a fresh cluster makes Kafka create its offsets
// topic and is answered with COORDINATOR_NOT_AVAILABLE for a while.

import { FindCoordinatorKeyTypes, findCoordinatorV4, findCoordinatorV5, findCoordinatorV6 } from "@platformatic/kafka";

import { type Operation, resultOf } from "../operation.ts";

/** Group id to broker id; at most 1,000 groups a request. */
export const findCoordinators: Operation<string, number> = {
  name: "FindCoordinator",
  access: "read",
  limits: [{ most: 1000, of: () => 1 }],
  keyOf: (groupId) => groupId,
  async exchange(wire, items) {
    const apis = [findCoordinatorV6.api, findCoordinatorV5.api, findCoordinatorV4.api];
    const response = await wire.request(apis, [FindCoordinatorKeyTypes.GROUP, [...items]], items.length);
    const results = response.coordinators.map((found) => [found.key, resultOf(found, () => found.nodeId)] as const);
    return { results: new Map(results), throttleMs: response.throttleTimeMs };
  },
};
