import { Writable } from "node:stream";

import { expect } from "chai";
import { describe, it } from "mocha";

import { createLogger, type LoggerOptions } from "../../../src/telemetry/logger.ts";

function loggerInto(lines: string[], options: Partial<LoggerOptions> = {}): ReturnType<typeof createLogger> {
  const destination = new Writable({
    write(chunk: Buffer, _, done) {
      lines.push(...chunk.toString().trimEnd().split("\n"));
      done();
    },
  });
  return createLogger({ level: "info", format: "json", destination, ...options });
}

describe("createLogger()", () => {
  it("writes one JSON object a line, with time, level, message and fields", () => {
    const lines: string[] = [];
    loggerInto(lines).info("Started", { port: 8080 });
    const line = JSON.parse(lines[0] ?? "") as Record<string, unknown>;
    expect(line).to.include({ level: "info", message: "Started", port: 8080 });
    expect(line["timestamp"]).to.match(/^\d{4}-\d\d-\d\dT/);
  });

  it("writes nothing below its level", () => {
    const lines: string[] = [];
    const log = loggerInto(lines, { level: "warn" });
    log.debug("a");
    log.info("b");
    log.warn("c");
    log.error("d");
    expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).to.deep.equal(["c", "d"]);
  });

  it("adds bound fields to each line, the line's own on top", () => {
    const lines: string[] = [];
    loggerInto(lines).with({ controller: "widget", object: "a" }).with({ object: "b" }).info("Run", { generation: 1 });
    expect(JSON.parse(lines[0] ?? "")).to.include({ controller: "widget", object: "b", generation: 1 });
  });

  it("writes text for people", () => {
    const lines: string[] = [];
    loggerInto(lines, { format: "text" }).info("Started", { port: 8080 });
    expect(lines[0]).to.match(/^\S+Z INFO {2}Started port=8080$/);
  });

  for (const format of ["json", "text"] as const) {
    it(`never writes a secret, as ${format}`, () => {
      const lines: string[] = [];
      const error = new Error("Bearer abcdefghijklmnop was refused", { cause: new Error("https://u:hunter2@kafka/") });
      const log = loggerInto(lines, { format }).with({ password: "hunter2" });
      log.error("Failed with password=hunter2", { error, token: "hunter2", nested: { clientSecret: "hunter2" } });
      expect(lines.join("\n")).not.to.match(/hunter2|abcdefghijklmnop/);
    });
  }
});
