// Which namespaces a platform's or owner's rule covers. Pure.

import { matchesLabels, type LabelSelector } from "./label-selector.ts";

export interface Namespace {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** Both parts must hold where both are given, as within any Kubernetes selector; nothing given covers every namespace. */
export interface NamespaceSelection {
  readonly names?: readonly string[] | undefined;
  readonly selector?: LabelSelector | undefined;
}

export function coversNamespace(selection: NamespaceSelection, namespace: Namespace): boolean {
  const byName = selection.names === undefined || selection.names.includes(namespace.name);
  return byName && (selection.selector === undefined || matchesLabels(selection.selector, namespace.labels));
}
