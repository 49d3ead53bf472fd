// Our reading of DescribeConfigs v4 against the library's, on answers of any content.

import { describeConfigsV4 as library, Reader, ResponseError, Writer } from "@platformatic/kafka";
import { expect } from "chai";
import * as fc from "fast-check";
import { describe, it } from "mocha";

import { ByteReader } from "../../../../../src/kafka/platformatic/codecs/byte-reader.ts";
import {
  describeConfigsV4,
  type DescribeConfigsResponse,
} from "../../../../../src/kafka/platformatic/codecs/describe-configs-v4.ts";

const text = fc.string({ unit: "binary", maxLength: 40 }).filter((value) => value.isWellFormed());
const synonym = fc.record({ name: text, value: fc.option(text), source: fc.integer({ min: 0, max: 8 }) });
const config = fc.record({
  name: text,
  value: fc.option(text),
  readOnly: fc.boolean(),
  source: fc.integer({ min: 0, max: 8 }),
  isSensitive: fc.boolean(),
  synonyms: fc.array(synonym, { maxLength: 3 }),
  type: fc.integer({ min: 0, max: 9 }),
  documentation: fc.option(text),
});
const resource = fc.record({
  errorCode: fc.constantFrom<number>(0, 3, 17, 29),
  errorMessage: fc.option(text),
  type: fc.constantFrom(2, 4, 32),
  name: text,
  configs: fc.array(config, { maxLength: 4 }),
});

type Resource = typeof resource extends fc.Arbitrary<infer T> ? T : never;

function encode(results: readonly Resource[]): Buffer {
  return Writer.create()
    .appendInt32(7)
    .appendArray([...results], (writer, result) =>
      writer
        .appendInt16(result.errorCode)
        .appendString(result.errorMessage)
        .appendInt8(result.type)
        .appendString(result.name)
        .appendArray(result.configs, (entry, each) =>
          entry
            .appendString(each.name)
            .appendString(each.value)
            .appendBoolean(each.readOnly)
            .appendInt8(each.source)
            .appendBoolean(each.isSensitive)
            .appendArray(each.synonyms, (of, { name, value, source }) =>
              of.appendString(name).appendString(value).appendInt8(source),
            )
            .appendInt8(each.type)
            .appendString(each.documentation),
        ),
    )
    .appendTaggedFields().buffer;
}

/** Through the API, as a connection would, but without one. */
function parse(bytes: Buffer): DescribeConfigsResponse {
  let parsed: DescribeConfigsResponse | undefined;
  const connection = {
    send(...args: readonly unknown[]): void {
      const parser = args[3] as (id: number, key: number, version: number, reader: Reader) => DescribeConfigsResponse;
      parsed = parser(0, 32, 4, Reader.from(bytes));
    },
  };
  describeConfigsV4(connection as unknown as Parameters<typeof describeConfigsV4>[0], [], true, false);
  if (parsed === undefined) throw new Error("Nothing was parsed");
  return parsed;
}

function parseWithLibrary(bytes: Buffer): library.DescribeConfigsResponse {
  try {
    return library.parseResponse(0, 32, 4, Reader.from(bytes));
  } catch (error) {
    if (error instanceof ResponseError) return error["response"] as library.DescribeConfigsResponse;
    throw error;
  }
}

/** Resources that share configurations, at the same places and at others. */
const alike = fc
  .tuple(
    fc.array(config, { minLength: 1, maxLength: 3 }),
    fc.array(resource, { maxLength: 5 }),
    fc.infiniteStream(fc.nat()),
  )
  .map(([pool, resources, picks]) =>
    resources.map((each) => ({
      ...each,
      configs: each.configs.map((own) => pool[Number(picks.next().value) % (pool.length + 1)] ?? own),
    })),
  );

describe("The codec of DescribeConfigs v4", () => {
  it("reads what the library reads, and of synonyms those below a value of the resource itself", () => {
    fc.assert(
      fc.property(fc.oneof(fc.array(resource, { maxLength: 4 }), alike), (results) => {
        const bytes = encode(results);
        const theirs = parseWithLibrary(bytes);
        const expected = {
          throttleTimeMs: theirs.throttleTimeMs,
          results: theirs.results.map((result) => ({
            errorCode: result.errorCode,
            errorMessage: result.errorMessage,
            type: result.resourceType,
            name: result.resourceName,
            configs: result.configs.map((each) => ({
              name: each.name,
              value: each.value,
              source: each.configSource,
              isReadOnly: each.readOnly,
              isSensitive: each.isSensitive,
              type: each.configType,
              synonyms: each.configSource === 1 || each.configSource === 8 ? each.synonyms : [],
            })),
          })),
        };
        expect(parse(bytes)).to.deep.equal(expected);
      }),
    );
  });

  it("reads a configuration that resources share once", () => {
    const [each] = fc.sample(config, { numRuns: 1, seed: 1 });
    const configs = each === undefined ? [] : [each, { ...each, name: "another" }];
    const of = (name: string): Resource => ({ errorCode: 0, errorMessage: null, type: 2, name, configs });
    const [one, other] = parse(encode([of("one"), of("other")])).results;
    expect(one?.configs).to.have.length(2);
    expect(other?.configs[0]).to.equal(one?.configs[0]);
    expect(other?.configs[1]).to.equal(one?.configs[1]);
  });

  it("reads an answer with a code that is newer than the library", () => {
    const bytes = encode([{ errorCode: 133, errorMessage: "new", type: 2, name: "t", configs: [] }]);
    expect(parse(bytes).results[0]).to.include({ errorCode: 133, errorMessage: "new", name: "t" });
  });

  it("refuses an answer that is cut short anywhere", () => {
    const whole = encode([
      {
        errorCode: 0,
        errorMessage: null,
        type: 2,
        name: "topic",
        configs: [
          {
            name: "retention.ms",
            value: "1",
            readOnly: false,
            source: 1,
            isSensitive: false,
            synonyms: [{ name: "retention.ms", value: "1", source: 1 }],
            type: 5,
            documentation: null,
          },
        ],
      },
    ]);
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => parse(whole.subarray(0, length)), `${length} of ${whole.length} bytes`).to.throw();
    }
  });
});

describe("A byte reader", () => {
  it("reads numbers as the library does", () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 31 - 1 }), fc.integer({ min: -128, max: 127 }), (unsigned, signed) => {
        const bytes = Writer.create().appendUnsignedVarInt(unsigned).appendInt8(signed).appendInt16(signed).buffer;
        const reader = new ByteReader(bytes);
        expect([reader.unsignedVarInt(), reader.int8(), reader.int16()]).to.deep.equal([unsigned, signed, signed]);
        expect(reader.isAtEnd).to.equal(true);
      }),
    );
  });

  it("ends at a number that never ends", () => {
    expect(() => new ByteReader(Buffer.alloc(20, 0xff)).unsignedVarInt()).to.throw("ends inside a number");
  });

  it("skips fields that a newer broker tags on", () => {
    const tags = Buffer.from([2, 0, 3, 1, 2, 3, 5, 1, 9, 42]);
    const reader = new ByteReader(tags);
    reader.skipTaggedFields();
    expect(reader.int8()).to.equal(42);
  });
});
