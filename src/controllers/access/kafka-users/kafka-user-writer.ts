// KafkaUserWriter: changes rights in KafkaUsers that are ours, and touches no others. One write at a time for each, with
// everything that was asked for meanwhile, and only on the very state that it was judged by.

import { setImmediate } from "node:timers/promises";

import { coversRight } from "../../../domain/right-coverage.ts";
import { changedUserAcls } from "../../../domain/user-acls.ts";
import type { WriteCall } from "../../../kafka/admin.ts";
import type { AclBinding } from "../../../kafka/model/acl.ts";
import { KubernetesError, type ApiCall } from "../../../kubernetes/resources.ts";
import { keyOf } from "../../../runtime/object-key.ts";
import type { KafkaUser } from "../../strimzi/strimzi-kinds.ts";
import type { StrimziStores, StrimziWrites } from "../../strimzi/strimzi-stores.ts";
import type { ControlAnswer } from "../access-control.ts";
import { aclsOf, isOwnUser, newUser, rightsOf, userRefusal, userWith, type UserTarget } from "./kafka-user.ts";

/** A right to be put into a KafkaUser, or to be taken out of it. */
export interface UserChange {
  readonly target: UserTarget;
  readonly binding: AclBinding;
  readonly isGrant: boolean;
}

export interface KafkaUserWriterOptions {
  readonly stores: ReadonlyMap<string, Pick<StrimziStores, "users">>;
  readonly writes: ReadonlyMap<string, Pick<StrimziWrites, "users">>;
  /** Asked right before each write: whether this process may change what belongs to the bus' cluster. */
  mayWrite(busName: string, clusterId: string): boolean;
  /** The bus is another installation's. */
  isForeignBus(busName: string): boolean;
}

interface Item extends UserChange {
  readonly call: WriteCall;
  readonly settle: (answer: ControlAnswer<unknown>) => void;
}

/** Others write to a KafkaUser as well, the User Operator to its status: so often a state is read anew at once. */
const ATTEMPTS = 5;
const ROLE = "config/strimzi-users";

export class KafkaUserWriter {
  readonly #options: KafkaUserWriterOptions;
  readonly #waiting = new Map<string, Item[]>();
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(options: KafkaUserWriterOptions) {
    this.#options = options;
  }

  /** What is asked for in one turn of the event loop, or while a write is under way, is written together. Never rejects. */
  change(change: UserChange, call: WriteCall): Promise<ControlAnswer<unknown>> {
    const { promise, resolve } = Promise.withResolvers<ControlAnswer<unknown>>();
    const item = { ...change, call, settle: resolve };
    const key = keyOf(change.target);
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) {
      this.#waiting.set(key, [item]);
      void this.#whenItsTurn(key);
    } else waiting.push(item);
    return promise;
  }

  async #whenItsTurn(key: string): Promise<void> {
    await setImmediate();
    await this.#underWay.get(key);
    const items = this.#waiting.get(key) ?? [];
    this.#waiting.delete(key);
    const writing = this.#write(items);
    this.#underWay.set(key, writing);
    await writing;
    if (this.#underWay.get(key) === writing) this.#underWay.delete(key);
  }

  async #write(asked: readonly Item[]): Promise<void> {
    let items = asked;
    try {
      for (let attempt = 1; attempt <= ATTEMPTS && items.length > 0; attempt += 1) {
        const user = await this.#look(items, attempt);
        items = this.#writable(items, user);
        if (items.length === 0 || (await this.#hasWritten(items, user))) return settleAll(items, DONE);
      }
      settleAll(items, { status: "notSent", reason: "Others write to the KafkaUser all the time" });
    } catch (error) {
      settleAll(items, answerFor(error, items[0]?.target));
    }
  }

  /** What is known, at first; then what is there. */
  async #look(items: readonly Item[], attempt: number): Promise<KafkaUser | undefined> {
    const { name, namespace } = targetOf(items);
    const known = this.#options.stores.get(namespace)?.users.get(`${namespace}/${name}`);
    if (attempt === 1) return known;
    return await this.#options.writes.get(namespace)?.users.get({ namespace, name }, callOf(items));
  }

  /** Those that still want the write and may have it; the others get their answer. */
  #writable(items: readonly Item[], user: KafkaUser | undefined): readonly Item[] {
    const isOwn = ({ target }: Item): boolean =>
      user === undefined || isOwnUser(user, target.cluster, (name) => this.#options.isForeignBus(name));
    const lacking = items.filter((item) => item.isGrant && !isOwn(item)).map(({ binding }) => binding);
    return items.filter((item) => {
      const answer = this.#objection(item) ?? (isOwn(item) ? leaving(item, user) : elsewhere(item, user, lacking));
      if (answer !== undefined) item.settle(answer);
      return answer === undefined;
    });
  }

  #objection({ call, target }: Item): ControlAnswer<unknown> | undefined {
    if (call.signal.aborted) return { status: "notSent", reason: "The run was called off" };
    if (this.#options.mayWrite(target.busName, call.clusterId)) return undefined;
    return { status: "notSent", reason: `Writing for EventBus "${target.busName}" is not permitted now` };
  }

  /** False where something else is there than was looked at. Nothing is awaited between the check and the request. */
  async #hasWritten(items: readonly Item[], user: KafkaUser | undefined): Promise<boolean> {
    const { namespace } = targetOf(items);
    const users = this.#options.writes.get(namespace)?.users;
    const grant = items.filter(({ isGrant }) => isGrant).map(({ binding }) => binding);
    const revoke = items.filter(({ isGrant }) => !isGrant).map(({ binding }) => binding);
    const acls = changedUserAcls(user === undefined ? [] : aclsOf(user), { grant, revoke });
    if (acls === undefined || users === undefined) return true;
    try {
      if (user === undefined) await users.create(newUser(targetOf(items), acls), callOf(items));
      else {
        const { name, resourceVersion, uid } = user.metadata;
        const version = { namespace, name, resourceVersion, uid };
        const written = await users.replace(userWith(user, acls), version, callOf(items));
        this.#options.stores.get(namespace)?.users.accept(written);
      }
      return true;
    } catch (error) {
      if (error instanceof KubernetesError && (error.code === 409 || (error.code === 404 && user !== undefined))) {
        return false;
      }
      throw error;
    }
  }
}

const DONE: ControlAnswer<unknown> = { status: "ok", value: undefined };

function settleAll(items: readonly Item[], answer: ControlAnswer<unknown>): void {
  for (const { settle } of items) settle(answer);
}

function targetOf(items: readonly Item[]): UserTarget {
  const [first] = items;
  if (first === undefined) throw new Error("Nothing is to be written");
  return first.target;
}

/** Shared, so the abort of one caller must not end it. */
function callOf(items: readonly Item[]): ApiCall {
  const isLive = items.some(({ call }) => call.priority === "live");
  return { signal: new AbortController().signal, priority: isLive ? "live" : "bulk" };
}

/** Of one that may be written: what need not or cannot be. */
function leaving({ isGrant, target }: Item, user: KafkaUser | undefined): ControlAnswer<unknown> | undefined {
  const told = `KafkaUser "${keyOf(target)}"`;
  if (user !== undefined) {
    if (user.metadata.deletionTimestamp === undefined) return undefined;
    return isGrant ? { status: "notSent", reason: `${told} is being deleted` } : DONE;
  }
  return isGrant ? userRefusal(target, undefined, []) : DONE;
}

/** Others keep it: what it permits already is granted, and nothing of ours is in it. */
function elsewhere(
  { binding, isGrant, target }: Item,
  user: KafkaUser | undefined,
  wanted: readonly AclBinding[],
): ControlAnswer<unknown> {
  if (!isGrant || user === undefined || coversRight(rightsOf(user), binding)) return DONE;
  return userRefusal(target, user, wanted) ?? DONE;
}

function answerFor(error: unknown, target: UserTarget | undefined): ControlAnswer<unknown> {
  if (!(error instanceof KubernetesError)) return { status: "unknown", reason: String(error) };
  if (error.code === 403) {
    const message =
      `KafkaUsers in namespace "${target?.namespace}" may not be written; grant the operator the Role of ${ROLE} there ` +
      `(${error.message})`;
    return { status: "refused", cause: "InsufficientPermissions", message };
  }
  if (error.code === 400 || error.code === 422) {
    return { status: "refused", cause: "KafkaUserRejected", message: error.message };
  }
  return { status: error.code === 0 ? "unknown" : "notSent", reason: error.message };
}
