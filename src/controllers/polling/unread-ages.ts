// Finds how old the oldest unread records of many groups are, all in the same few rounds of questions. Reads only
// positions, never a record.

import {
  type AgeSearch,
  ANY_AGE,
  isOlder,
  narrowed,
  nextProbe,
  NO_AGE,
  type UnreadAge,
} from "../../domain/unread-age.ts";
import type { Call, KafkaAdmin } from "../../kafka/admin.ts";
import type { TopicPartition } from "../../kafka/model/offsets.ts";

/** A partition on which a group has something unread. */
export interface UnreadPartition extends TopicPartition {
  /** Offset of the first record that is there and unread. */
  readonly next: number;
  readonly end: number;
}

/** A group on a topic. */
export interface AgeQuestion extends AgeSearch {
  readonly unread: readonly UnreadPartition[];
}

export interface AgeWorld {
  readonly admin: KafkaAdmin;
  readonly call: Call;
  /** When the commits were read or just before, milliseconds since the epoch; ages are counted from here. */
  readonly nowMs: number;
}

/** More than any search takes. */
const ROUNDS_MOST = 20;

/** One age a question, in order: of its oldest partition. Undefined where a partition's leader did not tell. */
export async function findUnreadAges(
  questions: readonly AgeQuestion[],
  probes: Probes,
): Promise<readonly (UnreadAge | undefined)[]> {
  const searches = questions.map((question) => new Search(question));
  for (let round = 0; round < ROUNDS_MOST; round += 1) {
    const open = searches.filter((search) => search.probe !== undefined);
    if (open.length === 0) break;
    await Promise.all(open.map((search) => search.step(probes)));
  }
  return searches.map(({ age }) => age);
}

/** Answers to "where does this time begin", each asked for once. */
export class Probes {
  readonly #world: AgeWorld;
  readonly #offsets = new Map<string, Promise<number | "none" | undefined>>();

  constructor(world: AgeWorld) {
    this.#world = world;
  }

  /** Whether an unread record of the partition is at least so old; undefined where nobody told. */
  async hasOlder({ topic, partition, next, end }: UnreadPartition, ageMs: number): Promise<boolean | undefined> {
    const key = `${topic}/${partition}@${ageMs}`;
    const asked = this.#offsets.get(key) ?? this.#ask({ topic, partition }, ageMs);
    this.#offsets.set(key, asked);
    const offset = await asked;
    return offset === undefined ? undefined : isOlder(next, offset === "none" ? undefined : offset, end);
  }

  async #ask(partition: TopicPartition, ageMs: number): Promise<number | "none" | undefined> {
    const { admin, call, nowMs } = this.#world;
    const answer = await admin.listOffset(partition, Math.max(0, Math.trunc(nowMs - ageMs)), call);
    if (answer.status !== "ok") return undefined;
    return answer.value.offset === undefined ? "none" : Number(answer.value.offset);
  }
}

class Search {
  #age: UnreadAge | undefined;
  #unread: readonly UnreadPartition[];
  readonly #search: AgeSearch;

  constructor({ unread, ...search }: AgeQuestion) {
    this.#age = unread.length === 0 ? NO_AGE : ANY_AGE;
    this.#unread = unread;
    this.#search = search;
  }

  get age(): UnreadAge | undefined {
    return this.#age;
  }

  get probe(): number | undefined {
    return this.#age && nextProbe(this.#age, this.#search);
  }

  async step(probes: Probes): Promise<void> {
    const { probe } = this;
    if (this.#age === undefined || probe === undefined) return;
    const answers = await Promise.all(this.#unread.map((partition) => probes.hasOlder(partition, probe)));
    if (answers.includes(undefined)) {
      this.#age = undefined;
      return;
    }
    const older = this.#unread.filter((_, index) => answers[index]);
    // Only the oldest partition matters, so those that are younger than it need not be asked again.
    if (older.length > 0) this.#unread = older;
    this.#age = narrowed(this.#age, probe, older.length > 0);
  }
}
