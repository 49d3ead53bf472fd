import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { parse } from "yaml";

import { aclScript, kafkaUser, readOnlyKafkaUser } from "../../../hack/reference/rights-pages.ts";
import { RIGHTS } from "../../../src/kafka/rights.ts";

interface KafkaUser {
  readonly spec: {
    readonly authorization: {
      readonly acls: readonly {
        readonly resource: { readonly type: string; readonly name?: string };
        readonly operations: readonly string[];
      }[];
    };
  };
}

const reading = RIGHTS.filter(({ need }) => need === "always");
const all = RIGHTS.filter(({ need }) => need !== "toManageAcls");

function listed(rights: typeof RIGHTS): string[] {
  return rights.map(({ resource, operation }) => `${operation} on ${resource}`).toSorted();
}

describe("The manifests of rights", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "acls-"));
    writeFileSync(join(folder, "tool"), '#!/usr/bin/env bash\nprintf "%s\\t" "$@"; echo\n', { mode: 0o755 });
    writeFileSync(join(folder, "script.sh"), aclScript());
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const [name, manifest, rights] of [
    ["reading and writing", kafkaUser(), all],
    ["reading only", readOnlyKafkaUser(), reading],
  ] as const) {
    it(`grant a KafkaUser the table's rights for ${name}`, () => {
      const user = parse(manifest) as KafkaUser;
      const granted = user.spec.authorization.acls.flatMap(({ resource, operations }) =>
        operations.map((operation) => `${operation} on ${resource.type}`),
      );
      expect(granted.toSorted()).to.deep.equal(listed(rights));
    });
  }

  function run(environment: Readonly<Record<string, string>>): string[][] {
    const output = execFileSync("bash", [join(folder, "script.sh"), "--bootstrap-server", "kafka:9092"], {
      env: { ...process.env, KAFKA_ACLS: join(folder, "tool"), ...environment },
      encoding: "utf8",
      cwd: folder,
    });
    return output
      .trimEnd()
      .split("\n")
      .map((line) => line.split("\t").filter((word) => word !== ""));
  }

  it("grant the same by Kafka's own tool", () => {
    const commands = run({});
    expect(granted(commands)).to.deep.equal(listed(all));
    for (const words of commands) {
      const head = ["--bootstrap-server", "kafka:9092", "--add", "--allow-principal", "User:event-bus-operator"];
      expect(words.slice(0, 5)).to.deep.equal(head);
    }
    expect(commands.find((words) => words.includes("--topic"))).to.include.members(["*", "literal"]);
    expect(granted(run({ ACCESS: "ReadOnly" }))).to.deep.equal(listed(reading));
  });

  it("narrow topics and groups to prefixes", () => {
    const commands = run({ TOPICS: "billing.", GROUPS_OF: "billing-" });
    for (const words of commands.filter((line) => !line.includes("--cluster"))) {
      const prefix = words.includes("--topic") ? "billing." : "billing-";
      expect(words).to.include.members([prefix, "prefixed"]).and.not.include("literal");
    }
  });
});

function granted(commands: readonly string[][]): string[] {
  const rights = commands.flatMap((words) => {
    const resource = ["cluster", "topic", "group"].find((type) => words.includes(`--${type}`));
    return words.flatMap((word, index) => (word === "--operation" ? [`${words[index + 1]} on ${resource}`] : []));
  });
  return rights.toSorted();
}
