// Which RetentionPolicy applies to a topic. Pure.

import { matchesLabels, type LabelSelector } from "./label-selector.ts";
import type { Lookup } from "./lookup.ts";
import { coversNamespace, type Namespace, type NamespaceSelection } from "./namespace-selection.ts";

/** `RetentionPolicy.spec.appliesTo`: every given part must match; nothing given selects nothing. */
export interface PolicyScope {
  readonly busNames?: readonly string[] | undefined;
  readonly domains?: readonly string[] | undefined;
  readonly entities?: readonly string[] | undefined;
  readonly actions?: readonly string[] | undefined;
  readonly topicSelector?: LabelSelector | undefined;
}

/** The part of a RetentionPolicy that selection looks at. */
export interface SelectablePolicy {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly appliesTo?: PolicyScope | undefined;
    readonly priority?: number | undefined;
    readonly allowedNamespaces?: NamespaceSelection | undefined;
  };
}

/** What selection needs to know of a topic. */
export interface PolicySubject {
  readonly busName: string;
  readonly namespace: Namespace;
  readonly domain?: string | undefined;
  readonly entity?: string | undefined;
  readonly action?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** `EventTopic.spec.retentionPolicyRef.name`. */
  readonly namedPolicy?: string | undefined;
  /** `EventBus.spec.topicDefaults.retentionPolicyRef.name`. */
  readonly defaultPolicy?: string | undefined;
  /** The policy that the topic has, from its status: a tie keeps it, and while it is gone no other takes over. */
  readonly currentPolicy?: string | undefined;
}

export type PolicyChoice<P extends SelectablePolicy> =
  | { readonly kind: "policy"; readonly policy: P }
  | { readonly kind: "none" }
  | {
      readonly kind: "problem";
      readonly reason:
        | "RetentionPolicyNotFound"
        | "RetentionPolicyAmbiguous"
        | "RetentionPolicyInvalid"
        | "PolicyViolation";
      readonly message: string;
    };

/**
 * Precedence: the policy that the topic names, the matching policy of the highest priority, the bus' default policy.
 * A tie keeps the policy that the topic has; a topic without one is ambiguous. A deleted policy leaves its topics as
 * they are: only one that is named by the topic itself takes over from it.
 */
export function selectPolicy<P extends SelectablePolicy>(subject: PolicySubject, policies: Lookup<P>): PolicyChoice<P> {
  if (subject.namedPolicy !== undefined) return namedPolicy(subject, subject.namedPolicy, policies);
  if (subject.currentPolicy !== undefined && policies.get(subject.currentPolicy) === undefined) {
    return deletedPolicy(subject.currentPolicy);
  }
  const best = highestPriority(policies.list().filter((policy) => policyMatches(policy, subject)));
  const [first] = best;
  if (first === undefined) return defaultPolicy(subject, policies);
  if (best.length === 1) return { kind: "policy", policy: first };
  const current = best.find((policy) => policy.metadata.name === subject.currentPolicy);
  if (current !== undefined) return { kind: "policy", policy: current };
  const names = best.map((policy) => `"${policy.metadata.name}"`).toSorted();
  return {
    kind: "problem",
    reason: "RetentionPolicyAmbiguous",
    message:
      `RetentionPolicies ${names.join(" and ")} match this topic with the same priority ${first.spec.priority ?? 0}; ` +
      "set spec.retentionPolicyRef, or have the platform team give one of them a higher priority",
  };
}

/** Whether `appliesTo` selects the topic. */
export function policyMatches(policy: SelectablePolicy, subject: PolicySubject): boolean {
  const scope = policy.spec.appliesTo;
  if (scope === undefined || Object.values(scope).every((part) => part === undefined)) return false;
  return (
    includes(scope.busNames, subject.busName) &&
    includes(scope.domains, subject.domain) &&
    includes(scope.entities, subject.entity) &&
    includes(scope.actions, subject.action) &&
    (scope.topicSelector === undefined || matchesLabels(scope.topicSelector, subject.labels))
  );
}

function includes(wanted: readonly string[] | undefined, value: string | undefined): boolean {
  return wanted === undefined || (value !== undefined && wanted.includes(value));
}

function highestPriority<P extends SelectablePolicy>(policies: readonly P[]): P[] {
  const highest = Math.max(...policies.map((policy) => policy.spec.priority ?? 0));
  return policies.filter((policy) => (policy.spec.priority ?? 0) === highest);
}

function namedPolicy<P extends SelectablePolicy>(
  subject: PolicySubject,
  name: string,
  policies: Lookup<P>,
): PolicyChoice<P> {
  const policy = policies.get(name);
  if (policy === undefined) return notFound(name, "spec.retentionPolicyRef");
  if (!coversNamespace(policy.spec.allowedNamespaces ?? {}, subject.namespace)) {
    return {
      kind: "problem",
      reason: "PolicyViolation",
      message:
        `RetentionPolicy "${name}" may not be named from namespace "${subject.namespace.name}": ` +
        "its spec.allowedNamespaces does not cover it; name another or ask the platform team",
    };
  }
  return { kind: "policy", policy };
}

function defaultPolicy<P extends SelectablePolicy>(subject: PolicySubject, policies: Lookup<P>): PolicyChoice<P> {
  if (subject.defaultPolicy === undefined) return { kind: "none" };
  const policy = policies.get(subject.defaultPolicy);
  if (policy !== undefined) return { kind: "policy", policy };
  return notFound(subject.defaultPolicy, `spec.topicDefaults.retentionPolicyRef of EventBus "${subject.busName}"`);
}

function deletedPolicy(name: string): PolicyChoice<never> {
  return {
    kind: "problem",
    reason: "RetentionPolicyNotFound",
    message:
      `RetentionPolicy "${name}", which governed this topic, was deleted; what it decided stays as it is. Create it anew, ` +
      "if only to have it select other topics, or set spec.retentionPolicyRef",
  };
}

function notFound(name: string, field: string): PolicyChoice<never> {
  return {
    kind: "problem",
    reason: "RetentionPolicyNotFound",
    message: `There is no RetentionPolicy "${name}", which ${field} names; create it or name another`,
  };
}
