// Whose change guard governs a topic, and who may therefore approve. Pure.

import { ANNOTATION } from "../api/group.ts";
import { approvedIds } from "./change-approval.ts";
import { compareStrictness, guardRules, stricterGuard, type DeclaredGuard, type GuardRules } from "./guard-rules.ts";

/** A RetentionPolicy or an EventBus, as far as it guards. */
export interface GuardHolder {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly generation?: number | undefined;
    readonly annotations?: Readonly<Record<string, string>> | undefined;
  };
  readonly spec: { readonly changeGuard?: DeclaredGuard | undefined };
  readonly status?: { readonly rollout?: { readonly id?: string | undefined } | undefined } | undefined;
}

/** The object by which the platform approves. */
export interface Governor {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  /** Ids of its approve annotation. */
  readonly approvedIds: readonly string[];
  /** The id of its rollout, as it shows it. */
  readonly shownId?: string | undefined;
}

export interface GoverningGuard {
  readonly rules: GuardRules;
  readonly governor: Governor;
}

/** Where nobody knows what guarded the topic before: the guard asks the platform at least. */
export function askingGuard({ rules, governor }: GoverningGuard): GoverningGuard {
  return { rules: stricterGuard(rules, guardRules()), governor };
}

/**
 * The strictest of all holders in every respect; the platform approves on the one that is the strictest, on the first
 * among equals. A policy that governed the topic until now and is `gone` counts as one that asks the platform.
 */
export function governingGuard(
  [current, ...others]: readonly [GuardHolder, ...GuardHolder[]],
  isFormerGone = false,
): GoverningGuard {
  let governor = current;
  let rules = guardRules(current.spec.changeGuard);
  for (const holder of others) {
    const ofHolder = guardRules(holder.spec.changeGuard);
    if (compareStrictness(ofHolder, rules) > 0) governor = holder;
    rules = stricterGuard(rules, ofHolder);
  }
  if (isFormerGone) rules = stricterGuard(rules, guardRules());
  const { kind, metadata, status } = governor;
  const { name, uid, generation = 0, annotations } = metadata;
  const approved = approvedIds(annotations?.[ANNOTATION.approve]);
  return {
    rules,
    governor: { kind, name, uid, generation, approvedIds: approved, shownId: status?.rollout?.id },
  };
}
