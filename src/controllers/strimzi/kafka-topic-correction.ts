// What a KafkaTopic is set back to: not the whole of it, only what it must not say any longer. Type only.

export interface KafkaTopicCorrection {
  readonly partitions?: number | undefined;
  readonly set: Readonly<Record<string, string>>;
  readonly unset: readonly string[];
}
