// Reads the objects that a preview needs from a Kubernetes cluster, as far as who asks may read them. Reads only.

import { consumerGroup } from "../../api/consumer-group.ts";
import type { KubernetesObject } from "../../api/custom-resource.ts";
import { eventBus } from "../../api/event-bus.ts";
import { eventTopic } from "../../api/event-topic.ts";
import { retentionPolicy } from "../../api/retention-policy.ts";
import { NAMESPACE } from "../../composition/caches.ts";
import { KubernetesError, type ApiCall, type Resources, type ResourceType } from "../../kubernetes/resources.ts";
import type { ObjectLists } from "../preview/objects.ts";
import { CommandError } from "../terminal.ts";

/** Makes the door to one kind. */
export type ResourcesOf = <T extends KubernetesObject>(type: ResourceType) => Pick<Resources<T>, "get" | "list">;

export interface LoadedObjects {
  readonly objects: ObjectLists;
  /** What is not known, in sentences for people. */
  readonly notes: readonly string[];
}

/**
 * What may not be read everywhere is read in the namespaces of the files; EventBuses and RetentionPolicies that may not be
 * read at all must be among the files.
 */
export async function loadObjects(resources: ResourcesOf, files: ObjectLists, call: ApiCall): Promise<LoadedObjects> {
  const namespaces = namespacesOf(files);
  const notes: string[] = [];
  const everywhere = async <T extends KubernetesObject>(
    type: ResourceType,
    own: readonly T[],
  ): Promise<readonly T[]> => {
    const all = await listed<T>(resources(type), {}, call);
    if (all !== undefined) return all;
    if (own.length === 0) forbidden(type);
    notes.push(`${type.plural} may not be read: those of the files are taken as applied, and others are not known`);
    return own.map((object) => ({ ...object, metadata: { ...object.metadata, generation: 1 } }));
  };
  const perNamespace = async <T extends KubernetesObject>(type: ResourceType): Promise<readonly T[]> => {
    const all = await listed<T>(resources(type), {}, call);
    if (all !== undefined) return all;
    notes.push(
      `${type.plural} of other namespaces than ${namespaces.map((name) => `"${name}"`).join(", ")} may not be read: ` +
        "what they claim is not known",
    );
    const parts = namespaces.map(async (namespace) => await listed<T>(resources(type), { namespace }, call));
    return (await Promise.all(parts)).flatMap((part) => part ?? forbidden(type));
  };
  const [buses, policies, topics, groups, known] = await Promise.all([
    everywhere<ObjectLists["buses"][number]>(eventBus, files.buses),
    everywhere<ObjectLists["policies"][number]>(retentionPolicy, files.policies),
    perNamespace<ObjectLists["topics"][number]>(eventTopic),
    perNamespace<ObjectLists["groups"][number]>(consumerGroup),
    listed<KubernetesObject>(resources(NAMESPACE), {}, call),
  ]);
  if (known === undefined)
    notes.push("Namespaces may not be read: what depends on their labels is judged as without any");
  return { objects: { buses, policies, topics, groups, namespaces: known ?? [] }, notes };
}

/** Undefined for who may not; nothing where the kind is not installed yet. */
async function listed<T extends KubernetesObject>(
  resources: Pick<Resources<T>, "list">,
  selection: Parameters<Resources<T>["list"]>[0],
  call: ApiCall,
): Promise<readonly T[] | undefined> {
  try {
    return (await resources.list(selection, call)).items;
  } catch (error) {
    if (error instanceof KubernetesError && error.code === 404) return [];
    if (error instanceof KubernetesError && error.code === 403) return undefined;
    // Also a kubeconfig that cannot be read, or a credential plugin that fails.
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(`Cannot read from the Kubernetes cluster: ${why}; --no-cluster goes without it`);
  }
}

function namespacesOf({ groups, topics }: ObjectLists): string[] {
  return [...new Set([...topics, ...groups].map(({ metadata }) => metadata.namespace ?? ""))].toSorted();
}

function forbidden({ plural }: ResourceType): never {
  throw new CommandError(
    `You may not read ${plural} in the Kubernetes cluster; have the right to list them granted, or use --no-cluster`,
  );
}
