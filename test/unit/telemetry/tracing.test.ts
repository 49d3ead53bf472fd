import { expect } from "chai";
import { describe, it } from "mocha";

import { inRunSpan, wantsTraces } from "../../../src/telemetry/tracing.ts";

describe("wantsTraces()", () => {
  const cases: readonly (readonly [why: string, environment: Readonly<Record<string, string>>, wants: boolean])[] = [
    ["nothing is set", {}, false],
    ["an address is set", { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" }, true],
    ["an address for traces is set", { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://collector:4318/v1/traces" }, true],
    ["an exporter is named", { OTEL_TRACES_EXPORTER: "console" }, true],
    [
      "the exporter is none",
      { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318", OTEL_TRACES_EXPORTER: "none" },
      false,
    ],
    ["the SDK is off", { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318", OTEL_SDK_DISABLED: "TRUE" }, false],
    ["only names are set", { OTEL_SERVICE_NAME: "x" }, false],
  ];
  for (const [why, environment, wants] of cases) {
    it(`is ${wants} when ${why}`, () => {
      expect(wantsTraces(environment)).to.equal(wants);
    });
  }
});

describe("inRunSpan()", () => {
  const labels = { controller: "event-topic", object: "a/b", reconcileId: "1", priority: "live" };

  it("gives what the run gives, and its errors", async () => {
    expect(await inRunSpan(labels, async () => await Promise.resolve({ kind: "settled" }))).to.deep.equal({
      kind: "settled",
    });
    const error = new Error("no");
    const caught: unknown = await inRunSpan(labels, () => Promise.reject(error)).catch((thrown: unknown) => thrown);
    expect(caught).to.equal(error);
  });
});
