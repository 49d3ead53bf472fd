// IncrementalAlterConfigs v1: keys that are not named stay as they are. The legacy AlterConfigs, which wipes them, is
// nowhere in this adapter.

import { incrementalAlterConfigsV1, IncrementalAlterConfigOperationTypes } from "@platformatic/kafka";

import type { ConfigChange, ConfigResource } from "../../model/topic-config.ts";
import { recordsMost } from "../limits.ts";
import { type Operation, resultOf } from "../operation.ts";
import { keyOfResource, resourceKey, resourceType } from "./config-resource.ts";

export interface ConfigAlteration {
  readonly resource: ConfigResource;
  readonly change: ConfigChange;
}

const { SET, DELETE } = IncrementalAlterConfigOperationTypes;

function toConfigs({ set, unset }: ConfigChange): incrementalAlterConfigsV1.IncrementalAlterConfigsRequestConfig[] {
  return [
    ...Object.entries(set).map(([name, value]) => ({ name, configOperation: SET, value })),
    ...unset.map((name) => ({ name, configOperation: DELETE })),
  ];
}

/** At most 500 resources and 5,000 keys a request: above 10,000 the controller refuses all of them. */
export const alterConfigs: Operation<ConfigAlteration, void> = {
  name: "IncrementalAlterConfigs",
  access: "write",
  limits: [
    { most: 500, of: () => 1 },
    { most: recordsMost, of: ({ change }) => Object.keys(change.set).length + change.unset.length },
  ],
  keyOf: ({ resource }) => keyOfResource(resource),
  async exchange(wire, items) {
    const resources = items.map(({ resource, change }) => ({
      resourceType: resourceType(resource),
      resourceName: resource.name,
      configs: toConfigs(change),
    }));
    const response = await wire.request([incrementalAlterConfigsV1.api], [resources, false], items.length);
    const results = response.responses.map(
      (result) => [resourceKey(result.resourceType, result.resourceName), resultOf(result, () => undefined)] as const,
    );
    return { results: new Map(results), throttleMs: response.throttleTimeMs };
  },
};
