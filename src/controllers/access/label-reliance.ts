// Whether an object's rights hang on the labels of its namespace: by a grant of the platform, or by the consent of a topic's
// owner. Pure.

import type { EventBus } from "../../api/event-bus.ts";
import type { EventTopic } from "../../api/event-topic.ts";
import type { AccessSubject } from "./access-world.ts";

export function reliesOnLabels(
  { metadata }: Pick<AccessSubject, "metadata">,
  bus: EventBus,
  consents: readonly EventTopic[],
): boolean {
  const isGranted = bus.spec.namespaces?.some(({ selector }) => selector !== undefined) === true;
  const isConsented = consents.some(
    (topic) =>
      topic.metadata.namespace !== metadata.namespace &&
      topic.spec.consumers?.allowedNamespaces?.selector !== undefined,
  );
  return isGranted || isConsented;
}
