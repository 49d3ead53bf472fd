// What the poller knows of groups, as metrics want it: seconds, names, and nothing of what is not known.

import type { GroupReading, ReadGroup } from "../../domain/group-reading.ts";
import { parseKey } from "../../runtime/object-key.ts";
import type { GroupMetricReading, GroupTopicReading } from "../../telemetry/group-metrics.ts";
import type { WatchedGroup } from "./group-poll.ts";

interface PolledGroup {
  readonly busName: string;
  readonly watched: WatchedGroup;
  readonly reading: GroupReading;
}

export function groupMeasures(groups: Iterable<PolledGroup>): readonly GroupMetricReading[] {
  return [...groups].map(({ busName, watched, reading }) => {
    const { namespace = "", name } = parseKey(watched.key);
    const { maxTimeLagMs, maxRecordLag, minHeadroomMs } = watched.objectives;
    const objectives = {
      timeLagSeconds: secondsOf(maxTimeLagMs),
      lagRecords: maxRecordLag,
      headroomSeconds: secondsOf(minHeadroomMs),
    };
    const known =
      reading.kind === "read"
        ? { ...stateOf(reading), topics: topicsOf(reading) }
        : { state: "Unknown", evaluation: "Unknown", topics: [] };
    return { bus: busName, namespace, name, group: watched.groupId, objectives, ...known };
  });
}

function stateOf({
  state,
  evaluation,
  members,
}: ReadGroup): Pick<GroupMetricReading, "state" | "evaluation" | "members"> {
  return { state, evaluation, members };
}

function topicsOf({ topics }: ReadGroup): readonly GroupTopicReading[] {
  return topics.map((topic) => {
    // Of a topic that could not be read nothing is known, not even what is lost.
    if (topic.topicId === undefined) return { topic: topic.topic };
    return {
      topic: topic.topic,
      lagRecords: topic.lag,
      timeLagSeconds: secondsOf(topic.unreadAge?.atLeastMs),
      headroomSeconds: secondsOf(topic.headroomMs),
      partitionsAtRisk: topic.partitionsAtRisk,
      partitionsWithoutCommit: topic.partitionsWithoutCommit,
      lostRecords: topic.lostRecords,
      partitionLags: topic.partitions?.map((partition) => (partition.kind === "known" ? partition.lag : undefined)),
    };
  });
}

function secondsOf(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1_000;
}
