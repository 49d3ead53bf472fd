// The shipped alerts in the hands of Prometheus: promtool plays series over them, and a real Prometheus scrapes a real
// operator and evaluates every rule.

import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect } from "chai";
import { describe, it } from "mocha";
import { parse, stringify } from "yaml";

import { ALERTS } from "../../hack/monitoring/monitoring-files.ts";
import { Progress } from "../../hack/toolchain/progress.mjs";
import { prometheusBinaries } from "../../hack/toolchain/prometheus.mjs";
import { eventually } from "../environment/eventually.ts";
import { findFreePorts } from "../environment/free-ports.ts";
import { startOperatorUnderTest } from "../environment/operator-under-test.ts";
import { startPrometheus } from "../environment/prometheus.ts";
import { ready } from "../environment/topic-expectations.ts";

const CASES = join(import.meta.dirname, "alerts.promtool.yaml");
const RULES = join(import.meta.dirname, "../../config/prometheus/rules.yaml");
/** Building Prometheus takes minutes where the cache does not hold it. */
const BUILD_MS = 20 * 60_000;

interface Cases {
  readonly tests: readonly {
    readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[];
  }[];
}

/** promtool would compare them too, and they are prose. */
function withoutAnnotations(): unknown {
  const { groups } = parse(readFileSync(RULES, "utf8")) as {
    readonly groups: readonly { readonly rules: readonly object[] }[];
  };
  return {
    groups: groups.map((group) => ({ ...group, rules: group.rules.map((rule) => ({ ...rule, annotations: {} })) })),
  };
}

describe("The shipped alerts", function () {
  this.timeout(BUILD_MS);

  it("fire when they should, and only then", async () => {
    const { promtool } = await prometheusBinaries(new Progress());
    const run = promisify(execFile);
    expect((await run(promtool, ["check", "rules", RULES])).stdout).to.include(`SUCCESS: ${ALERTS.length} rules found`);
    await using sandbox = await mkdtempDisposable(join(tmpdir(), "alerts-"));
    const cases = { ...(parse(readFileSync(CASES, "utf8")) as Cases), rule_files: ["rules.yaml"] };
    writeFileSync(join(sandbox.path, "rules.yaml"), stringify(withoutAnnotations()));
    writeFileSync(join(sandbox.path, "cases.yaml"), stringify(cases));
    expect((await run(promtool, ["test", "rules", join(sandbox.path, "cases.yaml")])).stdout).to.include("SUCCESS");
  });

  it("are each played, firing at least once", () => {
    const { tests } = parse(readFileSync(CASES, "utf8")) as Cases;
    const firing = tests.flatMap((test) => test.alert_rule_test).filter(({ exp_alerts: alerts }) => alerts.length > 0);
    const names = new Set(firing.map(({ alertname }) => alertname));
    expect(ALERTS.map(({ name }) => name).filter((name) => !names.has(name))).to.deep.equal([]);
  });

  it("work on what an operator tells", async () => {
    const [port = 0] = await findFreePorts(1);
    const operator = await startOperatorUnderTest({ environment: { EVENTBUS_METRICS_ADDRESS: `127.0.0.1:${port}` } });
    await using prometheus = await startPrometheus(`127.0.0.1:${port}`);
    await operator.createTopic("watched", { owner: { team: "billing" } });
    await eventually(() => operator.topic("watched"), ready("True", "Created"));
    await eventually(
      () => prometheus.query(`eventbus_topic_info{namespace="${operator.id}"}`),
      (samples) => expect(samples.map(({ metric }) => metric["team"])).to.deep.equal(["billing"]),
    );
    await eventually(
      () => prometheus.query("eventbus_bus_connected"),
      (samples) => expect(samples.map(({ value }) => value)).to.deep.equal(["1"]),
    );
    await eventually(
      () => prometheus.ruleHealth(),
      (health) => expect(health).to.deep.equal(Object.fromEntries(ALERTS.map(({ name }) => [name, "ok"]))),
    );
    await operator.createTopic("refused", { topicName: "not.permitted" });
    await eventually(
      () => prometheus.activeAlerts(),
      (alerts) => expect(alerts).to.include("EventBusObjectsNotReady"),
    );
    await operator.stop();
  });
});
