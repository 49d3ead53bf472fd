// What an EventBus asks for about rights that this version does not do: said, never silently left out. Pure.

import type { EventBusSpec } from "../../api/event-bus.ts";

/** Undefined where all that is asked for is done. */
export function unsupportedAccess({ accessManagement = "None" }: EventBusSpec): string | undefined {
  if (accessManagement !== "KafkaUser") return undefined;
  return (
    `spec.accessManagement "${accessManagement}" is not supported yet: nobody is granted a right and nobody loses one, ` +
    'everything else works; set it to "None" and grant rights by other means, or to "Acl"'
  );
}
