import { expect } from "chai";
import { describe, it } from "mocha";

import { describeSettings, parseSettings, SETTINGS } from "../../src/settings.ts";

describe("parseSettings()", () => {
  it("has a default for everything", () => {
    const result = parseSettings({});
    expect(result.kind).to.equal("settings");
    expect(result)
      .to.have.property("settings")
      .that.deep.includes({
        leaderElection: true,
        watchNamespaces: [],
        busSelector: { matchExpressions: [] },
        secretNamespace: undefined,
        metricsAddress: { host: "", port: 8080 },
        logLevel: "info",
        logFormat: "json",
        deletionTimeoutMs: 3_600_000,
      });
  });

  it("reads what the environment says, and takes an empty value for unset", () => {
    const result = parseSettings({
      EVENTBUS_LEADER_ELECTION: "false",
      EVENTBUS_WATCH_NAMESPACES: "team-b, team-a,team-b,",
      EVENTBUS_METRICS_ADDRESS: "[::1]:9090",
      EVENTBUS_LOG_LEVEL: "",
      EVENTBUS_DELETION_TIMEOUT: "5m",
    });
    expect(result)
      .to.have.property("settings")
      .that.deep.includes({
        leaderElection: false,
        watchNamespaces: ["team-b", "team-a"],
        metricsAddress: { host: "::1", port: 9090 },
        logLevel: "info",
        deletionTimeoutMs: 300_000,
      });
  });

  it("turns the metrics server off with 0", () => {
    expect(parseSettings({ EVENTBUS_METRICS_ADDRESS: "0" })).to.have.nested.property(
      "settings.metricsAddress",
      undefined,
    );
  });

  for (const { address, expected } of [
    { address: ":8080", expected: { host: "", port: 8_080 } },
    { address: "127.0.0.1:0", expected: { host: "127.0.0.1", port: 0 } },
    { address: "[::1]:9090", expected: { host: "::1", port: 9_090 } },
    { address: "metrics.local:9090", expected: { host: "metrics.local", port: 9_090 } },
  ]) {
    it(`listens where "${address}" says`, () => {
      const result = parseSettings({ EVENTBUS_METRICS_ADDRESS: address });
      expect(result).to.have.nested.property("settings.metricsAddress").that.deep.equals(expected);
    });
  }

  for (const address of ["8080", "host", ":65536", "::1:80", ":http", "[::1]", "[host]:80:90"]) {
    it(`refuses to listen at "${address}"`, () => {
      const result = parseSettings({ EVENTBUS_METRICS_ADDRESS: address });
      expect(result.kind === "invalid" && result.problems).to.deep.equal([
        `EVENTBUS_METRICS_ADDRESS is "${address}": Write host:port or :port, or 0 for none`,
      ]);
    });
  }

  it("reports everything that is wrong at once, unknown names included", () => {
    const result = parseSettings({
      EVENTBUS_LEADER_ELECTION: "yes",
      EVENTBUS_METRICS_ADDRESS: "8080",
      EVENTBUS_LOG_FORMAT: "xml",
      EVENTBUS_BUS_SELECTOR: "a in b",
      EVENTBUS_DELETION_TIMEOUT: "unlimited",
      EVENTBUS_WATCH_NAMESPACE: "team-a",
      PATH: "/bin",
    });
    expect(result.kind).to.equal("invalid");
    const problems = result.kind === "invalid" ? result.problems : [];
    for (const name of ["LEADER_ELECTION", "METRICS_ADDRESS", "LOG_FORMAT", "BUS_SELECTOR", "DELETION_TIMEOUT"]) {
      expect(problems.filter((problem) => problem.startsWith(`EVENTBUS_${name} is`))).to.have.length(1);
    }
    expect(problems.at(-1)).to.include("EVENTBUS_WATCH_NAMESPACE is not a setting");
    expect(problems).to.have.length(6);
  });
});

describe("describeSettings()", () => {
  it("tells every setting with its default", () => {
    for (const { env, doc } of Object.values(SETTINGS)) expect(describeSettings()).to.include(env).and.include(doc);
  });
});
