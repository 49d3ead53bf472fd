import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";

import { TokenError } from "../../../../src/kafka/oauth/token-request.ts";
import { TokenSource } from "../../../../src/kafka/oauth/token-source.ts";
import { FakeClock } from "../../../fakes/fake-clock.ts";

const CLIENT = { tokenEndpoint: "https://login/token", clientId: "operator", clientSecret: "right-horse" };

describe("TokenSource", () => {
  let clock: FakeClock;
  let requests: number;
  let lifetimeMs: number;
  let failure: Error | undefined;
  let source: TokenSource;

  beforeEach(() => {
    clock = new FakeClock();
    requests = 0;
    lifetimeMs = 100_000;
    failure = undefined;
    source = new TokenSource(CLIENT, clock, async () => {
      requests += 1;
      await Promise.resolve();
      if (failure !== undefined) throw failure;
      return { value: `token-${requests}`, lifetimeMs };
    });
  });

  it("asks once for all who ask at the same time", async () => {
    expect(await Promise.all([source.token(), source.token(), source.token()])).to.deep.equal(
      Array.from({ length: 3 }, () => "token-1"),
    );
  });

  it("keeps a token until most of its lifetime is over", async () => {
    await source.token();
    await clock.advance(79_000);
    expect(await source.token()).to.equal("token-1");
    await clock.advance(2_000);
    expect(await source.token()).to.equal("token-2");
  });

  it("keeps none whose lifetime nobody tells", async () => {
    lifetimeMs = 0;
    await source.token();
    expect(await source.token()).to.equal("token-2");
  });

  it("shares a failure for a second, however often it is asked", async () => {
    failure = new TokenError("authentication", "invalid_client", "refused");
    const ask = async (): Promise<unknown> => source.token().catch((error: unknown) => error);
    expect(await Promise.all([ask(), ask()])).to.deep.equal([failure, failure]);
    await clock.advance(900);
    expect(await ask()).to.equal(failure);
    expect(requests).to.equal(1);
    await clock.advance(200);
    failure = undefined;
    expect(await source.token()).to.equal("token-2");
  });

  it("fetches another where a broker refuses the token, but not at once where it is fresh", async () => {
    await source.token();
    source.forget();
    expect(await source.token()).to.equal("token-1");
    await clock.advance(1_100);
    expect(await source.token()).to.equal("token-2");
  });
});
