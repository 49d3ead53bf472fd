// Tells how far the parts are: one line a part, redrawn, on a terminal; plain lines every 15 seconds elsewhere.
// Writes to stderr, since stdout belongs to the task.

const REDRAW_MS = 200;
const PLAIN_INTERVAL_MS = 15_000;
/** A part done sooner is not worth a line. */
const SILENT_MS = 500;

/** One part's line. */
export class Part {
  /** @type {string} */
  title;
  /** What it is doing now. */
  note = "";
  /** How much is done, 0 to 1; undefined while nobody can tell. */
  /** @type {number | undefined} */
  fraction = undefined;
  /** What it usually takes, seconds; told until `fraction` gives something better. */
  /** @type {number | undefined} */
  usualSeconds;
  startedAt = performance.now();

  /**
   * @param {string} title
   * @param {number | undefined} usualSeconds
   */
  constructor(title, usualSeconds) {
    this.title = title;
    this.usualSeconds = usualSeconds;
  }

  elapsedMs() {
    return performance.now() - this.startedAt;
  }

  line() {
    const left = this.#secondsLeft();
    const estimate = left === undefined ? "" : `, about ${duration(left * 1_000)} left`;
    return `${this.title}: ${duration(this.elapsedMs())}${estimate}${this.note === "" ? "" : ` (${this.note})`}`;
  }

  #secondsLeft() {
    const elapsed = this.elapsedMs() / 1_000;
    const usual = this.usualSeconds;
    const measured = this.fraction === undefined || this.fraction < 0.05 ? undefined : elapsed / this.fraction;
    if (measured === undefined) return usual === undefined || elapsed >= usual ? undefined : usual - elapsed;
    if (usual === undefined) return measured - elapsed;
    // What is usual counts at first, what is measured more and more: the first steps tell little about the others.
    const weight = Math.sqrt(this.fraction ?? 1);
    const total = weight * measured + (1 - weight) * usual;
    return total > elapsed ? total - elapsed : measured - elapsed;
  }
}

/** Lines of all parts under way. */
export class Progress {
  #stream;
  /** @type {Set<Part>} */
  #parts = new Set();
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  #drawnLines = 0;

  /** @param {NodeJS.WriteStream} stream */
  constructor(stream = process.stderr) {
    this.#stream = stream;
  }

  /**
   * Runs `work` under a line of its own.
   *
   * @template T
   * @param {{ title: string, usualSeconds?: number }} what
   * @param {(part: Part) => Promise<T>} work
   * @returns {Promise<T>}
   */
  async part({ title, usualSeconds }, work) {
    const part = new Part(title, usualSeconds);
    this.#parts.add(part);
    this.#timer ??= this.#start();
    try {
      const result = await work(part);
      this.#finish(part, `${title}: done in ${duration(part.elapsedMs())}`);
      return result;
    } catch (error) {
      this.#finish(part, `${title}: failed after ${duration(part.elapsedMs())}`);
      throw error;
    }
  }

  /**
   * A line of its own, above the parts.
   *
   * @param {string} text
   */
  say(text) {
    this.#erase();
    this.#stream.write(`${text}\n`);
    if (this.#stream.isTTY) this.#draw();
  }

  #start() {
    const timer = this.#stream.isTTY
      ? setInterval(() => this.#redraw(), REDRAW_MS)
      : setInterval(() => this.#tellAll(), PLAIN_INTERVAL_MS);
    timer.unref();
    return timer;
  }

  /**
   * @param {Part} part
   * @param {string} text
   */
  #finish(part, text) {
    this.#parts.delete(part);
    if (this.#parts.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    if (part.elapsedMs() >= SILENT_MS) this.say(text);
    else this.#redraw();
  }

  #tellAll() {
    for (const part of this.#parts) this.#stream.write(`${part.line()}\n`);
  }

  #redraw() {
    if (!this.#stream.isTTY) return;
    this.#erase();
    this.#draw();
  }

  #erase() {
    if (this.#drawnLines > 0) this.#stream.write(`\u001b[${this.#drawnLines}A\u001b[J`);
    this.#drawnLines = 0;
  }

  #draw() {
    const lines = [...this.#parts].filter((part) => part.elapsedMs() >= SILENT_MS).map((part) => part.line());
    // A line that wraps would be two, and the next redraw would erase too little.
    for (const line of lines) this.#stream.write(`${line.slice(0, (this.#stream.columns || 80) - 1)}\n`);
    this.#drawnLines = lines.length;
  }
}

/** @param {number} ms */
export function duration(ms) {
  const seconds = Math.round(ms / 1_000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
