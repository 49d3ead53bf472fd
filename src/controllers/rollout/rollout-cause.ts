// Of which object an edit is that reaches many topics, and what lifts a pause of its rollout. Pure.

import type { KubernetesObject } from "../../api/custom-resource.ts";
import { ANNOTATION, REQUEST_ANNOTATIONS } from "../../api/group.ts";
import { requestedToken } from "../../runtime/requested-run.ts";

export interface RolloutCause {
  /** `RetentionPolicy/<name>` or `EventBus/<name>`. */
  readonly object: string;
  /** Another one begins another rollout. */
  readonly generation: number;
  /** Another one (an approval, a request to run) lifts a pause. */
  readonly attempt: string;
}

export function rolloutCauseOf({ kind, metadata }: Pick<KubernetesObject, "kind" | "metadata">): RolloutCause {
  const { name, generation = 0, annotations } = metadata;
  const approved = annotations?.[ANNOTATION.approve] ?? "";
  const requested = requestedToken(metadata, REQUEST_ANNOTATIONS) ?? "";
  return { object: `${kind}/${name}`, generation, attempt: `${approved} ${requested}` };
}
