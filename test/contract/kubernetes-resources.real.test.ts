// The Resources contract against a real kube-apiserver, with the operator's own client as a ServiceAccount.

import { KubernetesClient } from "../../src/kubernetes/client/kubernetes-client.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { createMetrics } from "../../src/telemetry/prometheus-metrics.ts";
import { environment } from "../environment/environment.ts";
import { silentLogger } from "../fakes/silent-logger.ts";
import { grantWidgets } from "../fakes/widget-rights.ts";
import { aWidget, WIDGET, WIDGET_CRD, type Widget, type WidgetSpec } from "../fakes/widget.ts";
import { describeResources, type OtherHands } from "./kubernetes-resources.ts";

describeResources("real API server", async () => {
  const controlPlane = await environment().controlPlane();
  await controlPlane.applyManifests([WIDGET_CRD]);
  const namespace = "resources-contract";
  const kubeconfig = await grantWidgets(controlPlane, namespace);
  const client = new KubernetesClient({
    source: { kind: "files", paths: [kubeconfig] },
    userAgent: "resources-contract",
    fieldManager: "resources-contract",
    clock: systemClock,
    log: silentLogger,
    metrics: createMetrics({ withProcessMetrics: false }),
  });
  const collection = `/apis/test.eventbus.dev/v1/namespaces/${namespace}/widgets`;
  const patch = async (name: string, body: unknown): Promise<Widget> =>
    withoutManagedFields((await controlPlane.request<Widget>("PATCH", `${collection}/${name}`, body)).body);
  const others: OtherHands = {
    async create(name, spec: WidgetSpec, finalizers = []) {
      const widget = aWidget(name, { namespace, ...spec });
      const body = { ...widget, metadata: { ...widget.metadata, finalizers } };
      return withoutManagedFields((await controlPlane.request<Widget>("POST", collection, body)).body);
    },
    edit: (name, spec) => patch(name, { spec }),
    annotate: (name, annotations) => patch(name, { metadata: { annotations } }),
    async remove(name) {
      await controlPlane.request("DELETE", `${collection}/${name}`);
    },
    async setCondition(name, type) {
      const condition = {
        type,
        status: "True",
        lastTransitionTime: "2026-01-01T00:00:00Z",
        reason: "Why",
        message: "",
      };
      const body = { ...aWidget(name, { namespace }), spec: undefined, status: { conditions: [condition] } };
      const path = `${collection}/${name}/status?fieldManager=others`;
      await controlPlane.request("PATCH", path, body, { contentType: "application/apply-patch+yaml" });
    },
  };
  return { resources: client.resources<Widget>(WIDGET), others, namespace, stop: () => client.close() };
});

function withoutManagedFields(widget: Widget): Widget {
  const { managedFields: _, ...metadata } = widget.metadata as Widget["metadata"] & { managedFields?: unknown };
  return { ...widget, metadata };
}
