// A sandbox: a temporary folder and the processes that live in it, both gone when it is closed and also when this
// process ends in any way (SIGKILL included). It knows nothing of Kubernetes or Kafka.

import { randomBytes } from "node:crypto";
import { statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Reaper } from "../../hack/reaper/reaper.mjs";
import { ControlledProcess, type ProcessSpec } from "./controlled-process.ts";

const TMPFS = "/dev/shm";
/** Docker gives containers 64 MiB of /dev/shm, which one broker fills. */
const TMPFS_NEEDED_BYTES = 1024 ** 3;

/**
 * A folder and a set of processes with one end.
 *
 * Guarantees
 * - After `close()` resolves, every process launched here has ended and the folders are gone; a second call is harmless.
 * - When this process dies without it, the same happens within moments; see Reaper.
 *
 * Caveats
 * - Processes do not keep this process alive, and are killed without a chance to write anything more.
 * - The folder lies in tmpfs where 1 GiB of it is free: what is in it costs memory.
 */
export class Sandbox implements AsyncDisposable {
  /** Absolute path of the folder, which only this user may enter. */
  readonly folder: string;
  /** A second one for what programs load as code, which a tmpfs may forbid (Docker's does). Never in tmpfs. */
  readonly scratch: string;
  readonly reaper: Reaper;
  readonly #processes: ControlledProcess[] = [];

  constructor(name: string) {
    const unique = `event-bus-operator-${name}-${process.pid}-${randomBytes(4).toString("hex")}`;
    this.folder = join(temporaryRoot(), unique);
    this.scratch = join(tmpdir(), `${unique}-scratch`);
    this.reaper = new Reaper(this.folder, this.scratch);
  }

  /** A process of this sandbox, not yet started. */
  process(spec: ProcessSpec): ControlledProcess {
    const added = new ControlledProcess(spec, this.folder, this.reaper);
    this.#processes.push(added);
    return added;
  }

  async close(): Promise<void> {
    await this.reaper.close();
    await Promise.all(this.#processes.map((launched) => launched.ended()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function temporaryRoot(): string {
  try {
    const { bavail, bsize } = statfsSync(TMPFS);
    return bavail * bsize >= TMPFS_NEEDED_BYTES ? TMPFS : tmpdir();
  } catch {
    return tmpdir();
  }
}
