// The Resources contract against the double that unit tests use.

import { systemClock } from "../../src/runtime/clock.ts";
import { InMemoryKubernetes } from "../fakes/in-memory-kubernetes.ts";
import { WIDGET, type Widget } from "../fakes/widget.ts";
import { describeResources } from "./kubernetes-resources.ts";

describeResources("in memory", () => {
  const namespace = "default";
  const kubernetes = new InMemoryKubernetes<Widget>(WIDGET, systemClock);
  const condition = { status: "True", lastTransitionTime: "2026-01-01T00:00:00Z", reason: "Why", message: "" } as const;
  return Promise.resolve({
    resources: kubernetes,
    namespace,
    others: {
      create: (name, spec, finalizers = []) =>
        Promise.resolve(kubernetes.create(name, spec, { namespace, finalizers })),
      edit: (name, spec) => Promise.resolve(kubernetes.edit({ namespace, name }, spec)),
      annotate: (name, annotations) => Promise.resolve(kubernetes.annotate({ namespace, name }, annotations)),
      remove: (name) => Promise.resolve(kubernetes.remove({ namespace, name })),
      async setCondition(name, type) {
        const held = await kubernetes.get({ namespace, name }, { signal: AbortSignal.timeout(1_000) });
        const conditions = [...(held?.status?.conditions ?? []), { type, ...condition }];
        kubernetes.editStatus({ namespace, name }, { conditions });
      },
    },
    stop: () => Promise.resolve(),
  });
});
