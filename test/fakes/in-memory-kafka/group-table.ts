// Groups of the in-memory Kafka: members of both protocols, commits, and dynamic GROUP configurations.

import type { KafkaFailure } from "../../../src/kafka/model/failure.ts";
import type {
  CommittedOffset,
  GroupListing,
  GroupMember,
  GroupState,
  GroupType,
  TopicPartition,
} from "../../../src/kafka/model/offsets.ts";
import type { ConfigChange, ConfigEntry } from "../../../src/kafka/model/topic-config.ts";
import { brokerFailure } from "../../../src/kafka/platformatic/protocol-errors.ts";
import { parseConfig } from "./topic-configs.ts";

interface Group {
  readonly type: GroupType;
  readonly members: Map<string, GroupMember>;
  readonly commits: Map<string, CommittedOffset>;
}

const groupConfigs: Readonly<
  Record<string, { readonly default: string; readonly least: number; readonly bound: string }>
> = {
  "consumer.session.timeout.ms": { default: "45000", least: 45_000, bound: "group.consumer.min.session.timeout.ms" },
  "consumer.heartbeat.interval.ms": { default: "5000", least: 5000, bound: "group.consumer.min.heartbeat.interval.ms" },
};

export class GroupTable {
  readonly #groups = new Map<string, Group>();
  readonly #configs = new Map<string, Readonly<Record<string, string>>>();
  #members = 0;

  /** A live consumer; the returned function makes it leave. */
  join(
    groupId: string,
    type: GroupType,
    member: { readonly clientId?: string; readonly assignment?: readonly TopicPartition[] } = {},
  ): () => void {
    const group = this.#group(groupId, type);
    this.#members += 1;
    const memberId = `${member.clientId ?? "member"}-${this.#members}`;
    group.members.set(memberId, {
      memberId,
      clientId: member.clientId ?? "member",
      host: "/127.0.0.1",
      assignment: member.assignment ?? [],
    });
    return () => group.members.delete(memberId);
  }

  leaveAll(groupId: string): void {
    this.#groups.get(groupId)?.members.clear();
  }

  commit(groupId: string, offsets: readonly CommittedOffset[]): void {
    const { commits } = this.#group(groupId, "classic");
    for (const offset of offsets) commits.set(`${offset.topic}/${offset.partition}`, offset);
  }

  /** As an administrator: no member may be there. */
  commitAsAdmin(groupId: string, offset: CommittedOffset): KafkaFailure | undefined {
    if ((this.#groups.get(groupId)?.members.size ?? 0) > 0) return brokerFailure(25);
    this.commit(groupId, [offset]);
    return undefined;
  }

  deleteAsAdmin(groupId: string): KafkaFailure | undefined {
    const group = this.#groups.get(groupId);
    if (group === undefined) return brokerFailure(69);
    if (group.members.size > 0) return brokerFailure(68);
    this.#groups.delete(groupId);
    return undefined;
  }

  /** Commits on a topic that was deleted. */
  forgetTopic(topic: string): void {
    for (const { commits } of this.#groups.values()) {
      for (const [key, commit] of commits) if (commit.topic === topic) commits.delete(key);
    }
  }

  /** What is set on groups themselves, by group id. */
  get configs(): ReadonlyMap<string, Readonly<Record<string, string>>> {
    return this.#configs;
  }

  list(): readonly GroupListing[] {
    return [...this.#groups].map(([groupId, group]) => ({ groupId, type: group.type, state: stateOf(group) }));
  }

  describe(groupId: string): GroupState | KafkaFailure {
    if (groupId === "") return brokerFailure(24);
    const group = this.#groups.get(groupId);
    if (group === undefined) return brokerFailure(69, `Group ${groupId} not found.`);
    const isRead = group.type === "classic" || group.type === "consumer";
    return { groupId, type: group.type, state: stateOf(group), members: isRead ? [...group.members.values()] : [] };
  }

  commits(groupId: string): readonly CommittedOffset[] {
    return [...(this.#groups.get(groupId)?.commits.values() ?? [])];
  }

  alter(groupId: string, { set, unset }: ConfigChange): KafkaFailure | undefined {
    for (const [key, value] of Object.entries(set)) {
      const definition = groupConfigs[key];
      if (definition === undefined) return brokerFailure(40, `Unknown group config name: ${key}`);
      const parsed = parseConfig("int", value);
      if ("wrong" in parsed)
        return brokerFailure(40, `Invalid value ${value} for configuration ${key}: ${parsed.wrong}`);
      if (Number(parsed.value) < definition.least) {
        return brokerFailure(40, `${key} must be greater than or equal to ${definition.bound}`);
      }
    }
    const kept = Object.entries(this.#configs.get(groupId) ?? {}).filter(([key]) => !unset.includes(key));
    this.#configs.set(groupId, { ...Object.fromEntries(kept), ...set });
    return undefined;
  }

  describeConfigs(groupId: string): readonly ConfigEntry[] {
    return Object.entries(groupConfigs).map(([key, definition]): ConfigEntry => {
      const own = this.#configs.get(groupId)?.[key];
      const inherited = { value: definition.default, source: "default" } as const;
      const effective = own === undefined ? inherited : ({ value: own, source: "group" } as const);
      return { key, ...effective, type: "int", isReadOnly: false, isSensitive: false, inherited };
    });
  }

  #group(groupId: string, type: GroupType): Group {
    const group = this.#groups.get(groupId) ?? { type, members: new Map(), commits: new Map() };
    this.#groups.set(groupId, group);
    return group;
  }
}

function stateOf(group: Group): string {
  return group.members.size === 0 ? "Empty" : "Stable";
}
