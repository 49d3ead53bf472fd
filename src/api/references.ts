// How our kinds name other objects, namespaces, owners and names in Kafka. Shapes only: nothing is looked up here.

import { z } from "zod";

import { atomic, formatted, label, listOf, mapOf, objectName, oneOf, setOf, text } from "./fields.ts";
import { rule, transition } from "./rule.ts";

/** Names one cluster-scoped object of ours. */
function nameRef(): z.ZodObject<{ name: z.ZodString }> {
  return z.object({ name: objectName().describe("Name of the object.") });
}

/** `busRef`: which EventBus. May be added later, never changed or removed ({@link keepsBusRef}). */
export const busRef = nameRef()
  .optional()
  .describe(
    "The EventBus that this object belongs to; recorded once in status.bus. May be added later, equal to the record, " +
      "but never changed or removed. Default: the EventBus annotated eventbus.dev/is-default, else the only one.",
  );

/** `retentionPolicyRef`: which RetentionPolicy. */
export const retentionPolicyRef = nameRef();

/** Names an EventTopic, in the own namespace unless said otherwise. */
export const eventTopicRef = z.object({
  name: objectName().describe("Name of the EventTopic."),
  namespace: label()
    .optional()
    .describe(
      "Namespace of the EventTopic; another than this object's own needs its consent " +
        "(spec.consumers.allowedNamespaces). Default: this object's own.",
    ),
});

interface HasBusRef {
  readonly busRef?: { readonly name: string } | undefined;
}

/** A `busRef` once given stays. On `spec`. */
export const keepsBusRef = transition<HasBusRef>({
  cel: "!has(oldSelf.busRef) || (has(self.busRef) && self.busRef == oldSelf.busRef)",
  message:
    "busRef cannot be changed or removed: the object's topic or group lives on that bus. Create a new object for the " +
    "other bus, then delete this one",
  reason: "FieldValueForbidden",
  fieldPath: ".busRef",
  holds: (self, old) => old.busRef === undefined || self.busRef?.name === old.busRef.name,
});

interface HasBusRecord {
  readonly spec: HasBusRef;
  readonly status?: { readonly bus?: { readonly name: string } | undefined } | undefined;
}

/** A `busRef` added later names the bus that the object already has. On the whole object: status knows the record. */
export const addsRecordedBusRef = transition<HasBusRecord>({
  cel:
    "has(oldSelf.spec.busRef) || !has(self.spec.busRef) || !has(oldSelf.status) || !has(oldSelf.status.bus) || " +
    "self.spec.busRef.name == oldSelf.status.bus.name",
  message:
    "busRef can only be set to the bus that the object already has (status.bus.name). Create a new object for the " +
    "other bus, then delete this one",
  reason: "FieldValueForbidden",
  fieldPath: ".spec.busRef",
  holds: (self, old) =>
    old.spec.busRef !== undefined ||
    self.spec.busRef === undefined ||
    old.status?.bus === undefined ||
    self.spec.busRef.name === old.status.bus.name,
});

const requirement = z
  .object({
    key: text(317, 1).describe("Label key."),
    operator: oneOf("In", "NotIn", "Exists", "DoesNotExist").describe("How the label is compared with values."),
    values: listOf(text(63), 64)
      .optional()
      .describe(
        "Values for In and NotIn, of which one must (or none may) be the label's; absent with Exists and DoesNotExist.",
      ),
  })
  .check(
    rule({
      cel: "(self.operator in ['In', 'NotIn']) == (has(self.values) && size(self.values) > 0)",
      message: "Give values with the operators In and NotIn, and none with Exists and DoesNotExist",
      fieldPath: ".values",
      holds: (self) =>
        ["In", "NotIn"].includes(self.operator) === (self.values !== undefined && self.values.length > 0),
    }),
  );

/** Kubernetes' label selector. An empty one matches everything; what an absent one means is the field's affair. */
export const labelSelector = z
  .object({
    matchLabels: mapOf(text(63), 32).optional().describe("Labels that must have exactly these values."),
    matchExpressions: listOf(requirement, 32)
      .optional()
      .describe("Requirements of which every one must hold, together with matchLabels."),
  })
  .check(atomic);

/** A choice of namespaces: both parts must hold where both are given; nothing given covers every namespace. */
export const namespaceSelection = {
  names: setOf(label(), 128).optional().describe("Names of namespaces."),
  selector: labelSelector
    .optional()
    .describe("Selects namespaces by their labels; an empty selector means every namespace."),
};

const patternType = oneOf("literal", "prefixed")
  .optional()
  .describe(
    "Kafka's own pattern types. literal: the whole name, or * for every name; prefixed: the beginning of the name. " +
      "Default: literal.",
  );

/** Topic names or configuration keys, by Kafka's own pattern types. */
export const namePattern = z.object({
  pattern: formatted(
    249,
    /^([*]|[a-zA-Z0-9._-]+)$/,
    'Write a name, its beginning (with patternType "prefixed"), or "*" for every name; regular expressions are not ' +
      "supported",
  ).describe("The name or its beginning, as patternType says. No regular expressions."),
  patternType,
});

/** Group ids by Kafka's own pattern types; a group id may hold any character. */
export const groupIdPattern = z.object({
  pattern: text(255, 1).describe("The group id or its beginning, as patternType says. No regular expressions."),
  patternType,
});

/** Who answers for an object. */
export const owner = z
  .object({
    team: text(100).optional().describe("Team that owns it; a label on the info metric."),
    contact: text(253).optional().describe("How to reach the team: a mail address, a channel, a page."),
  })
  .describe("Who answers for this object; for the catalogue, metrics and alerts.");
