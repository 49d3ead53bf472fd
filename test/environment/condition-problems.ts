// What is wrong with an object's conditions, for tools that read health from them: kstatus, kubectl wait, Argo CD.
// Pure. Tests ask after every write.

import type { Condition, CustomResource } from "../../src/api/custom-resource.ts";
import { findCondition } from "../../src/runtime/conditions.ts";

/**
 * Broken rules, one sentence each; none for an object that reads well. `isMidRun`: the run has not finished, so that
 * Ready may be Unknown, and generations may lag.
 */
export function conditionProblems(object: CustomResource<unknown>, { isMidRun = false } = {}): string[] {
  const conditions = object.status?.conditions ?? [];
  const observed = object.status?.observedGeneration ?? 0;
  // The CRD's default: nobody has looked at the object yet.
  if (observed === -1 && conditions.length === 0) return [];
  return [
    ...shapeProblems(conditions),
    ...progressProblems(conditions),
    ...(isMidRun ? [] : generationProblems(conditions, observed)),
    ...(observed > (object.metadata.generation ?? 0) ? ["observedGeneration is ahead of generation"] : []),
  ];
}

function shapeProblems(conditions: readonly Condition[]): string[] {
  const types = conditions.map(({ type }) => type);
  return [
    ...(types.includes("Ready") ? [] : ["Ready is missing"]),
    ...types.filter((type, index) => types.indexOf(type) !== index).map((type) => `${type} appears twice`),
    ...conditions.flatMap(({ type, reason, message, lastTransitionTime }) => [
      ...(/^[A-Z][A-Za-z0-9]{0,127}$/.test(reason)
        ? []
        : [`${type} has the reason "${reason}", which is not CamelCase`]),
      ...(message === message.trim() && message.length <= 32_768
        ? []
        : [`${type} has an untrimmed or too long message`]),
      ...(Number.isNaN(Date.parse(lastTransitionTime)) ? [`${type} has no valid lastTransitionTime`] : []),
    ]),
  ];
}

function progressProblems(conditions: readonly Condition[]): string[] {
  const ready = findCondition(conditions, "Ready");
  const active = ["Reconciling", "Stalled"].filter((type) => findCondition(conditions, type) !== undefined);
  return [
    ...(active.length > 1 ? ["Reconciling and Stalled stand together"] : []),
    ...active
      .filter((type) => findCondition(conditions, type)?.status !== "True")
      .map((type) => `${type} is present without being True`),
    ...(ready?.status === "True" ? active.map((type) => `${type} stands beside Ready=True`) : []),
    ...(ready !== undefined && ready.status !== "True" && active.length === 0
      ? [`Ready=${ready.status} has neither Reconciling nor Stalled beside it`]
      : []),
  ];
}

function generationProblems(conditions: readonly Condition[], observed: number): string[] {
  return conditions
    .filter(({ observedGeneration }) => observedGeneration !== undefined && observedGeneration !== observed)
    .map(({ type, observedGeneration }) => `${type} judges generation ${observedGeneration}, the status ${observed}`);
}

/** The object, if tools that read health from its conditions would read it right. */
export function sound<T extends CustomResource<unknown>>(object: T): T {
  const problems = object.status?.conditions === undefined ? [] : conditionProblems(object);
  if (problems.length === 0) return object;
  throw new Error(`Conditions of ${object.metadata.name} break their invariants: ${problems.join("; ")}`);
}
