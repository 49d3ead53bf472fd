// Widget: a kind of the tests' own, so that the runtime is tried without any kind of the operator.

import type { CommonStatus, CustomResource } from "../../src/api/custom-resource.ts";
import type { ResourceType } from "../../src/kubernetes/resources.ts";

export interface WidgetSpec {
  readonly size: number;
  /** Name of another Widget that this one needs. */
  readonly needs?: string;
}

export interface WidgetStatus extends CommonStatus {
  readonly size?: number | undefined;
  readonly parts?: readonly { readonly name: string; readonly count: number }[] | undefined;
}

export type Widget = CustomResource<WidgetSpec, WidgetStatus>;

export const WIDGET: ResourceType = {
  group: "test.eventbus.dev",
  version: "v1",
  plural: "widgets",
  kind: "Widget",
  isNamespaced: true,
};

export const WIDGET_FINALIZER = "test.eventbus.dev/widget";
export const WIDGET_CONDITIONS = ["Ready", "Reconciling", "Stalled", "Shiny"];

const CONDITION_SCHEMA = {
  type: "object",
  required: ["type", "status", "lastTransitionTime", "reason", "message"],
  properties: {
    type: { type: "string" },
    status: { type: "string" },
    observedGeneration: { type: "integer", format: "int64" },
    lastTransitionTime: { type: "string", format: "date-time" },
    reason: { type: "string" },
    message: { type: "string" },
  },
};

/** Like our kinds: a status subresource, `observedGeneration: -1` on a fresh object, conditions as a keyed list. */
export const WIDGET_CRD = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.test.eventbus.dev" },
  spec: {
    group: WIDGET.group,
    scope: "Namespaced",
    names: { kind: WIDGET.kind, plural: WIDGET.plural, singular: "widget" },
    versions: [
      {
        name: WIDGET.version,
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: {
                type: "object",
                properties: { size: { type: "integer", format: "int32" }, needs: { type: "string" } },
              },
              status: {
                type: "object",
                default: { observedGeneration: -1 },
                properties: {
                  observedGeneration: { type: "integer", format: "int64" },
                  lastHandledReconcileAt: { type: "string" },
                  size: { type: "integer", format: "int32" },
                  parts: {
                    type: "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["name"],
                    items: {
                      type: "object",
                      required: ["name"],
                      properties: { name: { type: "string" }, count: { type: "integer", format: "int64" } },
                    },
                  },
                  conditions: {
                    type: "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["type"],
                    items: CONDITION_SCHEMA,
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
} as const;

/** A Widget as a user writes it. */
export function aWidget(
  name: string,
  { namespace = "default", ...spec }: Partial<WidgetSpec> & { readonly namespace?: string } = {},
): { apiVersion: string; kind: string; metadata: { name: string; namespace: string }; spec: WidgetSpec } {
  return {
    apiVersion: `${WIDGET.group}/${WIDGET.version}`,
    kind: WIDGET.kind,
    metadata: { name, namespace },
    spec: { size: 1, ...spec },
  };
}
