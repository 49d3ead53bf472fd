// Our own codec of DescribeGroups v6, and the assignment that classic consumers write.

import { Reader, Writer } from "@platformatic/kafka";
import { expect } from "chai";
import { describe, it } from "mocha";

import { readAssignment } from "../../../../../src/kafka/platformatic/codecs/consumer-assignment.ts";
import {
  type DescribeGroupsResponse,
  describeGroupsV6,
} from "../../../../../src/kafka/platformatic/codecs/describe-groups-v6.ts";

interface Sent {
  readonly request: Buffer;
  readonly response: DescribeGroupsResponse;
}

function exchange(groupIds: string[], answer: Buffer): Sent {
  let sent: Sent | undefined;
  const connection = {
    send(...args: readonly unknown[]): void {
      const encode = args[2] as () => Writer;
      const parse = args[3] as (id: number, key: number, version: number, reader: Reader) => DescribeGroupsResponse;
      sent = { request: encode().buffer, response: parse(0, 15, 6, Reader.from(answer)) };
    },
  };
  describeGroupsV6(connection as unknown as Parameters<typeof describeGroupsV6>[0], groupIds, false);
  if (sent === undefined) throw new Error("Nothing was sent");
  return sent;
}

function assignment(topics: readonly (readonly [string, readonly number[]])[]): Buffer {
  return Writer.create()
    .appendInt16(3)
    .appendArray(
      [...topics],
      (writer, [topic, partitions]) =>
        writer
          .appendString(topic, false)
          .appendArray([...partitions], (of, partition) => of.appendInt32(partition), false, false),
      false,
      false,
    )
    .appendBytes(null, false).buffer;
}

describe("The codec of DescribeGroups v6", () => {
  it("writes the groups and reads members, states and the broker's message", () => {
    const answer = Writer.create()
      .appendInt32(5)
      .appendArray(["g"], (writer, groupId) =>
        writer
          .appendInt16(69)
          .appendString("Group g is not a classic group.")
          .appendString(groupId)
          .appendString("Dead")
          .appendString("consumer")
          .appendString("range")
          .appendArray(["m"], (of, memberId) =>
            of
              .appendString(memberId)
              .appendString(null)
              .appendString("client")
              .appendString("/127.0.0.1")
              .appendBytes(Buffer.from("meta"))
              .appendBytes(assignment([["t", [0]]])),
          )
          .appendInt32(-2_147_483_648),
      )
      .appendTaggedFields().buffer;
    const { request, response } = exchange(["g", "h"], answer);
    expect(request).to.deep.equal(Buffer.from([3, 2, 0x67, 2, 0x68, 0, 0]));
    const [group] = response.groups;
    expect(response.throttleTimeMs).to.equal(5);
    expect(group).to.include({ errorCode: 69, errorMessage: "Group g is not a classic group.", groupState: "Dead" });
    expect(group?.members[0]).to.include({ memberId: "m", groupInstanceId: null, clientId: "client" });
    expect(group && readAssignment(group.members[0]?.memberAssignment ?? Buffer.alloc(0))).to.deep.equal([
      { topic: "t", partition: 0 },
    ]);
  });
});

describe("The assignment of a classic consumer", () => {
  it("is read topic by topic", () => {
    const bytes = assignment([
      ["a", [2, 0]],
      ["b", []],
      ["c", [1]],
    ]);
    expect(readAssignment(bytes)).to.deep.equal([
      { topic: "a", partition: 2 },
      { topic: "a", partition: 0 },
      { topic: "c", partition: 1 },
    ]);
  });

  it("is empty where the bytes are nothing of the kind", () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from("zzzz"), Buffer.alloc(64, 0xff)]) {
      expect(readAssignment(bytes)).to.deep.equal([]);
    }
  });
});
