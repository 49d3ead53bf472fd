// RunsInFlight: the runs under way and what each of them works on, so that they can be called off. It starts none.

import type { KubernetesObject, ObjectMeta } from "../api/custom-resource.ts";
import type { Change } from "./change.ts";
import type { RunScope } from "./run-scope.ts";
import { isMereEdit, Superseded, supersession } from "./superseded.ts";

interface InFlight {
  readonly scope: RunScope;
  /** As it was when the run began to work on it. */
  readonly began: ObjectMeta;
  /** Edits end its effects, but not its reading. */
  readonly isPatient: boolean;
}

/** Assumptions: one run a key at a time. */
export class RunsInFlight {
  readonly #scopes = new Set<RunScope>();
  readonly #byKey = new Map<string, InFlight>();

  add(scope: RunScope): void {
    this.#scopes.add(scope);
  }

  /** From now on the run is superseded when the object of this key is not this one any longer. */
  follow(key: string, scope: RunScope, { metadata }: KubernetesObject, isPatient: boolean): void {
    this.#byKey.set(key, { scope, began: metadata, isPatient });
  }

  remove(key: string, scope: RunScope): void {
    this.#scopes.delete(scope);
    this.#byKey.delete(key);
  }

  /** The listener to subscribe to the store. */
  readonly onChange = ({ key, after }: Change<KubernetesObject>): void => {
    const run = this.#byKey.get(key);
    const why = run && supersession(run.began, after?.metadata);
    if (run === undefined || why === undefined) return;
    const reason = new Superseded(`The run for "${key}" is superseded: ${why}`);
    if (run.isPatient && isMereEdit(run.began, after?.metadata)) run.scope.abortEffects(reason);
    else run.scope.abortWork(reason);
  };

  abortAll(reason: Error): void {
    for (const scope of this.#scopes) scope.abortAll(reason);
  }
}
