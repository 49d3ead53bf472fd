// What the rights of an object are judged by, whatever its kind. Types only.

import type { CommonStatus, CustomResource } from "../../api/custom-resource.ts";
import type { EventBus } from "../../api/event-bus.ts";
import type { EventTopic } from "../../api/event-topic.ts";
import type { KafkaAdmin } from "../../kafka/admin.ts";
import type { AclBinding } from "../../kafka/model/acl.ts";
import type { ApiCall } from "../../kubernetes/resources.ts";
import type { BusBoundWorld } from "../bus-bound.ts";
import type { AccessControl, AccessMeans, RightsPlace } from "./access-control.ts";

export interface RecordedRight {
  readonly principal: string;
  readonly operation: string;
  readonly resourceType: string;
  readonly resourceName: string;
}

export interface AccessStatus extends CommonStatus {
  readonly bus?: { readonly name: string; readonly clusterId?: string | undefined } | undefined;
  readonly access?:
    | {
        readonly clusterId: string;
        readonly means?: string | undefined;
        readonly rights?: readonly RecordedRight[] | undefined;
        readonly former?: readonly FormerRights[] | undefined;
      }
    | undefined;
}

interface FormerRights {
  readonly clusterId: string;
  readonly means: string;
  readonly rights?: readonly RecordedRight[] | undefined;
}

interface AccessSpec {
  readonly busRef?: { readonly name: string } | undefined;
  readonly suspend?: boolean | undefined;
  readonly drift?: string | undefined;
  readonly deletionPolicy?: string | undefined;
}

export type AccessSubject<Status extends AccessStatus = AccessStatus> = CustomResource<AccessSpec, Status>;

/** What an object declares about rights, as far as it is entitled to. */
export interface AccessWish {
  readonly bindings: readonly AclBinding[];
  /** Of a right that is on record and not among them: what it goes by is not known now, so that it is left as it is. */
  readonly mayWant: (binding: AclBinding) => boolean;
  /** Why something that is declared gets no right; nobody's failure. */
  readonly remarks: readonly string[];
  /** Where the wish comes from others' consent: theirs. */
  readonly consents: readonly EventTopic[];
}

/** One kind of objects that declare rights. */
export interface AccessKind<T extends AccessSubject> {
  /** From memory only. Undefined: not entitled, or not known; then nothing is granted and nothing taken away. */
  wish(object: T, status: T["status"]): AccessWish | undefined;
  /** Deletion of the object is to leave everything but rights in Kafka. */
  isRetained(object: T): boolean;
}

/** Rights of one other object, on one cluster. */
export interface PeerRights {
  readonly clusterId: string;
  /** Keys of bindings (`aclKey`) that it declares, or may still. */
  readonly wanted: ReadonlySet<string>;
  /** By their keys. */
  readonly recorded: Readonly<Record<AccessMeans, ReadonlyMap<string, AclBinding>>>;
  /** It has not been looked at yet, so that it may want any right of the principal. */
  readonly isUnknown?: boolean | undefined;
}

export interface AccessWorld<T extends AccessSubject> extends BusBoundWorld {
  /** By which rights on the cluster of the bus are brought about. */
  control(bus: EventBus, admin: KafkaAdmin, place: RightsPlace): AccessControl;
  /** Of all other objects that name the principal. */
  peers(principal: string, except: T): readonly PeerRights[];
  /** Whether object, bus and consents are still what they are taken for. */
  isCurrent(object: T, bus: EventBus, consents: readonly EventTopic[], priority: ApiCall["priority"]): Promise<boolean>;
  readonly nowMs: () => number;
}
