// From manifests to objects of our kinds, valid ones by kind, with what is wrong with the others. Pure.

import type { ConsumerGroup } from "../../api/consumer-group.ts";
import type { CustomResource } from "../../api/custom-resource.ts";
import type { EventBus } from "../../api/event-bus.ts";
import type { EventTopic } from "../../api/event-topic.ts";
import type { KindDefinition } from "../../api/kind.ts";
import type { RetentionPolicy } from "../../api/retention-policy.ts";
import type { NamespaceObject } from "../../composition/caches.ts";
import { keyOf } from "../../runtime/object-key.ts";
import type { ObjectLists } from "../preview/objects.ts";
import { findingAt, inOrder, type Finding } from "../validate/finding.ts";
import { judgeObject } from "../validate/judge-object.ts";
import { titleOf, type Manifest } from "./manifest.ts";
import type { ReadManifests } from "./read-manifests.ts";
import { recognize } from "./recognize.ts";

export interface TypedManifests {
  readonly objects: ObjectLists;
  readonly findings: readonly Finding[];
  /** Of our kinds, valid or not. */
  readonly ours: number;
  /** Of other kinds. */
  readonly foreign: readonly Manifest[];
  manifestOf(object: Pick<CustomResource<unknown>, "kind" | "metadata">): Manifest;
}

interface Typed {
  readonly manifest: Manifest;
  readonly object: CustomResource<unknown>;
}

/** `namespace` is that of objects which name none. */
export function typedManifests(read: ReadManifests, namespace: string): TypedManifests {
  const findings: Finding[] = [...read.unreadable];
  const typed = new Map<string, Typed>();
  const recognized = read.manifests.map((manifest) => ({ manifest, known: recognize(manifest) }));
  for (const { manifest, known } of recognized) {
    if (known.kind === "mistyped") findings.push(findingAt(manifest, known.path, known.message));
    if (known.kind !== "ours") continue;
    const judged = judgeObject(manifest, known.definition);
    findings.push(...judged.findings);
    if (judged.object === undefined) continue;
    const object = located(judged.object as CustomResource<unknown>, known.definition, namespace);
    const first = typed.get(identityOf(object));
    if (first === undefined) typed.set(identityOf(object), { manifest, object });
    else findings.push(findingAt(manifest, "metadata.name", describeTwice(first.manifest)));
  }
  const foreign = recognized.filter(({ known }) => known.kind === "foreign").map(({ manifest }) => manifest);
  return {
    objects: listsOf(
      [...typed.values()].map(({ object }) => object),
      foreign,
    ),
    findings: inOrder(findings),
    ours: recognized.length - foreign.length,
    foreign,
    manifestOf: (object) => {
      const found = typed.get(identityOf(object));
      if (found === undefined) throw new RangeError(`There is no manifest of ${identityOf(object)}`);
      return found.manifest;
    },
  };
}

function listsOf(objects: readonly CustomResource<unknown>[], foreign: readonly Manifest[]): ObjectLists {
  const namespaces = foreign.filter(({ apiVersion, kind }) => apiVersion === "v1" && kind === "Namespace");
  return {
    buses: ofKind<EventBus>(objects, "EventBus"),
    topics: ofKind<EventTopic>(objects, "EventTopic"),
    policies: ofKind<RetentionPolicy>(objects, "RetentionPolicy"),
    groups: ofKind<ConsumerGroup>(objects, "ConsumerGroup"),
    namespaces: namespaces.flatMap(({ name, object }) => (name === "" ? [] : [object as unknown as NamespaceObject])),
  };
}

/** Status is the operator's: what a file says of it counts for nothing. */
function located(
  { status: _status, ...object }: CustomResource<unknown>,
  { isNamespaced }: KindDefinition,
  namespace: string,
): CustomResource<unknown> {
  const metadata = isNamespaced ? { namespace, ...object.metadata } : object.metadata;
  return { ...object, metadata: { ...metadata, name: metadata.name ?? "" } };
}

function describeTwice(first: Manifest): string {
  const { file, line } = first.placeOf("metadata.name");
  return `${titleOf(first)} stands in ${file}:${line} already: of the two only the one that is applied last would count`;
}

function identityOf({ kind, metadata }: Pick<CustomResource<unknown>, "kind" | "metadata">): string {
  return `${kind}/${keyOf(metadata)}`;
}

function ofKind<T extends CustomResource<unknown>>(objects: readonly CustomResource<unknown>[], kind: string): T[] {
  return objects.filter((object): object is T => object.kind === kind);
}
