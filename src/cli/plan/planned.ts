// What would happen to one object, as data: the shape of `plan --output json`, and what people are shown. Types, and what
// follows from them.

/** Something that would be done. */
export interface PlannedAction {
  /** One of the operator's action types: createTopic, growPartitions, changeConfig, deleteTopic, seedOffsets, … */
  readonly type: string;
  /** One sentence, as the operator logs it. */
  readonly description: string;
  /** What the records are that it would make deletable, where it would. */
  readonly loss?: string | undefined;
  /** Name of the topic, value before and after, configuration: what the type has. */
  readonly [field: string]: unknown;
}

export interface PlannedRefusal {
  readonly reason: string;
  readonly message: string;
}

/** A change that the change guard would hold back. */
export interface HeldChange {
  /** By which it can be approved; absent where the operator has not held it back yet, since the id is given then. */
  readonly id?: string | undefined;
  readonly reason: string;
  readonly topicName: string;
  readonly keys: readonly { readonly key: string; readonly from: string; readonly to?: string | undefined }[];
  /** Records that would become deletable; absent where that is not known. */
  readonly deletableRecords?: number | undefined;
  /** Groups that have not read them. */
  readonly groups?: readonly { readonly groupId: string; readonly unreadRecords: number }[] | undefined;
  readonly message: string;
}

export interface PlannedObject {
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly bus?: string | undefined;
  /** Topic or group in Kafka. */
  readonly kafkaName?: string | undefined;
  /** It stands in the files, and is not only affected by them. */
  readonly isDeclared: boolean;
  readonly actions: readonly PlannedAction[];
  readonly held: readonly HeldChange[];
  /** What the operator would refuse. */
  readonly refusals: readonly PlannedRefusal[];
  /** What it would wait for. */
  readonly waiting: readonly PlannedRefusal[];
  /** True, and nothing to be done about: adoption, tolerated values, drift that is only reported. */
  readonly notes: readonly string[];
  /** Why nothing can be said of it. */
  readonly unknown?: string | undefined;
}

export function hasChanges({ actions, held }: PlannedObject): boolean {
  return actions.length + held.length > 0;
}

export function hasFailed({ refusals, unknown }: PlannedObject): boolean {
  return refusals.length > 0 || unknown !== undefined;
}

export function isQuiet(object: PlannedObject): boolean {
  return !hasChanges(object) && !hasFailed(object) && object.waiting.length === 0;
}
