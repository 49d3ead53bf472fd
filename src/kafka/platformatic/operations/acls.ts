// DescribeAcls, CreateAcls and DeleteAcls v3: access control lists, read all together, made and taken away one by one.

import {
  AclOperations,
  AclPermissionTypes,
  createAclsV3,
  deleteAclsV3,
  describeAclsV3,
  ResourcePatternTypes,
  ResourceTypes,
} from "@platformatic/kafka";

import { aclKey, type AclBinding } from "../../model/acl.ts";
import { toAcl, toBinding } from "../acl-codes.ts";
import { type Operation, resultOf } from "../operation.ts";

const all = "all";

const everything = {
  resourceType: ResourceTypes.ANY,
  resourceName: null,
  resourcePatternType: ResourcePatternTypes.ANY,
  principal: null,
  host: null,
  operation: AclOperations.ANY,
  permissionType: AclPermissionTypes.ANY,
} as const;

/** One answer for all who ask at the same time. */
export const describeAcls: Operation<null, readonly AclBinding[]> = {
  name: "DescribeAcls",
  access: "read",
  limits: [],
  keyOf: () => all,
  async exchange(wire) {
    const response = await wire.request([describeAclsV3.api], [everything], 0);
    const result = resultOf(response, () =>
      response.resources.flatMap(({ acls, ...target }) =>
        acls.flatMap((permission) => toBinding({ ...target, ...permission }) ?? []),
      ),
    );
    return { results: new Map([[all, result]]), throttleMs: response.throttleTimeMs };
  },
};

/** At most 500 a request; answers come in the order of the questions. */
export const createAcls: Operation<AclBinding, void> = {
  name: "CreateAcls",
  access: "write",
  limits: [{ most: 500, of: () => 1 }],
  keyOf: aclKey,
  async exchange(wire, items) {
    const { results, throttleTimeMs } = await wire.request([createAclsV3.api], [items.map(toAcl)], items.length);
    return { results: inOrder(items, results), throttleMs: throttleTimeMs };
  },
};

/** At most 500 a request, each by a filter that fits one binding only. */
export const deleteAcls: Operation<AclBinding, void> = {
  name: "DeleteAcls",
  access: "write",
  limits: [{ most: 500, of: () => 1 }],
  keyOf: aclKey,
  async exchange(wire, items) {
    const { filterResults, throttleTimeMs } = await wire.request([deleteAclsV3.api], [items.map(toAcl)], items.length);
    const results = filterResults.map(
      (result) => result.matchingAcls.find(({ errorCode }) => errorCode !== 0 && result.errorCode === 0) ?? result,
    );
    return { results: inOrder(items, results), throttleMs: throttleTimeMs };
  },
};

type Result = Parameters<typeof resultOf>[0];

function inOrder(
  items: readonly AclBinding[],
  results: readonly Result[],
): Awaited<ReturnType<Operation<AclBinding, void>["exchange"]>>["results"] {
  return new Map(
    results.flatMap((result, index) => {
      const item = items[index];
      return item === undefined ? [] : [[aclKey(item), resultOf(result, () => undefined)] as const];
    }),
  );
}
