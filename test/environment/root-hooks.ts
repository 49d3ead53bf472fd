// Mocha's root hooks: ends what the tests of this process have shared. Loaded by --require.

import { environment, shownSecrets } from "./environment.ts";

export const mochaHooks = {
  async afterAll(): Promise<void> {
    const shown = await shownSecrets();
    await environment().stop();
    if (shown.length > 0) throw new Error(shown.join("; "));
  },
};
