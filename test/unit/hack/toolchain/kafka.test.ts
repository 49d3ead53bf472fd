import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { describe, it } from "mocha";

const KAFKA = new URL("../../../../hack/toolchain/kafka.mjs", import.meta.url).href;
const PROGRESS = new URL("../../../../hack/toolchain/progress.mjs", import.meta.url).href;
const GET = `import { kafkaHome } from "${KAFKA}"; import { Progress } from "${PROGRESS}"; await kafkaHome(new Progress());`;

/** A Maven that copies something else under the right names. */
const FALSE_MAVEN = `#!/bin/sh
for argument; do case $argument in -DoutputDirectory=*) folder=\${argument#*=} ;; esac; done
echo false > "$folder/kafka-clients-4.3.1.jar"
`;

describe("Kafka's jars", () => {
  it("are never taken as they come: neither Maven's copies nor a server's answers", async () => {
    const folder = await mkdtemp(join(tmpdir(), "kafka-jars-"));
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.end("false");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      for (const program of ["sh", "rm"]) {
        const path = execFileSync("sh", ["-c", `command -v ${program}`])
          .toString()
          .trim();
        await symlink(path, join(folder, program));
      }
      await writeFile(join(folder, "mvn"), FALSE_MAVEN, { mode: 0o755 });
      const { port } = server.address() as AddressInfo;
      const env = { PATH: folder, XDG_CACHE_HOME: folder, MAVEN_CENTRAL_URL: `http://127.0.0.1:${port}` };
      const stderr = await new Promise<string>((resolve) => {
        execFile(process.execPath, ["--input-type=module", "-e", GET], { env }, (_error, _stdout, text) =>
          resolve(text),
        );
      });
      expect(stderr).to.match(/Cannot download "http:.*\.jar": Its sha256 is [0-9a-f]{64} instead of [0-9a-f]{64}/);
      // Maven's copy was not kept either: it is asked for like the others, or would be.
      expect(asked.length).to.be.greaterThan(0);
      const left = await readdir(join(folder, "event-bus-operator"), { recursive: true, withFileTypes: true });
      expect(left.filter((entry) => entry.isFile())).to.deep.equal([]);
    } finally {
      server.close();
      await rm(folder, { recursive: true });
    }
  });
});
