// DescribeGroups v6 (KIP-1043), which the library lacks: unlike v5 it says so when a group is of another protocol, where
// v5 calls a live KIP-848 group dead.

import { type API, createAPI, type describeGroupsV5, type Reader, Writer } from "@platformatic/kafka";

export interface DescribedGroup extends describeGroupsV5.DescribeGroupsResponseGroup {
  /** Absent below v6. */
  readonly errorMessage?: string | null | undefined;
}

export interface DescribeGroupsResponse {
  throttleTimeMs: number;
  groups: DescribedGroup[];
}

function createRequest(groupIds: string[], includeAuthorizedOperations: boolean): Writer {
  return Writer.create()
    .appendArray(groupIds, (writer, groupId) => writer.appendString(groupId), true, false)
    .appendBoolean(includeAuthorizedOperations)
    .appendTaggedFields();
}

function readMember(reader: Reader): DescribedGroup["members"][number] {
  return {
    memberId: reader.readString(),
    groupInstanceId: reader.readNullableString(),
    clientId: reader.readString(),
    clientHost: reader.readString(),
    memberMetadata: reader.readBytes(),
    memberAssignment: reader.readBytes(),
  };
}

function readGroup(reader: Reader): DescribedGroup {
  return {
    errorCode: reader.readInt16(),
    errorMessage: reader.readNullableString(),
    groupId: reader.readString(),
    groupState: reader.readString(),
    protocolType: reader.readString(),
    protocolData: reader.readString(),
    members: reader.readArray(readMember),
    authorizedOperations: reader.readInt32(),
  };
}

function parseResponse(
  _correlationId: number,
  _apiKey: number,
  _apiVersion: number,
  reader: Reader,
): DescribeGroupsResponse {
  const response = { throttleTimeMs: reader.readInt32(), groups: reader.readArray(readGroup) };
  reader.readTaggedFields();
  return response;
}

/** As the library's own codecs, but errors of groups stay in the answer. */
export const describeGroupsV6: API<[groupIds: string[], includeAuthorizedOperations: boolean], DescribeGroupsResponse> =
  createAPI(15, 6, createRequest, parseResponse);
