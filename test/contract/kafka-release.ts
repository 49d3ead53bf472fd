// What differs between the releases of Kafka that the contract of the port is tried on. Data only.

export interface KafkaRelease {
  /** As the port tells it. */
  readonly version: string;
  readonly capabilities: readonly string[];
  /** Protocols of groups that its brokers serve. */
  readonly protocols: readonly ("classic" | "consumer")[];
  /** How many keys the configuration of a topic has. */
  readonly topicConfigs: number;
  /** Where the value of min.insync.replicas comes from that nobody has set. */
  readonly minInSyncSource: "default" | "dynamicDefault";
  /** How it shows cleanup.policy "compact,compact". */
  readonly twiceCompact: string;
  /** The end of what it says of more replicas than brokers. */
  readonly tooManyReplicas: string;
  /** What describing the group "" comes to. */
  readonly emptyGroupId: { readonly kind: "invalid" | "missing"; readonly code: number };
}

export const KAFKA_4_3: KafkaRelease = {
  version: "4.3",
  capabilities: [
    "consumerGroupProtocol",
    "eligibleLeaderReplicas",
    "groupConfigs",
    "incrementalAlterConfigs",
    "shareGroups",
    "topicIds",
  ],
  protocols: ["classic", "consumer"],
  topicConfigs: 33,
  minInSyncSource: "dynamicDefault",
  twiceCompact: "compact",
  tooManyReplicas: " are registered or some brokers have all their log directories cordoned.",
  emptyGroupId: { kind: "invalid", code: 24 },
};

export const KAFKA_4_4: KafkaRelease = { ...KAFKA_4_3, version: "4.4", topicConfigs: 37 };

export const KAFKA_3_9: KafkaRelease = {
  version: "3.9",
  capabilities: ["incrementalAlterConfigs", "topicIds"],
  protocols: ["classic"],
  topicConfigs: 36,
  minInSyncSource: "default",
  twiceCompact: "compact,compact",
  tooManyReplicas: " are registered.",
  emptyGroupId: { kind: "missing", code: 69 },
};
