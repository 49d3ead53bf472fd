import { join } from "node:path";

import { expect } from "chai";
import { before, describe, it } from "mocha";
import { Agent, request } from "undici";

import type { ControlPlane } from "../environment/control-plane.ts";
import { environment } from "../environment/environment.ts";
import { eventually } from "../environment/eventually.ts";

const CONFIG = join(import.meta.dirname, "..", "..", "config");
const LEASES = "/apis/coordination.k8s.io/v1/namespaces/event-bus-system/leases/event-bus-operator";
const TOPICS = "/apis/eventbus.dev/v1alpha1/eventtopics?limit=1";

describe("The FlowSchema that is shipped", () => {
  let controlPlane: ControlPlane;
  let token: string;

  before(async () => {
    controlPlane = await environment().controlPlane();
    const crds = join(CONFIG, "..", "crds");
    await controlPlane.applyManifests([crds, join(CONFIG, "rbac"), join(CONFIG, "flowcontrol")]);
    token = await controlPlane.token("event-bus-system", "event-bus-operator");
  });

  /** Name of the priority level that the API server gave a request of the operator. */
  const levelOf = async (path: string): Promise<string | undefined> => {
    const levels = "/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations";
    const { body } = await controlPlane.request<{
      readonly items: readonly { readonly metadata: { readonly name: string; readonly uid: string } }[];
    }>("GET", levels);
    const dispatcher = new Agent({ connect: { ca: controlPlane.caPem } });
    try {
      const headers = { authorization: `Bearer ${token}` };
      const answer = await request(`${controlPlane.url}${path}`, { dispatcher, headers });
      await answer.body.dump();
      const uid = answer.headers["x-kubernetes-pf-prioritylevel-uid"];
      return body.items.find(({ metadata }) => metadata.uid === uid)?.metadata.name;
    } finally {
      await dispatcher.destroy();
    }
  };

  it("lets lease renewals pass the operator's own load, and nothing else", async () => {
    await eventually(
      () => levelOf(LEASES),
      (level) => expect(level).to.equal("leader-election"),
    );
    expect(await levelOf(TOPICS)).to.equal("workload-low");
  });
});
