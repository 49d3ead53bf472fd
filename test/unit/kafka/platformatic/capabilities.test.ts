// What is read from versions and features: capabilities, the release, and the version to speak.

import {
  createTopicsV7,
  deleteTopicsV6,
  describeGroupsV5,
  incrementalAlterConfigsV1,
  metadataV12,
} from "@platformatic/kafka";
import { expect } from "chai";
import { describe, it } from "mocha";

import { capabilitiesOf } from "../../../../src/kafka/platformatic/capabilities.ts";
import { describeGroupsV6 } from "../../../../src/kafka/platformatic/codecs/describe-groups-v6.ts";
import { kafkaVersionOf } from "../../../../src/kafka/platformatic/kafka-version.ts";
import { pickVersion, type VersionRanges } from "../../../../src/kafka/platformatic/versions.ts";

const consumerGroupHeartbeat = 68;
const shareGroupHeartbeat = 76;

function ranges(...apis: readonly (readonly [key: number, minVersion: number, maxVersion: number])[]): VersionRanges {
  return new Map(apis.map(([key, minVersion, maxVersion]) => [key, { minVersion, maxVersion }]));
}

const modern = ranges(
  [metadataV12.api.key, 0, 13],
  [createTopicsV7.api.key, 2, 7],
  [deleteTopicsV6.api.key, 1, 6],
  [incrementalAlterConfigsV1.api.key, 0, 1],
  [consumerGroupHeartbeat, 0, 1],
  [shareGroupHeartbeat, 0, 1],
);

describe("The capabilities of a cluster", () => {
  it("are those of Kafka 4.3 with all features finalized", () => {
    const features = new Map([
      ["group.version", 1],
      ["share.version", 1],
      ["eligible.leader.replicas.version", 1],
    ]);
    expect(capabilitiesOf(modern, features, true)).to.deep.equal([
      "consumerGroupProtocol",
      "eligibleLeaderReplicas",
      "groupConfigs",
      "incrementalAlterConfigs",
      "shareGroups",
      "tieredStorage",
      "topicIds",
    ]);
  });

  it("need the feature, not only the API: a cluster is upgraded in two steps", () => {
    expect(capabilitiesOf(modern, new Map(), false)).to.deep.equal(["incrementalAlterConfigs", "topicIds"]);
  });

  it("need the API, not only the feature", () => {
    const features = new Map([["group.version", 1]]);
    expect(capabilitiesOf(ranges(), features, false)).to.deep.equal([]);
  });
});

describe("The release of a cluster", () => {
  for (const [level, release] of [
    [undefined, undefined],
    [1, undefined],
    [20, "3.8"],
    [21, "3.9"],
    [22, "4.0"],
    [25, "4.0"],
    [26, "4.1"],
    [27, "4.1"],
    [28, "4.2"],
    [29, "4.2"],
    [30, "4.3"],
    [31, "4.4"],
    [33, "4.4"],
    [34, "4.4+"],
    [99, "4.4+"],
  ] as const) {
    it(`reads level ${level} as ${release}`, () => {
      expect(kafkaVersionOf(level)).to.equal(release);
    });
  }
});

describe("The version to speak", () => {
  const both = [describeGroupsV6, describeGroupsV5.api];

  it("is the newest of ours that the broker offers", () => {
    expect(pickVersion(ranges([15, 0, 6]), both)).to.equal(describeGroupsV6);
    expect(pickVersion(ranges([15, 0, 5]), both)).to.equal(describeGroupsV5.api);
  });

  it("is none below the broker's minimum or above its maximum", () => {
    expect(() => pickVersion(ranges([15, 7, 9]), both)).to.throw(
      "DescribeGroups is needed in version 6, 5, the broker offers 7 to 9",
    );
    expect(() => pickVersion(ranges([15, 0, 4]), both)).to.throw("the broker offers 0 to 4");
    expect(() => pickVersion(ranges(), both)).to.throw("the broker does not offer it");
  });
});
