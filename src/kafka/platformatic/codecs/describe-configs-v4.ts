// DescribeConfigs v4 with the library's request and our own answer: sweeps read it by the megabyte. Errors of resources
// stay in the answer, and synonyms are read only where they matter.

import { type API, ConfigSources, createAPI, describeConfigsV4 as library, type Reader } from "@platformatic/kafka";

import { ByteReader } from "./byte-reader.ts";

export interface ConfigSynonym {
  readonly name: string;
  readonly value: string | null;
  readonly source: number;
}

export interface DescribedConfig extends ConfigSynonym {
  readonly isReadOnly: boolean;
  readonly isSensitive: boolean;
  readonly type: number;
  /** Nearest first; empty unless the value was set on the resource itself, since only then something lies below. */
  readonly synonyms: readonly ConfigSynonym[];
}

export interface DescribedResource {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly type: number;
  readonly name: string;
  readonly configs: readonly DescribedConfig[];
}

export interface DescribeConfigsResponse {
  readonly throttleTimeMs: number;
  readonly results: readonly DescribedResource[];
}

function readSynonym(bytes: ByteReader): ConfigSynonym {
  const synonym = { name: bytes.string(), value: bytes.nullableString(), source: bytes.int8() };
  bytes.skipTaggedFields();
  return synonym;
}

function skipSynonym(bytes: ByteReader): void {
  bytes.skipString();
  bytes.skipString();
  bytes.skip(1);
  bytes.skipTaggedFields();
}

function isOwn(source: number): boolean {
  return source === ConfigSources.DYNAMIC_TOPIC_CONFIG || source === ConfigSources.GROUP_CONFIG;
}

const none: readonly ConfigSynonym[] = [];

function readConfig(bytes: ByteReader): DescribedConfig {
  const name = bytes.string();
  const value = bytes.nullableString();
  const isReadOnly = bytes.boolean();
  const source = bytes.int8();
  const isSensitive = bytes.boolean();
  const isRead = isOwn(source);
  const read = bytes.array(() => (isRead ? readSynonym(bytes) : skipSynonym(bytes)));
  const synonyms = isRead ? (read as ConfigSynonym[]) : none;
  const type = bytes.int8();
  bytes.skipString();
  bytes.skipTaggedFields();
  return { name, value, source, isReadOnly, isSensitive, type, synonyms };
}

/**
 * The configurations of topics are much the same, in the same order: what is byte for byte as at the same place of the
 * resource before is the same object. An encoding names its own end, so equal bytes mean equal values.
 */
class Repeats {
  readonly #last: { readonly encoding: Buffer; readonly config: DescribedConfig }[] = [];

  read(bytes: ByteReader, place: number): DescribedConfig {
    const last = this.#last[place];
    if (last !== undefined && bytes.skipIfSame(last.encoding)) return last.config;
    const start = bytes.position;
    const config = readConfig(bytes);
    this.#last[place] = { encoding: bytes.since(start), config };
    return config;
  }
}

function readResource(bytes: ByteReader, repeats: Repeats): DescribedResource {
  let place = 0;
  const resource = {
    errorCode: bytes.int16(),
    errorMessage: bytes.nullableString(),
    type: bytes.int8(),
    name: bytes.string(),
    configs: bytes.array(() => repeats.read(bytes, place++)),
  };
  bytes.skipTaggedFields();
  return resource;
}

function parseResponse(
  _correlationId: number,
  _apiKey: number,
  _apiVersion: number,
  reader: Reader,
): DescribeConfigsResponse {
  const bytes = ByteReader.from(reader);
  const repeats = new Repeats();
  const response = { throttleTimeMs: bytes.int32(), results: bytes.array(() => readResource(bytes, repeats)) };
  bytes.skipTaggedFields();
  return response;
}

export const describeConfigsV4: API<Parameters<typeof library.createRequest>, DescribeConfigsResponse> = createAPI(
  32,
  4,
  library.createRequest,
  parseResponse,
);
