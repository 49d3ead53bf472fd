// Which version of an API to speak on one connection: the newest of ours that the broker offers. Asks nothing itself.

import { protocolAPIsById } from "@platformatic/kafka";

import type { KafkaFailure } from "../model/failure.ts";
import { WireError } from "./wire-error.ts";

export interface VersionRange {
  readonly minVersion: number;
  readonly maxVersion: number;
}

/** By API key, as the broker of one connection offers them. */
export type VersionRanges = ReadonlyMap<number, VersionRange>;

interface Versioned {
  readonly key: number;
  readonly version: number;
}

export function apiName(key: number): string {
  return protocolAPIsById[key] ?? `API ${key}`;
}

export function offers(ranges: VersionRanges, api: Versioned): boolean {
  const range = ranges.get(api.key);
  return range !== undefined && range.minVersion <= api.version && api.version <= range.maxVersion;
}

function unsupported(ranges: VersionRanges, apis: readonly Versioned[]): KafkaFailure {
  const key = apis[0]?.key ?? -1;
  const range = ranges.get(key);
  const ours = apis.map((api) => api.version).join(", ");
  const theirs = range === undefined ? "does not offer it" : `offers ${range.minVersion} to ${range.maxVersion}`;
  return {
    kind: "unsupported",
    code: 35,
    name: "UNSUPPORTED_VERSION",
    message: `${apiName(key)} is needed in version ${ours}, the broker ${theirs}`,
  };
}

/**
 * The first of `apis` (newest first) that the broker offers.
 * @throws WireError (`unsupported`) where it offers none.
 */
export function pickVersion<Api extends Versioned>(ranges: VersionRanges, apis: readonly Api[]): Api {
  const api = apis.find((candidate) => offers(ranges, candidate));
  if (api === undefined) throw new WireError(unsupported(ranges, apis), "notWritten");
  return api;
}
