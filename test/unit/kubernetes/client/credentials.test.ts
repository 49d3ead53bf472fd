import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";

import { Credentials } from "../../../../src/kubernetes/client/credentials.ts";
import type { Access } from "../../../../src/kubernetes/client/kubeconfig.ts";
import { FakeClock } from "../../../fakes/fake-clock.ts";
import { RecordingLogger } from "../../../fakes/recording-logger.ts";

function access(token: string): Access {
  return {
    server: "https://api",
    proxyUrl: undefined,
    tls: {},
    headers: { authorization: token },
    namespace: undefined,
  };
}

describe("Credentials", () => {
  let clock: FakeClock;
  let log: RecordingLogger;
  let reads: boolean[];
  let answer: () => Promise<Access>;
  let credentials: Credentials;

  beforeEach(() => {
    clock = new FakeClock();
    log = new RecordingLogger();
    reads = [];
    answer = () => Promise.resolve(access(`token-${reads.length}`));
    credentials = new Credentials({
      read: ({ isDenied }) => {
        reads.push(isDenied);
        return answer();
      },
      clock,
      log,
    });
  });
  const token = async (): Promise<string | undefined> => (await credentials.current()).headers["authorization"];

  it("reads once, and again when it is 45 s old", async () => {
    expect(await token()).to.equal("token-1");
    clock.jump(44_999);
    expect(await token()).to.equal("token-1");
    clock.jump(1);
    expect(await token()).to.equal("token-2");
    expect(reads).to.deep.equal([false, false]);
  });

  it("reads once for all who ask at the same time", async () => {
    await Promise.all([token(), token(), token()]);
    expect(reads).to.have.length(1);
  });

  it("reads past every cache after a refusal", async () => {
    const refused = await credentials.current();
    clock.jump(2_000);
    credentials.deny(refused);
    expect(await token()).to.equal("token-2");
    expect(reads).to.deep.equal([false, true]);
  });

  it("does not read again because others were refused with what is no longer in use", async () => {
    const old = await credentials.current();
    clock.jump(45_000);
    await credentials.current();
    clock.jump(2_000);
    credentials.deny(old);
    await credentials.current();
    expect(reads).to.have.length(2);
  });

  it("reads at most once a second while it is refused", async () => {
    for (let time = 0; time < 20; time += 1) {
      credentials.deny(await credentials.current());
      clock.jump(100);
    }
    expect(reads.length).to.be.within(2, 3);
  });

  it("keeps what it has when it cannot read, says so, and tries again", async () => {
    await token();
    answer = () => Promise.reject(new Error("No such file"));
    clock.jump(45_000);
    expect(await token()).to.equal("token-1");
    expect(log.messages("warn")).to.have.length(1);
    answer = () => Promise.resolve(access("found"));
    clock.jump(1_000);
    expect(await token()).to.equal("found");
  });

  it("rejects when there has never been anything, and tries again", async () => {
    answer = () => Promise.reject(new Error("No such file"));
    const error: unknown = await token().catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Error).with.property("message", "No such file");
    answer = () => Promise.resolve(access("found"));
    expect(await token()).to.equal("found");
  });
});
