// The Secrets that hold bindings: read, written and deleted by name, each only where it was made for its ConsumerGroup.
// Nothing is listed or watched, and what a foreign Secret holds is dropped unread.

import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";

import type { ConsumerGroup } from "../../api/consumer-group.ts";
import type { ObjectKey, ObjectMeta } from "../../api/custom-resource.ts";
import { FIELD_MANAGER, LABEL } from "../../api/group.ts";
import { BINDING_SECRET_TYPE } from "../../domain/binding.ts";
import { failedWith, ok, type Answer } from "../../kafka/model/failure.ts";
import { KubernetesError, type ApiCall, type OwnedObject, type Resources } from "../../kubernetes/resources.ts";
import { NotLeading } from "../../runtime/leader-election.ts";
import { keyOf } from "../../runtime/object-key.ts";
import type { Secret } from "../secrets/secret.ts";
import { describeMissingRight } from "./actions.ts";

type Content = Readonly<Record<string, string>>;

export type SecretState =
  | { readonly kind: "absent" }
  /** Made for the object, and as wanted. */
  | { readonly kind: "current" }
  /** Made for the object, and to be changed, or not wanted any longer. */
  | { readonly kind: "own"; readonly metadata: ObjectMeta }
  /** Somebody else's, or made for a namesake that is gone. */
  | { readonly kind: "foreign" }
  /** The operator may not read it. */
  | { readonly kind: "denied" };

/** Looked at so lately that it is taken for granted, milliseconds; as long as an accidental deletion may last. */
const VERIFIED_FOR_MS = 600_000;

interface Verified {
  readonly digest: string;
  readonly atMs: number;
}

export interface BindingSecretsOptions {
  readonly resources: Resources<Secret>;
  /** Asked before each write. */
  mayWrite(): boolean;
  /** Milliseconds of a clock that is never set. */
  monotonic(): number;
}

export class BindingSecrets {
  readonly #options: BindingSecretsOptions;
  /** By key of the object: the Secret that was found or made as wanted. */
  readonly #verified = new Map<string, Verified>();

  constructor(options: BindingSecretsOptions) {
    this.#options = options;
  }

  /** Whether it is time to look again, for an object that has a Secret. */
  isDue(key: string): boolean {
    const verified = this.#verified.get(key);
    return verified === undefined || this.#isOld(verified);
  }

  /** `content`: what it should hold; undefined where it should not be there. */
  async look(
    group: ConsumerGroup,
    secretName: string,
    content: Content | undefined,
    call: ApiCall,
  ): Promise<SecretState> {
    const name = nameOf(group, secretName);
    if (content !== undefined && this.#isVerified(group, secretName, content)) return { kind: "current" };
    try {
      const secret = await this.#options.resources.get(name, call);
      if (secret === undefined) return { kind: "absent" };
      if (!isOwn(secret, group)) return { kind: "foreign" };
      if (content === undefined || !isDeepStrictEqual({ ...secret.data }, encoded(content))) {
        return { kind: "own", metadata: secret.metadata };
      }
      this.#verify(group, secretName, content);
      return { kind: "current" };
    } catch (error) {
      if (error instanceof KubernetesError && error.code === 403) return { kind: "denied" };
      throw error;
    }
  }

  /** Rejects with a conflict where something else is there than was seen. */
  async write(
    group: ConsumerGroup,
    secretName: string,
    content: Content,
    seen: ObjectMeta | undefined,
    call: ApiCall,
  ): Promise<Answer<undefined>> {
    const name = nameOf(group, secretName);
    const secret = secretFor(group, name, content, seen);
    return await this.#write(name, async () => {
      if (seen === undefined) await this.#options.resources.createOwned(secret, call);
      else await this.#options.resources.replaceOwned(secret, { ...name, ...versionOf(seen) }, call);
      this.#verify(group, secretName, content);
    });
  }

  async delete(group: ConsumerGroup, secretName: string, seen: ObjectMeta, call: ApiCall): Promise<Answer<undefined>> {
    const name = nameOf(group, secretName);
    return await this.#write(name, () => this.#options.resources.delete({ ...name, uid: seen.uid }, call));
  }

  forget(key: string): void {
    this.#verified.delete(key);
  }

  /** Found or made as wanted lately, so that it need not be looked at. */
  #isVerified(group: ConsumerGroup, secretName: string, content: Content): boolean {
    const verified = this.#verified.get(keyOf(group.metadata));
    return verified?.digest === digestOf(group, secretName, content) && !this.#isOld(verified);
  }

  #verify(group: ConsumerGroup, secretName: string, content: Content): void {
    const verified = { digest: digestOf(group, secretName, content), atMs: this.#options.monotonic() };
    this.#verified.set(keyOf(group.metadata), verified);
  }

  #isOld({ atMs }: Verified): boolean {
    return this.#options.monotonic() - atMs >= VERIFIED_FOR_MS;
  }

  async #write(name: ObjectKey, send: () => Promise<void>): Promise<Answer<undefined>> {
    if (!this.#options.mayWrite()) {
      throw new NotLeading(`Cannot write Secret "${keyOf(name)}": this process does not lead`);
    }
    try {
      await send();
      return ok(undefined);
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
      if (error.code === 403) {
        return failedWith({ kind: "denied", name: error.reason, message: describeMissingRight(keyOf(name)) });
      }
      if (error.code === 422) return failedWith({ kind: "invalid", name: error.reason, message: error.message });
      throw error;
    }
  }
}

function nameOf({ metadata }: ConsumerGroup, name: string): ObjectKey {
  return { namespace: metadata.namespace ?? "", name };
}

function versionOf({ uid, resourceVersion }: ObjectMeta): { readonly uid: string; readonly resourceVersion: string } {
  return { uid, resourceVersion };
}

function isOwn({ metadata }: Secret, group: ConsumerGroup): boolean {
  const { uid } = group.metadata;
  const isOwned = metadata.ownerReferences?.some((owner) => owner.uid === uid) === true;
  return isOwned && metadata.labels?.[LABEL.consumerGroup] === uid;
}

/** Labels, annotations, owners and finalizers that others have put on it stay. */
function secretFor(group: ConsumerGroup, name: ObjectKey, content: Content, seen: ObjectMeta | undefined): OwnedObject {
  const { apiVersion, kind, metadata } = group;
  const { uid } = metadata;
  const owner = { apiVersion, kind, name: metadata.name, uid, controller: true };
  const others = (seen?.ownerReferences ?? []).filter((reference) => reference.uid !== uid);
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      ...name,
      labels: { ...seen?.labels, [LABEL.managedBy]: FIELD_MANAGER, [LABEL.consumerGroup]: uid },
      ...(seen?.annotations && { annotations: seen.annotations }),
      ...(seen?.finalizers && { finalizers: seen.finalizers }),
      ownerReferences: [...others, owner],
    },
    type: BINDING_SECRET_TYPE,
    data: encoded(content),
  };
}

function encoded(content: Content): Record<string, string> {
  return Object.fromEntries(
    Object.entries(content).map(([key, value]) => [key, Buffer.from(value, "utf8").toString("base64")]),
  );
}

/** Of all that makes a look worth repeating: who asks, for what, and how often somebody asked for a run. */
function digestOf({ metadata }: ConsumerGroup, secretName: string, content: Content): string {
  const asked = Object.entries(metadata.annotations ?? {}).filter(([name]) => name.endsWith("/requestedAt"));
  const subject = [metadata.uid, secretName, content, asked];
  return createHash("sha256").update(JSON.stringify(subject)).digest("hex");
}
