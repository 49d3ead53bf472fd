// From consumer groups as they are in Kafka to ConsumerGroups that observe them. Pure.

import type { ConsumerGroupSpec } from "../../api/consumer-group.ts";
import type { ConfigEntry } from "../../kafka/model/topic-config.ts";

export interface LiveGroup {
  readonly groupId: string;
  /** Names of topics that it reads or has commits on. */
  readonly topics: readonly string[];
  /** Undefined where groups have none. */
  readonly configs: readonly ConfigEntry[] | undefined;
}

/** Most entries of spec.topics; a group of more counts the lag of all that it has commits on. */
const TOPICS_MOST = 64;

/** `name`: of the object. `objectOf`: name of the EventTopic that stands for a topic, where one does. */
export function exportedGroup(
  { groupId, topics, configs = [] }: LiveGroup,
  busName: string,
  name: string,
  objectOf: (topicName: string) => string | undefined,
): ConsumerGroupSpec {
  const own = configs.filter(({ source, value }) => source === "group" && value !== null);
  const read = topics.toSorted().map((topicName) => {
    const eventTopic = objectOf(topicName);
    return eventTopic === undefined ? { topicName } : { eventTopicRef: { name: eventTopic } };
  });
  return {
    busRef: { name: busName },
    groupId: name === groupId ? undefined : groupId,
    topics: read.length > TOPICS_MOST ? undefined : read,
    groupConfig: own.length === 0 ? undefined : Object.fromEntries(own.map(({ key, value }) => [key, value ?? ""])),
    deletionPolicy: "Retain",
  };
}
