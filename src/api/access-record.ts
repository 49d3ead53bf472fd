// What the operator has granted in Kafka because of an object, as its status holds it. Schema and type only.

import { z } from "zod";

import { keyedList, text } from "./fields.ts";

const right = z.object({
  principal: text(255, 1).describe("Who may, such as User:billing."),
  operation: text(64, 1).describe("What, such as Write."),
  resourceType: text(64, 1).describe("topic or group."),
  resourceName: text(255, 1).describe("Its very name in Kafka."),
});

const place = {
  clusterId: text(64, 1).describe("Id of the Kafka cluster in which they were granted."),
};

const rights = (description: string) =>
  keyedList(right, ["principal", "operation", "resourceType", "resourceName"], 512).optional().describe(description);

const formerPlace = z.object({
  ...place,
  means: text(64, 1).describe("By what they were granted: Acl or KafkaUser."),
  rights: rights("Rights that the operator has granted there."),
});

/** `status.access`. */
export const accessRecord = z
  .object({
    ...place,
    means: text(64, 1).optional().describe("By what they were granted: Acl (where it is not said) or KafkaUser."),
    rights: rights("Rights that the operator has granted, or was about to; only these are ever taken away."),
    former: keyedList(formerPlace, ["clusterId", "means"], 8)
      .optional()
      .describe(
        "Rights that were granted on another cluster or by other means before, and are not taken away there yet.",
      ),
  })
  .optional()
  .describe("Rights in Kafka that this object has been given, on a bus with accessManagement.");
