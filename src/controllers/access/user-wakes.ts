// What of Strimzi wakes objects that declare rights: the KafkaUsers of those that they name. Maps changes to keys.

import { principalOf } from "../../domain/access-rights.ts";
import type { Change } from "../../runtime/change.ts";
import { mapDependency, type Dependency } from "../../runtime/dependency.ts";
import { keyOf } from "../../runtime/object-key.ts";
import type { Store } from "../../runtime/store.ts";
import { unreadiness } from "../strimzi/strimzi-condition.ts";
import type { KafkaUser } from "../strimzi/strimzi-kinds.ts";
import type { StrimziNamespaces } from "../strimzi/strimzi-stores.ts";
import type { AccessSubject } from "./access-world.ts";
import { isSeen } from "./kafka-users/kafka-user.ts";

/** `isConcerned`: the object lives on a bus whose rights are KafkaUsers. */
export function wakesOnKafkaUsers<T extends AccessSubject>(
  objects: Pick<Store<T>, "byIndex">,
  strimzi: StrimziNamespaces,
  isConcerned: (object: T) => boolean,
): Dependency[] {
  const named = ({ before, after }: Change<KafkaUser>): string[] => {
    const user = after ?? before;
    if (user === undefined || isAsBefore(before, after)) return [];
    const naming = objects.byIndex("principal", principalOf(user.metadata.name));
    return naming.filter((object) => isConcerned(object)).map(({ metadata }) => keyOf(metadata));
  };
  return [...strimzi.values()].map(({ users }) => mapDependency(users, named, { reason: "KafkaUser" }));
}

/** In what rights are judged by. */
function isAsBefore(before: KafkaUser | undefined, after: KafkaUser | undefined): boolean {
  if (before === undefined || after === undefined) return before === after;
  return JSON.stringify(judgedBy(before)) === JSON.stringify(judgedBy(after));
}

function judgedBy(user: KafkaUser): unknown {
  const { deletionTimestamp, generation, labels, annotations, uid } = user.metadata;
  return [
    uid,
    generation,
    deletionTimestamp,
    labels,
    annotations,
    isSeen(user),
    unreadiness(user),
    user.status?.username,
  ];
}
