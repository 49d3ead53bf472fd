// InMemoryKubernetes: one kind of the Kubernetes API in memory, for tests without an API server. It passes the contract
// suite of the real one (test/contract/kubernetes-resources.ts); what that suite does not ask for is not here.

import type { CommonStatus, Condition, CustomResource, ObjectKey } from "../../src/api/custom-resource.ts";
import {
  KubernetesError,
  type ApiCall,
  type MetadataChange,
  type ObjectIdentity,
  type ObjectList,
  type ObjectVersion,
  type OwnedObject,
  type Resources,
  type ResourceType,
  type Selection,
  type WatchEvent,
  type WatchOptions,
} from "../../src/kubernetes/resources.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import { keyOf } from "../../src/runtime/object-key.ts";
import { asJson, copy, isSelected, toldAs, type Recorded, type Status, type Stored } from "./stored-object.ts";

const FIRST_VERSION = 100;
/** The API server sends a bookmark this long before it ends a watch. */
const BOOKMARK_BEFORE_END_MS = 2_000;

/** What somebody gives with a new object besides its spec. */
export interface NewObject {
  /** Default `default`; of no account for cluster-scoped kinds. */
  readonly namespace?: string;
  readonly finalizers?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export class InMemoryKubernetes<T extends CustomResource<unknown>> implements Resources<T> {
  readonly type: ResourceType;
  /** Every request made through the port, in order: verb and key. */
  readonly requests: string[] = [];
  /** Asked before each request; what it throws is the answer. May wait. */
  before: (verb: string, key: string) => void | Promise<void> = () => {};
  /** Awaited before each answer, when the request has been carried out. What it throws is lost: no answer comes. */
  answering: (verb: string, key: string) => void | Promise<void> = () => {};
  /** Changes of objects of these names are lost on their way to watches. */
  readonly lostNames = new Set<string>();
  /** Awaited before a watch tells anything. */
  telling: () => void | Promise<void> = () => {};
  readonly #clock: Clock;
  readonly #objects = new Map<string, Stored>();
  /** Top-level status fields and condition types that the operator's last apply held, by UID. */
  readonly #owned = new Map<string, { readonly fields: readonly string[]; readonly conditions: readonly string[] }>();
  readonly #history: Recorded[] = [];
  readonly #wakeups = new Set<() => void>();
  #version = FIRST_VERSION;
  #forgottenUpTo = FIRST_VERSION;
  #uids = 0;

  constructor(type: ResourceType, clock: Clock) {
    this.type = type;
    this.#clock = clock;
  }

  // What users and other controllers do.

  create(name: string, spec: unknown, options: NewObject = {}): T {
    const { namespace = "default", finalizers = [], labels, annotations } = options;
    const { group, version, kind, isNamespaced } = this.type;
    if (this.#objects.has(keyOf(isNamespaced ? { namespace, name } : { name }))) {
      throw new KubernetesError(409, "AlreadyExists", `${kind} "${name}" already exists`);
    }
    return this.#store("added", {
      apiVersion: group === "" ? version : `${group}/${version}`,
      kind,
      metadata: {
        name,
        ...(isNamespaced ? { namespace } : {}),
        uid: `uid-${(this.#uids += 1)}`,
        resourceVersion: "",
        generation: 1,
        creationTimestamp: this.#time(),
        ...(finalizers.length > 0 ? { finalizers } : {}),
        ...(labels === undefined ? {} : { labels }),
        ...(annotations === undefined ? {} : { annotations }),
      },
      spec,
      status: { observedGeneration: -1 },
    });
  }

  /** Merges into the spec; undefined removes a field. */
  edit(key: ObjectKey, spec: object): T {
    return this.replaceSpec(key, { ...(this.#held(key).spec as object), ...spec });
  }

  /** The generation moves only where something differs. */
  replaceSpec(key: ObjectKey, spec: object): T {
    const held = this.#held(key);
    const next = asJson(spec);
    if (JSON.stringify(next) === JSON.stringify(held.spec)) return copy(held) as unknown as T;
    const generation = (held.metadata.generation ?? 0) + 1;
    return this.#store("modified", { ...held, metadata: { ...held.metadata, generation }, spec: next });
  }

  label(key: ObjectKey, labels: Readonly<Record<string, string>>): T {
    const held = this.#held(key);
    return this.#store("modified", { ...held, metadata: { ...held.metadata, labels } });
  }

  annotate(key: ObjectKey, annotations: Readonly<Record<string, string>>): T {
    const held = this.#held(key);
    const merged = { ...held.metadata.annotations, ...annotations };
    return this.#store("modified", { ...held, metadata: { ...held.metadata, annotations: merged } });
  }

  /** Replaces status fields, as another writer would. */
  editStatus(key: ObjectKey, status: object): T {
    const held = this.#held(key);
    return this.#store("modified", { ...held, status: { ...held.status, ...status } });
  }

  remove(key: ObjectKey): void {
    const held = this.#held(key);
    if ((held.metadata.finalizers ?? []).length === 0) this.#end(held);
    else if (held.metadata.deletionTimestamp === undefined) {
      // Marking for deletion counts as a change of the specification.
      const generation = (held.metadata.generation ?? 0) + 1;
      this.#store("modified", {
        ...held,
        metadata: { ...held.metadata, generation, deletionTimestamp: this.#time() },
      });
    }
  }

  /** Watches that stand at older versions expire. */
  forgetHistory(): void {
    this.#forgottenUpTo = this.#version;
    this.#history.length = 0;
  }

  /** The version of everything there is. */
  get resourceVersion(): string {
    return String(this.#version);
  }

  /** Everything there is, without a request. */
  get objects(): readonly T[] {
    return Array.from(this.#objects.values(), (object) => copy(object) as unknown as T);
  }

  // The port.

  async list(selection: Selection, call: ApiCall): Promise<ObjectList<T>> {
    await this.#admit("list", "", call);
    const items = [...this.#objects.values()].filter((object) => isSelected(object, selection));
    return { items: items.map(copy) as unknown as T[], resourceVersion: String(this.#version) };
  }

  async *watch(selection: Selection, options: WatchOptions): AsyncIterable<WatchEvent<T>> {
    const { signal, timeoutSeconds } = options;
    await this.#admit("watch", "", { signal });
    const endsAt = this.#clock.monotonic() + timeoutSeconds * 1_000;
    const startedAt = options.sendInitialEvents === true ? this.#version : Number(options.resourceVersion);
    if (options.sendInitialEvents === true) {
      const initial = [...this.#objects.values()];
      for (const object of initial) {
        if (isSelected(object, selection)) yield toldAs("added", object);
      }
      yield { type: "bookmark", resourceVersion: String(startedAt), endsInitialEvents: true };
    }
    let seen = startedAt;
    let isBookmarkDue = true;
    while (this.#clock.monotonic() < endsAt) {
      signal.throwIfAborted();
      await this.telling();
      const news = this.#newsSince(seen);
      for (const { version, type, object } of news) {
        seen = version;
        if (isSelected(object, selection) && !this.lostNames.has(object.metadata.name)) yield toldAs(type, object);
      }
      // More may have happened while the consumer was busy with these.
      if (news.length > 0) continue;
      const untilBookmarkMs = endsAt - this.#clock.monotonic() - BOOKMARK_BEFORE_END_MS;
      if (isBookmarkDue && untilBookmarkMs <= 0) {
        isBookmarkDue = false;
        if (seen > startedAt) yield { type: "bookmark", resourceVersion: String(seen), endsInitialEvents: false };
      }
      await this.#wakeup(isBookmarkDue ? untilBookmarkMs : endsAt - this.#clock.monotonic(), signal);
    }
  }

  async get(key: ObjectKey, call: ApiCall): Promise<T | undefined> {
    await this.#admit("get", keyOf(key), call);
    const held = this.#objects.get(keyOf(key));
    return held === undefined ? undefined : (copy(held) as unknown as T);
  }

  async applyStatus<S extends CommonStatus>(
    object: ObjectVersion,
    status: S,
    call: ApiCall,
  ): Promise<T & CustomResource<unknown, S>> {
    await this.#admit("applyStatus", keyOf(object), call);
    const held = this.#newest(object);
    const wanted = copy(status) as Status;
    const { fields = [], conditions = [] } = this.#owned.get(held.metadata.uid) ?? {};
    const kept = Object.entries(held.status ?? {}).filter(([field]) => !fields.includes(field));
    const foreign = (held.status?.conditions ?? []).filter(({ type }) => !conditions.includes(type));
    const own: readonly Condition[] = wanted.conditions ?? [];
    const merged = [...own, ...foreign.filter(({ type }) => !own.some((condition) => condition.type === type))];
    const next: Status = {
      ...Object.fromEntries(kept),
      ...wanted,
      ...(merged.length > 0 ? { conditions: merged } : {}),
    };
    this.#owned.set(held.metadata.uid, { fields: Object.keys(wanted), conditions: own.map(({ type }) => type) });
    const applied = this.#store("modified", { ...held, status: next });
    await this.answering("applyStatus", keyOf(object));
    return applied as unknown as T & CustomResource<unknown, S>;
  }

  async patchMetadata(object: ObjectVersion, change: MetadataChange, call: ApiCall): Promise<T> {
    await this.#admit("patchMetadata", keyOf(object), call);
    const held = this.#newest(object);
    const { annotations: before = {}, finalizers: standing = [], ...rest } = held.metadata;
    const merged = { ...before, ...change.annotations };
    const annotations = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
    const finalizers = change.finalizers ?? standing;
    const next: Stored = {
      ...held,
      metadata: {
        ...rest,
        ...(Object.keys(annotations).length > 0 ? { annotations: annotations as Record<string, string> } : {}),
        ...(finalizers.length > 0 ? { finalizers } : {}),
      },
    };
    const isLast = finalizers.length === 0 && held.metadata.deletionTimestamp !== undefined;
    const patched = isLast ? this.#end(next) : this.#store("modified", next);
    await this.answering("patchMetadata", keyOf(object));
    return patched;
  }

  async createOwned(object: OwnedObject, call: ApiCall): Promise<T> {
    const key = keyOf(object.metadata);
    await this.#admit("createOwned", key, call);
    if (this.#objects.has(key)) {
      throw new KubernetesError(409, "AlreadyExists", `${object.kind} "${key}" already exists`);
    }
    const uid = `uid-${(this.#uids += 1)}`;
    const metadata = { uid, resourceVersion: "", generation: 1, creationTimestamp: this.#time(), ...object.metadata };
    const created = this.#store("added", asJson({ status: { observedGeneration: -1 }, ...object, metadata }) as Stored);
    await this.answering("createOwned", key);
    return created;
  }

  async replaceOwned(object: OwnedObject, version: ObjectIdentity & ObjectVersion, call: ApiCall): Promise<T> {
    const key = keyOf(object.metadata);
    await this.#admit("replaceOwned", key, call);
    const before = this.#newest(version);
    const { metadata: held, status } = before;
    if (held.uid !== version.uid) throw new KubernetesError(409, "Conflict", `${object.kind} "${key}" is another`);
    const { uid, resourceVersion, creationTimestamp, deletionTimestamp } = held;
    const next = asJson({ ...object, status }) as Stored;
    const hasMoved = JSON.stringify(next.spec) !== JSON.stringify(before.spec);
    const generation = (held.generation ?? 0) + (hasMoved ? 1 : 0);
    const isEnding = deletionTimestamp !== undefined;
    const kept = { uid, resourceVersion, generation, creationTimestamp, ...(isEnding && { deletionTimestamp }) };
    const stored = { ...next, metadata: { ...kept, ...next.metadata } };
    const isLast = isEnding && (stored.metadata.finalizers ?? []).length === 0;
    const replaced = isLast ? this.#end(stored) : this.#store("modified", stored);
    await this.answering("replaceOwned", key);
    return replaced;
  }

  async delete(object: ObjectIdentity & Partial<ObjectVersion>, call: ApiCall): Promise<void> {
    await this.#admit("delete", keyOf(object), call);
    if (this.#objects.get(keyOf(object))?.metadata.uid !== object.uid) return;
    const { resourceVersion } = object;
    if (resourceVersion !== undefined) this.#newest({ ...object, resourceVersion });
    this.remove(object);
  }

  /** RFC 3339, whole seconds. */
  #time(): string {
    return `${new Date(this.#clock.now()).toISOString().slice(0, 19)}Z`;
  }

  async #admit(verb: string, key: string, { signal }: ApiCall): Promise<void> {
    signal.throwIfAborted();
    this.requests.push(key === "" ? verb : `${verb} ${key}`);
    await this.before(verb, key);
    signal.throwIfAborted();
  }

  #held(key: ObjectKey): Stored {
    const held = this.#objects.get(keyOf(key));
    if (held === undefined) throw new KubernetesError(404, "NotFound", `${this.type.kind} "${keyOf(key)}" not found`);
    return held;
  }

  #newest(object: ObjectVersion): Stored {
    const held = this.#held(object);
    if (held.metadata.resourceVersion === object.resourceVersion) return held;
    throw new KubernetesError(409, "Conflict", `${this.type.kind} "${keyOf(object)}" has been modified`);
  }

  /** A write that changes nothing makes no version. */
  #store(type: "added" | "modified", object: Stored): T {
    const before = this.#objects.get(keyOf(object.metadata));
    if (before !== undefined && JSON.stringify(before) === JSON.stringify(object)) return copy(before) as unknown as T;
    return this.#record(type, object);
  }

  #end(object: Stored): T {
    const ended = this.#record("deleted", object);
    this.#objects.delete(keyOf(object.metadata));
    this.#owned.delete(object.metadata.uid);
    return ended;
  }

  #record(type: Recorded["type"], object: Stored): T {
    const version = (this.#version += 1);
    const stored = copy({ ...object, metadata: { ...object.metadata, resourceVersion: String(version) } });
    this.#objects.set(keyOf(stored.metadata), stored);
    this.#history.push({ version, type, object: stored });
    for (const wake of this.#wakeups) wake();
    return copy(stored) as unknown as T;
  }

  /** Throws when what happened since is forgotten. */
  #newsSince(version: number): Recorded[] {
    if (version < this.#forgottenUpTo) throw new KubernetesError(410, "Expired", "The version is too old");
    return this.#history.filter((recorded) => recorded.version > version);
  }

  #wakeup(withinMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        timer.cancel();
        this.#wakeups.delete(finish);
        signal.removeEventListener("abort", finish);
        resolve();
      };
      const timer = this.#clock.after(withinMs, finish);
      this.#wakeups.add(finish);
      signal.addEventListener("abort", finish, { once: true });
    });
  }
}
