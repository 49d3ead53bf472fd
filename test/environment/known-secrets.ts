// Every secret that the test environment has made in this process, and the search for them in what was told. It keeps the
// forms in which a secret would be recognised, and never prints one.

/** Shorter ones would be found by accident. */
const SHORTEST = 8;

export class KnownSecrets {
  /** What each form of a secret is called. */
  readonly #forms = new Map<string, string>();

  /** Returns the secret, so that it is made known where it is made. `label` says what it is: `password of "operator"`. */
  add(label: string, secret: string): string {
    const isPem = secret.includes("-----BEGIN");
    const parts = isPem ? secret.split("\n").filter((line) => !line.startsWith("-")) : [secret];
    for (const part of parts) {
      for (const form of [part, encodeURIComponent(part), Buffer.from(part).toString("base64")]) {
        if (form.length >= SHORTEST && !this.#forms.has(form)) this.#forms.set(form, label);
      }
    }
    return secret;
  }

  /** As HTTP's Basic authentication and SASL PLAIN would carry both. */
  addLogin(label: string, user: string, password: string): void {
    this.add(label, password);
    for (const pair of [`${user}:${password}`, `\0${user}\0${password}`]) {
      this.#forms.set(Buffer.from(pair).toString("base64"), label);
    }
  }

  get size(): number {
    return this.#forms.size;
  }

  /** Labels of those that the text holds. */
  foundIn(text: string): string[] {
    const found = [...this.#forms].filter(([form]) => text.includes(form)).map(([, label]) => label);
    return [...new Set(found)].toSorted();
  }

  /** The text with each of them taken out, for what people are shown. */
  hidden(text: string): string {
    return [...this.#forms].reduce((shown, [form, label]) => shown.replaceAll(form, `<${label}>`), text);
  }
}

/** Of this process. */
export const knownSecrets = new KnownSecrets();
