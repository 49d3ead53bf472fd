// A program that owns a sandbox and ends in the way that it is told on stdin; see sandbox.test.ts.

import { Sandbox } from "../../environment/sandbox.ts";

const sandbox = new Sandbox("test");
const sleepers = ["first", "second"].map((name) =>
  sandbox.process({
    name,
    command: "sh",
    args: ["-c", "echo ready; exec sleep 600"],
    isReady: (log) => log.includes("ready"),
    readyTimeoutMs: 5_000,
  }),
);
await Promise.all(sleepers.map((sleeper) => sleeper.start()));
// A frozen process must go as well.
sleepers[1]?.pause();
console.log(JSON.stringify({ folder: sandbox.folder, pids: sleepers.map(({ pid }) => pid) }));
process.stdin.once("data", (wish: Buffer) => {
  if (wish.toString() === "throw") throw new Error("As asked");
  process.exit(3);
});
