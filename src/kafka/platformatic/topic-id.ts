// Topic ids in the two spellings: Kafka prints base64url, the library takes and gives hyphenated hex.

const hyphenated = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const printed = /^[-_A-Za-z0-9]{22}$/;

/** Whether this is an id as Kafka prints it: 22 characters, base64url. */
export function isTopicId(id: string): boolean {
  return printed.test(id);
}

/** `00000000-0000-0000-0000-000000000000` → `AAAAAAAAAAAAAAAAAAAAAA`. */
export function topicIdFromUuid(uuid: string): string {
  if (!hyphenated.test(uuid)) throw new Error(`Topic id "${uuid}" is not a UUID`);
  return Buffer.from(uuid.replaceAll("-", ""), "hex").toString("base64url");
}

/** The reverse. @throws Error where it is no topic id. */
export function uuidFromTopicId(id: string): string {
  if (!isTopicId(id)) throw new Error(`Topic id "${id}" is not 22 characters of base64url`);
  const hex = Buffer.from(id, "base64url").toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
