// A broker of a few lines for the unit tests of the connection: greets as a real one does, and misbehaves on request.

import { createServer, type Server, type Socket } from "node:net";

import { apiVersionsV3, createTopicsV7, Reader, Writer } from "@platformatic/kafka";

import type { Address } from "../../../../src/kafka/platformatic/address.ts";

/** What the broker does with the request of an API: a body, bytes as they are, nothing, or the end of the connection. */
export type Reaction = Buffer | { readonly raw: Buffer } | "silence" | "hangUp";

const metadata = 3;
const apiVersions = apiVersionsV3.api.key;

export interface MockBrokerOptions {
  readonly clusterId?: string;
  /** By API key; what is not named greets, or stays silent. */
  readonly reactions?: ReadonlyMap<number, Reaction>;
}

export class MockBroker {
  readonly sockets = new Set<Socket>();
  /** API keys of all requests, in order. */
  readonly requests: number[] = [];
  connections = 0;
  readonly #server: Server;
  readonly #options: MockBrokerOptions;

  private constructor(options: MockBrokerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  static async start(options: MockBrokerOptions = {}): Promise<MockBroker> {
    const broker = new MockBroker(options);
    await new Promise<void>((resolve) => broker.#server.listen(0, "127.0.0.1", resolve));
    return broker;
  }

  get address(): Address {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("The mock broker does not listen");
    return { host: "127.0.0.1", port: address.port };
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(socket: Socket): void {
    this.connections += 1;
    this.sockets.add(socket);
    let pending: Buffer = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("data", (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 4 && pending.length >= 4 + pending.readInt32BE(0)) {
        const end = 4 + pending.readInt32BE(0);
        this.#answer(socket, pending.subarray(4, end));
        pending = pending.subarray(end);
      }
    });
  }

  #answer(socket: Socket, request: Buffer): void {
    const apiKey = request.readInt16BE(0);
    this.requests.push(apiKey);
    const reaction = this.#options.reactions?.get(apiKey) ?? this.#greeting(apiKey);
    if (reaction === "silence") return;
    if (reaction === "hangUp") {
      socket.destroy();
      return;
    }
    if ("raw" in reaction) {
      socket.write(reaction.raw);
      return;
    }
    // ApiVersions is answered with the old header, so that any client can read it.
    const header = Buffer.alloc(apiKey === apiVersions ? 8 : 9);
    header.writeInt32BE(reaction.length + header.length - 4, 0);
    request.copy(header, 4, 4, 8);
    socket.write(Buffer.concat([header, reaction]));
  }

  #greeting(apiKey: number): Reaction {
    if (apiKey === apiVersions) return versionsBody();
    return apiKey === metadata ? metadataBody(this.#options.clusterId ?? "mock", this.address) : "silence";
  }
}

function versionsBody(): Buffer {
  const offered = [
    [metadata, 0, 13],
    [apiVersions, 0, 4],
    [createTopicsV7.api.key, 2, 7],
  ] as const;
  return Writer.create()
    .appendInt16(0)
    .appendArray([...offered], (writer, [key, least, most]) =>
      writer.appendInt16(key).appendInt16(least).appendInt16(most),
    )
    .appendInt32(0)
    .appendTaggedFields().buffer;
}

function metadataBody(clusterId: string, { host, port }: Address): Buffer {
  return Writer.create()
    .appendInt32(0)
    .appendArray([1], (writer, id) => writer.appendInt32(id).appendString(host).appendInt32(port).appendString(null))
    .appendString(clusterId)
    .appendInt32(1)
    .appendArray([], () => {})
    .appendTaggedFields().buffer;
}

/** The body of a CreateTopics answer that names one topic with an error code. */
export function createTopicsBody(name: string, errorCode: number): Buffer {
  return Writer.create()
    .appendInt32(0)
    .appendArray([name], (writer, topic) =>
      writer
        .appendString(topic)
        .appendUUID("00000000-0000-0000-0000-000000000001")
        .appendInt16(errorCode)
        .appendString("why")
        .appendInt32(1)
        .appendInt16(1)
        .appendArray(null, () => {}),
    )
    .appendTaggedFields().buffer;
}

/** A reader as the library hands it to a parser. */
export function readerOf(bytes: Buffer): Reader {
  return Reader.from(bytes);
}
