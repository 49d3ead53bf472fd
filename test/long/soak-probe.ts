// Preloaded into the operator of the soak: tells over IPC what its process holds on to. It never keeps the process alive.

import { readdirSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { systemClock } from "../../src/runtime/clock.ts";

/** What the process holds at one moment, garbage collected. */
export interface Holdings {
  readonly heapMb: number;
  readonly rssMb: number;
  /** Timers of the operator's clock that have neither fired nor been cancelled. */
  readonly timers: number;
  /** Sockets, files and pipes that are open. */
  readonly descriptors: number;
  /** Since the last time that this was asked for, milliseconds. */
  readonly eventLoopP99Ms: number;
}

const MB = 1024 ** 2;
const DESCRIPTORS = process.platform === "linux" ? "/proc/self/fd" : "/dev/fd";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();

let timers = 0;
const after = systemClock.after.bind(systemClock);
systemClock.after = (delayMs, callback) => {
  timers += 1;
  let isPending = true;
  const end = (): void => {
    if (isPending) timers -= 1;
    isPending = false;
  };
  const timer = after(delayMs, () => {
    end();
    callback();
  });
  return {
    cancel() {
      end();
      timer.cancel();
    },
  };
};

process.on("message", () => {
  // Read before the collection, which is a delay of our own making.
  const eventLoopP99Ms = delay.percentile(99) / 1e6;
  collectGarbage();
  const { heapUsed, rss } = process.memoryUsage();
  const descriptors = readdirSync(DESCRIPTORS).length;
  const holdings: Holdings = { heapMb: heapUsed / MB, rssMb: rss / MB, timers, descriptors, eventLoopP99Ms };
  process.send?.(holdings);
  delay.reset();
});
process.channel?.unref();
