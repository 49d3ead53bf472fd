// Rights by KafkaUsers: those that the operator has made are changed, those of others are read. What they say comes from
// memory; the User Operator brings it about, and says so in their status.

import type { EventBus } from "../../../api/event-bus.ts";
import { principalOf } from "../../../domain/access-rights.ts";
import { userNameOf } from "../../../domain/kafka-user-name.ts";
import { coversRight } from "../../../domain/right-coverage.ts";
import { hasUserRight } from "../../../domain/user-acls.ts";
import type { WriteCall } from "../../../kafka/admin.ts";
import type { AclBinding } from "../../../kafka/model/acl.ts";
import { unreadiness } from "../../strimzi/strimzi-condition.ts";
import { CLUSTER_LABEL, type Kafka, type KafkaRef, type KafkaUser } from "../../strimzi/strimzi-kinds.ts";
import { findKafka, storesOf, type Readable, type StrimziNamespaces } from "../../strimzi/strimzi-stores.ts";
import type { AccessControl, ControlAnswer, GrantedRights, Obstacle } from "../access-control.ts";
import type { KafkaUserWriter } from "./kafka-user-writer.ts";
import {
  aclsOf,
  authenticationOf,
  isApplied,
  isOwnUser,
  isSeen,
  rightsOf,
  userRefusal,
  type UserTarget,
} from "./kafka-user.ts";

export interface KafkaUserWorld {
  readonly namespaces: StrimziNamespaces;
  readonly writer: KafkaUserWriter;
  /** The bus is another installation's. */
  isForeignBus(busName: string): boolean;
}

/** Where the User Operator of the bus' Kafka object looks. */
interface UserPlace {
  readonly namespace: string;
  readonly kafka: Kafka | undefined;
  readonly find: (name: string) => KafkaUser | undefined;
}

export class KafkaUserControl implements AccessControl {
  readonly #bus: EventBus;
  readonly #clusterId: string;
  readonly #world: KafkaUserWorld;

  /** `clusterId`: of the cluster that the bus is connected to. */
  constructor(bus: EventBus, clusterId: string, world: KafkaUserWorld) {
    this.#bus = bus;
    this.#clusterId = clusterId;
    this.#world = world;
  }

  async describe(): Promise<ControlAnswer<GrantedRights>> {
    const place = this.#place();
    return place.status === "ok" ? { status: "ok", value: this.#rightsIn(place.value) } : place;
  }

  #rightsIn({ find, namespace }: UserPlace): GrantedRights {
    const userOf = ({ principal }: AclBinding): KafkaUser | undefined => find(userNameOf(principal));
    const isOther = (user: KafkaUser | undefined): boolean => user !== undefined && !this.#isOwn(user);
    const has = (binding: AclBinding): boolean => {
      const user = userOf(binding);
      if (user === undefined || !isUserOf(user, this.#bus.spec.strimzi)) return false;
      return this.#isOwn(user) ? hasUserRight(aclsOf(user), binding) : coversRight(rightsOf(user), binding);
    };
    return {
      has,
      isTheirs: (binding) => isOther(userOf(binding)),
      keeps: (binding) => {
        const user = userOf(binding);
        // With mutual TLS the ACLs are another principal's than the one that is named as the user is.
        const username = user?.status?.username ?? user?.metadata.name;
        return username !== undefined && principalOf(username) === binding.principal && has(binding);
      },
      refusal: (bindings) => {
        const byName = Map.groupBy(bindings, ({ principal }) => userNameOf(principal));
        const [refusal] = [...byName].flatMap(([name, wanted]) => {
          const user = find(name);
          const target = { namespace, name, cluster: this.#bus.spec.strimzi?.name ?? "" };
          return user === undefined || isOther(user) ? (userRefusal(target, user, wanted) ?? []) : [];
        });
        return refusal;
      },
    };
  }

  create(binding: AclBinding, call: WriteCall): Promise<ControlAnswer<unknown>> {
    return this.#change(binding, true, call);
  }

  delete(binding: AclBinding, call: WriteCall): Promise<ControlAnswer<unknown>> {
    return this.#change(binding, false, call);
  }

  obstacle(bindings: readonly AclBinding[]): Obstacle | undefined {
    const place = this.#place();
    if (place.status !== "ok") return { status: "awaited", message: "Strimzi's objects cannot be read" };
    const names = new Set(bindings.map(({ principal }) => userNameOf(principal)));
    const obstacles = [...names].flatMap((name) => obstacleOf(name, place.value) ?? []);
    return obstacles.find(({ status }) => status === "refused") ?? obstacles[0];
  }

  async #change(binding: AclBinding, isGrant: boolean, call: WriteCall): Promise<ControlAnswer<unknown>> {
    const place = this.#place();
    if (place.status !== "ok") return place;
    const name = userNameOf(binding.principal);
    return await this.#world.writer.change({ target: this.#target(name, place.value), binding, isGrant }, call);
  }

  #target(name: string, { find, kafka, namespace }: UserPlace): UserTarget {
    const { metadata, spec } = this.#bus;
    const own = spec.strimzi?.user === undefined ? undefined : find(spec.strimzi.user);
    const authentication = authenticationOf(this.#bus, kafka, own);
    return { namespace, name, cluster: spec.strimzi?.name ?? "", busName: metadata.name, authentication };
  }

  #isOwn(user: KafkaUser): boolean {
    return isOwnUser(user, this.#bus.spec.strimzi?.name ?? "", (name) => this.#world.isForeignBus(name));
  }

  #place(): ControlAnswer<UserPlace> {
    const { metadata, spec } = this.#bus;
    if (spec.strimzi === undefined) {
      const message = `EventBus "${metadata.name}" names no Kafka object of Strimzi; set its spec.strimzi`;
      return { status: "refused", cause: "StrimziNotNamed", message };
    }
    const kafka = findKafka(this.#world.namespaces, spec.strimzi);
    if (kafka.kind === "unreadable") return { status: "notSent", reason: kafka.message };
    const { clusterId = this.#clusterId } = kafka.value?.status ?? {};
    if (clusterId !== this.#clusterId) {
      const message =
        `Kafka "${spec.strimzi.namespace}/${spec.strimzi.name}" is cluster "${clusterId}", but EventBus "${metadata.name}" ` +
        `is connected to "${this.#clusterId}"; correct spec.strimzi or spec.kafka`;
      return { status: "refused", cause: "AnotherCluster", message };
    }
    const place = this.#usersBeside(kafka.value, spec.strimzi);
    return place.kind === "unreadable"
      ? { status: "notSent", reason: place.message }
      : { status: "ok", value: place.value };
  }

  #usersBeside(kafka: Kafka | undefined, strimzi: KafkaRef): Readable<UserPlace> {
    const namespace = userNamespace(kafka) ?? strimzi.namespace;
    const stores = storesOf(this.#world.namespaces, namespace, ["KafkaUsers"]);
    if (stores.kind === "unreadable") return stores;
    const find = (name: string): KafkaUser | undefined => stores.value.users.get(`${namespace}/${name}`);
    return { kind: "readable", value: { namespace, kafka, find } };
  }
}

/** Where the User Operator looks, if not beside the Kafka object. */
export function userNamespace(kafka: Kafka | undefined): string | undefined {
  return kafka?.spec?.entityOperator?.userOperator?.watchedNamespace;
}

function obstacleOf(name: string, { find, namespace }: UserPlace): Obstacle | undefined {
  const user = find(name);
  const told = `KafkaUser "${namespace}/${name}"`;
  if (user === undefined) return { status: "awaited", message: `${told} was written, and is waited for` };
  if (isApplied(user)) return undefined;
  if (!isSeen(user)) {
    return { status: "awaited", message: `${told} is as declared; Strimzi's User Operator has not applied it yet` };
  }
  return { status: "refused", cause: "UserNotReady", message: `${told} is not ready: ${unreadiness(user)}` };
}

/** The User Operator of the Kafka object looks after it. */
function isUserOf({ metadata }: KafkaUser, kafka: KafkaRef | undefined): boolean {
  return metadata.labels?.[CLUSTER_LABEL] === kafka?.name;
}
