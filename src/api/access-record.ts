// What the operator has granted in Kafka because of an object, as its status holds it. Schema and type only.

import { z } from "zod";

import { keyedList, text } from "./fields.ts";

const right = z.object({
  principal: text(255, 1).describe("Who may, such as User:billing."),
  operation: text(64, 1).describe("What, such as Write."),
  resourceType: text(64, 1).describe("topic or group."),
  resourceName: text(255, 1).describe("Its very name in Kafka."),
});

/** `status.access`. */
export const accessRecord = z
  .object({
    clusterId: text(64, 1).describe("Id of the Kafka cluster in which they were granted."),
    rights: keyedList(right, ["principal", "operation", "resourceType", "resourceName"], 512)
      .optional()
      .describe("ACLs that the operator has made, or was about to; only these are ever taken away."),
  })
  .optional()
  .describe("Rights in Kafka that this object has been given, on a bus with accessManagement: Acl.");
