// Leases: the port to one coordination.k8s.io/v1 Lease, for leader election. No policy: who may hold it is decided
// by runtime/leader-election.ts.

export interface LeaseRecord {
  /** Empty when nobody holds it. */
  readonly holderIdentity: string;
  readonly leaseDurationSeconds: number;
  /** RFC 3339 with six fractional digits, as the API server demands; never compared with the local clock. */
  readonly acquireTime: string;
  readonly renewTime: string;
  readonly leaseTransitions: number;
}

export interface VersionedLease {
  readonly record: LeaseRecord;
  readonly resourceVersion: string;
}

/** Every call rejects with a KubernetesError; a lost race is code 409. */
export interface Leases {
  get(signal: AbortSignal): Promise<VersionedLease | undefined>;
  create(record: LeaseRecord, signal: AbortSignal): Promise<VersionedLease>;
  update(lease: VersionedLease, signal: AbortSignal): Promise<VersionedLease>;
  /** What becomes of it after this version; undefined when it is gone. Ends by itself when the server ends the stream. */
  watch(resourceVersion: string, signal: AbortSignal): AsyncIterable<VersionedLease | undefined>;
}
