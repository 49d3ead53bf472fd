// ConsumerGroups in the sweep, beside the poller: what may have been put right elsewhere is tried again, bindings are
// looked at now and then, and configuration of groups is compared. Wakes, and concludes nothing else.

import type { ConsumerGroupReason } from "../../api/conditions.ts";
import type { ConsumerGroup } from "../../api/consumer-group.ts";
import type { Call, KafkaAdmin } from "../../kafka/admin.ts";
import { isSameConfigValue } from "../../kafka/model/config-value.ts";
import { findCondition } from "../../runtime/conditions.ts";
import { keyOf } from "../../runtime/object-key.ts";
import type { Store } from "../../runtime/store.ts";
import type { SweepItem, SweepSource } from "../sweep.ts";
import type { BindingSecrets } from "./binding-secrets.ts";
import { groupIdOf } from "./resolve.ts";

/** What may have been put right in Kafka, in its rights, or in a namespace, where nobody tells us. */
const RETRIED: ReadonlySet<string> = new Set<ConsumerGroupReason>([
  "BrokerRejected",
  "ClusterIdMismatch",
  "DeletionBlocked",
  "InsufficientPermissions",
  "SecretConflict",
  "TopicNotFound",
  "UnsupportedGroupType",
]);

export class GroupSweepSource implements SweepSource {
  readonly #groups: Store<ConsumerGroup>;
  readonly #secrets: Pick<BindingSecrets, "isDue">;
  readonly #wake: (key: string) => void;

  constructor(groups: Store<ConsumerGroup>, secrets: Pick<BindingSecrets, "isDue">, wake: (key: string) => void) {
    this.#groups = groups;
    this.#secrets = secrets;
    this.#wake = wake;
  }

  begin(busName: string): readonly SweepItem[] {
    const items: SweepItem[] = [];
    for (const group of this.#groups.byIndex("bus", busName)) {
      const key = keyOf(group.metadata);
      const isRetried = RETRIED.has(findCondition(group.status?.conditions, "Ready")?.reason ?? "");
      if (isRetried || (group.status?.binding !== undefined && this.#secrets.isDue(key))) this.#wake(key);
      else if (group.spec.groupConfig !== undefined) items.push(this.#item(key, group, group.spec.groupConfig));
    }
    return items;
  }

  end(): void {}

  #item(key: string, group: ConsumerGroup, declared: NonNullable<ConsumerGroup["spec"]["groupConfig"]>): SweepItem {
    const look = async (admin: KafkaAdmin, call: Call): Promise<boolean> => {
      const answer = await admin.describeConfigs({ kind: "group", name: groupIdOf(group) }, call);
      if (answer.status !== "ok") return answer.status === "failed" && answer.failure.kind === "unsupported";
      const live = new Map(answer.value.map((entry) => [entry.key, entry]));
      const differs = Object.entries(declared).some(([name, value]) => {
        const entry = live.get(name);
        return entry !== undefined && !isSameConfigValue(entry.type, entry.value ?? "", String(value));
      });
      if (differs) this.#wake(key);
      return true;
    };
    return { key, look };
  }
}
