// How a command reaches Kafka: with settings given on the command line, or as EventBuses say; always only to read.

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";

import type { ConnectionSettings } from "../../kafka/model/connection.ts";
import type { connectKafka } from "../../kafka/platformatic/kafka-admin.ts";
import { systemClock as clock } from "../../runtime/clock.ts";
import { CommandError, EXIT, type Terminal } from "../terminal.ts";
import { connectionSettings, parseProperties } from "./command-config.ts";
import type { ConnectOptions } from "./connect-buses.ts";

/** How a command reaches Kafka, where not as the EventBus says. */
export interface ConnectionOptions {
  readonly bootstrapServer?: string | undefined;
  /** A client.properties file. */
  readonly commandConfig?: string | undefined;
}

export interface CommandPorts {
  readonly version: string;
  readonly connect: typeof connectKafka;
}

/** As quotas and request logs of the brokers name the command line. */
export const CLIENT_ID = "eventbus";
/** Connects to read. */
export function connector({ connect }: CommandPorts): ConnectOptions["connect"] {
  return (settings) => connect({ ...settings, clientId: CLIENT_ID, clock, mayWrite: () => false });
}

/** Undefined where nothing is given: then the EventBus says. */
export async function givenSettings(
  { bootstrapServer, commandConfig }: ConnectionOptions,
  { workingDirectory }: Terminal,
): Promise<ConnectionSettings | undefined> {
  if (bootstrapServer === undefined && commandConfig === undefined) return undefined;
  const read = async (path: string): Promise<string> => {
    try {
      return await readFile(resolve(workingDirectory, path), "utf8");
    } catch (error) {
      throw new CommandError(`Cannot read "${path}": ${(error as Error).message}`, EXIT.usage);
    }
  };
  const properties = parseProperties(commandConfig === undefined ? "" : await read(commandConfig));
  return await connectionSettings(bootstrapServer, properties, read);
}
