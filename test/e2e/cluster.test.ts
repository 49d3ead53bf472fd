// The end-to-end tests against a cluster that somebody has set up: E2E_KUBECONFIG, and Kafka at E2E_BOOTSTRAP. Run by
// hack/kind/kind.sh test, and by nothing else.

import { describe } from "mocha";

import { e2eSuite } from "./e2e-suite.ts";

describe("An installation in a cluster", function () {
  this.timeout(180_000);
  const { E2E_BOOTSTRAP, E2E_KUBECONFIG } = process.env;
  e2eSuite(async () => {
    if (E2E_BOOTSTRAP === undefined || E2E_KUBECONFIG === undefined) {
      throw new Error("Set E2E_KUBECONFIG and E2E_BOOTSTRAP, or use hack/kind/kind.sh test");
    }
    return await Promise.resolve({
      kubeconfig: E2E_KUBECONFIG,
      kubectl: "kubectl",
      bootstrapServers: E2E_BOOTSTRAP.split(","),
    });
  });
});
