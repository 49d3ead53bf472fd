// Claims: who owns which name on which cluster. One ledger for all buses, because two buses may lead to one cluster.
// Synchronous and in memory: rebuilt from the store before the first run. No I/O.

/** An object that wants names. */
export interface Owner {
  /** Store key of the object. */
  readonly key: string;
  readonly uid: string;
  /** RFC 3339, whole seconds. */
  readonly creationTimestamp: string;
}

export interface ClaimName {
  readonly clusterId: string;
  readonly name: string;
}

/** A name that an object wants. */
export interface WantedName extends ClaimName {
  /** Id of the topic of this name that the object is bound to, from its status. */
  readonly boundId?: string | undefined;
}

/** Who wants a name. */
export interface Claimant extends Owner {
  readonly boundId?: string | undefined;
}

interface Claim {
  readonly id: ClaimName;
  readonly claimants: Map<string, Claimant>;
  /** The id that Kafka last showed under this name. */
  liveId?: string | undefined;
  /** Key of the holder whose run is under way: it keeps the claim until the run ends. */
  inFlight?: string | undefined;
}

/**
 * Guarantees
 * - Exactly one holder for a claimed name: first the object bound to the live topic, then the older, then the smaller UID.
 * - A holder whose run is under way (`hold`) stays the holder of that name until `release`.
 * - Whoever loses or gains by a change of holder, also of a name that collides with its own, is told to `onChange`; but
 *   not an object by its own `put`, of which its run knows.
 *
 * Assumptions
 * - Only entitled objects are put in; callers remove an object whose entitlement is gone.
 */
export class Claims {
  readonly #claims = new Map<string, Claim>();
  /** By key of the object. */
  readonly #claimsOf = new Map<string, Set<Claim>>();
  /** Claimed names by what Kafka folds together, so that a collision is found in one look. */
  readonly #byFold = new Map<string, Set<Claim>>();
  readonly #fold: (name: string) => string;
  readonly #onChange: (keys: readonly string[]) => void;

  /** `fold` maps names that Kafka does not tell apart to one; `onChange` wakes the objects of a claim whose holder changed. */
  constructor(fold: (name: string) => string, onChange: (keys: readonly string[]) => void) {
    this.#fold = fold;
    this.#onChange = onChange;
  }

  /**
   * Enters everything that an object claims, in place of what it claimed before. The first name is what the others depend
   * on: while another holds it, they are not claimed.
   */
  put(owner: Owner, [first, ...others]: readonly [WantedName, ...WantedName[]]): void {
    const claims = new Set([this.#enter(owner, first)]);
    if (this.holder(first)?.key === owner.key) {
      for (const wanted of others) claims.add(this.#enter(owner, wanted));
    }
    this.#withdraw(owner.key, (claim) => !claims.has(claim));
    this.#claimsOf.set(owner.key, claims);
  }

  /** Records the topic that a run has just bound its object to, so that nobody else goes before it from now on. */
  bind(key: string, id: ClaimName, boundId: string): void {
    const claim = this.#claims.get(serialize(id));
    const claimant = claim?.claimants.get(key);
    if (claim === undefined || claimant === undefined) return;
    if (claimant.boundId === boundId && claim.liveId === boundId) return;
    const enter = (): void => {
      claim.claimants.set(key, { ...claimant, boundId });
      claim.liveId = boundId;
    };
    this.#change(claim, enter, key);
  }

  /** Takes an object out, with whatever it claimed. */
  remove(key: string): void {
    this.#withdraw(key, () => true);
    this.#claimsOf.delete(key);
  }

  /**
   * Records which id Kafka shows under the name; undefined when there is none. False where that gives the name to another
   * than `key`, as soon as the run of `key` has ended.
   */
  sawId(key: string, id: ClaimName, liveId: string | undefined): boolean {
    const claim = this.#claims.get(serialize(id));
    if (claim === undefined) return false;
    if (claim.liveId !== liveId) this.#change(claim, () => (claim.liveId = liveId), key);
    return firstOf(claim)?.key === key;
  }

  holder(id: ClaimName): Claimant | undefined {
    const claim = this.#claims.get(serialize(id));
    return claim === undefined ? undefined : holderOf(claim);
  }

  /** Everybody who wants the name, the holder included. */
  claimants(id: ClaimName): readonly Claimant[] {
    return [...(this.#claims.get(serialize(id))?.claimants.values() ?? [])];
  }

  /**
   * Another claimed name of the cluster that Kafka would not tell apart from this one, with its holder. Of two holders
   * only the one that comes second is told, so that the first may go on; of two names of one object, the later by name.
   */
  collision(id: ClaimName): { readonly name: string; readonly holder: Claimant } | undefined {
    const own = this.holder(id);
    for (const claim of this.#byFold.get(this.#foldKey(id)) ?? []) {
      const holder = claim.id.name === id.name ? undefined : holderOf(claim);
      if (holder === undefined) continue;
      const isFirst = own === undefined ? false : comesFirst(own, id.name, holder, claim.id.name);
      if (!isFirst) return { name: claim.id.name, holder };
    }
    return undefined;
  }

  /** Keeps a name for its holder while its run is under way; false (and nothing kept) for anyone else. */
  hold(key: string, id: ClaimName): boolean {
    const claim = this.#claims.get(serialize(id));
    if (claim === undefined || holderOf(claim)?.key !== key) return false;
    claim.inFlight = key;
    return true;
  }

  /** The object's run has ended. */
  release(key: string): void {
    for (const claim of this.#claimsOf.get(key) ?? []) {
      if (claim.inFlight === key) this.#change(claim, () => (claim.inFlight = undefined));
    }
  }

  #enter(owner: Owner, { boundId, ...id }: WantedName): Claim {
    const claim = this.#claimFor(id);
    this.#change(claim, () => claim.claimants.set(owner.key, { ...owner, boundId }), owner.key);
    return claim;
  }

  #withdraw(key: string, isWithdrawn: (claim: Claim) => boolean): void {
    for (const claim of [...(this.#claimsOf.get(key) ?? [])].filter((candidate) => isWithdrawn(candidate))) {
      const withdraw = (): void => {
        claim.claimants.delete(key);
        if (claim.inFlight === key) claim.inFlight = undefined;
      };
      this.#change(claim, withdraw, key);
      if (claim.claimants.size === 0) this.#forget(claim);
    }
  }

  /** `knowing`: the object that makes the change, and need not be told of it. */
  #change(claim: Claim, change: () => void, knowing?: string): void {
    const before = holderOf(claim)?.key;
    change();
    const after = holderOf(claim)?.key;
    if (before !== after) this.#tell(claim, knowing);
  }

  /** Whoever wants this name, or one that collides with it. */
  #tell(claim: Claim, knowing: string | undefined): void {
    const colliding = this.#byFold.get(this.#foldKey(claim.id)) ?? [];
    const keys = new Set([...colliding].flatMap(({ claimants }) => [...claimants.keys()]));
    const concerned = [...keys].filter((key) => key !== knowing);
    if (concerned.length > 0) this.#onChange(concerned);
  }

  #claimFor(id: ClaimName): Claim {
    const known = this.#claims.get(serialize(id));
    if (known !== undefined) return known;
    const claim: Claim = { id, claimants: new Map() };
    this.#claims.set(serialize(id), claim);
    const fold = this.#foldKey(id);
    this.#byFold.set(fold, (this.#byFold.get(fold) ?? new Set()).add(claim));
    return claim;
  }

  #forget(claim: Claim): void {
    this.#claims.delete(serialize(claim.id));
    const fold = this.#foldKey(claim.id);
    const rest = this.#byFold.get(fold);
    rest?.delete(claim);
    if (rest?.size === 0) this.#byFold.delete(fold);
  }

  #foldKey(id: ClaimName): string {
    return serialize({ clusterId: id.clusterId, name: this.#fold(id.name) });
  }
}

function holderOf(claim: Claim): Claimant | undefined {
  return claim.inFlight === undefined ? firstOf(claim) : claim.claimants.get(claim.inFlight);
}

function firstOf(claim: Claim): Claimant | undefined {
  let best: Claimant | undefined;
  for (const candidate of claim.claimants.values()) {
    if (best === undefined || precedes(candidate, best, claim.liveId)) best = candidate;
  }
  return best;
}

function precedes(a: Claimant, b: Claimant, liveId: string | undefined): boolean {
  const isBound = (claimant: Claimant): boolean =>
    claimant.boundId !== undefined && (liveId === undefined || claimant.boundId === liveId);
  if (isBound(a) !== isBound(b)) return isBound(a);
  if (a.creationTimestamp !== b.creationTimestamp) return a.creationTimestamp < b.creationTimestamp;
  return a.uid < b.uid;
}

function comesFirst(own: Claimant, ownName: string, other: Claimant, otherName: string): boolean {
  if (precedes(own, other, undefined)) return true;
  return !precedes(other, own, undefined) && ownName < otherName;
}

function serialize(id: ClaimName): string {
  return `${id.clusterId}/${id.name}`;
}
