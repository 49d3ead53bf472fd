// Secret: the part of Kubernetes' kind that the operator reads. Types only; values of Secrets are kept nowhere.

import type { KubernetesObject } from "../../api/custom-resource.ts";
import type { ResourceType } from "../../kubernetes/resources.ts";

export interface Secret extends KubernetesObject {
  readonly type?: string | undefined;
  /** Base64. */
  readonly data?: Readonly<Record<string, string>> | undefined;
}

export const SECRET: ResourceType = {
  group: "",
  version: "v1",
  plural: "secrets",
  kind: "Secret",
  isNamespaced: true,
};
