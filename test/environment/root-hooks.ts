// Mocha's root hooks: ends what the tests of this process have shared. Loaded by --require.

import { environment } from "./environment.ts";

export const mochaHooks = {
  async afterAll(): Promise<void> {
    await environment().stop();
  },
};
